// The replica thread of a node: machine, store, journal, timers and the encoding of messages. The main thread moves frames
// and answers requests, so its event loop stays free however large a block is.

import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type { Signer } from "@tandem/consensus";
import { nativeScheme, useNative } from "@tandem/native";
import { blobPrefix, keptPrefix, openNetwork, poolLimits, tipKey } from "@tandem/ordering";
import { decodeMessage, encodeMessage, Replica, type ReplicaMessage } from "@tandem/replica";
import { assert, asValidatorIndex, concatBytes, toHex } from "@tandem/shared";
import { openJournal } from "../store/journal.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";
import { readGenesis, verifyContextOf } from "./context.ts";
import { giveWay, niceness } from "./give-way.ts";
import { type Leaving, Performer } from "./performer.ts";
import { answerQuery } from "./queries.ts";
import { VerifyPool } from "./verify-pool.ts";
import type { Frame, FromThread, NumberedReceipt, ReplicaThreadConfig, ToThread } from "./words.ts";

assert(parentPort !== null, "the replica thread has a parent");
const port = parentPort;
const config = workerData as ReplicaThreadConfig;

function tell(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

function fail(error: unknown): void {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  const isKnown = typeof code === "string" && typeof message === "string";
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  tell({ kind: "failed", code: isKnown ? code : "replica-failed", message: isKnown ? message : text });
}

/** Frames and receipts go to the main thread together, once a turn of the event loop. */
class Outgoing {
  #frames: Frame[] = [];
  #receipts: NumberedReceipt[] = [];

  add(frame: Frame): void {
    this.#frames.push(frame);
    if (this.#frames.length === 1) setImmediate(() => this.#flush());
  }

  addReceipt(receipt: NumberedReceipt): void {
    this.#receipts.push(receipt);
    if (this.#receipts.length === 1) setImmediate(() => this.tellReceipts());
  }

  tellReceipts(): void {
    if (this.#receipts.length === 0) return;
    tell({ kind: "receipts", receipts: this.#receipts });
    this.#receipts = [];
  }

  #flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    tell(
      { kind: "frames", frames },
      frames.map(({ bytes }) => bytes.buffer as ArrayBuffer),
    );
  }
}

async function run(): Promise<void> {
  useNative();
  giveWay(niceness.machine);
  const checked = readGenesis(config.genesis);
  const network = openNetwork(checked);
  const store = await openStore(config.storeKind, join(config.dataFolder, "chain"), { blobPrefix });
  const { journal, records, cutBytes } = await openJournal(join(config.dataFolder, "votes"));
  const pool = new VerifyPool(config.genesis, config.verifyThreads, fail);
  const outgoing = new Outgoing();
  const { order: electorate } = verifyContextOf(checked);
  const replica = new Replica({ network, electorate, signer: signerOf(), pool: poolLimits });
  const performer = new Performer(replica, {
    store,
    journal,
    nowMs: () => Date.now(),
    setTimer: (afterMs, fire) => void setTimeout(fire, afterMs),
    verify: (task) => pool.verify(task),
    release: (effect) => release(effect, outgoing),
    fail,
  });
  const kept = await readKept(store);
  port.on("message", (message: ToThread) => {
    switch (message.kind) {
      case "frames":
        take(message.frames, performer);
        return tell({ kind: "taken" });
      case "submit":
        return submit(message, performer);
      case "query":
        answerQuery(network, store, message.query).then(
          (answer) => tell({ kind: "answer", id: message.id, answer }),
          fail,
        );
        return;
      case "stop":
        stop().catch(fail);
        return;
    }
  });
  performer.give({ kind: "start", journal: records, kept });
  await untilStored(store, tipKey);
  tell({ kind: "ready", cutBytes });

  async function stop(): Promise<void> {
    await performer.close();
    await pool.stop();
    await journal.close();
    await store.close();
    tell({ kind: "stopped" });
    port.close();
  }
}

function signerOf(): Signer | undefined {
  if (config.validator === undefined) return undefined;
  const { seat, secretKey } = config.validator;
  const secret = nativeScheme.parseSecretKey(secretKey);
  assert(secret.ok, "the key was checked when the node started");
  return { seat: asValidatorIndex(seat), sign: (message) => nativeScheme.sign(secret.value, message) };
}

/** The first start stores the genesis, on which every query rests. */
async function untilStored(store: Store, key: Uint8Array): Promise<void> {
  for (let [record] = await store.read([key]); record === undefined; [record] = await store.read([key])) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Blobs that were accepted before. */
async function readKept(store: Store): Promise<Uint8Array[]> {
  const [kind] = keptPrefix;
  const until = Uint8Array.of((kind as number) + 1);
  const records = await store.list({ from: keptPrefix, until, countMax: poolLimits.blobsMax, isReverse: false });
  return records.map(({ value }) => value);
}

/** What does not decode was not made by this program; the main thread counts it. */
function take(frames: readonly Frame[], performer: Performer): void {
  for (const { peer, bytes } of frames) {
    const message = decodeMessage(bytes);
    if (message.ok && peer !== undefined) performer.give({ kind: "message", from: peer, message: message.value });
  }
}

/** Each in memory of its own: one that is kept for long does not keep those that it came with. */
function submit({ id, lengths, bytes }: Extract<ToThread, { kind: "submit" }>, performer: Performer): void {
  let at = 0;
  for (const [index, length] of lengths.entries()) {
    performer.give({ kind: "submit", id: id + index, bytes: bytes.slice(at, at + length) });
    at += length;
  }
}

function release(effect: Leaving, outgoing: Outgoing): void {
  switch (effect.kind) {
    case "send":
      return outgoing.add({ peer: effect.to, bytes: encodeMessage(effect.message), isBulk: isBulk(effect.message) });
    case "broadcast":
      return outgoing.add({ peer: undefined, bytes: encodeMessage(effect.message), isBulk: isBulk(effect.message) });
    case "receipt":
      return outgoing.addReceipt({ id: effect.id, receipt: effect.receipt });
    case "final":
      return tell({ kind: "final", height: effect.info.height, view: effect.info.view });
    case "ordered": {
      // Nobody is told where a blob was ordered before its receipt.
      outgoing.tellReceipts();
      const { header, body } = effect.block;
      const bytes = effect.blobs.reduce((sum, blob) => sum + blob.length, 0);
      const { height, view, timeMs, proposer } = header;
      const { root } = effect.info;
      const blobRoots = concatBytes(...body.blobs);
      return tell({ kind: "ordered", block: { height, view, root, timeMs, proposer, blobRoots, bytes } }, [
        blobRoots.buffer as ArrayBuffer,
      ]);
    }
    case "evidence":
      return tell({ kind: "evidence", seat: effect.evidence.first.signer, view: effect.evidence.first.view });
    case "diverged": {
      const { height, root } = effect.info;
      const message = `A quorum finalized block ${toHex(root)} of height ${height}, which cannot be: ${effect.problem.message}. This node stops ordering and keeps its own state; compare it with others before you start it again.`;
      return tell({ kind: "failed", code: "diverged", message });
    }
  }
}

/** What may be large and is not waited for by a view. */
function isBulk({ kind }: ReplicaMessage): boolean {
  return kind === "answer" || kind === "blobs" || kind === "found" || kind === "slices";
}

run().catch(fail);
