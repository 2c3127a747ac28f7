// Each checker of the order stage fires on what it is for, and on nothing less. Blocks are forged right, and then changed
// in one thing; observations are made by hand, as honest nodes would make them.

import {
  asAmount,
  asBudget,
  asEpoch,
  asHeight,
  asNonce,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asView,
  type Envelope,
  historyRoot,
  limits,
  type Root,
  sha256,
  toHex,
  utf8,
} from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import type { Checker } from "../src/checkers/checker.ts";
import { restateLeader } from "../src/checkers/leader-draw.ts";
import { BlobBook, blobKind, keptKind } from "../src/checkers/order/blob-book.ts";
import { conserved } from "../src/checkers/order/conserved.ts";
import { durableBlobs } from "../src/checkers/order/durable-blobs.ts";
import { exchangeBounds } from "../src/checkers/order/exchange-bounds.ts";
import { headerRootOf } from "../src/checkers/order/naive-headers.ts";
import { type CitableBlock, Oracle } from "../src/checkers/order/oracle.ts";
import { orderedOnce } from "../src/checkers/order/ordered-once.ts";
import { recompute } from "../src/checkers/order/recompute.ts";
import { slices } from "../src/checkers/order/slices.ts";
import { Watch } from "../src/checkers/order/watch.ts";
import { Forge } from "../src/habits/order/forge.ts";
import { Workshop } from "../src/habits/order/workshop.ts";
import { plainBlobs, type Setting, scaleSetting } from "../src/index.ts";
import { createNetwork } from "../src/nodes/order-network.ts";
import type { LabMessage, Observation } from "../src/nodes/words.ts";
import { type Block, blockRules } from "../src/payload/block.ts";
import { payerOf } from "../src/work/payers.ts";

const setting: Setting = { ...scaleSetting(4, 1), blobs: { ...plainBlobs, blockBlobs: 3, lagMax: 2, pendingMax: 5 } };
const lab = createNetwork(setting);
const { network } = lab;
const leaderOf = (view: number) => restateLeader(lab.keys.leaderSeed, setting.weights, view);
const shard = asShardName("shard-0");

let known: Map<string, Uint8Array>;
let forge: Forge;
let shop: Workshop;
let watch: Watch;
let blocks: Map<string, Block>;
/** By height; the genesis is the first. */
let attested: CitableBlock[];

beforeEach(() => {
  known = new Map();
  forge = new Forge(network, (root) => known.get(root));
  shop = new Workshop(network.network, ({ root, bytes }) => root !== undefined && known.set(root, bytes));
  blocks = new Map();
  attested = [{ root: network.attestGenesis.root, progressOf: () => ({ round: 0, pending: 0 }) }];
  const { genesis, header } = network;
  const book = new BlobBook();
  const attestedAt = (height: number) => attested[height];
  const facts = { genesis, network: network.network, firstHeader: header, book, blocks, leaderOf, attestedAt };
  watch = new Watch(new Oracle(facts), book, () => undefined);
});

function blob(payer: number, nonce: number, envelope: Partial<Envelope> = {}, why?: "signature"): Uint8Array {
  return shop.make({ payer: payerOf(payer), nonce: asNonce(nonce), envelope, ...(why && { why }) }).bytes;
}

/** A block that is right, on that one or on the genesis. */
function block(blobs: readonly Uint8Array[], below?: Block): Block {
  const parent = below === undefined ? network : { header: below.header, root: rootOf(below) };
  const view = asView(parent.header.view + 1);
  const ground = forge.after(parent.root);
  if (ground === undefined) throw new Error("it stands on a block of the forge");
  const header = {
    ...parent.header,
    view,
    height: asHeight(parent.header.height + 1),
    parent: parent.root,
    history: historyRoot(ground.history),
    timeMs: asTimeMs(parent.header.timeMs + 1),
    proposer: leaderOf(view) as never,
    attested: below === undefined ? network.attestGenesis : below.header.attested,
  };
  const made = forge.rebuild({ header, body: { blobs: [], citation: undefined } }, blobs);
  if (made === undefined) throw new Error("the forge knows the parent");
  return enter(made, blobs);
}

