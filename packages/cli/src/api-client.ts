// A node's API as commands use it. What the node refuses, it says in the words that people get to read.

import type { NodeStatus } from "@tandem/node";
import { type Flags, textFlag } from "./flags.ts";
import type { ShardAnswer, ShardDetails } from "./shard/answers.ts";
import { Complaint } from "./terminal.ts";

/** Of node-0 of a network that was made with the usual ports. */
const apiUsual = "http://127.0.0.1:7101";

export const apiOption = { api: { type: "string" } } as const;
export const apiHelp = `  --api URL         a node's API (${apiUsual})`;

export interface NetworkAnswer {
  readonly network: string;
  readonly fees: {
    readonly base: string;
    readonly perByte: string;
    readonly perTouch: string;
    readonly perBudget: string;
  };
  readonly shards: readonly string[];
}

export interface AccountAnswer {
  readonly payer: string;
  readonly height: number;
  readonly balance: string;
  readonly nonce: number;
}

export type BlobAnswer =
  | {
      readonly blob: string;
      readonly status: "ordered";
      readonly height: number;
      readonly index: number;
      readonly bytes: number;
    }
  | { readonly blob: string; readonly status: "waiting"; readonly bytes: number }
  | { readonly blob: string; readonly status: "unknown" };

export type SubmitAnswer =
  | { readonly blob: string; readonly status: "accepted"; readonly isNew: boolean }
  | { readonly blob: string; readonly status: "ordered"; readonly height: number; readonly index: number };

/** GET /programs/BLOB: how far a program has come, as one node sees it. */
export type ProgramAnswer =
  | { readonly blob: string; readonly status: "waiting" }
  | { readonly blob: string; readonly status: "unknown" }
  | OrderedProgramAnswer;

export interface OrderedProgramAnswer {
  readonly blob: string;
  readonly status: "ordered" | "run" | "affirmed" | "attested";
  readonly height: number;
  readonly index: number;
  /** Why its payload is no program. */
  readonly void?: { readonly code: string; readonly path: string; readonly message: string };
  readonly shards: readonly ProgramPart[];
}

export interface ProgramPart {
  readonly shard: string;
  readonly status: "ordered" | "run" | "affirmed" | "attested";
  readonly isFollowed: boolean;
  /** False where this node cannot tell more than that it is ordered. */
  readonly isKnown: boolean;
  /** How many steps and settles it has here. */
  readonly nodes: number;
  readonly ran: readonly RanNode[];
  readonly awaited?: readonly AwaitedAnswer[];
}

/** A step of another shard, or its turn behind another program. */
export type AwaitedAnswer =
  | { readonly shard: string; readonly step: number; readonly since: number }
  | {
      readonly contract: string;
      readonly behind: { readonly height: number; readonly index: number };
      readonly since: number;
    };

export interface RanNode {
  readonly kind: "step" | "settle";
  readonly step: number;
  readonly contract: string;
  readonly round: number;
  readonly claim: string;
  readonly attestHeight: number | null;
  /** `value`, why it is `Nothing`, or of a settle `held` or `failed`. */
  readonly outcome: string;
  readonly isTentative?: boolean;
  /** Encoded, in hexadecimal; null if it is long. */
  readonly value?: string | null;
  /** The step that is the first cause. */
  readonly cause?: number;
  /** What the environment said that refused it. */
  readonly refusal?: string;
}

