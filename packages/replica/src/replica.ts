// One validator, or an observer, without its shell: consensus and the order chain behind one door.
//
// Start     Ordering starts first. It reads what was stored, and says on which final block (`started`); with that block and
//           the journal consensus starts. What comes for consensus before is dropped, and repaired like what was lost.
// Order     Effects leave in the order in which they came about, so what must be durable first is so across both machines:
//           - What ordering answers to an effect of consensus takes the place of that effect. A block is stored where it
//             was delivered, before the journal that it makes needless is pruned (S6, S8).
//           - What ordering says to consensus meanwhile waits until the effects of consensus that are under way have left,
//             and those of ordering too: blobs are stored, and certificates persisted, before the vote that rests on
//             them (S8).
// Stop      `diverged` ends consensus here, in the midst of its effects: this node cannot check what it would vote for.

import { drawLeader, type Effect, type Input, type Signer, Simplex, type Verified } from "@tandem/consensus";
import { type OrderEffect, type OrderInput, Ordering, type OrderingConfig, orderBlockRules } from "@tandem/ordering";
import type { Electorate, Machine, OrderBlock, Records } from "@tandem/shared";
import { askOf, numberOf } from "./asks.ts";
import { BlockServer } from "./block-server.ts";
import { isOrderMessage, isOrderTimer } from "./kinds.ts";
import type { ReplicaEffect, ReplicaInput, ReplicaMessage, ReplicaTimer } from "./types.ts";

export interface ReplicaConfig extends Pick<OrderingConfig, "network" | "pool"> {
  /** Who votes on the order chain. */
  readonly electorate: Electorate;
  /** Absent for an observer. */
  readonly signer: Signer | undefined;
}

/** The machines that are joined; whoever tests the joint, or one of them in another form, brings its own. */
export interface ReplicaMachines {
  readonly consensus: Machine<Input<OrderBlock>, Effect<OrderBlock>>;
  readonly ordering: Machine<OrderInput, OrderEffect>;
}

export class Replica implements Machine<ReplicaInput, ReplicaEffect> {
  readonly #config: ReplicaConfig;
  readonly #machines: ReplicaMachines;
  readonly #server = new BlockServer();
  /** Until consensus starts. */
  #journal: readonly Uint8Array[] = [];
  #consensusIs: "waiting" | "running" | "stopped" = "waiting";
  /** O8: what ordering said last. */
  #hasReason = false;
  /** What ordering says to consensus, in order. */
  readonly #toConsensus: Input<OrderBlock>[] = [];
  #effects: ReplicaEffect[] = [];

  constructor(config: ReplicaConfig, machines: ReplicaMachines = createMachines(config)) {
    this.#config = config;
    this.#machines = machines;
  }

  handle(input: ReplicaInput): readonly ReplicaEffect[] {
    this.#take(input);
    this.#settle();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #take(input: ReplicaInput): void {
    switch (input.kind) {
      case "start":
        this.#journal = input.journal;
        return this.#order({ kind: "start", kept: input.kept });
      case "message":
        return this.#onMessage(input.from, input.message);
      case "timer":
        return this.#onTimer(input.timer);
      case "verified":
        return this.#onVerified(input);
      case "read":
        return this.#onRead(input.id, input.records);
      default:
        return this.#order(input);
    }
  }

