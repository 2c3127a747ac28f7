// Nodes with the whole machine of Stage 2, in a world in which a seed draws how long everything takes. Time is virtual. The order
// chain is made by hand (`attest-network.ts`). Consensus is as simple as can be: one view at a time, a leader that has a
// reason builds, everybody checks, and a quorum of real votes is a certificate. Some blocks become final only with one
// above them, and some never.

import {
  type AttestBlock,
  asEpoch,
  asHeight,
  assert,
  asValidatorIndex,
  asView,
  type BlockInfo,
  type BlockRef,
  type Certificate,
  claimCodec,
  isQuorum,
  type ShardName,
  toHex,
  weightOf,
} from "@tandem/shared";
import { certify } from "../../../shared/test/support/electorate.ts";
import { attestBlockRules } from "../../src/block.ts";
import { contentKey } from "../../src/records.ts";
import type { AttestEffect, AttestInput, AttestMessage, Peer } from "../../src/types.ts";
import { type NetworkPlan, type Programs, TestNetwork } from "./attest-network.ts";
import { AttestNode, type NodePlan, type Surroundings } from "./attest-node.ts";
import { type Draw, drawFrom } from "./followers.ts";

export interface WorldPlan {
  readonly seed?: number;
  readonly network?: NetworkPlan;
  /** Changes to what the validators follow, which is the shards of their committees. */
  readonly nodes?: readonly NodePlan[];
  /** Of a hundred messages. */
  readonly lost?: number;
  readonly doubled?: number;
  /** Of a hundred certified blocks: those that wait for one above them, and those that never become final. */
  readonly late?: number;
  readonly dropped?: number;
  /** What becomes of a message; nothing for as usual. */
  readonly route?: (from: Peer, to: Peer, message: AttestMessage) => readonly AttestMessage[] | undefined;
}

interface Final {
  readonly block: AttestBlock;
  readonly info: BlockInfo;
  readonly certificate: Certificate;
}

interface Event {
  readonly atMs: number;
  readonly run: () => void;
}

interface Ballot {
  readonly view: number;
  readonly leader: AttestNode;
  readonly parent: BlockInfo;
  block: AttestBlock | undefined;
  readonly voters: Set<Peer>;
}

export class AttestWorld implements Surroundings {
  readonly network: TestNetwork;
  readonly nodes: AttestNode[] = [];
  /** The final attest chain, from height 1 on. */
  readonly final: Final[] = [];
  /** Certified blocks above it, not final. */
  #certified: AttestBlock[] = [];
  readonly refused: unknown[] = [];
  nowMs = 0;
  isQuiet = false;
  readonly #plan: WorldPlan;
  readonly #draw: Draw;
  #events: Event[] = [];
  #ballot: Ballot | undefined;
  #view = 0;
  readonly #busy = new Set<string>();

  constructor(plan: WorldPlan = {}) {
    this.#plan = plan;
    this.#draw = drawFrom(plan.seed ?? 1);
    this.network = new TestNetwork(plan.network);
    for (const place of this.network.secrets.keys())
      this.add({ place, follows: [...this.network.seatsOf(place).keys()] });
    for (const other of plan.nodes ?? []) if (other.place >= this.network.secrets.length) this.add(other);
    for (const node of this.nodes) node.start();
  }

