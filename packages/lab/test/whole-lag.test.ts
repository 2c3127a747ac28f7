// Lag: what is ordered is attested within a bound, at everybody, unless it waits for a shard that is lost.

import { asShardName } from "@tandem/shared";
import { beforeEach, expect, test } from "vitest";
import type { CheckContext } from "../src/checkers/checker.ts";
import type { Progress } from "../src/checkers/progress.ts";
import { VoteBook } from "../src/checkers/vote-book.ts";
import type { AttestOracle, AttestOracleState } from "../src/checkers/whole/attest-oracle.ts";
import { Lag } from "../src/checkers/whole/lag.ts";
import { WholeWatch } from "../src/checkers/whole/whole-watch.ts";
import type { Observation } from "../src/nodes/words.ts";
import { wholeLog } from "./support/whole-log.ts";

const own = wholeLog(11);
const context = { byzantine: new Set<number>(), leaderOf: () => 0, deltaMs: 100 } as unknown as CheckContext;
const progress = { boundMs: () => 1000 } as unknown as Progress;
const chain = { context, progress };

/** By height: each attests all shards up to a round. */
let states: AttestOracleState[];

beforeEach(() => {
  states = [stateAt(0, 0)];
});

function stateAt(height: number, round: number): AttestOracleState {
  const shards = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const frontiers = new Map(shards.map((name) => [name, { round }]));
  const state = { height, frontiers, root: Uint8Array.of(height), parent: states?.at(-1) };
  return state as unknown as AttestOracleState;
}

/** All order blocks are known, and cite all there is; each instance has so many attest blocks, and executes these shards. */
function lagWith(heights: readonly number[], lost: readonly string[] = [], shards: readonly string[] = []) {
  const truth = own.createTruth({ lost });
  for (const block of own.blocks) truth.onOrdered(block);
  const oracle = { first: states[0], stateOf: (root: string) => states[Number.parseInt(root, 16)] } as unknown;
  const votes = new VoteBook([1], new Set());
  const validators = heights.map((_, instance) => instance);
  const watch = new WholeWatch({ truth, oracle: oracle as AttestOracle, blocks: new Map(), votes, validators });
  const tell = (instance: number, height: number) => {
    const info = { height, root: states[height]?.root };
    const delivered = { kind: "delivered", info } as unknown as Observation;
    watch.see({ kind: "attest", observation: delivered }, instance);
  };
  for (const [instance, height] of heights.entries()) tell(instance, height);
  const disputes = { missing: () => undefined as string | undefined };
  const times = { executeMs: 0, heartbeatMs: 0 };
  const lag = new Lag({ watch, order: chain, attest: chain, ...times, shardsOf: () => shards, disputes });
  return { lag, tell, watch, disputes, instances: validators };
}

test("what is attested everywhere is met, and counted", () => {
  states.push(stateAt(1, 1000));
  const { lag, instances } = lagWith([1, 1]);
  expect(lag.look(0, instances)).toBeUndefined();
  expect(lag.look(100, instances)).toBeUndefined();
  expect(lag.met).toBe(1);
});

test("what is not fires after the bound, and not before", () => {
  const { lag, instances } = lagWith([0, 0]);
  expect(lag.look(0, instances)).toBeUndefined();
  const bound = lag.boundMs();
  expect(lag.look(bound, instances)).toBeUndefined();
  expect(lag.look(bound + 1, instances)).toMatch(/is not attested at .* ms: round/);
});

test("everybody has to know", () => {
  states.push(stateAt(1, 1000));
  const { lag, tell, instances } = lagWith([1, 0]);
  lag.look(0, instances);
  expect(lag.look(100_000_000, instances)).toMatch(/is not attested/);
  tell(1, 1);
  expect(lag.look(100_000_001, instances)).toBeUndefined();
  expect(lag.met).toBe(1);
});

test("R8: of a shard that is lost nothing is demanded", () => {
  const { lag, instances } = lagWith([0], ["a", "b", "c", "d", "e", "f", "g", "h"]);
  lag.look(0, instances);
  expect(lag.look(100_000_000, instances)).toBeUndefined();
});

test("whoever sits in a committee executes its shards as far, also who begins anew", () => {
  states.push(stateAt(1, 1000));
  const { lag, watch, instances } = lagWith([1, 1], [], ["a", "b"]);
  const execute = (instance: number, shard: string, height: number) =>
    watch.see(
      { kind: "executed", shard: asShardName(shard), height, result: undefined, reads: 0, visible: 0 },
      instance,
    );
  const { height } = watch.truth;
  for (const instance of instances) execute(instance, "a", height);
  execute(0, "b", height);
  execute(1, "b", height - 1);
  lag.look(0, instances);
  expect(lag.look(100_000_000, instances)).toMatch(/instance 1 executed b up to/);
  expect(lag.isDrained(instances)).toBe(false);
  execute(1, "b", height);
  expect(lag.look(100_000_001, instances)).toBeUndefined();
  expect(lag.isDrained(instances)).toBe(true);
  watch.see({ kind: "restored", records: [] }, 0);
  lag.look(100_000_002, instances);
  expect(lag.look(200_000_000, instances)).toMatch(/instance 0 executed a up to 0/);
});

test("C6: whoever came to something else has to say so", () => {
  states.push(stateAt(1, 1000));
  const { lag, disputes, instances } = lagWith([1]);
  disputes.missing = () => "instance 0 does not dispute round 3 of a";
  lag.look(0, instances);
  expect(lag.look(100, instances)).toBeUndefined();
  expect(lag.look(100_000_000, instances)).toMatch(/does not dispute round 3/);
});
