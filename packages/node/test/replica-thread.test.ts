// The two sides of the replica's thread: what is handed over is answered for, and what is closed takes nothing more.

import type { ReplicaEffect, ReplicaInput } from "@tandem/replica";
import { asView, type Chain, genesisCodec } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type ReplicaHandlers, ReplicaThread } from "../src/replica/handle.ts";
import { Performer } from "../src/replica/performer.ts";
import { createNetwork } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const silent: ReplicaHandlers = {
  onFrame: () => undefined,
  onOrdered: () => undefined,
  onFinal: () => undefined,
  onNews: () => undefined,
  onEvidence: () => undefined,
  onAttestDiverged: () => undefined,
  onFailure: () => undefined,
};

async function startObserver(payers = 8): Promise<ReplicaThread> {
  const folder = temporaryFolder();
  const { genesis } = createNetwork(folder, 1, payers);
  const threads = { verifyThreads: 1, executionThreads: 1 } as const;
  const config = { dataFolder: folder, storeKind: "rocksdb", validator: undefined, follows: [], ...threads } as const;
  return (await ReplicaThread.start({ ...config, genesis: genesisCodec.encode(genesis) }, silent)).thread;
}

describe("the thread", () => {
  test("answers from the first moment: its first start has stored the genesis", async () => {
    const thread = await startObserver(5000);
    expect(await thread.query({ kind: "tip" })).toMatchObject({ kind: "tip", height: 0 });
    expect(await thread.stop(10_000)).toBe(true);
  });

  test("says when a frame was handled, what is no message included, so that a peer can be made to wait", async () => {
    const thread = await startObserver();
    const taken = [thread.take(0, Uint8Array.of(255)), thread.take(0, new Uint8Array(100))];
    await Promise.all(taken);
    await thread.take(0, Uint8Array.of(1));
    await thread.stop(10_000);
  });

  test("that fails says why to everybody who waits for it, and to who comes later", async () => {
    const thread = await startObserver();
    // No caller may ask this: it is a mistake of this program.
    const wrong = thread.query({ kind: "slices", shard: "NO SHARD", from: 1, count: 1 });
    await expect(wrong).rejects.toMatchObject({ code: "replica-failed" });
    await expect(thread.query({ kind: "tip" })).rejects.toMatchObject({ code: "replica-failed" });
    await expect(thread.submit(new Uint8Array(1))).rejects.toMatchObject({ code: "replica-failed" });
    expect(await thread.stop(10_000)).toBe(false);
  });

  test("that is stopped has ended, whoever asks once more", async () => {
    const thread = await startObserver();
    expect([await thread.stop(10_000), await thread.stop(10_000)]).toEqual([true, false]);
  });
});

test("a performer that closes takes nothing more, and waits until what it wrote is durable", async () => {
  const inputs: ReplicaInput[] = [];
  const synced = Promise.withResolvers<void>();
  const journal = { append: () => undefined, sync: () => Promise.resolve(), prune: () => undefined };
  const write: ReplicaEffect = { kind: "store", batch: { puts: [], deletes: [] } };
  const handle = (input: ReplicaInput) => {
    inputs.push(input);
    return [write];
  };
  const performer = new Performer(
    { handle },
    {
      store: { write: () => undefined, sync: () => synced.promise, read: () => Promise.resolve([]) },
      journals: { order: journal, attest: journal },
      nowMs: () => 0,
      setTimer: () => undefined,
      verify: () => new Promise(() => undefined),
      execute: () => new Promise(() => undefined),
      release: () => undefined,
      fail: (error) => {
        throw error;
      },
    },
  );
  performer.give({ kind: "submit", id: 1, bytes: new Uint8Array(1) });
  let isClosed = false;
  const closed = performer.close().then(() => {
    isClosed = true;
  });
  performer.give({ kind: "submit", id: 2, bytes: new Uint8Array(1) });
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect([inputs.length, isClosed]).toEqual([1, false]);
  synced.resolve();
  await closed;
  expect(inputs.length).toBe(1);
});

test("what leaves waits for the journals of both chains, each of which has its own records", async () => {
  const syncs = { order: Promise.withResolvers<void>(), attest: Promise.withResolvers<void>() };
  const written: string[] = [];
  const left: string[] = [];
  const journalOf = (chain: Chain) => ({
    append: (view: number) => void written.push(`${chain} ${view}`),
    sync: () => syncs[chain].promise,
    prune: (below: number) => void left.push(`prune ${chain} ${below}`),
  });
  const record = new Uint8Array(1);
  const effects: ReplicaEffect[] = [
    { kind: "persist", chain: "attest", view: asView(5), record },
    { kind: "persist", chain: "order", view: asView(3), record },
    { kind: "prune", chain: "attest", below: asView(4) },
    { kind: "broadcast", message: { kind: "affirmations", affirmations: [] } },
  ];
  const performer = new Performer(
    { handle: () => effects.splice(0) },
    {
      store: { write: () => undefined, sync: () => Promise.resolve(), read: () => Promise.resolve([]) },
      journals: { order: journalOf("order"), attest: journalOf("attest") },
      nowMs: () => 0,
      setTimer: () => undefined,
      verify: () => new Promise(() => undefined),
      execute: () => new Promise(() => undefined),
      release: ({ kind }) => void left.push(kind),
      fail: (error) => {
        throw error;
      },
    },
  );
  performer.give({ kind: "submit", id: 1, bytes: new Uint8Array(1) });
  expect(written).toEqual(["attest 5", "order 3"]);
  syncs.order.resolve();
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(left).toEqual([]);
  syncs.attest.resolve();
  await performer.close();
  expect(left).toEqual(["prune attest 4", "broadcast"]);
});