  add(usual: NodePlan): AttestNode {
    const plan = { ...usual, ...this.#plan.nodes?.find(({ place }) => place === usual.place) };
    const node = new AttestNode(plan, this);
    this.nodes.push(node);
    return node;
  }

  at(place: Peer): AttestNode {
    const node = this.nodes.find((each) => each.place === place);
    assert(node !== undefined, `no node ${place}`);
    return node;
  }

  // Time.

  later(node: AttestNode, afterMs: number, inputOf: () => AttestInput | undefined): void {
    const { life } = node;
    this.#at(this.nowMs + afterMs, () => {
      const input = node.life === life ? inputOf() : undefined;
      if (input !== undefined) node.give(input);
    });
  }

  #at(atMs: number, run: () => void): void {
    let place = this.#events.length;
    while (place > 0 && (this.#events[place - 1] as Event).atMs > atMs) place--;
    this.#events.splice(place, 0, { atMs, run });
  }

  answerMs(): number {
    return this.#draw(8);
  }

  /** Until it is so; it has so much time. */
  until(isMet: () => boolean, patienceMs = 60_000): this {
    const endMs = this.nowMs + patienceMs;
    while (!isMet()) {
      this.#turn();
      const event = this.#events.shift();
      assert(event !== undefined && event.atMs <= endMs, () => `it does not come to it: ${this.describe()}`);
      this.nowMs = event.atMs;
      event.run();
    }
    return this;
  }

  run(forMs: number): this {
    let isOver = false;
    this.#at(this.nowMs + forMs, () => {
      isOver = true;
    });
    return this.until(() => isOver, forMs);
  }

  describe(): string {
    const nodes = this.nodes.map((node) => {
      const shards = node.isUp ? node.machine.progress().shards : [];
      const parts = shards.map(({ shard, attested, own }) => `${shard} ${attested.round}/${own?.done ?? "-"}`);
      return `${node.place}${node.isUp ? "" : " down"}: ${node.ordered} ${node.delivered} ${parts.join(", ")}`;
    });
    const refused = JSON.stringify(this.refused, (_, value) => (typeof value === "bigint" ? `${value}` : value));
    return `${this.nowMs} ms, order ${this.network.height}, attest ${this.final.length}\n${nodes.join("\n")}\n${refused}`;
  }

  // Messages.

  send(from: AttestNode, to: Peer, message: AttestMessage): void {
    const { lost = 0, doubled = 0, route } = this.#plan;
    for (const each of route?.(from.place, to, message) ?? [message]) {
      const copies = this.#draw(100) < lost ? 0 : this.#draw(100) < doubled ? 2 : 1;
      for (let copy = 0; copy < copies; copy++) this.#deliver(from.place, to, each);
    }
  }

  #deliver(from: Peer, to: Peer, message: AttestMessage): void {
    this.#at(this.nowMs + 1 + this.#draw(40), () => {
      this.nodes.find(({ place }) => place === to)?.give({ kind: "message", from, message });
    });
  }

  // The order chain.

  /** The next order block, which cites the attest block of this height, or the last one that is final. */
  order(programs: Programs = [], cited: number = this.final.length, isCitable = true): this {
    this.network.order(programs, this.refAt(cited), this.roundsAt(cited), isCitable);
    return this;
  }

  refAt(height: number): BlockRef {
    const block = this.final[height - 1];
    return block === undefined ? this.network.attestGenesis : { height: asHeight(height), root: block.info.root };
  }

  /** Attested rounds after the final blocks up to this height. */
  roundsAt(height: number): ReadonlyMap<ShardName, number> {
    const rounds = new Map<ShardName, number>();
    for (const { block } of this.final.slice(0, height)) {
      for (const { kind, value } of block.body.items) {
        if (kind === "attestation") rounds.set(value.claim.shard, value.claim.round);
      }
    }
    return rounds;
  }

  /** What is next for whoever is there. */
  #turn(): void {
    for (const node of this.nodes) {
      if (!node.isUp || node.isAway) continue;
      const { ordered } = node;
      if (ordered < this.network.height) this.#once(node, "order", () => this.#giveOrder(node, ordered + 1));
      if (node.isStarted && node.delivered < this.final.length) this.#once(node, "attest", () => this.#giveFinal(node));
    }
    if (this.#ballot === undefined && !this.isQuiet) this.#begin();
  }

  /** One such block at a time. */
  #once(node: AttestNode, what: string, run: () => void): void {
    const key = `${node.place} ${node.life} ${what}`;
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    this.#at(this.nowMs + 1 + this.#draw(30), () => {
      this.#busy.delete(key);
      if (node.isUp && !node.isAway && key === `${node.place} ${node.life} ${what}`) run();
    });
  }

  #giveOrder(node: AttestNode, height: number): void {
    const { key, value } = this.network.recordOf(height);
    node.disk.set(toHex(key), value);
    node.ordered = height;
    node.known = Math.max(node.known, height);
    node.give({ kind: "ordered", block: this.network.at(height) });
  }

  #giveFinal(node: AttestNode): void {
    if (!node.isStarted) return;
    node.delivered++;
    const { block, info, certificate } = this.final[node.delivered - 1] as Final;
    node.give({ kind: "deliver", block, info, certificate });
  }

  // Consensus of the attest chain.

  #begin(): void {
    const willing = this.nodes.filter((node) => node.isStarted && !node.isAway && node.isValidator);
    const leaders = willing.filter(({ hasReason }) => hasReason || this.#certified.length > 0);
    const leader = leaders[this.#draw(Math.max(1, leaders.length))];
    if (leader === undefined) return;
    const view = ++this.#view;
    const parent = this.#certified.at(-1) ?? this.final.at(-1)?.block;
    const ballot: Ballot = {
      view,
      leader,
      parent: parent === undefined ? this.#genesisInfo : attestBlockRules.infoOf(parent),
      block: undefined,
      voters: new Set([leader.place]),
    };
    this.#ballot = ballot;
    const isWanted = this.#certified.length > 0;
    this.later(leader, this.#draw(20), () => {
      const ancestors = this.#ancestorsFor(leader, ballot);
      return { kind: "build", view: asView(view), parent: ballot.parent, ancestors, isWanted };
    });
    this.#at(this.nowMs + 3_000, () => this.#end(ballot));
  }

  #end(ballot: Ballot): void {
    if (this.#ballot === ballot) this.#ballot = undefined;
  }

  get #genesisInfo(): BlockInfo {
    const { header } = this.network.network;
    const { epoch, view, height, parent } = header;
    return { epoch, view, height, parent, root: this.network.attestGenesis.root };
  }

  /** Blocks above the last one that was delivered to the node, up to the parent. */
  #ancestorsFor(node: AttestNode, { parent }: Ballot): readonly AttestBlock[] {
    const blocks = [...this.final.map(({ block }) => block), ...this.#certified];
    return blocks.filter(({ header }) => header.height > node.delivered && header.height <= parent.height);
  }

  onEffect(node: AttestNode, effect: AttestEffect): void {
    const ballot = this.#ballot;
    if (effect.kind === "checked" && effect.verdict === "invalid") this.refused.push(effect.problem);
    if (effect.kind === "checked" && effect.verdict === "valid") this.#checkHeld(node, effect.root);
    if (ballot === undefined) return;
    if (effect.kind === "built" && ballot.leader === node && effect.view === ballot.view)
      this.#propose(ballot, effect.block);
    if (effect.kind !== "checked" || effect.verdict !== "valid" || ballot.block === undefined) return;
    if (toHex(attestBlockRules.infoOf(ballot.block).root) !== toHex(effect.root)) return;
    ballot.voters.add(node.place);
    this.#count(ballot, ballot.block);
  }

  /** C5. */
  #checkHeld(node: AttestNode, root: Uint8Array): void {
    const block = [this.#ballot?.block, ...this.final.map(({ block }) => block)].find((each) => {
      return each !== undefined && toHex(attestBlockRules.infoOf(each).root) === toHex(root);
    });
    for (const { kind, value } of block?.body.items ?? []) {
      const isHeld = kind !== "attestation" || node.has(contentKey(claimCodec.root(value.claim)));
      assert(isHeld, "the content of what is voted for is in the store");
    }
  }

  #propose(ballot: Ballot, block: AttestBlock | undefined): void {
    if (block === undefined) return this.#end(ballot);
    ballot.block = block;
    const info = attestBlockRules.infoOf(block);
    const leader = asValidatorIndex(ballot.leader.place);
    for (const node of this.nodes) {
      if (node === ballot.leader || !node.isStarted || node.isAway || !node.isValidator) continue;
      this.later(node, 1 + this.#draw(40), () => {
        if (!node.isStarted || node.delivered >= info.height) return undefined;
        return { kind: "check", block, info, ancestors: this.#ancestorsFor(node, ballot), leader };
      });
    }
    this.#count(ballot, block);
  }

  #count(ballot: Ballot, block: AttestBlock): void {
    const { committee } = this.network.attestElectorate;
    const bitmap = committee.seats.map((_, seat) => ballot.voters.has(seat));
    if (!isQuorum(committee, weightOf(committee, bitmap)) || this.#ballot !== ballot) return;
    this.#ballot = undefined;
    const { late = 0, dropped = 0 } = this.#plan;
    const drawn = this.#draw(100);
    if (drawn < dropped) return;
    this.#certified.push(block);
    if (drawn >= dropped + late) this.#finalize([...ballot.voters]);
  }

  /** The last certified block, and all below it. */
  #finalize(voters: readonly number[]): void {
    const last = this.#certified.at(-1);
    for (const block of this.#certified) {
      const info = attestBlockRules.infoOf(block);
      const kind = block === last ? "finalization" : "notarization";
      const ballot = { epoch: asEpoch(0), view: info.view, block: info.root };
      const certificate = certify(this.network.attestElectorate, kind, voters, ballot);
      this.final.push({ block, info, certificate });
    }
    this.#certified = [];
  }

  // What all come to.

  /** Whether these nodes have executed, attested and delivered all that there is. */
  isSettled(nodes: readonly AttestNode[] = this.nodes): boolean {
    return nodes.every((node) => node.isStarted && this.#isSettled(node));
  }

  #isSettled(node: AttestNode): boolean {
    const { height, shards } = node.machine.progress();
    if (height !== this.final.length || this.#certified.length > 0 || node.ordered < this.network.height) return false;
    return shards.every(({ shard, attested, own }) => {
      const last = this.network.truth.shard(shard).results.at(-1)?.claim.round ?? 0;
      return attested.round === last && (own === undefined || own.done === this.network.height);
    });
  }

  settle(nodes: readonly AttestNode[] = this.nodes, patienceMs = 120_000): this {
    return this.until(() => this.isSettled(nodes), patienceMs);
  }

  /** Roots of a shard's claims in final blocks, in order. */
  attestedOf(shard: string): readonly string[] {
    return this.final.flatMap(({ block }) =>
      block.body.items.flatMap(({ kind, value }) => {
        return kind === "attestation" && value.claim.shard === shard ? [toHex(claimCodec.root(value.claim))] : [];
      }),
    );
  }

  /** The same by a straight run. */
  trueClaimsOf(shard: string): readonly string[] {
    return this.network.truth.shard(shard).results.map(({ root }) => toHex(root));
  }
}
