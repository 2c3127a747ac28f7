// One shard of a network as somebody follows it who has nothing but its genesis and nodes to ask, and believes none of them:
// its slices, each with proof that it is all of it (O5); the attest chain, final by its own quorum (A2), which says what is
// visible to it (R2); and of other shards' claims only the contents that its programs wait for, each matching its root (C5).
// It runs its rounds by itself (R6) and compares each claim that it makes with the one that was attested (C6).

import {
  AttestStream,
  attestRunCodec,
  type ClaimContent,
  type ClaimPlace,
  type Difference,
  type Dispute,
  type FinalAttest,
  type FollowEffect,
  Follower,
  followLimits,
} from "@tandem/attestation";
import { environments, pureFunctions } from "@tandem/environments";
import { type RoundSlice, type Rules, rulesOf } from "@tandem/execution";
import { nativeScheme } from "@tandem/native";
import { type FollowedBlock, ShardStream, sliceRunCodec } from "@tandem/ordering";
import { openReplicaNetwork } from "@tandem/replica";
import {
  asHeight,
  blobCodec,
  type CheckedGenesis,
  type Frontier,
  type Height,
  type Root,
  type ShardName,
  toHex,
} from "@tandem/shared";
import { ExecutedShard } from "./executed-shard.ts";
import { decodeAnswer, falseAnswer, type Nodes } from "./nodes.ts";
import { OwnClaims } from "./own-claims.ts";
import { Supply } from "./supply.ts";

type FinalOrder = Parameters<Follower["onOrder"]>[0];

/** What was fetched and taken, in bytes as it came. */
export interface FollowedBytes {
  slices: number;
  attest: number;
  contents: number;
}

export class FollowedShard {
  readonly name: ShardName;
  readonly bytes: FollowedBytes = { slices: 0, attest: 0, contents: 0 };
  /** Claims made here beside those that were attested. */
  readonly claims = new OwnClaims();
  /** Of other shards. */
  contents = 0;
  difference: Difference | undefined;
  readonly #nodes: Nodes;
  readonly #shard: ExecutedShard;
  readonly #follower: Follower;
  readonly #orderStream: ShardStream;
  readonly #attestStream: AttestStream;
  readonly #orders = new Supply<FinalOrder>(() => this.#fetchOrders());
  readonly #attests = new Supply<FinalAttest>(() => this.#fetchAttests());
  readonly #effects: FollowEffect[] = [];

  constructor(checked: CheckedGenesis, name: ShardName, nodes: Nodes, rules: Rules = usualRules(checked)) {
    const { setting } = openReplicaNetwork(checked, nativeScheme, rules);
    this.name = name;
    this.#nodes = nodes;
    this.#shard = new ExecutedShard(checked.genesis, name, rules);
    this.#orderStream = new ShardStream(setting.order, name, setting.orderGenesis);
    this.#attestStream = new AttestStream(setting.network.electorate, setting.network.header);
    const { round, claim } = this.#shard.frontier;
    const claims = [{ round, root: claim }] as const;
    const start = { shard: name, height: asHeight(0), claims, seen: asHeight(0), waiting: [] };
    // Who sits in no committee affirms nothing: it executes and compares.
    this.#follower = new Follower({ starts: [start], seats: new Set(), limits: followLimits });
  }

  /** The last order height whose round was run. */
  get done(): Height {
    return this.#follower.doneOf(this.name) as Height;
  }

  get frontier(): Frontier {
    return this.#shard.frontier;
  }

  /** C6: why it stopped, if it did. */
  get dispute(): Dispute | undefined {
    return this.#follower.disputeOf(this.name);
  }

  /** Runs all rounds up to a height, and goes on until what they claim is attested, or something else is. */
  async follow(until: Height, onRound: () => void): Promise<void> {
    for (;;) {
      const { attest } = await this.#nodes.ask((api, signal) => api.status(signal));
      this.#push(this.#follower.start(until, asHeight(attest.height)));
      await this.#serve(onRound);
      if (this.dispute !== undefined || (this.done >= until && this.claims.open === 0)) return;
      await this.#nodes.rest();
    }
  }

