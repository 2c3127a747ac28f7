// Checkers of the whole stage that look at what nodes say and hold: each fires on what it is for. Observations are made by
// hand. Instance 0 is validator 0, and so on; validators sit in the committee of `a` in the same order.

import { claimContentCodec } from "@tandem/attestation";
import {
  type Affirmation,
  type AttestBlock,
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  asValidatorIndex,
  asView,
  type Claim,
  claimCodec,
  type Root,
  type StoreBatch,
  sha256,
  toHex,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import type { Checker } from "../src/checkers/checker.ts";
import { VoteBook } from "../src/checkers/vote-book.ts";
import { affirmedOnce } from "../src/checkers/whole/affirmed-once.ts";
import { type AttestOracle, type AttestOracleState, attestHeaderRootOf } from "../src/checkers/whole/attest-oracle.ts";
import { contents } from "../src/checkers/whole/contents.ts";
import { Disputes } from "../src/checkers/whole/disputes.ts";
import { evidenceIncluded } from "../src/checkers/whole/evidence-included.ts";
import { alarms, attestBlock, idle, truth } from "../src/checkers/whole/stage-two.ts";
import { unmarked } from "../src/checkers/whole/unmarked.ts";
import { WholeWatch } from "../src/checkers/whole/whole-watch.ts";
import { Losses } from "../src/losses.ts";
import type { Observation } from "../src/nodes/words.ts";
import { passing } from "../src/payload/block.ts";
import type { MadeRound } from "../src/rounds/checkers/context.ts";
import type { Setting } from "../src/setting.ts";
import { wholeLog } from "./support/whole-log.ts";

const shard = asShardName("a");
const root = (text: string) => sha256(utf8(text)) as Root;
const log = wholeLog(7, 0);
const votes = new VoteBook([1, 1, 1, 1], new Set([3]));
let blocks: Map<string, AttestBlock>;
let states: Map<string, AttestOracleState>;
let watch: WholeWatch;

beforeEach(() => {
  const first = { height: 0, frontiers: new Map(), claims: new Map(), fresh: [], parent: undefined };
  blocks = new Map();
  states = new Map();
  const oracle = {
    first,
    stateOf: (of: string) => states.get(of),
    judge: (of: string) => (states.has(of) ? { state: states.get(of) } : { problem: "is not right" }),
  } as unknown as AttestOracle;
  watch = new WholeWatch({ truth: log.createTruth(), oracle, blocks, votes, validators: [0, 1, 2, 3] });
});

/** What a checker says of what instances do, after the watch has seen it. */
function says(checker: Checker, ...seen: readonly (readonly [instance: number, observation: Observation])[]) {
  return seen.map(([instance, observation]) => {
    watch.see(observation, instance);
    return checker.onObservation(observation, instance, 0);
  });
}

function claimOf(round: number, prev: Root = zeroRoot, contracts = "contracts"): Claim {
  const pending = { count: 0, root: zeroRoot };
  return {
    epoch: asEpoch(0),
    shard,
    round: asRound(round),
    prev,
    sources: [],
    lanes: [],
    contracts: root(contracts),
    pending,
  };
}

const made = (claim: Claim): Observation => ({
  ...{ kind: "executed", shard, height: claim.round, reads: 1, visible: 0 },
  result: { claim, root: claimCodec.root(claim), lanes: [] },
});

function affirmation(claim: Claim, signer: number, round: number = claim.round): Affirmation {
  const named = { epoch: asEpoch(0), shard, claim: claimCodec.root(claim), round: asRound(round) };
  return { ...named, signer: asValidatorIndex(signer), signature: new Uint8Array(96) };
}

const said = (...affirmations: readonly Affirmation[]): Observation => ({
  ...{ kind: "sent", to: -1 },
  message: { kind: "affirmations", affirmations },
});

const zeros = (count: number) => new Array<number>(count).fill(0);

/** As it lies in the store: offsets of claim and exports, the claim, and no exports, for it has no lanes. */
function contentOf(claim: Claim): Uint8Array {
  const bytes = claimCodec.encode(claim);
  const content = new Uint8Array(8 + bytes.length);
  const offsets = new DataView(content.buffer);
  offsets.setUint32(0, 8, true);
  offsets.setUint32(4, content.length, true);
  content.set(bytes, 8);
  return content;
}

const contentKey = (claim: Claim) => Uint8Array.of(48, ...claimCodec.root(claim));

/** Contents, affirmations and the mark of the last round are in the store. */
function stored(...claims: readonly Claim[]): Observation {
  const round = Math.max(...claims.map((claim) => claim.round));
  const mark = {
    key: Uint8Array.of(49, 0, ...zeros(8), ...utf8(shard), 0),
    value: Uint8Array.of(0, ...zeros(12), round, ...zeros(7)),
  };
  const puts = claims.flatMap((claim) => [
    { key: contentKey(claim), value: contentOf(claim) },
    { key: Uint8Array.of(49, 1, 0), value: Uint8Array.of(1, ...zeros(8), ...claimCodec.root(claim)) },
  ]);
  return { kind: "stored", batch: { puts: [mark, ...puts], deletes: [] } };
}

const batchOf = (observation: Observation) => (observation.kind === "stored" ? observation.batch.puts : []);

const forgotten = (claim: Claim): Observation => ({
  ...{ kind: "stored", batch: { puts: [], deletes: [contentKey(claim)] } },
});

const one = claimOf(1);
const two = claimOf(2, claimCodec.root(one));

describe("affirmed-once", () => {
  const checker = () => affirmedOnce(watch, { validators: [0, 1, 2, 3], validatorAt: (_, seat) => seat });
  const last = (...seen: Parameters<typeof says>[1][]) => says(checker(), ...seen).at(-1);

  test("own claims one after the other, said again, over lives", () => {
    const restored: Observation = { kind: "restored", records: [] };
    const all = says(
      checker(),
      ...[made(one), stored(one), said(affirmation(one, 1)), made(two), stored(two)].map((each) => [1, each] as const),
      [1, said(affirmation(one, 1), affirmation(two, 1))],
      [1, restored],
      [1, stored(one, two)],
      [1, said(affirmation(two, 1))],
    );
    expect(all).toEqual(Array(all.length).fill(undefined));
  });

  test("fires at a claim that another made, or nobody", () => {
    expect(last([0, made(one)], [1, stored(one)], [1, said(affirmation(one, 1))])).toMatch(/never made/);
    expect(last([1, stored(one)], [1, said(affirmation(one, 1))])).toMatch(/never made/);
  });

  test("fires at another name, and another round", () => {
    const before = [[1, made(one)] as const, [1, stored(one)] as const];
    expect(last(...before, [1, said(affirmation(one, 2))])).toMatch(/in the name of 2/);
    expect(last(...before, [1, said(affirmation(one, 1, 3))])).toMatch(/a claim of round 1/);
  });

  test("fires at two claims of a round, of a prev, and at one below", () => {
    const rival = claimOf(1, zeroRoot, "others");
    const later = claimOf(3, claimCodec.root(one));
    const below = claimOf(1, root("elsewhere"));
    const all = (...claims: readonly Claim[]) => [
      ...claims.map((claim) => [1, made(claim)] as const),
      [1, stored(...claims)] as const,
      [1, said(...claims.map((claim) => affirmation(claim, 1)))] as const,
    ];
    expect(last(...all(one, rival))).toMatch(/two claims of one round/);
    expect(last(...all(one, two, later))).toMatch(/follow the same one/);
    expect(last(...all(two, below))).toMatch(/at or below round 2/);
  });

  test("fires at one that is not in the store, or whose content is not", () => {
    expect(last([1, made(one)], [0, stored(one)], [1, said(affirmation(one, 1))])).toMatch(/before it was durable/);
    expect(last([1, made(one)], [1, said(affirmation(one, 1))])).toMatch(/before it was durable/);
    const bare = [
      [1, made(one)],
      [1, stored(one)],
      [1, forgotten(one)],
    ] as const;
    expect(last(...bare, [1, said(affirmation(one, 1))])).toMatch(/without its content/);
  });

  test("C4: fires where the mark in the store is below", () => {
    const [mark] = batchOf(stored(one));
    const puts = [mark, ...batchOf(stored(two)).slice(1)] as StoreBatch["puts"];
    const late: Observation = { kind: "stored", batch: { puts, deletes: [] } };
    expect(last([1, made(two)], [1, late], [1, said(affirmation(two, 1))])).toMatch(/before its mark/);
    expect(last([1, made(two)], [1, stored(two)], [1, said(affirmation(two, 1))])).toBeUndefined();
  });
});

/** A block of the attest chain that attests these, and is right. */
function attested(height: number, ...claims: readonly Claim[]) {
  const items = claims.map((claim) => ({
    kind: "attestation",
    value: { claim, bitmap: [], signature: new Uint8Array() },
  }));
  const header = { height: asHeight(height), view: asView(height) };
  const block = { header, body: { items, citation: undefined } } as unknown as AttestBlock;
  const own = root(`attest block ${height}`);
  const fresh = claims.map((claim) => {
    const place = { shard: claim.shard, round: claim.round, height, exports: "" };
    return { ...place, root: toHex(claimCodec.root(claim)) };
  });
  const named = new Map(fresh.map((each) => [`${each.shard} ${each.round}`, each]));
  const state = { block, root: own, height, fresh, claims: named, frontiers: new Map(), parent: watch.final };
  states.set(toHex(own), state as unknown as AttestOracleState);
  blocks.set(toHex(own), block);
  return { block, root: own };
}

const ofAttest = (observation: unknown): Observation => ({ kind: "attest", observation: observation as Observation });
const delivered = ({ block, root: own }: ReturnType<typeof attested>) =>
  ofAttest({ kind: "delivered", block: passing(block), info: { height: block.header.height, root: own } });
const notarized = (own: Root) =>
  ofAttest({ kind: "sent", to: -1, message: { kind: "vote", vote: { kind: "notarize", block: own } } });

describe("contents", () => {
  test("C5: fires at what is stored and is not what its claim commits to", () => {
    const results = log.executed.flat().map(({ result }) => result);
    const result = results.find((each) => each?.lanes.some(({ content }) => content.exports.length > 0));
    const { claim, lanes } = result as MadeRound;
    const exports = lanes.map(({ content }) => content.exports);
    const say = (of: Claim, value: Uint8Array) => {
      const puts = [{ key: contentKey(of), value }];
      return says(contents(watch), [0, { kind: "stored", batch: { puts, deletes: [] } }])[0];
    };
    const own = claimContentCodec.encode({ claim, exports });
    expect(say(claim, own)).toBeUndefined();
    expect(say(one, own)).toMatch(/another claim/);
    expect(say(claim, claimContentCodec.encode({ claim, exports: exports.map(() => []) }))).toMatch(/other exports of/);
    expect(say(claim, claimContentCodec.encode({ claim, exports: exports.slice(1) }))).toMatch(/lists of exports for/);
    expect(say(one, contentOf(one))).toBeUndefined();
  });

  test("C5: fires at a vote for claims whose contents the voter does not hold", () => {
    const block = attested(1, one);
    expect(says(contents(watch), [0, stored(one)], [0, notarized(block.root)])).toEqual([undefined, undefined]);
    expect(says(contents(watch), [1, notarized(block.root)])).toEqual([expect.stringMatching(/without its content/)]);
  });

  test("C5: but not where its journal has the vote, and its store is lost", () => {
    const block = attested(1, one);
    const losses = { isOver: (instance: number, timeUs: number) => instance === 1 && timeUs >= 100 };
    /** A length, then: a vote, to notarize, epoch, view, block. */
    const record = Uint8Array.of(51, ...zeros(3), 2, 1, ...zeros(16), ...block.root, 0);
    const booted = ofAttest({ kind: "booted", finals: [], journal: [record] });
    const say = (instance: number, timeUs: number, vote = block.root) => {
      const checker = contents(watch, losses);
      checker.onObservation(booted, instance, timeUs);
      return checker.onObservation(notarized(vote), instance, timeUs);
    };
    expect(say(1, 100)).toBeUndefined();
    expect(say(1, 99)).toMatch(/without its content/);
    expect(say(0, 100)).toMatch(/without its content/);
    expect(say(1, 100, attested(2, two).root)).toMatch(/without its content/);
  });

  test("fires where no honest node holds what was attested just now", () => {
    const block = attested(1, one);
    expect(says(contents(watch), [0, delivered(block)])).toEqual([expect.stringMatching(/no honest node holds/)]);
  });

  test("but not where another one does", () => {
    const block = attested(1, one);
    expect(says(contents(watch), [2, stored(one)], [0, delivered(block)])).toEqual([undefined, undefined]);
  });
});

const headerRoots = {
  ...{ version: 1, epoch: 0, proposer: 0, order: { height: 0, root: zeroRoot } },
  ...{ parent: zeroRoot, history: zeroRoot, frontiersRoot: zeroRoot, attestationsRoot: zeroRoot },
};

describe("evidence", () => {
  const fault = (signer: number) => ({ kind: "evidence", first: { signer }, second: { signer } });
  const proposed = ({ block }: ReturnType<typeof attested>) =>
    ofAttest({ kind: "sent", to: -1, message: { kind: "proposal", proposal: { block: passing(block) } } });
  /** Blocks are known by the roots of their headers. */
  const blockOf = (height: number, ...signers: readonly number[]) => {
    const { block } = attested(height);
    const proofs = signers.map((signer) => ({ kind: "votes", value: { chain: "attest", first: { signer } } }));
    const items = proofs.map((value) => ({ kind: "evidence", value }));
    const header = { ...block.header, ...headerRoots };
    const whole = { header, body: { ...block.body, items } } as unknown as AttestBlock;
    const own = attestHeaderRootOf(whole);
    states.set(toHex(own), { block: whole, parent: undefined } as unknown as AttestOracleState);
    return { block: whole, root: own as Root };
  };

  test("S10: fires at who leads and leaves out what it can prove, some time after it told it", () => {
    const checker = evidenceIncluded(watch, { deltaMs: 10, healAtMs: 500 });
    const at = (ms: number, observation: Observation) => checker.onObservation(observation, 0, 1000 * ms);
    expect(at(100, ofAttest(fault(3)))).toBeUndefined();
    expect(at(540, proposed(blockOf(1)))).toBeUndefined();
    expect(at(600, proposed(blockOf(1)))).toBeUndefined();
    expect(at(600, proposed(blockOf(2, 3)))).toBeUndefined();
    expect(at(600, proposed(blockOf(3)))).toMatch(/without evidence of seat 3 on the attest chain/);
    expect(at(610, fault(2) as Observation)).toBeUndefined();
    expect(at(700, proposed(blockOf(4, 3)))).toMatch(/seat 2 on the order chain/);
    expect(at(710, ofAttest({ kind: "booted", finals: [], journal: [] }))).toBeUndefined();
    expect(at(800, proposed(blockOf(5)))).toBeUndefined();
  });
});

describe("attest-block", () => {
  test("fires at a vote for, and a delivery of, what the oracle finds wrong", () => {
    const right = attested(1, one);
    const checker = attestBlock(watch);
    const say = (observation: Observation) => checker.onObservation(observation, 0, 0);
    expect(say(notarized(right.root))).toBeUndefined();
    expect(say(delivered(right))).toBeUndefined();
    expect(watch.final.height).toBe(1);
    expect(say(notarized(root("another")))).toMatch(/^voted for attest block/);
    expect(say(delivered({ ...right, root: root("another") }))).toMatch(/^delivered attest block/);
  });
});

describe("truth", () => {
  test("fires at what is attested and no honest node made, and at what is attested otherwise", () => {
    const [facts] = log.executed[0]?.filter(({ result }) => result !== undefined) ?? [];
    const result = facts?.result;
    expect(result).toBeDefined();
    if (facts === undefined || result === undefined) return;
    const order = { kind: "ordered", block: { header: log.blocks[0]?.header }, blobs: log.blocks[0]?.blobs };
    const right = attested(1, result.claim);
    expect(says(truth(watch), [0, order as Observation], [0, delivered(right)])[1]).toMatch(/no honest node made/);
    const mine = (log.executed[0] ?? []).map(
      (each) => [0, { kind: "executed", reads: 0, visible: 0, ...each }] as const,
    );
    expect(says(truth(watch), ...mine, [0, delivered(right)]).at(-1)).toBeUndefined();
    const rivals = [
      { ...result.claim, contracts: root("others") },
      { ...result.claim, prev: root("others") },
    ];
    expect(says(truth(watch), [0, delivered(attested(2, rivals[0] as Claim))])).toEqual([
      expect.stringMatching(/other contracts/),
    ]);
    expect(says(truth(watch), [0, delivered(attested(3, rivals[1] as Claim))])).toEqual([
      expect.stringMatching(/another claim/),
    ]);
  });
});

test("truth knows what was final at a boot, once its blobs are", () => {
  const [first] = log.blocks;
  const bytes = first?.blobs ?? [];
  const roots = bytes.map((_, index) => Uint8Array.of(index));
  const finals = [{ block: { header: first?.header, body: { blobs: roots } } }];
  const booted = { kind: "booted", finals, journal: [] } as unknown as Observation;
  const restored: Observation = { kind: "restored", records: [] };
  const known = new Map<string, Uint8Array>();
  const checker = truth(watch, (of) => known.get(of));
  says(checker, [0, booted], [0, restored]);
  expect(watch.truth.height).toBe(bytes.length === 0 ? 1 : 0);
  for (const [index, blob] of bytes.entries()) known.set(toHex(roots[index] as Uint8Array), blob);
  says(checker, [0, restored]);
  expect(watch.truth.height).toBe(1);
});

describe("C6, where a committee lies", () => {
  const lie = claimOf(1, zeroRoot, "a lie");
  const disputed = (own: Root, theirs: Root): Observation =>
    ({ kind: "news", news: { kind: "alarm", alarm: { what: "diverged", shard, own, theirs } } }) as Observation;
  const roots = { own: claimCodec.root(one), lie: claimCodec.root(lie) };

  beforeEach(() => {
    watch = new WholeWatch({
      ...{ truth: log.createTruth({ lost: [shard] }), oracle: watch.oracle, blocks, votes },
      validators: [0, 1, 2, 3],
    });
  });

  test("fires where a shard goes on that its node disputes", () => {
    const stops = [[0, made(one)] as const, [0, disputed(roots.own, roots.lie)] as const];
    const seen = says(new Disputes(watch), ...stops, [1, made(one)], [1, made(two)], [0, made(two)]);
    expect(seen).toEqual([...Array(4).fill(undefined), expect.stringMatching(/^executed round 2 of a/)]);
  });

  test("fires where what a node executes cites another claim than its own", () => {
    let height = 0;
    for (const block of log.blocks) {
      if (watch.truth.citedAt(shard, height) > 0) break;
      watch.truth.onOrdered(block);
      height++;
    }
    expect(watch.truth.citedAt(shard, height)).toBeGreaterThan(0);
    const checker = new Disputes(watch);
    const before = says(checker, [0, made(one)], [1, made(lie)], [0, delivered(attested(1, lie))]);
    expect(before).toEqual([undefined, undefined, undefined]);
    expect(says(checker, [1, made(claimOf(height, roots.lie))], [0, made(claimOf(height, roots.own))])).toEqual([
      undefined,
      expect.stringMatching(/^executed round \d+ of a, which cites another claim of round 1/),
    ]);
  });

  test("says who has not said yet that it came to something else", () => {
    const checker = new Disputes(watch);
    says(checker, [0, made(one)], [0, delivered(attested(1, lie))]);
    expect(checker.missing([1], 1)).toBeUndefined();
    expect(checker.missing([0, 1], 0)).toBeUndefined();
    expect(checker.missing([0, 1], 1)).toBe("instance 0 does not dispute round 1 of a");
    says(checker, [0, disputed(roots.own, roots.lie)]);
    expect(checker.missing([0, 1], 1)).toBeUndefined();
  });

  test("fires at a dispute of what honest nodes make, and in another's name", () => {
    const say = (own: Root, theirs: Root) => says(new Disputes(watch), [0, made(one)], [0, disputed(own, theirs)])[1];
    expect(say(roots.own, roots.lie)).toBeUndefined();
    expect(say(watch.truth.genesisFrontierOf(shard).claim, roots.lie)).toBeUndefined();
    expect(say(roots.own, roots.own)).toMatch(/that honest nodes make/);
    expect(say(root("x"), roots.lie)).toMatch(/that it did not make/);
  });
});

describe("C4: who lost its store", () => {
  const faults = [{ kind: "lost-archive", instance: 1, fromMs: 100, toMs: 200 }] as const;
  const losses = new Losses({ world: { faults } } as unknown as Pick<Setting, "world">);
  const hasSeat = (_: number, of: string) => of === shard;
  const unsaid: Observation = { kind: "news", news: { kind: "alarm", alarm: { what: "no-mark", shard } } };
  const booted: Observation = { kind: "booted", finals: [], journal: [] };
  const at = (ms: number, ...seen: readonly (readonly [number, Observation])[]) => {
    const checker = unmarked({ losses, hasSeat });
    const all = seen.map(([instance, observation]) => checker.onObservation(observation, instance, 1000 * ms));
    return { all, rounds: checker.rounds };
  };

  test("says so, follows, and affirms nothing", () => {
    const { all, rounds } = at(200, [1, booted], [1, unsaid], [1, made(one)], [1, said()]);
    expect(all).toEqual([undefined, undefined, undefined, undefined]);
    expect(rounds).toBe(1);
    expect(at(200, [1, unsaid], [1, said(affirmation(one, 1))]).all[1]).toMatch(/^affirmed after it lost/);
    expect(at(200, [1, made(one)]).all).toEqual([expect.stringMatching(/^follows a without a mark/)]);
    expect(at(200, [1, unsaid], [1, booted], [1, made(one)]).all[2]).toMatch(/^follows a without a mark/);
  });

  test("affirms what it likes before, and so do others", () => {
    expect(at(99, [1, made(one)], [1, said(affirmation(one, 1))]).all).toEqual([undefined, undefined]);
    expect(at(200, [0, made(one)], [0, said(affirmation(one, 0))]).all).toEqual([undefined, undefined]);
  });

  test("is no alarm in an honest world, where others' are", () => {
    const checker = alarms(new Set(), losses);
    const say = (instance: number, ms: number) => checker.onObservation(unsaid, instance, 1000 * ms);
    expect([say(1, 200), say(1, 99), say(0, 200)]).toEqual([
      undefined,
      expect.stringMatching(/no-mark/),
      expect.stringMatching(/no-mark/),
    ]);
  });
});

describe("idle and alarm", () => {
  test("fire at reads without work, at alarms, and where a node stops", () => {
    const nothing = { kind: "executed", shard, height: 1, result: undefined } as const;
    expect(says(idle(), [0, { ...nothing, reads: 0, visible: 0 }], [0, made(one)])).toEqual([undefined, undefined]);
    expect(says(idle(), [0, { ...nothing, reads: 2, visible: 0 }])).toEqual([expect.stringMatching(/^2 reads/)]);
    const news = (alarm: unknown) => ({ kind: "news", news: { kind: "alarm", alarm } }) as Observation;
    expect(says(alarms(), [0, news({ what: "no-mark", shard })])).toEqual([expect.stringMatching(/no-mark/)]);
    expect(says(alarms(), [0, news({ what: "diverged", shard, own: root("x") })])).toEqual([
      expect.stringMatching(/diverged/),
    ]);
    expect(says(alarms(), [0, { kind: "attest-diverged", height: 3, problem: "history" }])).toEqual([
      expect.stringMatching(/attest height 3/),
    ]);
  });
});
