// The replica thread of a node: machine, store, journals, timers and the encoding of messages. The main thread moves frames
// and answers requests, so its event loop stays free however large a block is. Signatures are checked and shards executed on
// threads that this one starts.

import { parentPort, workerData } from "node:worker_threads";
import { firstMarks, ownPrefix } from "@tandem/attestation";
import { nativeScheme, useNative } from "@tandem/native";
import { blobPrefix, keptPrefix, poolLimits, tipKey } from "@tandem/ordering";
import { decodeMessage, Replica, type Validator } from "@tandem/replica";
import { asEpoch, assert, type Round, type ShardName, type StoreRange } from "@tandem/shared";
import { seatingsOf, shardsAt } from "../config/seating.ts";
import { ExecutionPool } from "../execution/pool.ts";
import { foldersIn } from "../store/data-folders.ts";
import { readFirstMarks, removeFirstMarks } from "../store/first-marks.ts";
import { openStore } from "../store/open-store.ts";
import { claimFolder } from "../store/owner.ts";
import type { Store } from "../store/store.ts";
import { networkOf, readGenesis } from "./context.ts";
import { failureOf } from "./failure.ts";
import { giveWay, niceness } from "./give-way.ts";
import { Outgoing } from "./leave.ts";
import { Performer } from "./performer.ts";
import { answerQuery } from "./queries.ts";
import { VerifyPool } from "./verify-pool.ts";
import { openVoteJournals } from "./vote-journals.ts";
import type { Frame, ReplicaThreadConfig, ToThread } from "./words.ts";

assert(parentPort !== null, "the replica thread has a parent");
const port = parentPort;
const config = workerData as ReplicaThreadConfig;
const outgoing = new Outgoing(port);

function fail(error: unknown): void {
  outgoing.tell({ kind: "failed", ...failureOf(error, "replica-failed") });
}

async function run(): Promise<void> {
  useNative();
  giveWay(niceness.machine);
  const { genesis, dataFolder, follows, verifyThreads, executionThreads } = config;
  const checked = readGenesis(genesis);
  const network = networkOf(checked);
  const seatings = seatingsOf(checked.genesis);
  const place = config.validator?.seat;
  const marks = await readFirstMarks(dataFolder);
  const store = await openStore(config.storeKind, foldersIn(dataFolder).chain, { blobPrefix });
  const openVotes = async () => {
    const key = place === undefined ? undefined : checked.genesis.validators[place]?.key;
    if (key !== undefined) await claimFolder(dataFolder, key);
    return openVoteJournals({ dataFolder, seatings, place, marks });
  };
  const votes = await openVotes().catch((error: unknown) => store.close().then(() => Promise.reject(error)));
  const pool = new VerifyPool(genesis, verifyThreads, fail);
  const executions = new ExecutionPool({ genesis, threads: executionThreads, store, onFailure: fail });
  const replica = new Replica({ network, pool: poolLimits, validator: validatorOf(config), follows });
  const performer = new Performer(replica, {
    store,
    journals: votes.journals,
    nowMs: () => Date.now(),
    setTimer: (afterMs, fire) => void setTimeout(fire, afterMs),
    verify: (task) => pool.verify(task),
    execute: (task) => executions.perform(task),
    release: (effect) => outgoing.release(effect),
    fail,
  });
  const kept = await valuesUnder(store, keptPrefix, poolLimits.blobsMax);
  const own = await readOwn(store);
  let isStopping = false;
  port.on("message", (message: ToThread) => {
    switch (message.kind) {
      case "frames":
        take(message.frames, performer);
        return outgoing.tell({ kind: "taken" });
      case "submit":
        return submit(message, performer);
      case "query":
        answerQuery({ network: network.order, store, replica }, message.query).then(
          (answer) => outgoing.tell({ kind: "answer", id: message.id, answer }),
          // Whoever stops waits for no answer, and the store is closed by then.
          (error) => (isStopping ? undefined : fail(error)),
        );
        return;
      case "stop":
        isStopping = true;
        stop().catch(fail);
        return;
    }
  });
  performer.give({ kind: "start", journals: votes.records, kept, own, firstRound: marks?.round });
  await untilStored(store, tipKey);
  if (marks?.round !== undefined) await untilMarked(store, shardsAt(seatings, place), marks.round);
  if (marks !== undefined) await removeFirstMarks(dataFolder);
  outgoing.tell({ kind: "ready", cutBytes: votes.cutBytes, unmarked: votes.unmarked });

  async function stop(): Promise<void> {
    await performer.close();
    await Promise.all([pool.stop(), executions.stop()]);
    const closed = await Promise.allSettled([votes.close(), store.close()]);
    const failed = closed.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
    outgoing.tell({ kind: "stopped" });
    port.close();
  }
}

function validatorOf({ validator }: ReplicaThreadConfig): Validator | undefined {
  if (validator === undefined) return undefined;
  const secret = nativeScheme.parseSecretKey(validator.secretKey);
  assert(secret.ok, "the key was checked when the node started");
  return { place: validator.seat, sign: (message) => nativeScheme.sign(secret.value, message) };
}

/** The first start stores the genesis, on which every query rests. */
async function untilStored(store: Store, key: Uint8Array): Promise<void> {
  for (let [record] = await store.read([key]); record === undefined; [record] = await store.read([key])) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** C4: the marks that the machine makes where a key begins are durable. */
async function untilMarked(store: Store, shards: readonly ShardName[], round: Round): Promise<void> {
  const isMarked = async () => firstMarks(asEpoch(0), shards, round, await readOwn(store)).puts.length === 0;
  while (!(await isMarked())) await new Promise((resolve) => setImmediate(resolve));
  await store.sync();
}

/** Of C4; so many at a time, for a node may have thousands that wait to be attested. */
async function readOwn(store: Store): Promise<Uint8Array[]> {
  return valuesUnder(store, ownPrefix, Number.POSITIVE_INFINITY);
}

const listedAtOnce = 4096;

/** Values of the records whose keys begin with a prefix of one byte. */
async function valuesUnder(store: Store, prefix: Uint8Array, countMax: number): Promise<Uint8Array[]> {
  const until = Uint8Array.of((prefix[0] as number) + 1);
  const values: Uint8Array[] = [];
  let from = prefix;
  while (values.length < countMax) {
    const range: StoreRange = {
      from,
      until,
      countMax: Math.min(listedAtOnce, countMax - values.length),
      isReverse: false,
    };
    const records = await store.list(range);
    values.push(...records.map(({ value }) => value));
    const last = records.at(-1);
    if (last === undefined || records.length < range.countMax) break;
    from = Uint8Array.of(...last.key, 0);
  }
  return values;
}

/** What does not decode was not made by this program, and is passed over. */
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

run().catch(fail);