/** As honest nodes see it: the block, and the bytes of its blobs. */
function enter(made: Block, blobs: readonly Uint8Array[]): Block {
  forge.learn(made);
  blocks.set(toHex(rootOf(made)), made);
  for (const bytes of blobs) watch.book.learn(bytes);
  return made;
}

const rootOf = (of: Block) => blockRules.infoOf(of).root;
const changed = (of: Block, header: Partial<Block["header"]>) =>
  enter({ ...of, header: { ...of.header, ...header } }, []);
const sent = (message: LabMessage, to = -1): Observation => ({ kind: "sent", to, message });
const proposed = (of: Block) =>
  sent({ kind: "proposal", proposal: { block: of, parent: undefined, signature: new Uint8Array(96) } });
const delivered = (of: Block): Observation => ({
  kind: "delivered",
  block: of,
  info: blockRules.infoOf(of),
  certificate: undefined as never,
});
const ordered = (of: Block, blobs: readonly Uint8Array[]): Observation => ({
  kind: "ordered",
  block: of,
  info: blockRules.infoOf(of),
  certificate: undefined as never,
  blobs,
});
const keyOf = (kind: number, bytes: Uint8Array) =>
  Uint8Array.of(kind, ...(watch.book.learn(bytes)?.rootBytes ?? new Uint8Array(32)));
const stored = (kind: number, puts: readonly Uint8Array[], deletes: readonly Uint8Array[] = []): Observation => ({
  kind: "stored",
  batch: {
    puts: puts.map((value) => ({ key: keyOf(kind, value), value })),
    deletes: deletes.map((bytes) => keyOf(kind, bytes)),
  },
});
const accepted = (bytes: Uint8Array): Observation => ({
  kind: "receipt",
  id: 1,
  receipt: { kind: "accepted", blob: watch.book.learn(bytes)?.rootBytes as Root, isNew: true },
});
/** Its execution is in the store: the record of its touches. */
const executed = (height: number): Observation => ({
  kind: "stored",
  batch: { puts: [{ key: Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, height), value: new Uint8Array() }], deletes: [] },
});

/** What a checker says at last; `recompute` goes first, as in a run. */
function says(checker: Checker, ...seen: readonly Observation[]): string | undefined {
  let said: string | undefined;
  for (const observation of seen) {
    watch.see(observation, 0);
    said = checker.onObservation(observation, 0, 0);
  }
  return said;
}

const clocks = { leadMs: 1000, latestMs: () => 1_000_000 };
const judged = (of: Block) => says(recompute(watch, clocks), proposed(of));

