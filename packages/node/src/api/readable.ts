// Values as JSON for whoever calls the API: bytes are lower-case hex, and integers beyond what JSON readers keep exact
// (amounts, weights) are decimal text. And what is said of what is not there.

import { toHex } from "@tandem/shared";
import type { QueryAnswer } from "../replica/words.ts";
import { ApiError } from "./api-error.ts";

export const rawType = "application/octet-stream";

export function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toPlain(field)]));
}

export function notFound(answer: QueryAnswer): ApiError {
  const { code, message } = answer.kind === "none" ? answer : { code: "unknown", message: "there is no such thing" };
  return new ApiError(404, code, message, "It may come later: this node answers for what it has executed.");
}
