// Whatever peers, clients and proposers send, the machine does not throw, and what it keeps stays bounded.

import { asHeight, asShardName, asValidatorIndex, asView, limits, type OrderBlock, type Root } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { mutate, Random } from "../../shared/test/support/hostile.ts";
import { rootOf } from "../../shared/test/support/samples.ts";
import type { Candidate } from "../src/candidate.ts";
import { Core } from "../src/core.ts";
import { poolLimits } from "../src/pool/pool.ts";
import type { OrderInput, OrderMessage } from "../src/types.ts";
import { blobOf, payerKey, testNetwork, testShards } from "./support/blobs.ts";
import { fakeOf } from "./support/fakes.ts";
import { type Forge, type Forged, infoOf } from "./support/forge.ts";
import { codeOf, Single } from "./support/single.ts";

const network = testNetwork({ payers: 6, limits: { blockBlobs: 50 } });
const known = Array.from({ length: 60 }, (_, i) =>
  blobOf(network, {
    payer: i % 6,
    nonce: Math.floor(i / 6),
    touches: [testShards[i % 3] as string],
    forged: i % 7 === 6,
  }),
);
const numbers = [0, 1, 2, 3, -1, 7, 0.5, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -(2 ** 53), 2 ** 60];

class Attacker {
  readonly random: Random;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  number(): number {
    return this.random.pick(numbers);
  }

  bytes(): Uint8Array {
    const { random } = this;
    const blob = random.pick(known).bytes;
    return random.pick([() => blob, () => blob, () => mutate(random, blob), () => random.bytes(random.below(300))])();
  }

  root(): Root {
    return this.random.below(2) === 0 ? this.random.pick(known).root : rootOf(this.random.below(200));
  }

  list<T>(make: () => T): readonly T[] {
    const length = this.random.pick([0, 1, 2, 20, 300]);
    return Array.from({ length }, make);
  }

  message(single: Single): OrderMessage {
    const { random } = this;
    const asked = single.effects.findLast((effect) => effect.kind === "send" && effect.message.kind === "want");
    const open = asked?.kind === "send" && asked.message.kind === "want" ? asked.message.id : 0;
    const shard = asShardName(random.pick(["air", "zoo", "bank"]));
    const from = asHeight(Math.abs(Math.trunc(this.number())) % 2 ** 53);
    return random.pick<() => OrderMessage>([
      () => ({ kind: "blobs", batch: this.number(), blobs: this.list(() => this.bytes()) }),
      () => ({ kind: "received", batch: random.below(300) }),
      () => ({ kind: "want", id: this.number(), roots: this.list(() => this.root()) }),
      () => ({ kind: "found", id: random.pick([open, this.number()]), blobs: this.list(() => this.bytes()) }),
      () => ({ kind: "want-slices", id: this.number(), shard, from, count: this.number() }),
      () => ({ kind: "slices", id: 1, run: { headers: [], slices: [], certificate: undefined } }),
    ])();
  }

  input(single: Single): OrderInput {
    const { random } = this;
    const id = random.below(400);
    return random.pick<() => OrderInput>([
      () => ({ kind: "message", from: random.pick([1, 2, 3, 0, 77, -1]), message: this.message(single) }),
      () => ({ kind: "message", from: random.pick([1, 2, 3]), message: this.message(single) }),
      () => ({ kind: "submit", id, bytes: this.bytes() }),
      () => ({ kind: "timer", timer: { name: "fetch", id } }),
      () => ({ kind: "timer", timer: { name: "push", peer: random.below(5), batch: random.below(40) } }),
      () => ({ kind: "timer", timer: { name: "offer" } }),
      () => this.checkOf(this.block(single)),
    ])();
  }

  /** A block on the last final one, with anything in it. */
  block({ forge }: Single, parent?: Forged): OrderBlock {
    const { random } = this;
    const blobs = this.list(() => random.pick(known)).slice(0, 20);
    const { block } = forge.forge({ parent, view: 1 + random.below(1000), blobs });
    const field = random.pick(["proposer", "timeMs", "ledgerRoot", "history", "attested", "none", "none"]);
    const wrong: Record<string, unknown> = {
      proposer: random.pick([0, 3, 4, 65_535]),
      timeMs: random.pick([0, 2 ** 53 - 1]),
      ledgerRoot: rootOf(3),
      history: rootOf(3),
      attested: { height: asHeight(random.pick([0, 1, 2 ** 53 - 1])), root: rootOf(2) },
    };
    return { ...block, header: { ...block.header, ...(field === "none" ? {} : { [field]: wrong[field] }) } };
  }

  checkOf(block: OrderBlock): OrderInput {
    return { kind: "check", block, info: infoOf(block), ancestors: [], leader: block.header.proposer };
  }
}

/** Ends all that is under way: another question for each kind, and a final block. */
function settle(single: Single): Forged {
  single.answerAll();
  for (const { bytes, key } of known) single.theirs.set(key, bytes);
  const last = single.forge.forge({ view: 5000 });
  single.check(last);
  single.deliver(last);
  single.deliver(single.forge.forge({ parent: last, view: 5001 }));
  return last;
}

