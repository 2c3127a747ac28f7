// One validator, or an observer, without its shell: both chains behind one door. Each chain has a consensus and a machine
// that stands above it: ordering, and attesting with the followers of shards.
//
// Start     Ordering starts first. It reads what was stored, and says on which final block (`started`); with that block and
//           its journal the consensus of the order chain starts, and attesting with the height that was executed. When
//           attesting has read what it left, it says the same for its own chain. What comes for a machine before it starts
//           is dropped, and repaired like what was lost.
// Between   Ordering tells attesting which blocks it executed (`ordered`), and asks it how one attest block descends from
//           another. Attesting tells ordering which of its blocks are final (`attested`). Evidence of both chains goes to
//           attesting, which includes it (S10).
// Order     Effects leave in the order in which they came about, so what must be durable first is so across all machines:
//           - What is answered to a question of consensus takes the place of the question (agreement.ts).
//           - What one machine says to another waits until all effects that are under way have left. So blobs are stored,
//             and certificates persisted, before the vote that rests on them (S8); a final block of either chain and what
//             it brought is stored before the other chain hears of it; and no machine hears anything in the midst of its
//             own effects.
// Stop      `diverged` ends the consensus of the order chain here, in the midst of its effects: this node cannot check what it
//           would vote for. `attest-diverged` ends that of the attest chain, and no other.

import type {
  AttestEffect,
  AttestInput,
  AwaitedSince,
  MadeClaim,
  Peer,
  ProgramStatus,
  StageTwoProgress,
} from "@tandem/attestation";
import { attestBlockKey, attestBlockRules, attestRecordCodec } from "@tandem/attestation";
import { blockKey, blockRecordCodec, type OrderEffect, type OrderInput, orderBlockRules } from "@tandem/ordering";
import {
  type AttestBlock,
  decodeRecord,
  type Machine,
  type OrderBlock,
  type Position,
  type Records,
  type Root,
  type ShardName,
} from "@tandem/shared";
import { Agreement, type Surroundings } from "./agreement.ts";
import { type Ask, askOf, numberOf } from "./asks.ts";
import { addressMessage, addressTimer } from "./kinds.ts";
import { createMachines, genesisInfoOf, type ReplicaConfig, type ReplicaMachines } from "./machines.ts";
import { ChainPeers } from "./peers.ts";
import type {
  ReplicaEffect,
  ReplicaInput,
  ReplicaMessage,
  ReplicaStart,
  ReplicaTimer,
  ReplicaVerified,
} from "./types.ts";

/** Blocks that a server reads at once: full order blocks have half a megabyte of roots, so 16 are about one answer. */
const orderBlocksMax = 16;
/** Attest blocks can have 17 MiB each. */
const attestBlocksMax = 1;

export class Replica implements Machine<ReplicaInput, ReplicaEffect> {
  readonly #ordering: ReplicaMachines["ordering"];
  readonly #attesting: ReplicaMachines["attesting"];
  readonly #order: Agreement<OrderBlock>;
  readonly #attest: Agreement<AttestBlock>;
  /** Ordering knows peers as its chain does. */
  readonly #orderPeers: ChainPeers;
  /** What attesting starts with, as soon as it is known how far the order chain was executed. */
  #begun: ReplicaStart | undefined;
  #isAttesting = false;
  /** What machines are told next, in order. */
  readonly #agenda: (() => void)[] = [];
  #effects: ReplicaEffect[] = [];

