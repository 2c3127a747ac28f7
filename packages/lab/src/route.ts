// Who hears what. Twins are two instances of one seat, and both hear what is said to it. A script cuts by view, as
// in the Twins paper, until the world heals.

import type { Instance, Seat } from "@tandem/simulator";
import { viewOf } from "./habits/habit.ts";
import type { Ledger } from "./habits/ledger.ts";
import type { LabMessage } from "./nodes/words.ts";
import type { Setting } from "./setting.ts";

export type Route = (from: Instance, to: Seat, message: LabMessage) => readonly Instance[];

/** Nothing where everyone hears everything. */
export function routeOf(setting: Setting, ledger: Ledger, isHealed: () => boolean): Route | undefined {
  const { script, world } = setting;
  if (script === null) return undefined;
  const instancesOf = (seat: Seat) => world.instances.flatMap((each, i) => (each.seat === seat ? [i] : []));
  const bySeat = new Map(world.instances.map(({ seat }) => [seat, instancesOf(seat)]));
  return (from, to, message) => {
    const hearers = bySeat.get(to) ?? [];
    // What names no view belongs to the view that its sender is in.
    const sides = isHealed() ? undefined : script.sides[(viewOf(message) ?? ledger.viewOf(from)) - 1];
    return hearers.filter((hearer) => hearer !== from && (sides === undefined || sides[hearer] === sides[from]));
  };
}