export class ApiClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base.replace(/\/+$/, "");
  }

  status(signal: AbortSignal): Promise<NodeStatus> {
    return this.#call("/status", { signal });
  }

  network(): Promise<NetworkAnswer> {
    return this.#call("/network");
  }

  account(key: string): Promise<AccountAnswer> {
    return this.#call(`/accounts/${key}`);
  }

  /** That a blob is unknown is an answer too. */
  blob(root: string): Promise<BlobAnswer> {
    return this.#call(`/blobs/${root}`, {}, [404]);
  }

  /** That it is unknown is an answer too. */
  async program(root: string, signal: AbortSignal): Promise<ProgramAnswer> {
    const answer: ProgramAnswer = await this.#call(`/programs/${root}`, { signal }, [404]);
    return "status" in answer ? answer : { blob: root, status: "unknown" };
  }

  submit(bytes: Uint8Array<ArrayBuffer>, isAwaited: boolean): Promise<SubmitAnswer> {
    const headers = { "content-type": "application/octet-stream" };
    return this.#call(`/blobs${isAwaited ? "?wait=ordered" : ""}`, { method: "POST", headers, body: bytes });
  }

  async shards(): Promise<readonly ShardAnswer[]> {
    const { shards } = await this.#call<{ readonly shards: readonly ShardAnswer[] }>("/shards");
    return shards;
  }

  async shard(name: string): Promise<ShardDetails> {
    try {
      return await this.#call(`/shards/${encodeURIComponent(name)}`);
    } catch (error) {
      if (!(error instanceof Complaint) || error.code !== "unknown-shard") throw error;
      throw new Complaint(error.code, error.message, "./tandem shard list shows those that there are.", 1);
    }
  }

  /** An encoded run of slices. */
  slices(shard: string, from: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#bytes(`/slices/${shard}/${from}`, { signal });
  }

  /** An encoded run of attest blocks. */
  attestRun(from: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#bytes(`/attest/runs/${from}`, { signal });
  }

  /** A claim with its exports, encoded. */
  claimContent(root: string, signal: AbortSignal): Promise<Uint8Array> {
    return this.#bytes(`/attest/claims/${root}?raw`, { signal });
  }

  /** A blob as it was submitted. */
  rawBlob(root: string): Promise<Uint8Array> {
    return this.#bytes(`/blobs/${root}?raw`);
  }

  /** An order block with the roots of its blobs, encoded. */
  rawBlock(height: number, signal: AbortSignal): Promise<Uint8Array> {
    return this.#bytes(`/blocks/${height}?raw`, { signal });
  }

  async #bytes(path: string, request: RequestInit = {}): Promise<Uint8Array> {
    const response = await this.#reach(path, request);
    if (!response.ok) throw this.#refused(path, response.status, await response.text());
    return new Uint8Array(await response.arrayBuffer());
  }

  async #call<T>(path: string, request: RequestInit = {}, besides: readonly number[] = []): Promise<T> {
    const response = await this.#reach(path, request);
    const text = await response.text();
    const answer = parse(text);
    if (answer === undefined || !(response.ok || besides.includes(response.status))) {
      throw this.#refused(path, response.status, text);
    }
    return answer as T;
  }

  #refused(path: string, status: number, text: string): Complaint {
    const answer = parse(text);
    if (answer === undefined) {
      const what = `${this.#base}${path} answers ${status} with what is not JSON.`;
      return new Complaint("not-a-node", what, "Is the URL that of a node's API (--api)?", 1);
    }
    const { error } = answer as { error?: { code: string; message: string; advice: string } };
    if (error === undefined) {
      return new Complaint("not-a-node", text.slice(0, 200), "Is the URL that of a node's API?", 1);
    }
    return new Complaint(error.code, error.message, error.advice, 1);
  }

  async #reach(path: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(`${this.#base}${path}`, request);
    } catch (error) {
      request.signal?.throwIfAborted();
      const { cause } = error as { readonly cause?: { readonly code?: string } };
      const what = `No node answers at ${this.#base} (${cause?.code ?? (error as Error).message}).`;
      throw new Complaint(
        "no-node",
        what,
        "Does one run? --api names another; ./tandem devnet status shows those of a devnet.",
        1,
      );
    }
  }
}

export function apiOf(flags: Flags): ApiClient {
  return apiAt(textFlag(flags, "api") ?? apiUsual);
}

/** Of a flag that may be given several times. */
export function apisOf(flags: Flags): readonly ApiClient[] {
  const texts = (flags["api"] ?? [apiUsual]) as readonly string[];
  return texts.map(apiAt);
}

function apiAt(text: string): ApiClient {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new ApiClient(text);
  throw new Complaint("bad-arguments", `--api takes a URL, not "${text}".`, `Such as ${apiUsual}.`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
