// An execution runs in a worker, on state that is fetched for it: it does no I/O, all that it is given and tells can be
// sent to another thread, and the claims are the same.

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { SparseStore } from "@tandem/shared";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { anyBlocks, dump, type Past, pastOf, storeOf, texts } from "./support/past.ts";
import { call, keys, literal, program } from "./support/programs.ts";
import type { Answer, Asked } from "./support/round-worker.ts";

const worker = new Worker(new URL("./support/round-worker.ts", import.meta.url));
afterAll(() => worker.terminate());

async function ask(asked: Asked): Promise<Answer> {
  const answered = once(worker, "message");
  worker.postMessage(asked);
  const [answer] = (await answered) as [Answer];
  return answer;
}

interface Ended {
  readonly answer: Answer;
  /** How often it asked the store. */
  readonly batches: number;
}

async function ending(store: SparseStore, begun: Answer): Promise<Ended> {
  let [answer, batches] = [begun, 0];
  for (; answer.kind === "wanted"; batches++) {
    answer = await ask({ kind: "records", records: await store.read(answer.keys) });
  }
  return { answer, batches };
}

/** Runs what a shard went through once more, in the worker; gives what each round ended with. */
async function again({ world, setting, moments, inputs }: Past): Promise<readonly Ended[]> {
  const [genesis, ...later] = moments as [Past["moments"][number], ...Past["moments"]];
  const { shard, bounds } = setting;
  const store = storeOf(genesis.records);
  await ask({ kind: "begin", shard, genesis: world.genesis, frontier: genesis.frontier, bounds });
  const all: Ended[] = [];
  for (const [at, input] of inputs.entries()) {
    const ended = await ending(store, await ask({ kind: "round", input }));
    if (ended.answer.kind === "claimed") {
      store.write(ended.answer.batch);
      expect(ended.answer.root).toEqual(later[at]?.frontier.claim);
    } else expect(later[at]?.frontier).toEqual(moments[at]?.frontier);
    all.push(ended);
  }
  expect(texts(await dump(store))).toEqual(texts(moments.at(-1)?.records ?? []));
  return all;
}

test("a shard in a worker makes the same claims and the same records", async () => {
  let claims = 0;
  const property = fc.asyncProperty(anyBlocks, async (blocks) => {
    const ended = await again(await pastOf(blocks, 1000));
    claims += ended.filter(({ answer }) => answer.kind === "claimed").length;
  });
  await fc.assert(property, { seed: 31, numRuns: 30 });
  expect(claims).toBeGreaterThan(60);
});

test("what footprints name is fetched together, however many calls there are", async () => {
  const add = (key: string) => program([call("a/x", "add", [literal(key), literal(1n)], keys([], [key]))]);
  const few = [add("a"), add("b")];
  const many = Array.from({ length: 300 }, (_, index) => add(`key ${index}`));
  const block = (programs: typeof few) => ({ programs, silent: [] });
  const [first, second, third] = await again(await pastOf([block(many), block(few), block(many)], 1000));
  expect([first, second, third].every((ended) => ended?.answer.kind === "claimed")).toBe(true);
  // A batch for each level of the maps that are read; the largest has 300 keys.
  expect(third?.batches).toBeLessThan(20);
  expect((third?.batches ?? 0) - (second?.batches ?? 0)).toBeLessThan(5);
});
