// The truth of the whole stage says nothing where shards do what the chains say, and something wherever they do not.

import { type Claim, claimCodec, type Export, type Root, sha256, utf8 } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { ExecutedFacts, Truth } from "../src/checkers/whole/truth.ts";
import type { MadeRound } from "../src/rounds/checkers/context.ts";
import { type WholeLog, wholeLog } from "./support/whole-log.ts";

const log = wholeLog(7);
const other = sha256(utf8("something else")) as Root;

/** What it says first, if it is told all of both chains and of the shards. */
function says(truth: Truth, { blocks, executed }: WholeLog, change = (facts: ExecutedFacts) => facts) {
  for (const [at, block] of blocks.entries()) {
    const wrong = truth.onOrdered(block);
    if (wrong !== undefined) return wrong;
    for (const facts of executed[at] ?? []) {
      const found = truth.onExecuted(change(facts));
      if (found !== undefined) return found;
    }
  }
  return truth.advance();
}

/** Shards of which something is found wrong. */
function wrongShards(truth: Truth, { blocks, executed }: WholeLog): readonly string[] {
  const found = new Set<string>();
  for (const [at, block] of blocks.entries()) {
    expect(truth.onOrdered(block)).toBeUndefined();
    for (const facts of executed[at] ?? []) if (truth.onExecuted(facts) !== undefined) found.add(facts.shard);
  }
  return [...found];
}

/** What a step gave is said to be nothing. */
function deny(each: Export): Export {
  const { node, content } = each;
  if (content.kind !== "outcome" || content.value.kind !== "value") return each;
  return {
    node,
    content: { kind: "outcome", value: { kind: "nothing", value: { why: "reverted", step: node.step } } },
  };
}

/** The first claim with lanes is another one. */
function lying(change: (result: MadeRound) => MadeRound) {
  let isDone = false;
  return (facts: ExecutedFacts): ExecutedFacts => {
    if (isDone || facts.result === undefined || facts.result.lanes.length === 0) return facts;
    isDone = true;
    return { ...facts, result: change(facts.result) };
  };
}

function withClaim(result: MadeRound, change: Partial<Claim>): MadeRound {
  const claim = { ...result.claim, ...change };
  return { ...result, claim, root: claimCodec.root(claim) };
}

