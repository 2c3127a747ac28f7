// One machine among scripted peers: seats sign what a test says, and the test sees every effect.

import {
  aggregateQuorum,
  asEpoch,
  asHeight,
  asValidatorIndex,
  asView,
  asWeight,
  byteVector,
  type Certificate,
  type CertificateKind,
  codec,
  container,
  createCommittee,
  type Electorate,
  mockScheme,
  type Root,
  sha256,
  type Type,
  uint53,
  type Vote,
  type VoteKind,
  voteKindOf,
  voteSigningRoot,
  zeroRoot,
} from "@tandem/shared";
import {
  type BlockInfo,
  type BlockRules,
  type CertifiedBlock,
  drawLeader,
  type Effect,
  type FinalBlock,
  type Input,
  type Message,
  type Proposal,
  performVerify,
  Simplex,
  type Timer,
} from "../../src/index.ts";

export interface Block {
  readonly epoch: number;
  readonly view: number;
  readonly height: number;
  readonly parent: Root;
  readonly salt: number;
}

const blockType = container({
  epoch: uint53,
  view: uint53,
  height: uint53,
  parent: byteVector(32),
  salt: uint53,
}) as Type<Block>;
const blockCodec = codec("test-block", blockType);

export const rules: BlockRules<Block> = {
  codec: blockCodec,
  infoOf: (block) => ({
    epoch: asEpoch(block.epoch),
    view: asView(block.view),
    height: asHeight(block.height),
    parent: block.parent,
    root: blockCodec.root(block),
  }),
  isEmpty: ({ salt }) => salt === emptySalt,
};

/** Of a block with nothing in it. */
export const emptySalt = 99;

const seed = sha256(new Uint8Array(1)) as Root;
export const genesis: BlockInfo = {
  epoch: asEpoch(0),
  view: asView(0),
  height: asHeight(0),
  parent: zeroRoot,
  root: sha256(new Uint8Array(2)) as Root,
};
const atGenesis: FinalBlock = { info: genesis, certificate: undefined };
const deltaMs = 100;
const heartbeatMs = 10_000;

export interface World {
  readonly electorate: Electorate;
  /** Seats of the set. */
  readonly size: number;
  leader(view: number): number;
  vote(kind: VoteKind, view: number, block: Root, seat: number): Vote;
  certificate(kind: CertificateKind, view: number, block: Root, seats?: readonly number[]): Certificate;
  notarization(block: Block): Certificate;
  finalization(block: Block): Certificate;
  nullification(view: number): Certificate;
  block(view: number, parent: BlockInfo, salt?: number): Block;
  proposal(block: Block, parent: Certificate | undefined): Proposal<Block>;
}

/** A set of validators with the given weights; four equal ones unless told otherwise. */
export function createWorld(weights: readonly number[] = [1, 1, 1, 1]): World {
  const keys = weights.map((_, i) => mockScheme.deriveSecretKey(new Uint8Array(32).fill(i + 1)));
  const members = keys.map((key, i) => ({ key: key.publicKey.bytes, weight: asWeight(BigInt(weights[i] ?? 0)) }));
  const committee = createCommittee(mockScheme, members);
  if (!committee.ok) throw new Error(committee.error.message);
  const electorate: Electorate = {
    scheme: mockScheme,
    network: zeroRoot,
    chain: "order",
    epoch: asEpoch(0),
    committee: committee.value,
  };
  const vote = (kind: VoteKind, view: number, block: Root, seat: number): Vote => {
    const ballot = { epoch: electorate.epoch, view: asView(view), block };
    const signature = mockScheme.sign(keyOf(seat), voteSigningRoot(electorate, kind, ballot));
    return { kind, ...ballot, signer: asValidatorIndex(seat), signature };
  };
  const keyOf = (seat: number) => {
    const key = keys[seat];
    if (key === undefined) throw new Error(`no seat ${seat}`);
    return key;
  };
  const leader = (view: number) => drawLeader(seed, electorate.committee, asView(view));
  const certificate: World["certificate"] = (kind, view, block, seats = [0, 1, 2]) => {
    const votes = seats.map((seat) => vote(voteKindOf[kind], view, block, seat));
    const quorum = aggregateQuorum(mockScheme, electorate.committee, votes);
    if (!quorum.ok) throw new Error(quorum.error.message);
    return { kind, epoch: electorate.epoch, view: asView(view), block, ...quorum.value };
  };
  return {
    electorate,
    size: weights.length,
    leader,
    vote,
    certificate,
    notarization: (block) => certificate("notarization", block.view, rootOf(block)),
    finalization: (block) => certificate("finalization", block.view, rootOf(block)),
    nullification: (view) => certificate("nullification", view, zeroRoot),
    block: (view, parent, salt = 0) => ({ epoch: 0, view, height: parent.height + 1, parent: parent.root, salt }),
    proposal(block, parent) {
      const { root } = rules.infoOf(block);
      return { block, parent, signature: vote("notarize", block.view, root, leader(block.view)).signature };
    },
  };
}

/** A seat that leads none of the views up to `last`, so that it only follows. */
export function followerOf(world: World, last: number): number {
  const leaders = Array.from({ length: last }, (_, i) => world.leader(i + 1));
  const seat = Array.from({ length: world.size }, (_, i) => i).find((each) => !leaders.includes(each));
  if (seat === undefined) throw new Error("every seat leads");
  return seat;
}

/** Blocks of views 1, 2, … each on the one before. */
export function chainOf(world: World, length: number): Block[] {
  const chain: Block[] = [];
  for (let view = 1; view <= length; view++) {
    const parent = chain.at(-1);
    chain.push(world.block(view, parent === undefined ? genesis : rules.infoOf(parent)));
  }
  return chain;
}

