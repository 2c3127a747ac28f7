// On which chains a validator of a new network votes: on both, unless it is named here. Whoever orders alone follows no shard;
// whoever attests alone follows shards as all others do. Who has a part in nothing is no validator but an observer.

import { badFlag, type Flags, textFlag } from "../flags.ts";
import { type Committees, readPlaces } from "./committees.ts";

/** Validators with a vote on one chain alone, by place. */
export type Roles = ReadonlyMap<number, "order" | "attest">;

export function readRoles(flags: Flags, validators: number): Roles {
  const [orders, attests] = [placesOf(flags, "order-only", validators), placesOf(flags, "attest-only", validators)];
  const both = orders.find((place) => attests.includes(place));
  if (both !== undefined) throw badFlag(`--order-only and --attest-only both name validator ${both}.`);
  if (orders.length === validators) throw badFlag("--order-only leaves nobody to attest.");
  if (attests.length === validators) throw badFlag("--attest-only leaves nobody to order.");
  return new Map([
    ...orders.map((place) => [place, "order"] as const),
    ...attests.map((place) => [place, "attest"] as const),
  ]);
}

/** Places of those who follow shards, ascending. */
export function followersIn(roles: Roles, validators: number): readonly number[] {
  return Array.from({ length: validators }, (_, place) => place).filter((place) => roles.get(place) !== "order");
}

export function checkFollowers(roles: Roles, committees: Committees): void {
  for (const [shard, members] of committees) {
    const place = members.find((member) => roles.get(member) === "order");
    if (place === undefined) continue;
    throw badFlag(`--order-only: validator ${place} follows no shard, and --committees names it for ${shard}.`);
  }
}

function placesOf(flags: Flags, name: string, validators: number): readonly number[] {
  const text = textFlag(flags, name);
  return text === undefined ? [] : readPlaces(`--${name}`, text, validators);
}
