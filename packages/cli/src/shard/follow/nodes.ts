// Nodes that are asked for what a follower needs: any will do, for nothing is believed that does not prove itself. Whoever
// gives what is false, or does not answer, makes room for the next one; what was refused is kept to be told.

import { setTimeout as sleep } from "node:timers/promises";
import { type ClaimContent, readClaimContent } from "@tandem/attestation";
import { type Codec, type Failure, type Root, toHex } from "@tandem/shared";
import type { ApiClient } from "../../api-client.ts";
import { Complaint } from "../../terminal.ts";

/** Of one kind of thing that may be false. */
export type FalseCode = "false-slice" | "false-attest-block" | "false-content";

/** Before all are asked once more for what none of them has yet. */
const pauseMs = 50;
/** Refusals that are told. */
const refusedMax = 16;

export class Nodes {
  readonly refused: string[] = [];
  readonly #clients: readonly ApiClient[];
  readonly #signal: AbortSignal;
  #first = 0;

  constructor(clients: readonly ApiClient[], signal: AbortSignal) {
    this.#clients = clients;
    this.#signal = signal;
  }

  /** The answer of the first that gives one, beginning with the one that did last time. */
  async ask<T>(read: (api: ApiClient, signal: AbortSignal) => Promise<T>): Promise<T> {
    let problem: unknown;
    for (let tries = 0; tries < this.#clients.length; tries++) {
      this.#signal.throwIfAborted();
      try {
        return await read(this.#clients[this.#first] as ApiClient, this.#signal);
      } catch (error) {
        if (!(error instanceof Complaint)) throw error;
        problem = error;
        this.#turn(error);
      }
    }
    throw problem;
  }

  #turn({ code, message }: Complaint): void {
    this.#first = (this.#first + 1) % this.#clients.length;
    if (code.startsWith("false-") && this.refused.length < refusedMax) this.refused.push(message);
  }

  /** Nobody has more for now: others may be further in a moment. */
  async rest(): Promise<void> {
    this.#first = (this.#first + 1) % this.#clients.length;
    await sleep(pauseMs, undefined, { signal: this.#signal });
  }

  /** C5: it matches its root. Nodes may not have it yet. */
  async content(root: Root): Promise<{ readonly content: ClaimContent; readonly bytes: number }> {
    for (;;) {
      try {
        return await this.ask((api, signal) => readContent(api, root, signal));
      } catch (error) {
        if (!(error instanceof Complaint) || error.code !== "unknown-claim") throw error;
      }
      await this.rest();
    }
  }
}

async function readContent(api: ApiClient, root: Root, signal: AbortSignal) {
  const bytes = await api.claimContent(toHex(root), signal);
  const content = readClaimContent(root, bytes);
  if (content.ok) return { content: content.value, bytes: bytes.length };
  throw falseAnswer("false-content", `content of the claim ${toHex(root).slice(0, 16)}…`, content.error);
}

/** What a node gave, if it is an encoding of this. */
export function decodeAnswer<T>({ decode }: Codec<T>, bytes: Uint8Array, code: FalseCode, what: string): T {
  const decoded = decode(bytes);
  if (decoded.ok) return decoded.value;
  throw falseAnswer(code, what, decoded.error);
}

export function falseAnswer(code: FalseCode, what: string, error: Failure): Complaint {
  return new Complaint(
    code,
    `The node gives a false ${what}: ${error.message} (${error.code}).`,
    "Ask another node.",
    1,
  );
}
