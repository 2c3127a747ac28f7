// Executions on threads: of each shard one task after the other, on one thread; what they read comes from the store of the
// node; and whatever fails there is told with a code.

import type { ExecutionTask } from "@tandem/attestation";
import { asShardName, fromUtf8, utf8 } from "@tandem/shared";
import { expect, onTestFinished, test } from "vitest";
import { ExecutionPool } from "../src/execution/pool.ts";
import type { Failed } from "../src/replica/failure.ts";

interface Told {
  readonly put: readonly (Uint8Array | undefined)[];
  readonly task: ExecutionTask;
  readonly atOnce: number;
  readonly threadId: number;
}

function startPool(threads = 1) {
  const failures: Failed[] = [];
  const reads: string[] = [];
  const pool = new ExecutionPool({
    genesis: new Uint8Array(),
    threads,
    store: {
      async read(keys) {
        const texts = keys.map((key) => fromUtf8(key) ?? "");
        reads.push(...texts);
        await new Promise((resolve) => setTimeout(resolve, 5));
        // Parts of one array, as a database may give them.
        return texts.map((text) => (text === "nothing" ? undefined : utf8(`in ${text}!`).subarray(0, -1)));
      },
    },
    onFailure: (failure) => failures.push(failure),
    program: new URL("./support/stub-executions.ts", import.meta.url),
  });
  onTestFinished(() => pool.stop());
  return { pool, failures, reads };
}

function open(shard: string, id = 1): ExecutionTask {
  return { kind: "open-shard", id, shard: asShardName(shard), frontier: undefined };
}

async function told(pool: ExecutionPool, task: ExecutionTask): Promise<Told & { readonly id: number }> {
  const answer = await pool.perform(task);
  if (answer.kind !== "opened") throw new Error("a shard was to be opened");
  return { ...(answer.opened.frontier as unknown as Told), id: answer.id };
}

test("a task reads from the node's store, and is answered by its number", async () => {
  const { pool } = startPool();
  const { put, id } = await told(pool, open("bank", 7));
  expect(put.map((value) => value && fromUtf8(value))).toEqual(["in bank", undefined, "in bank again"]);
  expect(id).toBe(7);
});

test("of one shard there is one task at a time, in order, while another shard runs", async () => {
  const { pool, reads } = startPool();
  const all = await Promise.all([open("bank", 1), open("bank", 2), open("rail", 3)].map((task) => told(pool, task)));
  expect(all.map(({ atOnce }) => atOnce)).toEqual([1, expect.any(Number), 2]);
  const ofBank = reads.filter((text) => text.startsWith("bank"));
  expect(ofBank).toEqual(["bank", "bank again", "bank", "bank again"]);
  expect(new Set(all.map(({ threadId }) => threadId)).size).toBe(1);
});

test("shards are spread over the threads that there may be, and stay where they are", async () => {
  const { pool } = startPool(2);
  const names = ["bank", "hotel", "rail", "bank", "hotel", "rail"];
  const ids = (await Promise.all(names.map((name) => told(pool, open(name))))).map(({ threadId }) => threadId);
  expect(new Set(ids).size).toBe(2);
  expect(ids.slice(0, 3)).toEqual(ids.slice(3));
});

test.each([
  ["broken", "execution-failed", /a bug/],
  ["damaged", "store-damaged", /a page of a map/],
  ["ended", "execution-failed", /ended/],
])("what fails is told with a code: %s", async (shard, code, words) => {
  const { pool, failures } = startPool();
  void pool.perform(open(shard));
  await expect
    .poll(() => failures[0], { timeout: 60_000 })
    .toMatchObject({ code, message: expect.stringMatching(words) });
});

test("a payload goes over without the blob that it is a view of", async () => {
  const { pool } = startPool();
  const payload = new Uint8Array(100_000).fill(7).subarray(50, 60);
  const shard = asShardName("bank");
  const blob = {
    index: 0,
    root: new Uint8Array(32),
    envelope: { payer: new Uint8Array(32), budget: 0, touches: [shard], payload },
  };
  const input = { slice: { height: 1, timeMs: 0, blobs: [blob] }, visible: [] };
  const { task } = await told(pool, { kind: "execute", id: 1, shard, input } as unknown as ExecutionTask);
  const sent = task.kind === "execute" ? task.input.slice.blobs[0]?.envelope.payload : undefined;
  expect([sent, sent?.buffer.byteLength]).toEqual([payload, 10]);
  expect(payload.buffer.byteLength).toBe(100_000);
});