export function rootOf(block: Block): Root {
  return rules.infoOf(block).root;
}

/** The machine of one seat. Verification and checking are answered at once, unless a test holds them back. */
export class One {
  readonly world: World;
  readonly seat: number;
  readonly #machine: Simplex<Block>;
  /** All effects so far. */
  readonly effects: Effect<Block>[] = [];
  /** Kinds of effects that the test answers itself. */
  readonly held = new Set<Effect<Block>["kind"]>(["build"]);

  constructor(world: World, seat: number | undefined) {
    this.world = world;
    this.seat = seat ?? world.size;
    const key = mockScheme.deriveSecretKey(new Uint8Array(32).fill((seat ?? 0) + 1));
    const signer =
      seat === undefined
        ? undefined
        : { seat: asValidatorIndex(seat), sign: (message: Root) => mockScheme.sign(key, message) };
    this.#machine = new Simplex({ electorate: world.electorate, rules, signer, seed, deltaMs, heartbeatMs }, genesis);
  }

  start(final: FinalBlock = atGenesis, journal: readonly Uint8Array[] = []): Effect<Block>[] {
    return this.give({ kind: "start", final, journal });
  }

  /** Handles an input, and whatever its effects are answered with; returns all effects of it. */
  give(input: Input<Block>): Effect<Block>[] {
    const effects = [...this.#machine.handle(input)];
    this.effects.push(...effects);
    const later = effects.flatMap((effect) => this.#answer(effect));
    return [...effects, ...later.flatMap((answer) => this.give(answer))];
  }

  #answer(effect: Effect<Block>): Input<Block>[] {
    if (this.held.has(effect.kind)) return [];
    if (effect.kind === "verify") {
      return [{ kind: "verified", ...performVerify(this.world.electorate, effect.id, effect.task) }];
    }
    if (effect.kind === "check") return [{ kind: "checked", root: effect.info.root, verdict: "valid" }];
    return [];
  }

  hear(from: number, message: Message<Block>): Effect<Block>[] {
    return this.give({ kind: "message", from, message });
  }

  hearVote(vote: Vote): Effect<Block>[] {
    return this.hear(vote.signer, { kind: "vote", vote });
  }

  hearProposal(proposal: Proposal<Block>): Effect<Block>[] {
    return this.hear(this.world.leader(proposal.block.view), { kind: "proposal", proposal });
  }

  hearCertificate(certificate: Certificate, from = this.other): Effect<Block>[] {
    return this.hear(from, { kind: "certificate", certificate });
  }

  /** The timer of this name that was set last in a view, over. */
  timer(name: "leader" | "advance" | "repeat" | "settle", view: number): Effect<Block>[] {
    const timers = this.effects.flatMap((effect) => (effect.kind === "set-timer" ? [effect.timer] : []));
    const set = timers.findLast((timer) => timer.name === name && timer.view === view);
    return this.give({ kind: "timer", timer: set ?? timerOf(name, view) });
  }

  get other(): number {
    return this.seat === 0 ? 1 : 0;
  }

  /** What was told to check, latest last. */
  get checks() {
    return this.effects.filter((effect) => effect.kind === "verify");
  }

  /** Answers one of them; the latest unless told otherwise. */
  found(valid: readonly boolean[], check = this.checks.at(-1)): Effect<Block>[] {
    if (check === undefined) throw new Error("nothing is checked");
    return this.give({ kind: "verified", id: check.id, valid, aggregate: undefined });
  }

  /** The requests that left, latest last. */
  get asked() {
    return this.effects.flatMap((effect) =>
      effect.kind === "send" && effect.message.kind === "request" ? [{ to: effect.to, ...effect.message }] : [],
    );
  }

  /** Answers the latest request. */
  answer(blocks: readonly CertifiedBlock<Block>[], certificates: readonly Certificate[] = []): Effect<Block>[] {
    const request = this.asked.at(-1);
    if (request === undefined) throw new Error("nothing was asked for");
    return this.hear(request.to, { kind: "answer", id: request.id, blocks, certificates });
  }

  /** What would be on disk. */
  get journal(): Uint8Array[] {
    return this.effects.flatMap((effect) => (effect.kind === "persist" ? [effect.record] : []));
  }

  /** Own votes that left, a proposal being the leader's notarize (S4). */
  get votes(): string[] {
    return votesIn(this.effects);
  }
}

function timerOf(name: "leader" | "advance" | "repeat" | "settle", view: number): Timer {
  return name === "settle" ? { name, view: asView(view) } : { name, view: asView(view), run: 0 };
}

/** Votes that leave in `effects`, as "kind view". */
export function votesIn(effects: readonly Effect<Block>[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "broadcast") return [];
    const { message } = effect;
    if (message.kind === "proposal") return [`notarize ${message.proposal.block.view}`];
    return message.kind === "vote" ? [`${message.vote.kind} ${message.vote.view}`] : [];
  });
}

export function kindsIn(effects: readonly Effect<Block>[]): string[] {
  return effects.map((effect) => effect.kind);
}

/** Certificates that leave in `effects`, as "kind view". */
export function certificatesIn(effects: readonly Effect<Block>[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.kind !== "broadcast" || effect.message.kind !== "certificate") return [];
    const { kind, view } = effect.message.certificate;
    return [`${kind} ${view}`];
  });
}

export function deliveredIn(effects: readonly Effect<Block>[]): number[] {
  return effects.flatMap((effect) => (effect.kind === "deliver" ? [effect.info.height] : []));
}