describe("any input", () => {
  test.each([1, 2, 3, 4])("does not throw, and leaves no residue (%i)", (seed) => {
    const attacker = new Attacker(seed);
    const single = new Single({ network, pool: { blobsMax: 20 } });
    for (let i = 0; i < 300; i++) {
      const holds = attacker.random.below(3);
      if (holds === 0) single.holds.add(attacker.random.pick(["read", "verify", "clock"]));
      if (holds === 1) single.holds.clear();
      if (single.asked.length > 0) single.answer(attacker.random.below(single.asked.length));
      single.give(attacker.input(single));
    }
    const before = single.counts;
    expect(before.waiting).toBeLessThanOrEqual(20);
    expect(before.jobs).toBeLessThan(20);
    settle(single);
    expect(single.counts).toMatchObject({ states: 0, held: 0, wanted: 0, provisional: 0, missing: 0, examined: 0 });
    // Finality and submissions go on for ever.
    expect(single.counts.jobs).toBe(2);
    expect(single.effects.some(({ kind }) => kind === "diverged")).toBe(false);
  });

  test("before the store is read is kept for later, or ignored", () => {
    const attacker = new Attacker(9);
    const single = new Single({ network, holds: ["read"] });
    for (let i = 0; i < 200; i++) {
      const input = attacker.input(single);
      if (input.kind !== "check") single.give(input);
    }
    expect(single.counts).toMatchObject({ held: 0, wanted: 0, missing: 0, pushed: 0, jobs: 1 });
    settle(single);
  });
});

describe("hundreds of checks", () => {
  const checkAll = (blocksOf: (forge: Forge, view: number) => Forged, single: Single) => {
    for (let view = 1; view <= 400; view++) single.check(blocksOf(single.forge, view));
  };

  test.each<[string, (forge: Forge, view: number) => Forged]>([
    ["good", (forge, view) => forge.forge({ view, blobs: [known[view % 6] as Candidate] })],
    [
      "bad",
      (forge, view) => forge.forge({ view, blobs: [known[view % 60] as Candidate], header: { ledgerRoot: rootOf(1) } }),
    ],
    ["too early", (forge, view) => forge.forge({ view, timeMs: 2 ** 52, blobs: [known[view % 6] as Candidate] })],
    ["of unknown citations", (forge, view) => forge.forge({ view, cites: forge.attestBlock(1, {}, view) })],
  ])("of blocks that are %s leave no residue", (_, blocksOf) => {
    const single = new Single({ network });
    checkAll(blocksOf, single);
    const { states, jobs, wanted, provisional } = single.counts;
    expect(states).toBeLessThanOrEqual(64);
    expect(Math.max(wanted, provisional)).toBeLessThanOrEqual(6);
    expect(jobs).toBeLessThanOrEqual(3);
    settle(single);
    expect(single.counts).toMatchObject({ states: 0, held: 0, wanted: 0, provisional: 0, missing: 0, jobs: 2 });
  });

  test("of blocks whose blobs nobody has", () => {
    const single = new Single({ network });
    const absent = (view: number) => Array.from({ length: 50 }, (_, i) => rootOf(view * 50 + i));
    for (let view = 1; view <= 400; view++) {
      const blobs = absent(view % 5);
      const { block } = single.forge.forge({ view });
      const header = { ...block.header, blobsRoot: single.forge.blobsRootOf(blobs) };
      const forged = { header, body: { ...block.body, blobs } };
      single.give({ kind: "check", block: forged, info: infoOf(forged), ancestors: [], leader: header.proposer });
    }
    expect(single.counts).toMatchObject({ wanted: 50, missing: 50 });
    settle(single);
    expect(single.counts).toMatchObject({ wanted: 0, missing: 0, held: 0, jobs: 2 });
  });
});

test("S11: accounts that proposals name are opened in a bounded number, though none of them is paid", () => {
  const poor = testNetwork({ payers: 2, balance: 500n });
  const single = new Single({ network: poor });
  const blobs = Array.from({ length: 64 }, (_, nonce) =>
    blobOf(poor, {
      nonce,
      transfers: Array.from({ length: 16 }, (_, i) => ({ to: payerKey(16 * nonce + i + 100), amount: 1_000_000n })),
    }),
  );
  const first = single.forge.forge({ blobs });
  const opened: number[] = [];
  for (let view = 1; view <= 150; view++) {
    const block = { ...first.block, header: { ...first.block.header, view: asView(view) } };
    expect(codeOf(single.check({ ...first, block, info: infoOf(block) }))).toBe("blob 0 balance");
    opened.push(single.counts.opened);
  }
  expect(Math.max(...opened)).toBeGreaterThan(100_000);
  expect(Math.max(...opened)).toBeLessThan(102_000);
  expect(opened.at(-1)).toBeLessThan(100_000);
  expect(codeOf(single.check(single.forge.forge({ view: 151, blobs: [blobOf(poor)] })))).toBe("valid");
});

describe("proposals that come to nothing, where nothing becomes final", () => {
  const coreWith = (count: number, size: number) => {
    const core = new Core({ network, seat: asValidatorIndex(0), peers: [1, 2, 3], deltaMs: 100, pool: poolLimits });
    for (let nonce = 0; nonce < count; nonce++) core.shelf.hold(fakeOf(network, { nonce, size }), false);
    core.trimShelf();
    return core.counts;
  };

  test("are cleared away when they are eight full blocks", () => {
    expect(coreWith(256, 512 * 1024)).toMatchObject({ held: 256 });
    expect(coreWith(257, 512 * 1024)).toMatchObject({ held: 0, examined: 0 });
    expect(coreWith(8 * limits.blockBlobsMax + 1, 200)).toMatchObject({ held: 0 });
  });
});