describe("recompute", () => {
  const transfers = [{ to: payerOf(7).key, amount: asAmount(9n) }];

  test("agrees with blocks that are right: transfers, tips, touches, one after the other", () => {
    const one = block([blob(0, 0, { transfers, tip: asAmount(5n) }), blob(1, 0, { touches: [shard] })]);
    const two = block([blob(0, 1, { budget: asBudget(50), touches: [shard] })], one);
    const none = block([], two);
    for (const each of [one, two, none]) expect(judged(each)).toBeUndefined();
  });

  test.each([
    ["history", { history: sha256(utf8("x")) as Root }, /another history/],
    ["time", { timeMs: network.header.timeMs }, /time 0 after 0/],
    ["proposer", { proposer: ((leaderOf(1) + 1) % 4) as never }, /proposer/],
    ["blobsRoot", { blobsRoot: sha256(utf8("x")) as Root }, /another list|no honest node/],
    ["touchesRoot", { touchesRoot: sha256(utf8("x")) as Root }, /other touches/],
    ["ledgerRoot", { ledgerRoot: sha256(utf8("x")) as Root }, /another ledger/],
    ["validatorsRoot", { validatorsRoot: sha256(utf8("x")) as Root }, /other validator sets/],
    ["attested", { attested: { height: asHeight(0), root: sha256(utf8("x")) as Root } }, /not final/],
    ["view", { view: asView(0) }, /view 0 after 0/],
  ] as const)("fires at a wrong %s", (_, header, said) => {
    expect(judged(changed(block([blob(0, 0, { touches: [shard] })]), header))).toMatch(said);
  });

  test("fires at each blob that may not be there", () => {
    const fires = (...blobs: Uint8Array[]) => judged(block(blobs));
    expect(fires(blob(0, 0, {}, "signature"))).toMatch(/blob 0 is not signed/);
    expect(fires(blob(0, 0, { expires: asHeight(0) }))).toMatch(/blob 0 expired at 0/);
    expect(fires(blob(0, 0, { network: sha256(utf8("x")) as Root }))).toMatch(/another network/);
    expect(fires(blob(0, 0, { touches: [asShardName("nowhere")] }))).toMatch(/no shard/);
    expect(fires(blob(0, 0), blob(0, 2))).toMatch(/blob 1 has nonce 2 where 1 is next/);
    expect(fires(blob(0, 0), blob(0, 0))).toMatch(/blob 1 has nonce 0 where 1 is next/);
    expect(fires(blob(0, 0, { transfers: [{ to: payerOf(1).key, amount: asAmount(2n ** 100n) }] }))).toMatch(/costs/);
    expect(fires(blob(0, 0), blob(0, 1), blob(0, 2), blob(0, 3))).toMatch(/4 blobs where 3/);
    const budget = asBudget(limits.budgetMax);
    expect(fires(blob(0, 0, { budget, touches: [shard] }))).toMatch(/work of/);
  });

  test("O10: a shard is behind by heights that no cited claim covers, and by programs pending", () => {
    const touching = (nonce: number) => [blob(0, nonce, { touches: [shard] })];
    const one = block(touching(0));
    const two = block(touching(1), one);
    const three = block(touching(2), two);
    expect(judged(three)).toBeUndefined();
    const four = block(touching(3), three);
    expect(judged(four)).toMatch(/shard-0, which is behind/);
    const claim = (round: number, pending: number) => {
      const root = sha256(utf8(`claim ${round} ${pending}`)) as Root;
      attested[1] = { root, progressOf: () => ({ round, pending }) };
      return changed(four, { attested: { height: asHeight(1), root } });
    };
    expect(judged(claim(0, 0))).toMatch(/behind/);
    expect(judged(claim(1, 5))).toBeUndefined();
    expect(judged(claim(2, 6))).toMatch(/behind/);
  });

  test("O3: a citation never goes back", () => {
    const root = sha256(utf8("an attest block")) as Root;
    attested[1] = { root, progressOf: () => ({ round: 0, pending: 0 }) };
    const one = changed(block([blob(0, 0)]), { attested: { height: asHeight(1), root } });
    const two = changed(block([], one), { attested: network.attestGenesis });
    expect([judged(one), judged(two)]).toEqual([undefined, expect.stringMatching(/cites attest height 0 after 1/)]);
  });

  test("fires at blobs that nobody showed, at others than the block names, and at a time too far ahead", () => {
    const unseen = blob(0, 0);
    const one = block([]);
    const made = forge.rebuild(one, [unseen]) as Block;
    blocks.set(toHex(rootOf(made)), made);
    expect(judged(made)).toMatch(/a blob that nobody showed/);
    expect(says(recompute(watch, clocks), ordered(one, [unseen]))).toMatch(/other blobs than it names/);
    const votes = (kind: "notarize" | "finalize", timeMs: number) => {
      const early = changed(one, { timeMs: asTimeMs(timeMs) });
      const ballot = { epoch: asEpoch(0), view: early.header.view, block: rootOf(early) as Root };
      const vote = { ...ballot, kind, signer: asValidatorIndex(0), signature: new Uint8Array(96) };
      return says(recompute(watch, clocks), { kind: "sent", to: -1, message: { kind: "vote", vote } });
    };
    expect(votes("notarize", 1_001_000)).toBeUndefined();
    expect(votes("notarize", 1_001_001)).toMatch(/1 ms further ahead/);
    // S5: who finalizes what a quorum notarized need not have checked it.
    expect(votes("finalize", 1_001_001)).toBeUndefined();
  });
});