  #onMessage(from: number, message: ReplicaMessage): void {
    if (isOrderMessage(message)) this.#order({ kind: "message", from, message });
    else this.#agree({ kind: "message", from, message });
  }

  #onTimer(timer: ReplicaTimer): void {
    if (isOrderTimer(timer)) this.#order({ kind: "timer", timer });
    else this.#agree({ kind: "timer", timer });
  }

  #onVerified({ id: number, valid, aggregate }: Verified): void {
    const ask = askOf(number);
    if (ask?.asker === "consensus") this.#agree({ kind: "verified", id: ask.id, valid, aggregate });
    if (ask?.asker === "ordering") this.#order({ kind: "verified", id: ask.id, valid });
  }

  #onRead(number: number, records: Records): void {
    const ask = askOf(number);
    if (ask?.asker === "server") this.#effects.push(...this.#server.onRead(ask.id, records));
    if (ask?.asker === "ordering") this.#order({ kind: "read", id: ask.id, records });
  }

  // Consensus.

  #agree(input: Input<OrderBlock>): void {
    if (this.#consensusIs === "running") this.#toConsensus.push(input);
  }

  /**
   * It ends: beside the input at hand, only ordering has anything for consensus, and says it once. A check is asked for
   * once a view, a delivery goes one height up, and a build is repeated only on another parent or for a new reason; the
   * views and blocks that are held bound all of them (S11).
   */
  #settle(): void {
    for (let input = this.#toConsensus.shift(); input !== undefined; input = this.#toConsensus.shift()) {
      for (const effect of this.#machines.consensus.handle(input)) this.#performOfConsensus(effect);
    }
  }

  #performOfConsensus(effect: Effect<OrderBlock>): void {
    if (this.#consensusIs === "stopped") return;
    switch (effect.kind) {
      case "build":
        return this.#order(effect);
      case "check":
        return this.#order({ ...effect, leader: this.#leaderOf(effect.block) });
      case "deliver":
        return this.#deliver(effect);
      case "serve":
        this.#effects.push(...this.#server.serve(effect));
        return;
      case "verify":
        this.#effects.push({ ...effect, id: numberOf({ asker: "consensus", id: effect.id }) });
        return;
      default:
        this.#effects.push(effect);
    }
  }

  /** S1. It is asked for once a view, so it is drawn anew. */
  #leaderOf({ header }: OrderBlock) {
    const { network, electorate } = this.#config;
    return drawLeader(network.genesis.seed, electorate.committee, header.view);
  }

  /** S6: it is told as final when it is stored, which ordering says first. */
  #deliver(effect: Extract<Effect<OrderBlock>, { readonly kind: "deliver" }>): void {
    for (const answer of this.#machines.ordering.handle(effect)) {
      this.#performOfOrdering(answer);
      if (answer.kind !== "store" || this.#server.top >= effect.info.height) continue;
      this.#server.top = effect.info.height;
      this.#effects.push({ ...effect, kind: "final" });
    }
  }

  // Ordering.

  #order(input: OrderInput): void {
    for (const effect of this.#machines.ordering.handle(input)) this.#performOfOrdering(effect);
  }

  #performOfOrdering(effect: OrderEffect): void {
    switch (effect.kind) {
      case "started":
        return this.#startConsensus(effect);
      case "built":
      case "checked":
        return this.#agree(effect);
      case "reason":
        this.#hasReason = effect.has;
        return this.#agree(effect);
      case "read":
      case "verify":
        this.#effects.push({ ...effect, id: numberOf({ asker: "ordering", id: effect.id }) });
        return;
      case "diverged":
        this.#consensusIs = "stopped";
        this.#effects.push(effect);
        return;
      default:
        this.#effects.push(effect);
    }
  }

  #startConsensus({ block, certificate }: Extract<OrderEffect, { readonly kind: "started" }>): void {
    const info = block === undefined ? genesisOf(this.#config) : orderBlockRules.infoOf(block);
    this.#server.top = info.height;
    this.#consensusIs = "running";
    this.#agree({ kind: "start", final: { info, certificate }, journal: this.#journal });
    this.#journal = [];
    if (this.#hasReason) this.#agree({ kind: "reason", has: true });
  }
}

function createMachines(config: ReplicaConfig): ReplicaMachines {
  const { electorate, signer, network, pool } = config;
  const seat = signer?.seat;
  const peers = [...electorate.committee.seats.keys()].filter((peer) => peer !== seat);
  const { seed, limits } = network.genesis;
  const { deltaMs, heartbeatMs } = limits;
  const simplex = { electorate, rules: orderBlockRules, signer, seed, deltaMs, heartbeatMs };
  return {
    consensus: new Simplex(simplex, genesisOf(config)),
    ordering: new Ordering({ network, seat, peers, deltaMs, pool }),
  };
}

/** What the first block stands on. */
function genesisOf({ network }: ReplicaConfig) {
  const { epoch, view, height, parent } = network.header;
  return { epoch, view, height, parent, root: network.root };
}
