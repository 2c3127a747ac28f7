// Who takes part in a run: a node for each instance of the setting, with its keys, its habits, and what all share.

import type { View } from "@tandem/shared";
import { type Instance, Random, type Seat } from "@tandem/simulator";
import type { CheckContext } from "./checkers/checker.ts";
import { restateLeader } from "./checkers/leader-draw.ts";
import { VoteBook } from "./checkers/vote-book.ts";
import { type HabitContext, HabitMachine } from "./habits/habit.ts";
import { habits } from "./habits/index.ts";
import { Ledger } from "./habits/ledger.ts";
import { serving } from "./habits/order/serving.ts";
import type { Block } from "./payload/block.ts";
import type { Setting } from "./setting.ts";
import type { NodeOptions, Stage, StageNode } from "./stages/stage.ts";

export class Cast {
  readonly #setting: Setting;
  readonly #stage: Stage;
  readonly #leaders = new Map<View, Seat>();
  readonly context: CheckContext;
  readonly ledger: Ledger;
  /** By root: all that an honest node checked, built or built upon. */
  readonly blocks = new Map<string, Block>();
  readonly nodes: StageNode[] = [];
  /** Instances that follow the protocol. */
  readonly honest: readonly Instance[];

  constructor(setting: Setting, stage: Stage) {
    this.#setting = setting;
    this.#stage = stage;
    const { world, weights, deltaMs } = setting;
    const seats = world.instances.map(({ seat }) => seat);
    const byzantine = new Set(setting.habits.map((plan) => plan.seat));
    this.honest = seats.flatMap((seat, instance) => (byzantine.has(seat) ? [] : [instance]));
    const votes = new VoteBook(weights, byzantine);
    const leaderOf = (view: View) => this.#leaderOf(view);
    const { genesis, keys } = stage;
    this.context = { electorate: keys.electorate, genesis, weights, byzantine, seats, deltaMs, leaderOf, votes };
    this.ledger = new Ledger({ seats, leaderOf, silent: this.#seatsWith("silent"), twins: this.#seatsWith("twins") });
  }

  createNode(instance: Instance, seat: Seat): StageNode {
    const random = new Random(this.#setting.world.seed, `node ${instance}`);
    const node = this.#stage.createNode({
      instance,
      seat,
      random: random.fork("payload"),
      ledger: this.ledger,
      blocks: this.blocks,
      corrupt: this.#corrupt(instance, seat, random.fork("habits")),
    });
    this.nodes[instance] = node;
    return node;
  }

  #corrupt(instance: Instance, seat: Seat, random: Random): NodeOptions["corrupt"] {
    const plans = this.#setting.habits.flatMap((plan, index) => (plan.seat === seat ? [{ ...plan, index }] : []));
    const signer = this.#stage.keys.signers[seat];
    if (plans.length === 0 || signer === undefined) return undefined;
    const { electorate, signers } = this.#stage.keys;
    const { byzantine, seats, deltaMs, leaderOf } = this.context;
    const contextOf = (plan: number): HabitContext => ({
      instance,
      signer,
      accomplices: signers.filter((each) => byzantine.has(each.seat)),
      peers: [...new Set(seats)].filter((peer) => peer !== seat),
      electorate,
      deltaMs,
      leaderOf,
      random,
      ledger: this.ledger,
      order: this.#stage.toolsOf(plan),
      whole: undefined,
    });
    return (machine) => {
      const made = plans.flatMap(({ habit, index }) => {
        const context = contextOf(index);
        return this.#stage.createHabits?.(habit, context) ?? [habits[habit](context)];
      });
      const first = contextOf(0);
      return new HabitMachine(machine, first.order === undefined ? made : [serving(first), ...made]);
    };
  }

  #seatsWith(name: string): Set<Seat> {
    return new Set(this.#setting.habits.filter(({ habit }) => habit === name).map(({ seat }) => seat));
  }

  #leaderOf(view: View): Seat {
    let leader = this.#leaders.get(view);
    if (leader === undefined) {
      leader = restateLeader(this.#stage.keys.leaderSeed, this.#setting.weights, view);
      this.#leaders.set(view, leader);
    }
    return leader;
  }
}
