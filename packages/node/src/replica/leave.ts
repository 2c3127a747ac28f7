// What leaves the replica's thread: frames to peers, and what the main thread is told. It goes over together, once a turn of
// the event loop where there is much of it.

import type { MessagePort } from "node:worker_threads";
import { encodeMessage, type ReplicaEffect, type ReplicaMessage } from "@tandem/replica";
import { concatBytes, toHex } from "@tandem/shared";
import type { Leaving } from "./performer.ts";
import type { Frame, FromThread, NumberedReceipt } from "./words.ts";

export class Outgoing {
  readonly #port: MessagePort;
  #frames: Frame[] = [];
  #receipts: NumberedReceipt[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
    this.#port.postMessage(message, transfer);
  }

  release(effect: Leaving): void {
    switch (effect.kind) {
      case "send":
        return this.#addFrame(effect.to, effect.message);
      case "broadcast":
        return this.#addFrame(undefined, effect.message);
      case "receipt":
        return this.#addReceipt({ id: effect.id, receipt: effect.receipt });
      case "ordered":
        return this.#tellOrdered(effect);
      case "final":
      case "attest-final":
        return this.tell({ kind: effect.kind, height: effect.info.height, view: effect.info.view });
      case "news":
        return this.tell({ kind: "news", news: effect.news });
      case "evidence": {
        const { signer, view } = effect.evidence.first;
        return this.tell({ kind: "evidence", chain: effect.chain, seat: signer, view });
      }
      case "diverged":
        return this.tell({ kind: "failed", code: "diverged", message: divergenceOf(effect) });
      case "attest-diverged":
        return this.tell({ kind: "attest-diverged", message: divergenceOf(effect) });
    }
  }

  #addFrame(peer: Frame["peer"], message: ReplicaMessage): void {
    const bytes = encodeMessage(message);
    this.#frames.push({ peer, bytes, isBulk: isBulk(message), isForObservers: isForObservers(message) });
    if (this.#frames.length === 1) setImmediate(() => this.#tellFrames());
  }

  #tellFrames(): void {
    const frames = this.#frames;
    this.#frames = [];
    this.tell(
      { kind: "frames", frames },
      frames.map(({ bytes }) => bytes.buffer as ArrayBuffer),
    );
  }

  #addReceipt(receipt: NumberedReceipt): void {
    this.#receipts.push(receipt);
    if (this.#receipts.length === 1) setImmediate(() => this.#tellReceipts());
  }

  #tellReceipts(): void {
    if (this.#receipts.length === 0) return;
    this.tell({ kind: "receipts", receipts: this.#receipts });
    this.#receipts = [];
  }

  #tellOrdered({ block, info, blobs }: Extract<Leaving, { readonly kind: "ordered" }>): void {
    // Nobody is told where a blob was ordered before its receipt.
    this.#tellReceipts();
    const { height, view, timeMs, proposer } = block.header;
    const bytes = blobs.reduce((sum, blob) => sum + blob.length, 0);
    const blobRoots = concatBytes(...block.body.blobs);
    const summary = { height, view, root: info.root, timeMs, proposer, blobRoots, bytes };
    this.tell({ kind: "ordered", block: summary }, [blobRoots.buffer as ArrayBuffer]);
  }
}

type Divergence = Extract<ReplicaEffect, { readonly kind: "diverged" | "attest-diverged" }>;

function divergenceOf({ kind, info, problem }: Divergence): string {
  const { height, root } = info;
  const [chain, stops] = kind === "diverged" ? ["", "ordering"] : ["attest ", "attesting"];
  return `A quorum finalized ${chain}block ${toHex(root)} of height ${height}, which cannot be: ${problem.message}. This node stops ${stops} and keeps its own state; compare it with others before you start it again.`;
}

/** Certificates are short, and whoever has one knows which block to ask for. */
function isForObservers(message: ReplicaMessage): boolean {
  return message.kind === "certificate" || (message.kind === "attest" && message.message.kind === "certificate");
}

/** What may be large and is not waited for by a view. */
function isBulk(message: ReplicaMessage): boolean {
  switch (message.kind) {
    case "answer":
    case "blobs":
    case "found":
    case "slices":
    case "content":
    case "state":
      return true;
    case "attest":
      return message.message.kind === "answer";
    default:
      return false;
  }
}
