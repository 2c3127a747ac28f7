// The trace of a real chain: its totals and rounds against a count of their own from the raw file, and the rounds of the
// schedule against those of the executor.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { OrderedProgram } from "@tandem/execution";
import { asEnvironmentName, asMethodName, createMethod, type Environment, limits, success } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { describeVectors } from "../../../test/support/vectors.ts";
import { roundsOf, runAll } from "../../execution/test/support/rounds.ts";
import { World } from "../../execution/test/support/world.ts";
import { measureTrace } from "../src/trace/figures.ts";
import { hottestSlot, withoutHottest } from "../src/trace/hottest.ts";
import { programsOfTrace, traceShards } from "../src/trace/programs.ts";
import { readTrace, type TraceBlock } from "../src/trace/read.ts";
import { roundsOfTrace } from "../src/trace/run.ts";

interface RawBlock {
  readonly block: number;
  readonly txs: readonly { readonly storage: Readonly<Record<string, readonly string[]>> }[];
}

function parsed(text: string): readonly TraceBlock[] {
  const trace = readTrace(text);
  if (!trace.ok) throw new Error(`${trace.error.path}: ${trace.error.message}`);
  return trace.value;
}

const rawOf = (text: string) =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as RawBlock);
const addressOf = (at: number) => `0x${String(at).padStart(40, "0")}`;
const slotOf = (at: number) => `0x${String(at).padStart(64, "0")}`;
const lineOf = (...txs: readonly Readonly<Record<string, readonly string[]>>[]) =>
  JSON.stringify({ block: 1, txs: txs.map((storage) => ({ storage })) });

describe("a trace as programs", () => {
  test.each([
    ["no JSON", "{", "no object"],
    ["no object", "[]", "no object"],
    ["no block", "{}", '"block" is no number'],
    ["no transactions", '{"block":1}', '"txs" is no list'],
    ["no storage", '{"block":1,"txs":[[]]}', 'txs[0]: "storage" is no object'],
    ["no address", lineOf({}, { "0x12": [slotOf(1)] }), 'txs[1]: "0x12" is no contract'],
    ["no slot", lineOf({ [addressOf(1)]: ["0x1"] }), 'txs[0]: "0x1" is no slot'],
    ["no list of slots", `{"block":1,"txs":[{"storage":{"${addressOf(1)}":{}}}]}`, "are no list"],
  ])("%s is refused, and the line named", (_what, line, message) => {
    expect(readTrace(`${lineOf()}\n${line}\n`)).toMatchObject({
      ok: false,
      error: { code: "bad-trace", path: "line 2", message: expect.stringContaining(message) },
    });
  });

  test("so is a trace without a block", () => {
    expect(readTrace("\n\n")).toMatchObject({ ok: false, error: { code: "bad-trace", path: "" } });
  });

  test("a step for each contract, which uses the one before; slots are what it writes", () => {
    const trace = parsed(lineOf({ [addressOf(1)]: [slotOf(2), slotOf(1)], [addressOf(2)]: [slotOf(3)] }, {}));
    const { blocks, counts } = programsOfTrace(trace, { shards: 8, grouped: true });
    expect(counts).toMatchObject({ transactions: 2, empty: 1, cut: 0, programs: 1, steps: 2 });
    const [[{ program }]] = blocks as [[OrderedProgram]];
    expect(program.groups).toEqual([{ first: 0, count: 2 }]);
    expect(program.steps.map(({ args }) => args)).toEqual([[], [{ kind: "step", step: 0 }]]);
    const slots = program.steps.map((step) =>
      step.kind === "call" && step.footprint.kind === "keys" ? step.footprint.writes.length : 0,
    );
    expect(slots).toEqual([2, 1]);
  });

  test("more slots than a footprint lists are two steps of the contract", () => {
    const many = Array.from({ length: limits.footprintKeysMax + 1 }, (_, at) => slotOf(at));
    expect(programsOfTrace(parsed(lineOf({ [addressOf(1)]: many })), { shards: 2, grouped: true }).counts.steps).toBe(
      2,
    );
  });

  test("what a program cannot hold is cut, and loses no step", () => {
    const storage = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [addressOf(at), [slotOf(1)]]));
    for (const grouped of [false, true]) {
      const { blocks, counts } = programsOfTrace(parsed(lineOf(storage)), { shards: 64, grouped });
      expect(counts).toMatchObject({ transactions: 1, cut: 1, steps: 40 });
      expect(counts.programs).toBeGreaterThan(3);
      for (const { analysis } of blocks.flat()) {
        expect(Math.max(...analysis.nodes.map(({ hops }) => hops))).toBeLessThanOrEqual(limits.hopsMax);
      }
    }
  });

  test("the slot that most transactions write, and the trace without these", () => {
    const trace = parsed(
      lineOf(
        { [addressOf(1)]: [slotOf(1)] },
        { [addressOf(1)]: [slotOf(1), slotOf(2)] },
        { [addressOf(2)]: [slotOf(1)] },
      ),
    );
    expect(hottestSlot(trace).transactions).toBe(2);
    expect(withoutHottest(trace)[0]?.transactions).toEqual([trace[0]?.transactions[2]]);
  });
});

/** A node of the model, counted anew: when it runs is the latest of what it waits for, in line order. */
interface Counted {
  readonly height: number;
  readonly shard: number;
  readonly keys: readonly string[];
  readonly needs: readonly Counted[];
  readonly round: number;
}