  constructor(config: ReplicaConfig, given: Partial<ReplicaMachines> = {}) {
    const machines = createMachines(config, given);
    const { genesis } = config.network.order;
    this.#ordering = machines.ordering;
    this.#attesting = machines.attesting;
    this.#orderPeers = new ChainPeers(genesis, "order");
    const infos = genesisInfoOf(config.network);
    const { setting } = config.network;
    const { seed } = genesis;
    this.#order = new Agreement(
      {
        chain: "order",
        machine: machines.order,
        electorate: setting.order,
        seed,
        rules: orderBlockRules,
        genesis: infos.order,
        peers: this.#orderPeers,
        shelf: { keyOf: blockKey, decode: blockRecordCodec.decode, readBlocksMax: orderBlocksMax },
        words: {
          message: (message) => message,
          timer: (timer) => timer,
          task: (task) => task,
          final: (delivered) => ({ ...delivered, kind: "final" }),
        },
      },
      this.#around((question, onStored) => this.#tellOrdering(question, onStored)),
    );
    this.#attest = new Agreement(
      {
        chain: "attest",
        machine: machines.attest,
        electorate: setting.network.electorate,
        seed,
        rules: attestBlockRules,
        genesis: infos.attest,
        peers: new ChainPeers(genesis, "attest"),
        shelf: {
          keyOf: attestBlockKey,
          decode: (record) => decodeRecord(attestRecordCodec, record),
          readBlocksMax: attestBlocksMax,
        },
        words: {
          message: (message) => ({ kind: "attest", message }),
          timer: (timer) => ({ name: "attest", timer }),
          task: (task) => ({ kind: "attest", task }),
          final: (delivered) => ({ ...delivered, kind: "attest-final" }),
        },
      },
      this.#around((question, onStored) => this.#tellAttesting(question, onStored)),
    );
  }

  handle(input: ReplicaInput): readonly ReplicaEffect[] {
    this.#take(input);
    this.#settle();
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  /** What became of a program, as far as this node follows its shards. */
  statusOf(blob: Root): ProgramStatus | undefined {
    return this.#attesting.statusOf(blob);
  }

  /** What a program waits for in a followed shard, whenever it was ordered. */
  awaitedOf(position: Position, shard: ShardName): readonly AwaitedSince[] | undefined {
    return this.#attesting.awaitedOf(position, shard);
  }

  ownClaimsOf(shard: ShardName): readonly MadeClaim[] {
    return this.#attesting.ownClaimsOf(shard);
  }

  progress(): StageTwoProgress {
    return this.#attesting.progress();
  }

  /**
   * It ends: beside the input at hand, machines tell each other what came about, each of it once. A check is asked for once
   * a view, a delivery goes one height up, and a build is repeated only on another parent or for a new reason; the views
   * and blocks that are held bound all of them (S11). A block is told as ordered, or as attested, once.
   */
  #settle(): void {
    for (let next = this.#agenda.shift(); next !== undefined; next = this.#agenda.shift()) next();
  }

  readonly #later = (run: () => void): void => {
    this.#agenda.push(run);
  };

  readonly #leave = (effect: ReplicaEffect): void => {
    this.#effects.push(effect);
  };

  #around<Block>(ask: Surroundings<Block>["ask"]): Surroundings<Block> {
    return {
      ask,
      leave: this.#leave,
      later: this.#later,
      report: (evidence) => this.#later(() => this.#tellAttesting({ kind: "vote-evidence", evidence })),
    };
  }

  // What the shell says.

  #take(input: ReplicaInput): void {
    switch (input.kind) {
      case "start":
        return this.#onStart(input);
      case "message":
        return this.#onMessage(input.from, input.message);
      case "timer":
        return this.#onTimer(input.timer);
      case "verified":
        return this.#onVerified(input);
      case "read":
        return this.#onRead(input.id, input.records);
      case "opened":
      case "executed":
        return this.#tellAttesting(input);
      default:
        return this.#tellOrdering(input);
    }
  }

  #onStart(input: ReplicaStart): void {
    this.#begun = input;
    this.#order.bring(input.journals.order);
    this.#attest.bring(input.journals.attest);
    this.#tellOrdering({ kind: "start", kept: input.kept });
  }

  #onMessage(from: Peer, message: ReplicaMessage): void {
    const { part, word } = addressMessage(message);
    switch (part) {
      case "order":
        return this.#order.hear(from, word);
      case "ordering":
        return this.#tellOrdering({ kind: "message", from: this.#orderPeers.ownOf(from), message: word });
      case "attest":
        return this.#attest.hear(from, word.message);
      case "attesting":
        return this.#tellAttesting({ kind: "message", from, message: word });
    }
  }

  #onTimer(timer: ReplicaTimer): void {
    const { part, word } = addressTimer(timer);
    switch (part) {
      case "order":
        return this.#order.tell({ kind: "timer", timer: word });
      case "ordering":
        return this.#tellOrdering({ kind: "timer", timer: word });
      case "attest":
        return this.#attest.tell({ kind: "timer", timer: word.timer });
      case "attesting":
        return this.#tellAttesting({ kind: "timer", timer: word });
    }
  }

  #onVerified({ id: number, valid, aggregate, quorum }: ReplicaVerified): void {
    const { asker, id } = askOf(number) ?? nobody;
    switch (asker) {
      case "order":
        return this.#order.tell({ kind: "verified", id, valid, aggregate });
      case "attest":
        return this.#attest.tell({ kind: "verified", id, valid, aggregate });
      case "ordering":
        return this.#tellOrdering({ kind: "verified", id, valid });
      case "attesting":
        return this.#tellAttesting({ kind: "verified", id, verdict: { valid, quorum } });
      default:
        return undefined;
    }
  }

  #onRead(number: number, records: Records): void {
    const { asker, id } = askOf(number) ?? nobody;
    switch (asker) {
      case "order-server":
        return this.#order.onRead(id, records);
      case "attest-server":
        return this.#attest.onRead(id, records);
      case "ordering":
        return this.#tellOrdering({ kind: "read", id, records });
      case "attesting":
        return this.#tellAttesting({ kind: "read", id, records });
      default:
        return undefined;
    }
  }

  // Ordering.

  #tellOrdering(input: OrderInput, onStored: () => void = doNothing): void {
    for (const effect of this.#ordering.handle(input)) {
      this.#performOfOrdering(effect);
      if (effect.kind === "store") onStored();
    }
  }

  #performOfOrdering(effect: OrderEffect): void {
    switch (effect.kind) {
      case "started":
        return this.#onOrderingStarted(effect);
      case "built":
      case "checked":
        return this.#order.tell(effect);
      case "reason":
        return this.#order.tellReason(effect.has);
      case "read":
      case "verify":
        return this.#leave({ ...effect, id: numberOf({ asker: "ordering", id: effect.id }) });
      case "send":
        return this.#leave({ ...effect, to: this.#orderPeers.peerOf(effect.to) });
      case "ordered":
        return this.#onOrdered(effect);
      case "prove-descent":
        return this.#later(() => this.#tellAttesting(effect));
      case "diverged":
        this.#order.stop();
        return this.#leave(effect);
      default:
        return this.#leave(effect);
    }
  }

  #onOrderingStarted({ block, certificate, executed }: Extract<OrderEffect, { readonly kind: "started" }>): void {
    const { own, firstRound } = this.#begun as ReplicaStart;
    this.#begun = undefined;
    this.#isAttesting = true;
    this.#later(() => this.#tellAttesting({ kind: "start", own, firstRound, executed }));
    this.#order.start(block, certificate);
  }

  #onOrdered(effect: Extract<OrderEffect, { readonly kind: "ordered" }>): void {
    this.#leave(effect);
    const { block, info, certificate, blobs } = effect;
    const facts = { header: block.header, root: info.root, certificate, blobs };
    this.#later(() => this.#tellAttesting({ kind: "ordered", block: facts }));
  }

  // Attesting.

  #tellAttesting(input: AttestInput, onStored: () => void = doNothing): void {
    if (!this.#isAttesting) return;
    for (const effect of this.#attesting.handle(input)) {
      this.#performOfAttesting(effect);
      if (effect.kind === "store") onStored();
    }
  }

  #performOfAttesting(effect: AttestEffect): void {
    switch (effect.kind) {
      case "started":
        return this.#attest.start(effect.block, effect.certificate);
      case "built":
      case "checked":
        return this.#attest.tell(effect);
      case "reason":
        return this.#attest.tellReason(effect.has);
      case "read":
      case "verify":
        return this.#leave({ ...effect, id: numberOf({ asker: "attesting", id: effect.id }) });
      case "attested":
      case "descent":
        return this.#later(() => this.#tellOrdering(effect));
      case "attest-diverged":
        this.#attest.stop();
        return this.#leave(effect);
      default:
        return this.#leave(effect);
    }
  }
}

/** Of a number that no ask has. */
const nobody: Partial<Ask> & { readonly id: number } = { id: 0 };

function doNothing(): void {}