describe("conserved", () => {
  test("fires where accounts hold more than the genesis gave, or payers lose less than others gain", () => {
    const one = block([blob(0, 0, { tip: asAmount(3n), budget: asBudget(2) })]);
    expect(says(conserved(watch), delivered(one))).toBeUndefined();
    const state = watch.stateAt(1);
    const [key, account] = [...(state?.accounts ?? [])][0] ?? [];
    const richer = new Map(state?.accounts).set(key ?? "", {
      ...account,
      balance: (account?.balance ?? 0n) + 1n,
    } as never);
    const forged = (of: object) => ({ oracle: watch.oracle, stateAt: () => ({ ...state, ...of }) as never });
    expect(says(conserved(forged({ accounts: richer })), delivered(one))).toMatch(/change by 1 together/);
    const cheap = { first: watch.oracle.first, costOf: () => 1n, feesOf: () => ({ ordering: 5n, execution: 0n }) };
    expect(says(conserved({ oracle: cheap, stateAt: () => state }), delivered(one))).toMatch(
      /payers lose 1, and others gain/,
    );
  });
});

describe("ordered-once", () => {
  test("fires at a blob that is ordered again, in one block or in two", () => {
    const mine = blob(0, 0);
    const one = block([mine]);
    expect(says(orderedOnce(watch), delivered(one), delivered(one))).toBeUndefined();
    expect(says(orderedOnce(watch), delivered(one), delivered(block([mine], one)))).toMatch(/a blob of height 1 again/);
    expect(says(orderedOnce(watch), delivered(block([mine, mine])))).toMatch(/twice/);
  });

  test("fires where an accepted blob is gone after a restart, or is let go of too soon", () => {
    const mine = blob(0, 0);
    const kept = stored(keptKind, [mine]);
    const restored = (...bytes: Uint8Array[]): Observation => ({
      kind: "restored",
      records: bytes.map((value) => ({ key: keyOf(keptKind, value), value })),
    });
    expect(says(orderedOnce(watch), kept, accepted(mine), restored(mine))).toBeUndefined();
    expect(says(orderedOnce(watch), kept, accepted(mine), restored())).toMatch(/lost a blob/);
    expect(says(orderedOnce(watch), kept, accepted(mine), stored(keptKind, [], [mine]))).toMatch(/lost a blob/);
  });

  test("a promise ends when the nonce is ordered, or another blob of it tips more", () => {
    const mine = blob(0, 0);
    const gone = stored(keptKind, [], [mine]);
    const promise = [stored(keptKind, [mine]), accepted(mine)];
    const one = block([blob(0, 0)]);
    expect(says(orderedOnce(watch), ...promise, delivered(one), executed(1), gone)).toBeUndefined();
    watch = new Watch(watch.oracle, watch.book, () => undefined);
    expect(says(orderedOnce(watch), ...promise, gone)).toMatch(/lost/);
    const better = blob(0, 0, { tip: asAmount(1n) });
    expect(says(orderedOnce(watch), ...promise, stored(keptKind, [better]), gone)).toBeUndefined();
  });
});

describe("durable-blobs", () => {
  test("wants the blobs of a block stored before a vote, and a kept record before a receipt", () => {
    const mine = blob(0, 0);
    const one = block([mine]);
    const checker = () => durableBlobs(watch, blocks);
    expect(says(checker(), proposed(one))).toMatch(/left before blob/);
    expect(says(checker(), stored(keptKind, [mine]), proposed(one))).toMatch(/left before blob/);
    expect(says(checker(), stored(blobKind, [mine]), proposed(one))).toBeUndefined();
    expect(says(checker(), stored(blobKind, [], [mine]), proposed(one))).toMatch(/left before blob/);
    const other = blob(1, 0);
    expect(says(checker(), accepted(other))).toMatch(/before that was durable/);
    expect(says(checker(), stored(keptKind, [other]), accepted(other))).toBeUndefined();
  });

  test("but not where the journal of who lost its store has the vote", () => {
    const one = block([blob(0, 0)]);
    const root = Buffer.from(headerRootOf(one.header));
    /** A length, then: a vote, to notarize, epoch, view, block. */
    const record = Uint8Array.of(51, 0, 0, 0, 2, 1, ...new Uint8Array(16), ...root, 0);
    const booted: Observation = { kind: "booted", finals: [], journal: [record] };
    const losing = durableBlobs(watch, blocks, { isOver: () => true });
    expect(says(losing, booted, proposed(one))).toBeUndefined();
    expect(says(losing, booted, proposed(block([blob(1, 0)])))).toMatch(/left before blob/);
    expect(says(durableBlobs(watch, blocks), booted, proposed(one))).toMatch(/left before blob/);
  });
});

