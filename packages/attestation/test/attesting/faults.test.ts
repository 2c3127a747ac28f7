// What hostile peers do to a node: affirm what contradicts itself, attest what can never stand, and flood it.

import {
  type Affirmation,
  asRound,
  asShardName,
  asValidatorIndex,
  type Claim,
  claimCodec,
  mockScheme,
  type Root,
  type SecretKey,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { signVote } from "../../../shared/test/support/electorate.ts";
import { rootOf } from "../../../shared/test/support/samples.ts";
import { affirmSigningRoot } from "../../src/affirming/verify.ts";
import { claimContentCodec } from "../../src/content/claim-content.ts";
import { contentKey } from "../../src/records.ts";
import type { AttestMessage, Peer } from "../../src/types.ts";
import type { AttestNode } from "../support/attest-node.ts";
import { AttestWorld, type WorldPlan } from "../support/attest-world.ts";
import { drawFrom } from "../support/followers.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

/** A world with a hostile peer, who serves whatever claims it made up. */
class Hostile {
  readonly world: AttestWorld;
  readonly peer: Peer;
  readonly #made = new Map<string, Claim>();
  /** Until it answers. */
  silentUntilMs = 0;

  constructor(peer: Peer, plan: WorldPlan = {}) {
    this.peer = peer;
    this.world = new AttestWorld({ ...plan, route: (from, to, message) => this.#route(from, to, message) });
  }

  #route(from: Peer, to: Peer, message: AttestMessage): readonly AttestMessage[] | undefined {
    if (to !== this.peer || message.kind !== "want-content") return undefined;
    const claim = this.#made.get(toHex(message.claim));
    if (claim === undefined) return undefined;
    const content = claimContentCodec.encode({ claim, exports: [] });
    const { world } = this;
    const afterMs = Math.max(5, this.silentUntilMs - world.nowMs);
    world.later(world.at(from), afterMs, () => ({
      kind: "message",
      from: to,
      message: { kind: "content", id: message.id, content },
    }));
    return [];
  }

  /** A claim that nobody computed. */
  claim(shard: string, round: number, change: Partial<Claim> = {}): Claim {
    const name = asShardName(shard);
    const prev = this.world.network.network.shards.get(name)?.genesis.frontier.claim as Root;
    const rest = { sources: [], lanes: [], contracts: rootOf(round), pending: { count: 0, root: zeroRoot } };
    const claim = { epoch: 0, shard: name, round: asRound(round), prev, ...rest, ...change } as Claim;
    this.#made.set(toHex(claimCodec.root(claim)), claim);
    return claim;
  }

  affirm(claim: Claim, place: Peer): Affirmation {
    const { network, secrets } = this.world.network;
    const root = claimCodec.root(claim);
    const signature = mockScheme.sign(
      secrets[place] as SecretKey,
      affirmSigningRoot({ network: network.root, epoch: claim.epoch }, root),
    );
    const seat = network.shards.get(claim.shard)?.peers.indexOf(place) ?? 0;
    const signer = asValidatorIndex(Math.max(0, seat));
    return { epoch: claim.epoch, shard: claim.shard, round: claim.round, claim: root, signer, signature };
  }

  /** To all others. */
  say(affirmations: readonly Affirmation[], from: Peer = this.peer): void {
    for (const node of this.world.nodes) {
      if (node.place !== from)
        this.world.later(node, 1, () => ({ kind: "message", from, message: { kind: "affirmations", affirmations } }));
    }
  }
}

const evidenceIn = (world: AttestWorld) =>
  world.final.flatMap(({ block }) =>
    block.body.items.flatMap((item) => (item.kind === "evidence" ? [item.value] : [])),
  );

function expectNothingLeft({ hasReason, machine }: AttestNode): void {
  expect(hasReason).toBe(false);
  expect(machine.counts.ready).toEqual({ attestations: 0, evidence: 0 });
}

describe("S10: evidence", () => {
  for (const silentMs of [0, 5_000]) {
    test(`of two claims of one round lands in a block once, ${silentMs === 0 ? "at once" : "also when the claim comes late"}`, () => {
      const hostile = new Hostile(3);
      const { world } = hostile;
      hostile.silentUntilMs = silentMs;
      const rival = hostile.claim("a", 1);
      world.order([one("a/x")]).run(60);
      hostile.say([hostile.affirm(rival, 3)]);
      world.settle().run(20_000);
      for (let round = 0; round < 2; round++) {
        hostile.say([hostile.affirm(rival, 3)]);
        world
          .order([one("a/x")])
          .settle()
          .run(5_000);
      }
      expect(evidenceIn(world)).toMatchObject([{ kind: "claims", value: { signer: 3 } }]);
      for (const node of world.nodes) expectNothingLeft(node);
      expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
      expect(world.refused).toEqual([]);
    });
  }

  test("takes claims that are seen and not stored, however many a seat makes up", () => {
    const hostile = new Hostile(3);
    const { world } = hostile;
    const made: Claim[] = [];
    for (let round = 1; round <= 4; round++) {
      // Well signed claims of other rounds than it says: no evidence, and nothing that was ever made.
      const pair = [1, 2].map((name) => hostile.claim("a", 100 * round + name, { contracts: rootOf(name) }));
      made.push(...pair);
      world.order([one("a/x")]).run(60);
      hostile.say(pair.map((claim) => ({ ...hostile.affirm(claim, 3), round: asRound(round + 1) })));
      world.run(3_000).settle();
    }
    const asked = world
      .at(0)
      .of("send")
      .filter(({ message }) => message.kind === "want-content");
    expect(asked.length).toBeGreaterThan(1);
    for (const node of world.nodes) {
      expect(made.filter((claim) => node.has(contentKey(claimCodec.root(claim))))).toEqual([]);
    }
  });

  test("comes of a true claim too, and what was seen for evidence is stored before it counts", () => {
    const hostile = new Hostile(3);
    const { world } = hostile;
    world.isQuiet = true;
    const node = world.at(4);
    node.stop();
    world.order([one("a/x")]).run(3_000);
    node.start();
    world.until(() => node.isStarted);
    const [truth] = world.network.truth.shard(asShardName("a")).results;
    const said = [truth?.claim as Claim, hostile.claim("a", 1)].map((claim) => hostile.affirm(claim, 3));
    node.give({ kind: "message", from: 3, message: { kind: "affirmations", affirmations: said } });
    world.until(() => node.machine.counts.ready.evidence === 1);
    expect(node.has(contentKey(truth?.root as Root))).toBe(false);
    // Now its vote is needed.
    world.at(0).stop();
    world.isQuiet = false;
    world.settle(world.nodes.slice(1)).run(20_000);
    expect(evidenceIn(world)).toMatchObject([{ kind: "claims", value: { signer: 3 } }]);
    expect(node.has(contentKey(truth?.root as Root))).toBe(true);
  });

  test("is none that claims of another shard make, and blocks go on", () => {
    const hostile = new Hostile(4);
    const { world } = hostile;
    world.order([one("a/x")]).run(60);
    // It has the last seat of b's committee; that of a's is somebody else's.
    const rivals = [1, 2].map((name) => hostile.claim("a", 1, { contracts: rootOf(100 + name) }));
    const said = { shard: asShardName("b"), signer: asValidatorIndex(3) };
    hostile.say(rivals.map((claim) => ({ ...hostile.affirm(claim, 4), ...said })));
    world
      .settle()
      .order([one("a/x"), one("b/x")])
      .settle();
    expect([evidenceIn(world), world.refused]).toEqual([[], []]);
    for (const node of world.nodes) expectNothingLeft(node);
  });

  test("of votes lands in a block once, whoever brings it and how often", () => {
    const world = new AttestWorld();
    const { orderElectorate } = world.network;
    const [first, second] = [1, 2].map((block) => {
      return signVote(orderElectorate, "notarize", 2, { epoch: 0, view: 7, block: rootOf(block) } as never);
    });
    const evidence = { chain: "order", first, second } as never;
    for (const node of world.nodes) node.give({ kind: "vote-evidence", evidence });
    world
      .order()
      .until(() => evidenceIn(world).length > 0)
      .run(10_000);
    for (const node of world.nodes) node.give({ kind: "vote-evidence", evidence });
    world.at(1).stop();
    world.at(1).start();
    world.until(() => world.at(1).isStarted);
    world.at(1).give({ kind: "vote-evidence", evidence });
    world.run(10_000);
    expect(evidenceIn(world)).toHaveLength(1);
    expect(world.final).toHaveLength(1);
    for (const node of world.nodes) expectNothingLeft(node);
  });
});

describe("O8: an attestation that can never stand", () => {
  test("gives no reason, and does not keep other shards waiting", () => {
    const hostile = new Hostile(4, {
      nodes: [0, 1, 2, 3, 4].map((place) => ({ place, follows: ["a"].filter(() => place < 4) })),
    });
    const { world } = hostile;
    // Its source is attested nowhere.
    const source = { shard: asShardName("a"), round: asRound(1), exports: rootOf(9) };
    const lie = hostile.claim("b", 2, { sources: [source] });
    world.order([]).order([]).run(1_000);
    for (const place of [1, 2, 3]) hostile.say([hostile.affirm(lie, place)], place);
    world.run(20_000);
    expect(
      world
        .at(0)
        .of("news")
        .some(({ news }) => news.kind === "affirmed" && news.shard === "b"),
    ).toBe(true);
    expect(world.final).toHaveLength(0);
    for (const { hasReason } of world.nodes) expect(hasReason).toBe(false);
    world
      .order([one("a/x")])
      .until(() => world.attestedOf("a").length === 1)
      .run(10_000);
    expect(world.attestedOf("b")).toEqual([]);
    expect(world.final).toHaveLength(1);
    for (const { hasReason } of world.nodes) expect(hasReason).toBe(false);
  });
});

describe("S11: a flood", () => {
  const sizeOf = (counts: unknown): number => {
    if (typeof counts !== "object" || counts === null) return typeof counts === "number" ? counts : 0;
    return Object.values(counts).reduce((sum: number, each) => sum + sizeOf(each), 0);
  };

  test("of affirmations leaves little behind, and nothing of it counts", () => {
    const hostile = new Hostile(4);
    const { world } = hostile;
    const draw = drawFrom(3);
    world.run(1_000);
    const before = sizeOf(world.at(0).machine.counts);
    for (let sent = 0; sent < 3_000; sent++) {
      const claim = {
        ...hostile.claim("abc"[draw(3)] as string, 1),
        contracts: rootOf(sent),
        round: asRound(1 + draw(90)),
      };
      const affirmation = {
        ...hostile.affirm(claim, 4),
        signer: asValidatorIndex(draw(6)),
        claim: claimCodec.root(claim),
      };
      world.at(0).give({ kind: "message", from: 4, message: { kind: "affirmations", affirmations: [affirmation] } });
    }
    // Of each shard so many.
    expect(world.at(0).machine.counts.affirmations?.held).toBeLessThanOrEqual(3 * 16);
    expect(sizeOf(world.at(0).machine.counts) - before).toBeLessThan(3 * 50);
    world
      .order([one("a/x"), one("b/x"), one("c/x")])
      .settle()
      .run(10_000);
    for (const shard of world.network.shards) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  });

  test("of affirmations by peers that come under ever new names leaves nothing behind", () => {
    const hostile = new Hostile(4);
    const { world } = hostile;
    world.run(1_000);
    for (let from = 5; from < 500; from++) {
      const affirmation = { ...hostile.affirm(hostile.claim("c", 1), 4), signer: asValidatorIndex(from % 4) };
      world.at(0).give({ kind: "message", from, message: { kind: "affirmations", affirmations: [affirmation] } });
    }
    world.run(1_000);
    expect(world.at(0).machine.counts.affirmations).toMatchObject({ held: 0, groups: 0, liars: 0 });
  });

  test("more affirmations than one message may have are not heard", () => {
    const hostile = new Hostile(4);
    const many = Array.from({ length: 17 }, (_, at) => hostile.affirm(hostile.claim("c", 1 + at), 4));
    hostile.world.run(1_000);
    hostile.world.at(0).give({ kind: "message", from: 4, message: { kind: "affirmations", affirmations: many } });
    hostile.world.run(100);
    expect(hostile.world.at(0).machine.counts.affirmations?.held).toBe(0);
    hostile.world
      .at(0)
      .give({ kind: "message", from: 4, message: { kind: "affirmations", affirmations: many.slice(1) } });
    expect(hostile.world.at(0).machine.counts.affirmations?.held).toBe(16);
  });

  test("of questions, of answers to none and of odd timers is answered a few at a time", () => {
    const { world } = new Hostile(4);
    world.order([one("a/x")]).settle();
    const node = world.at(0);
    const claim = world.network.truth.shard("a").results[0]?.root as Root;
    const { jobs } = node.machine.counts;
    for (let id = 0; id < 500; id++) {
      node.give({ kind: "message", from: 4, message: { kind: "want-content", id, claim } });
      node.give({ kind: "message", from: 3, message: { kind: "content", id, content: new Uint8Array(9) } });
      node.give({ kind: "timer", timer: { name: "content", id: 1_000 + id } });
      node.give({ kind: "timer", timer: { name: "affirm", shard: asShardName("a"), id: 1_000 + id } });
    }
    expect(node.machine.counts.jobs - jobs).toBe(2);
    world.run(1_000);
    expect(node.machine.counts.jobs).toBe(jobs);
    const answers = node.of("send").filter(({ message }) => message.kind === "content");
    expect(answers.filter(({ to }) => to === 4)).toHaveLength(2);
  });
});
