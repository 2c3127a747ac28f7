// The consensus of one chain within the replica: when it runs, in what words it speaks outside, and its final blocks for
// others.
//
// What stands above it (ordering, or attesting) answers its questions on the spot: the effects of an answer take the place
// of the effect that asked. So a block is stored where it was delivered, before the journal that it makes needless is
// pruned (S6, S8). What is said to it waits until the effects that are under way have left.

import type { Peer } from "@tandem/attestation";
import {
  type BlockInfo,
  type BlockRules,
  drawLeader,
  type Effect,
  type Input,
  type Message,
  type Timer,
  type VerifyTask,
} from "@tandem/consensus";
import type {
  Certificate,
  Chain,
  Electorate,
  Machine,
  Records,
  Root,
  ValidatorIndex,
  VoteEvidence,
} from "@tandem/shared";
import { numberOf } from "./asks.ts";
import { BlockServer, type BlockShelf, type ServerEffect } from "./block-server.ts";
import type { ChainPeers } from "./peers.ts";
import type { ReplicaEffect, ReplicaMessage, ReplicaTask, ReplicaTimer } from "./types.ts";

type Deliver<Block> = Extract<Effect<Block>, { readonly kind: "deliver" }>;

/** What is asked of what stands above consensus. */
export type Question<Block> =
  | Extract<Effect<Block>, { readonly kind: "build" }>
  | (Extract<Effect<Block>, { readonly kind: "check" }> & { readonly leader: ValidatorIndex })
  | Deliver<Block>;

/** How what this consensus says stands among what the replica says. */
export interface ChainWords<Block> {
  message(message: Message<Block>): ReplicaMessage;
  timer(timer: Timer): ReplicaTimer;
  task(task: VerifyTask): ReplicaTask;
  final(delivered: Deliver<Block>): ReplicaEffect;
}

export interface AgreementConfig<Block> {
  readonly chain: Chain;
  readonly machine: Machine<Input<Block>, Effect<Block>>;
  readonly electorate: Electorate;
  /** Leaders are drawn from it (S1). */
  readonly seed: Root;
  readonly rules: BlockRules<Block>;
  /** What the first block stands on. */
  readonly genesis: BlockInfo;
  readonly peers: ChainPeers;
  readonly shelf: BlockShelf<Block>;
  readonly words: ChainWords<Block>;
}

export interface Surroundings<Block> {
  leave(effect: ReplicaEffect): void;
  /** What is answered leaves at once. `onStored` is told after each `store` of it. */
  ask(question: Question<Block>, onStored: () => void): void;
  report(evidence: VoteEvidence): void;
  /** When all effects that are under way have left. */
  later(run: () => void): void;
}

export class Agreement<Block> {
  readonly #config: AgreementConfig<Block>;
  readonly #around: Surroundings<Block>;
  readonly #server: BlockServer<Block>;
  /** Until it starts. */
  #journal: readonly Uint8Array[] = [];
  #state: "waiting" | "running" | "stopped" = "waiting";
  /** O8: what it was told last. */
  #hasReason = false;

  constructor(config: AgreementConfig<Block>, around: Surroundings<Block>) {
    this.#config = config;
    this.#around = around;
    this.#server = new BlockServer(config.shelf, (peer) => config.peers.isValidator(peer));
  }

  /** What it starts with as soon as it is clear from which block on. */
  bring(journal: readonly Uint8Array[]): void {
    this.#journal = journal;
  }

  /** From the last final block; without one from the genesis. */
  start(block: Block | undefined, certificate: Certificate | undefined): void {
    const { rules, genesis } = this.#config;
    const info = block === undefined ? genesis : rules.infoOf(block);
    this.#server.top = info.height;
    this.#state = "running";
    this.tell({ kind: "start", final: { info, certificate }, journal: this.#journal });
    this.#journal = [];
    if (this.#hasReason) this.tell({ kind: "reason", has: true });
  }

  /** In the midst of its effects: this node cannot check what it would vote for. */
  stop(): void {
    this.#state = "stopped";
  }

  /** What comes before its start is dropped, and repaired like what was lost. */
  tell(input: Input<Block>): void {
    if (this.#state === "running") this.#around.later(() => this.#handle(input));
  }

  tellReason(has: boolean): void {
    this.#hasReason = has;
    this.tell({ kind: "reason", has });
  }

  hear(from: Peer, message: Message<Block>): void {
    this.tell({ kind: "message", from: this.#config.peers.ownOf(from), message });
  }

  /** For its server. */
  onRead(id: number, records: Records): void {
    this.#performOfServer(this.#server.onRead(id, records));
  }

  #handle(input: Input<Block>): void {
    for (const effect of this.#config.machine.handle(input)) this.#perform(effect);
  }

  #perform(effect: Effect<Block>): void {
    if (this.#state === "stopped") return;
    const { chain, peers, words } = this.#config;
    const { leave } = this.#around;
    switch (effect.kind) {
      case "persist":
      case "prune":
        return leave({ ...effect, chain });
      case "evidence":
        leave({ ...effect, chain });
        return this.#around.report({ chain, ...effect.evidence });
      case "send":
        return leave({ ...effect, to: peers.peerOf(effect.to), message: words.message(effect.message) });
      case "broadcast":
        return leave({ ...effect, message: words.message(effect.message) });
      case "set-timer":
        return leave({ ...effect, timer: words.timer(effect.timer) });
      case "verify":
        return leave({ ...effect, id: numberOf({ asker: chain, id: effect.id }), task: words.task(effect.task) });
      case "serve":
        return this.#performOfServer(this.#server.serve({ ...effect, to: peers.peerOf(effect.to) }));
      default:
        return this.#ask(effect);
    }
  }

  #ask(effect: Extract<Effect<Block>, { readonly kind: "build" | "check" | "deliver" }>): void {
    switch (effect.kind) {
      case "build":
        return this.#around.ask(effect, () => undefined);
      case "check":
        return this.#around.ask({ ...effect, leader: this.#leaderOf(effect.info) }, () => undefined);
      case "deliver":
        return this.#around.ask(effect, () => this.#onStored(effect));
    }
  }

  /** S1. It is asked for once a view, so it is drawn anew. */
  #leaderOf({ view }: BlockInfo): ValidatorIndex {
    const { seed, electorate } = this.#config;
    return drawLeader(seed, electorate.committee, view);
  }

  /** S6: a block is told as final when it is stored, which is what is answered first. */
  #onStored(delivered: Deliver<Block>): void {
    const { height } = delivered.info;
    if (this.#server.top >= height) return;
    this.#server.top = height;
    this.#around.leave(this.#config.words.final(delivered));
  }

  #performOfServer(effects: readonly ServerEffect<Block>[]): void {
    const { chain, words } = this.#config;
    for (const effect of effects) {
      if (effect.kind === "send") this.#around.leave({ ...effect, message: words.message(effect.message) });
      else this.#around.leave({ ...effect, id: numberOf({ asker: `${chain}-server`, id: effect.id }) });
    }
  }
}