/** Due rounds of all nodes, from the raw file; of transactions that write to few contracts. */
function countedRounds(raw: readonly RawBlock[], shards: number, delay: number, grouped: boolean): readonly number[][] {
  const line: Counted[] = [];
  const rounds: number[][] = [];
  for (const [at, { txs }] of raw.entries()) {
    for (const { storage } of txs) {
      const own: Counted[] = [];
      const stand = (shard: number, keys: readonly string[], needs: readonly Counted[]) => {
        const before = line.filter((other) => other.keys.some((key) => keys.includes(key))).map(({ round }) => round);
        const given = needs.map((need) => need.round + (need.shard === shard ? 0 : delay));
        const node = { height: at + 1, shard, keys, needs, round: Math.max(at + 1, ...before, ...given) };
        line.push(node);
        own.push(node);
        return node;
      };
      const steps: Counted[] = [];
      for (const [address, slots] of Object.entries(storage)) {
        const hash = createHash("sha256")
          .update(Buffer.from(address.slice(2), "hex"))
          .digest();
        steps.push(
          stand(
            hash.readUInt16BE(0) % shards,
            slots.map((slot) => address + slot),
            steps.slice(-1),
          ),
        );
      }
      if (grouped) for (const { shard, keys } of [...steps]) stand(shard, keys, steps);
      if (own.length > 0) rounds.push(own.map(({ round }) => round));
    }
  }
  return rounds;
}

/** The longest chain of steps by going over all pairs. */
function countedCriticalPath(raw: readonly RawBlock[]): number {
  const line: { readonly keys: readonly string[]; readonly length: number }[] = [];
  for (const { storage } of raw.flatMap(({ txs }) => txs)) {
    let before = 0;
    for (const [address, slots] of Object.entries(storage)) {
      const keys = slots.map((slot) => address + slot);
      const same = line.filter((other) => other.keys.some((key) => keys.includes(key))).map(({ length }) => length);
      before = 1 + Math.max(before, ...same);
      line.push({ keys, length: before });
    }
  }
  return Math.max(...line.map(({ length }) => length));
}

/** Transactions that are neither cut nor have two steps in one contract. */
const plain = (raw: readonly RawBlock[]) =>
  raw.map(({ block, txs }) => ({ block, txs: txs.filter(({ storage }) => isPlain(Object.values(storage))) }));

const isPlain = (writes: readonly (readonly string[])[]) =>
  writes.length <= limits.hopsMax && writes.every(({ length }) => length <= limits.footprintKeysMax);

const touchEnvironment: Environment = {
  name: asEnvironmentName("touched"),
  methods: new Map([
    [createMethod, { whole: true, run: () => success(null) }],
    [asMethodName("touch"), { whole: false, run: () => success(1n) }],
  ]),
};

describeVectors("traces", ({ bytes, files }) => {
  const text = gunzipSync(bytes("eth-block-access-40.jsonl.gz")).toString("utf8");
  const raw = rawOf(text);
  const few = plain(raw.slice(0, 3));
  const fewTrace = parsed(few.map((block) => JSON.stringify(block)).join("\n"));

  test("its totals are those of the raw file", () => {
    const storages = raw.flatMap(({ txs }) => txs.map(({ storage }) => Object.values(storage)));
    const steps = storages.flat().reduce((sum, { length }) => sum + Math.ceil(length / limits.footprintKeysMax), 0);
    const [figures] = measureTrace(parsed(text), { shards: 64, grouped: false }, [2]);
    expect(figures).toMatchObject({
      blocks: 40,
      transactions: storages.length,
      empty: storages.filter(({ length }) => length === 0).length,
      steps,
      hottest: 579,
    });
    expect([files.length, storages.length, steps]).toEqual([1, 6506, 8496]);
  });

  test.each([
    [2, 2, false],
    [8, 2, false],
    [64, 5, false],
    [2, 5, true],
    [8, 2, true],
    [64, 5, true],
  ])(
    "three blocks over %i shards, delay %i, in groups: %s, run in the rounds that a plain count gives",
    (shards, delay, grouped) => {
      const { blocks, counts } = programsOfTrace(fewTrace, { shards, grouped });
      expect(counts.cut).toBe(0);
      const rounds = [...roundsOfTrace(blocks, shards, delay).values()];
      const counted = countedRounds(few, shards, delay, grouped);
      expect(rounds).toEqual(counted);
      const [figures] = measureTrace(fewTrace, { shards, grouped }, [delay]);
      const lags = [...roundsOfTrace(blocks, shards, delay)].map(([{ height }, each]) => Math.max(...each) - height);
      expect(figures?.lag.max).toBe(Math.max(...lags));
      expect(figures?.atOnce).toBe(lags.filter((lag) => lag === 0).length);
      if (!grouped) expect(figures?.criticalSteps).toBe(countedCriticalPath(few));
    },
  );

  test("the executor runs two blocks in the rounds of the schedule", () => {
    const [shards, delay] = [8, 2];
    const { blocks } = programsOfTrace(fewTrace.slice(0, 2), { shards, grouped: true });
    const names = blocks.flat().flatMap(({ analysis }) => analysis.nodes.map(({ contract }) => contract));
    const contracts = Object.fromEntries(names.map((name) => [name, ["touched", null] as const]));
    const world = new World({ shards: traceShards(shards), environments: [touchEnvironment], contracts });
    runAll(
      world,
      blocks.map((programs) => programs.map(({ program }) => ({ program }))),
      delay,
    );
    const ran = roundsOf(world);
    const scheduled = [...roundsOfTrace(blocks, shards, delay)].flatMap(([{ height, index, analysis }, rounds]) =>
      analysis.nodes.map(
        ({ step, kind, contract }, place) => [`${height}/${index}.${step} ${kind} ${contract}`, rounds[place]] as const,
      ),
    );
    expect(new Map(scheduled)).toEqual(ran);
    console.log(`trace: ${ran.size} nodes of two blocks executed in ${world.height} rounds, as scheduled`);
  });
});