  #push(effects: readonly FollowEffect[]): void {
    this.#effects.push(...effects);
  }

  /** Until the follower wants nothing more of what is known to be final. */
  async #serve(onRound: () => void): Promise<void> {
    for (;;) {
      const effect = this.#effects.shift();
      if (effect !== undefined) {
        await this.#perform(effect);
        if (effect.kind === "execute") onRound();
      } else if (this.dispute !== undefined || !(await this.#giveBlock())) {
        return;
      }
    }
  }

  async #giveBlock(): Promise<boolean> {
    const order = await this.#orders.take();
    if (order !== undefined) this.#push(this.#follower.onOrder(order));
    const attest = await this.#attests.take();
    if (attest !== undefined) {
      for (const place of attest.claims) if (place.shard === this.name) this.#noteAttested(place);
      this.#push(this.#follower.onAttest(attest));
    }
    return order !== undefined || attest !== undefined;
  }

  #noteAttested({ round, root }: ClaimPlace): void {
    this.claims.onAttested(round, toHex(root));
  }

  async #perform(effect: FollowEffect): Promise<void> {
    switch (effect.kind) {
      case "want-orders":
        return this.#orders.want(effect);
      case "want-attests":
        return this.#attests.want(effect);
      case "want-claim":
        return this.#push(this.#follower.onContent(effect.root, await this.#contentOf(effect.root)));
      case "execute":
        return this.#push(this.#follower.onExecuted(effect.id, this.#shard.execute(effect.input)));
      case "recall":
        return this.#push(this.#follower.onExecuted(effect.id, this.#shard.recall(effect.visible)));
      case "claimed": {
        const exports = effect.lanes.map(({ content }) => content.exports);
        return this.claims.onMade(effect.claim.round, toHex(effect.root), { claim: effect.claim, exports });
      }
      case "explained":
        this.difference = effect.difference;
        return;
      default:
        // What diverged, and what builds on it, is told at the end.
        return;
    }
  }

  /** Of an own claim nobody else may have it (C6). */
  async #contentOf(root: Root): Promise<ClaimContent> {
    const own = this.claims.contentOf(toHex(root));
    if (own !== undefined) return own;
    const { content, bytes } = await this.#nodes.content(root);
    this.contents++;
    this.bytes.contents += bytes;
    return content;
  }

  async #fetchOrders(): Promise<readonly FinalOrder[]> {
    const what = `slice of ${this.name}`;
    const blocks = await this.#nodes.ask(async (api, signal) => {
      const bytes = await api.slices(this.name, this.#orderStream.next().from, signal);
      const taken = this.#orderStream.take(decodeAnswer(sliceRunCodec, bytes, "false-slice", what));
      if (!taken.ok) throw falseAnswer("false-slice", what, taken.error);
      this.bytes.slices += bytes.length;
      return taken.value;
    });
    // What was executed may not be final by its own certificate yet.
    if (blocks.length === 0) await this.#nodes.rest();
    return blocks.map((block) => this.#finalOrder(block));
  }

  #finalOrder(block: FollowedBlock): FinalOrder {
    const { height, attested } = block.header;
    return { height, attested, slices: new Map([[this.name, sliceOf(block)]]) };
  }

  async #fetchAttests(): Promise<readonly FinalAttest[]> {
    const what = "attest block";
    const blocks = await this.#nodes.ask(async (api, signal) => {
      const bytes = await api.attestRun(this.#attestStream.next, signal);
      const taken = this.#attestStream.take(decodeAnswer(attestRunCodec, bytes, "false-attest-block", what));
      if (!taken.ok) throw falseAnswer("false-attest-block", what, taken.error);
      this.bytes.attest += bytes.length;
      return taken.value;
    });
    if (blocks.length === 0) await this.#nodes.rest();
    return blocks;
  }
}

/** P9: environments are linked into this program. */
function usualRules({ genesis }: CheckedGenesis): Rules {
  return rulesOf(genesis, environments, pureFunctions);
}

function sliceOf({ header, blobs }: FollowedBlock): RoundSlice {
  return {
    height: header.height,
    timeMs: header.timeMs,
    blobs: blobs.map(({ index, blob, bytes }) => {
      const decoded = blobCodec.decode(bytes);
      if (!decoded.ok) throw new Error("the stream has checked its blobs");
      return { index, root: blob, envelope: decoded.value.envelope };
    }),
  };
}
