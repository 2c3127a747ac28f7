// Payers who submit blob after blob, each to whichever node takes it. A blob that a node accepted (202) is promised: it has
// to be ordered in the end, whatever was killed meanwhile.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { asBudget, type Program, type SignedBlob, toHex } from "@tandem/shared";
import { ask, type Fleet } from "./fleet.ts";
import { add, contentOf, number, sign } from "./programs.ts";

const payloadBytesMax = 1000;
/** Between two blobs of one payer. */
const pauseMs = 20;

interface SubmitAnswer {
  readonly error?: { readonly code: string; readonly message: string };
}

/** One more, for the total to tell how many of these were run. */
const addOne: Program = { steps: [add("main", number(1n))], groups: [] };

export class Load {
  /** Roots of what was accepted. */
  readonly accepted = new Set<string>();
  /** Roots of those that are programs. */
  readonly programs = new Set<string>();
  /** Refusals that no honest payer should see. */
  readonly surprises: string[] = [];
  readonly #fleet: Fleet;
  readonly #payers: Promise<void>[];
  #isStopping = false;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.#payers = fleet.created.accounts.map((_, payer) => this.#run(payer));
  }

  /** When a program is accepted: where all is slow the blows may be over before. */
  async untilProgram(): Promise<void> {
    while (![...this.programs].some((root) => this.accepted.has(root))) await sleep(pauseMs);
  }

  /** When each payer's last blob is accepted. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#payers);
  }

  async #run(payer: number): Promise<void> {
    for (let nonce = 0; !this.#isStopping; nonce++) {
      await this.#submit(this.#sign(payer, nonce), payer + nonce);
      await sleep(pauseMs);
    }
  }

  /** Every other one is a program. */
  #sign(payer: number, nonce: number): SignedBlob {
    const isProgram = nonce % 2 === 1;
    const bytes = { touches: [], budget: asBudget(0), payload: new Uint8Array(randomBytes(nonce % payloadBytesMax)) };
    const blob = sign(this.#fleet, payer, nonce, isProgram ? contentOf(addOne) : bytes);
    if (isProgram) this.programs.add(toHex(blob.root));
    return blob;
  }

  /** To one node after the other, until one has it: a payer cannot know what a killed node did with it. */
  async #submit({ bytes, root }: SignedBlob, first: number): Promise<void> {
    const headers = { "content-type": "application/octet-stream" };
    const request = { method: "POST", headers, body: new Uint8Array(bytes) };
    for (let node = first; ; node++) {
      const answer = await ask<SubmitAnswer>(`${this.#fleet.urlOf(node % this.#fleet.size)}/blobs`, request);
      if (answer?.status === 202) this.accepted.add(toHex(root));
      const code = answer?.body.error?.code;
      if (answer?.status === 202 || code === "duplicate") return;
      // Of a node that was away: it has not heard of the nonces before yet, or this one is ordered and it knows only that.
      const isLater = answer === undefined || code === "nonce-gap" || answer.status === 429;
      if (!isLater && code !== "nonce-too-low") this.surprises.push(`${answer.status} ${code}`);
      if (code === "nonce-too-low") return;
      await sleep(pauseMs);
    }
  }
}