describe("truth", () => {
  test.each([1, 2, 3, 7, 11, 19])(
    "shards that follow the chains of log %i are right, and so is what they end with",
    (seed) => {
      const own = wholeLog(seed);
      const truth = own.createTruth();
      expect(says(truth, own)).toBeUndefined();
      expect(truth.left).toBe(0);
      expect(truth.endProblem(own.contractsOf)).toBeUndefined();
    },
  );

  test("so they are where the attest chain is heard of later", () => {
    let known = 0;
    const truth = log.createTruth({ known: () => known });
    for (const [at, block] of log.blocks.entries()) {
      expect(truth.onOrdered(block)).toBeUndefined();
      for (const facts of log.executed[at] ?? []) expect(truth.onExecuted(facts)).toBeUndefined();
      if (at % 5 === 4) known = at - 2;
      expect(truth.advance()).toBeUndefined();
    }
    known = log.blocks.length;
    expect(truth.advance()).toBeUndefined();
    expect(truth.left).toBe(0);
  });

  test("a lie is found there too, once it can be", () => {
    let known = 0;
    const truth = log.createTruth({ known: () => known });
    const change = lying((result) => withClaim(result, { contracts: other }));
    expect(says(truth, log, change)).toBeUndefined();
    known = log.blocks.length;
    expect(truth.advance()).toMatch(/other contracts/);
  });

  test.each<readonly [string, RegExp, (result: MadeRound) => MadeRound]>([
    ["other contracts", /state: other contracts/, (result) => withClaim(result, { contracts: other })],
    ["another prev", /does not follow/, (result) => withClaim(result, { prev: other })],
    ["another pending map", /pending: /, (result) => withClaim(result, { pending: { count: 0, root: other } })],
    [
      "a source too many",
      /claim: (names|does)/,
      (result) => withClaim(result, { sources: [{ shard: "a" as never, round: 1 as never, exports: other }] }),
    ],
    [
      "a lane left out",
      /due: ran/,
      (result) => ({ ...withClaim(result, { lanes: result.claim.lanes.slice(1) }), lanes: result.lanes.slice(1) }),
    ],
    ["another root", /has another root/, (result) => ({ ...result, root: other })],
  ])("fires at %s", (_, what, change) => {
    expect(says(log.createTruth(), log, lying(change))).toMatch(what);
  });

  test("fires where a shard does not claim, or claims with nothing to do", () => {
    let last: MadeRound | undefined;
    const silent = (facts: ExecutedFacts) => ({ ...facts, result: undefined });
    expect(says(log.createTruth(), log, silent)).toMatch(/due: no claim/);
    const eager = (facts: ExecutedFacts): ExecutedFacts => {
      last = facts.result ?? last;
      return { ...facts, result: last };
    };
    expect(says(log.createTruth(), log, eager)).toMatch(/due: a claim, where nothing is due/);
  });

  test("fires where a second node makes another claim, or none", () => {
    const truth = log.createTruth();
    const [block] = log.blocks;
    const [facts] = log.executed[0]?.filter(({ result }) => result !== undefined) ?? [];
    expect(facts).toBeDefined();
    if (block === undefined || facts?.result === undefined) return;
    truth.onOrdered(block);
    for (const each of log.executed[0] ?? []) expect(truth.onExecuted(each)).toBeUndefined();
    expect(truth.onExecuted(facts)).toBeUndefined();
    expect(truth.onExecuted({ ...facts, result: withClaim(facts.result, { contracts: other }) })).toMatch(
      /another claim/,
    );
    expect(truth.onExecuted({ ...facts, result: undefined })).toMatch(/where others claim/);
  });

  test("says how long what is left takes, and what it needs", () => {
    const truth = log.createTruth();
    truth.onOrdered(log.blocks[0] as (typeof log.blocks)[number]);
    const { left } = truth;
    const { rounds, roundOf } = truth.forecast();
    expect(truth.left).toBe(left);
    expect(rounds).toBeGreaterThanOrEqual(left === 0 ? 0 : 1);
    expect(rounds).toBeLessThanOrEqual(left);
    for (const line of truth.programs.keys())
      for (const place of line.nodes.keys()) expect(roundOf(line, place)).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  test("R8: what waits for a shard that is lost is not forecast, and all else is", () => {
    const own = wholeLog(11, 0);
    const truth = own.createTruth({ lost: ["a"] });
    for (const block of own.blocks)
      truth.onOrdered({ ...block, header: { ...block.header, attested: own.nothingCited } });
    const { roundOf } = truth.forecast();
    const stuck = [...truth.programs.keys()].flatMap((line) =>
      line.nodes.filter((_, place) => roundOf(line, place) === Number.POSITIVE_INFINITY),
    );
    expect(stuck.length).toBeGreaterThan(0);
    expect(truth.left).toBeGreaterThan(stuck.length);
  });

  test.each([6, 10, 12, 27])(
    "C6, log %i: who is shown false outcomes is held to what follows from them, and the liars' own shard to the truth",
    (seed) => {
      const own = wholeLog(seed);
      const lanesAt = (round: number) =>
        own.executed[round - 1]?.find(({ shard }) => shard === "a")?.result?.lanes ?? [];
      const exportsOf = (_: string, round: number) => lanesAt(round).flatMap(({ content }) => content.exports);
      expect(wrongShards(own.createTruth({ lost: ["a"], exportsOf }), own)).toEqual([]);
      const exportsDenied = (shard: string, round: number) => exportsOf(shard, round).map(deny);
      const truth = own.createTruth({ lost: ["a"], exportsOf: exportsDenied });
      const wrong = wrongShards(truth, own);
      expect(truth.lies).toBeGreaterThan(0);
      // These claims rest on the truth. What rests on them then fires too.
      expect(wrong.length).toBeGreaterThan(0);
      expect(wrong[0]).not.toBe("a");
    },
  );

  test.each([6, 10, 27, 42])(
    "C6, log %i: what is told of a step counts, whatever is said of those that it rests on",
    (seed) => {
      const own = wholeLog(seed);
      const lanesAt = (round: number) =>
        own.executed[round - 1]?.find(({ shard }) => shard === "a")?.result?.lanes ?? [];
      const known = own.createTruth();
      wrongShards(known, own);
      const nameOf = (height: number, index: number, step: number) => `${height}/${index}/${step}`;
      const used = new Set<string>();
      for (const { height, index, nodes } of known.programs.keys())
        for (const { shard, needs } of nodes)
          if (shard !== "a") for (const step of needs) used.add(nameOf(height, index, step));
      const isUsed = ({ node }: Export) => used.has(nameOf(node.height, node.index, node.step));
      const exportsOf = (_: string, round: number) =>
        lanesAt(round).flatMap(({ content }) => content.exports.map((each) => (isUsed(each) ? each : deny(each))));
      const truth = own.createTruth({ lost: ["a"], exportsOf });
      expect(wrongShards(truth, own)).toEqual([]);
      expect(truth.lies).toBeGreaterThan(0);
    },
  );

  test("fires at the end where contracts are others", () => {
    const truth = log.createTruth();
    says(truth, log);
    expect(truth.endProblem(() => other)).toMatch(/ends with other contracts/);
  });
});