describe("exchange", () => {
  const checker = () => exchangeBounds(watch, { deltaMs: 100 }, true);
  const pushes = (batch: number, ...blobs: Uint8Array[]) => sent({ kind: "blobs", batch, blobs }, 1);
  const heard = (message: Extract<Observation, { kind: "heard" }>["message"]): Observation => ({
    kind: "heard",
    from: 1,
    message,
  });
  const rootsOf = (...bytes: Uint8Array[]) => bytes.map((each) => watch.book.learn(each)?.rootBytes as Root);

  test("one batch is under way to a peer, until it is received or not needed", () => {
    const [mine, other] = [blob(0, 0), blob(1, 0)];
    expect(says(checker(), pushes(1, mine), pushes(2, other))).toMatch(/pushed batch 2 while 1/);
    expect(says(checker(), pushes(1, mine), heard({ kind: "received", batch: 1 }), pushes(2, other))).toBeUndefined();
    const one = block([mine]);
    expect(says(checker(), pushes(1, mine), delivered(one), executed(1), pushes(2, other))).toBeUndefined();
    expect(says(checker(), pushes(1, other), pushes(1, other))).toMatch(/pushed batch 1 again/);
  });

  test("a push is bounded in blobs and bytes", () => {
    const large = () => blob(0, 0, { payload: new Uint8Array(limits.payloadBytesMax) });
    expect(says(checker(), pushes(1, large()))).toBeUndefined();
    expect(says(checker(), pushes(1, large(), large()))).toMatch(/bytes at once/);
    expect(says(checker(), pushes(1, ...Array(1025).fill(blob(0, 0))))).toMatch(/pushed 1025 blobs/);
  });

  test("few requests to a peer are open, each of at most 256 roots", () => {
    const wants = (id: number, count: number) =>
      sent({ kind: "want", id, roots: Array.from({ length: count }, (_, i) => sha256(utf8(`${i}`)) as Root) }, 1);
    expect(says(checker(), wants(1, 257))).toMatch(/asked for 257/);
    const many = Array.from({ length: 18 }, (_, id) => wants(id, 1));
    expect(says(checker(), ...many.slice(1))).toBeUndefined();
    expect(says(checker(), ...many)).toMatch(/18 requests/);
    expect(says(checker(), ...many.slice(1), heard({ kind: "found", id: 5, blobs: [] }), wants(99, 1))).toBeUndefined();
  });

  test("an answer is to a request, once, with what was asked for", () => {
    const [mine, other] = [blob(0, 0), blob(1, 0)];
    const asked = heard({ kind: "want", id: 7, roots: rootsOf(mine) });
    const finds = (...blobs: Uint8Array[]) => sent({ kind: "found", id: 7, blobs }, 1);
    expect(says(checker(), asked, finds(mine))).toBeUndefined();
    expect(says(checker(), finds(mine))).toMatch(/not open/);
    expect(says(checker(), asked, finds(mine), finds(mine))).toMatch(/not open/);
    expect(says(checker(), asked, finds(other))).toMatch(/not asked for/);
  });
});

test("slices fires when the follower took what is not so", () => {
  expect(says(slices({ problem: undefined }), proposed(block([])))).toBeUndefined();
  expect(says(slices({ problem: "height 3 has other blobs" }), proposed(block([])))).toBe("height 3 has other blobs");
});

test("O8: a kept blob is work only if it could come next: nonce, balance, expiry and shards", () => {
  const work = (bytes: Uint8Array) => {
    watch = new Watch(watch.oracle, watch.book, () => undefined);
    watch.see(stored(keptKind, [bytes]), 0);
    return watch.hasWork(0, 0);
  };
  expect(work(blob(0, 0))).toBe(true);
  expect(work(blob(0, 1))).toBe(false);
  expect(work(blob(0, 0, { expires: asHeight(0) }))).toBe(false);
  expect(work(blob(0, 0, { transfers: [{ to: payerOf(1).key, amount: asAmount(2n ** 100n) }] }))).toBe(false);
  attested[0] = { root: network.attestGenesis.root, progressOf: () => ({ round: 0, pending: 6 }) };
  expect(work(blob(0, 0, { touches: [shard] }))).toBe(false);
});
