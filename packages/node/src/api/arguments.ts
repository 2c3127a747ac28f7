// What stands in paths and queries of requests, read strictly.

import { fromHex } from "@tandem/shared";
import { ApiError, badArgument } from "./api-error.ts";

export const rootBytes = 32;

/** Lower-case hex of so many bytes, with or without a leading 0x. */
export function readKey(text: string, bytes: number, what: string): Uint8Array {
  const key = fromHex(text.replace(/^0x/, ""));
  if (key?.length === bytes) return key;
  throw badArgument(`${what} has ${bytes} bytes of lower-case hex.`, `Write ${2 * bytes} digits of 0-9, a-f.`);
}

/** By what a place in a path names a block. */
type NamedBy = "height" | "height-or-root";

function readHeight(text: string, by: NamedBy): number {
  const height = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(height)) return height;
  const what = `"${text.slice(0, 80)}"`;
  if (by === "height") throw badArgument(`${what} is not a height.`, "Heights are decimal; a root is not taken here.");
  throw badArgument(`${what} is neither a height nor a root.`, "Heights are decimal, roots 64 hex digits.");
}

/** It would never come. */
export function readBlockHeight(place: string, by: NamedBy = "height"): number {
  const height = readHeight(place, by);
  if (height > 0) return height;
  const what = "Genesis has height 0 and is no block.";
  throw new ApiError(404, "unknown-height", what, "The first block has height 1; GET /network tells of the genesis.");
}

/** As many as there may be, unless less is asked for. */
export function readCount(query: unknown, name: string, max: number): number {
  const text = (query as Readonly<Record<string, unknown>>)[name] ?? String(max);
  const count = typeof text === "string" && /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= max) return count;
  throw badArgument(`?${name} is from 1 to ${max}.`, "Leave it out for as many as there may be.");
}

/** A flag counts if it stands in the query, whatever its value. */
export function hasFlag(query: unknown, name: string): boolean {
  return Object.hasOwn(query as object, name);
}

export interface WaitArguments {
  readonly isWanted: boolean;
  readonly timeoutMs: number;
}

/** What a request may wait for. */
export type Awaited = "ordered" | "attested";

const waitTimeoutUsualMs = 30_000;
/** Longer than any proxy keeps a silent request. */
const waitTimeoutMaxMs = 300_000;

export function readWait(query: unknown, awaited: Awaited): WaitArguments {
  const { wait, timeoutMs } = query as { readonly wait?: unknown; readonly timeoutMs?: unknown };
  if (wait !== undefined && wait !== awaited) {
    throw badArgument(`wait can only be for ${awaited}.`, `Write ?wait=${awaited}, or leave it out.`);
  }
  const given = timeoutMs === undefined ? waitTimeoutUsualMs : Number(timeoutMs);
  if (!Number.isSafeInteger(given) || given < 1 || given > waitTimeoutMaxMs) {
    throw badArgument(`timeoutMs is from 1 to ${waitTimeoutMaxMs}.`, "Leave it out for 30 seconds.");
  }
  return { isWanted: wait === awaited, timeoutMs: given };
}
