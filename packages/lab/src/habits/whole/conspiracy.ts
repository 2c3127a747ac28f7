// What all Byzantine nodes of a run of the whole stage share: they know what any of them heard, and each habit stands on
// the chain that it is for, or on both.

import type { AttestHeader, BlockRef } from "@tandem/shared";
import { attestHeaderCodec } from "@tandem/shared";
import type { CheckContext } from "../../checkers/checker.ts";
import type { WholeNetwork } from "../../nodes/whole-network.ts";
import type { HabitPlan } from "../../setting.ts";
import type { Habit, HabitContext } from "../habit.ts";
import { type HabitName, habitNamesOf, habits } from "../index.ts";
import { Ledger } from "../ledger.ts";
import { AttestForge } from "./attest-forge.ts";
import { type Captured, capturing } from "./captured.ts";
import { attestLeaderHabits } from "./index.ts";
import { attestBlocksIn, onAttest, type Places } from "./on-attest.ts";
import type { Content, WholeTools } from "./tools.ts";

export interface ConspiracyOptions {
  readonly network: WholeNetwork;
  readonly places: Places;
  /** Of the attest chain. */
  readonly attest: CheckContext;
  readonly plans: readonly HabitPlan[];
  /** A shard whose whole committee is in it. */
  readonly lost: Captured | undefined;
  /** Of the order chain. */
  readonly ledger: Ledger;
}

export class Conspiracy {
  readonly #options: ConspiracyOptions;
  readonly #forge: AttestForge;
  /** What the captured committee agreed to say, by round. */
  readonly #agreed = new Map<number, Content>();
  /** Of the attest chain; it counts with the other. */
  readonly ledger: Ledger;

  constructor(options: ConspiracyOptions) {
    const { network, places, attest, plans, ledger } = options;
    this.#options = options;
    const { setting } = network.replica;
    this.#forge = createForge(setting.network.header, setting.orderGenesis);
    const seatsWith = (name: HabitName) =>
      new Set(plans.filter(({ habit }) => habit === name).map(({ seat }) => places.seatOf(seat)));
    const { seats, leaderOf } = attest;
    const { counts } = ledger;
    this.ledger = new Ledger({ seats, silent: seatsWith("silent"), twins: seatsWith("twins"), leaderOf, counts });
  }

  /** Those of consensus are at work on both chains. */
  createHabits(name: HabitName, order: HabitContext): readonly Habit[] {
    const { places } = this.#options;
    const attest = this.#asAttest(order);
    const { whole } = attest;
    const make = habits[name];
    const isLeaders = Object.hasOwn(attestLeaderHabits, name);
    const made = this.#isFirst(name, order) ? this.#common({ ...order, whole }) : [];
    if (!isLeaders) made.push(make({ ...order, whole }));
    if (isLeaders || habitNamesOf.consensus.includes(name)) made.push(onAttest(make(attest), places));
    return made;
  }

  /** Of the node's own habits, in whatever life. */
  #isFirst(name: HabitName, { signer }: HabitContext): boolean {
    return this.#options.plans.find(({ seat }) => seat === signer.seat)?.habit === name;
  }

  /** What every node in it does, before its own habits. */
  #common(context: HabitContext): Habit[] {
    const { lost, places } = this.#options;
    const made = [this.#hearing(), onAttest(this.#learning(), places)];
    return lost === undefined ? made : [...made, capturing(lost, this.#forge, this.#agreed)(context)];
  }

  /** As a node's consensus on the attest chain sees it. */
  #asAttest(order: HabitContext): HabitContext {
    const { places, attest, network } = this.#options;
    const asAttest = ({ seat, sign }: HabitContext["signer"]) => ({ seat: places.seatOf(seat) as typeof seat, sign });
    const { electorate, shards, root } = network.replica.setting.network;
    const captured = this.#options.lost?.shard;
    const whole: WholeTools = { forge: this.#forge, places, shards, network: root, captured };
    return {
      ...order,
      electorate,
      signer: asAttest(order.signer),
      accomplices: order.accomplices.map(asAttest),
      peers: order.peers.map((peer) => places.seatOf(peer)),
      leaderOf: attest.leaderOf,
      ledger: this.ledger,
      whole,
    };
  }

  /** Tells the forge which affirmations a node hears, and its own before it changes them. */
  #hearing(): Habit {
    const forge = this.#forge;
    return {
      input: (input) => {
        if (input.kind === "message" && input.message.kind === "affirmations") forge.hear(input.message.affirmations);
        return input;
      },
      effects: (effects) => {
        for (const effect of effects)
          if (effect.kind === "broadcast" && effect.message.kind === "affirmations")
            forge.hear(effect.message.affirmations);
        return effects;
      },
    };
  }

  /** Tells the forge which attest blocks a node hears and says. */
  #learning(): Habit {
    const forge = this.#forge;
    return {
      input: (input) => {
        if (input.kind === "message") for (const block of attestBlocksIn(input.message)) forge.learn(block);
        return input;
      },
      effects: (effects) => {
        for (const effect of effects)
          if (effect.kind === "broadcast") for (const block of attestBlocksIn(effect.message)) forge.learn(block);
        return effects;
      },
    };
  }
}

function createForge(header: AttestHeader, order: BlockRef): AttestForge {
  return new AttestForge(attestHeaderCodec.root(header), { header: { height: header.height, order } });
}
