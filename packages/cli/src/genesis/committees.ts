// Who follows which shard of a new network: named member by member, or every shard with so many members, each leaving out
// others. A quorum is more than 2/3 of a committee's weight (S1), so of three equal seats all three are needed.

import { compareText, isName, limits } from "@tandem/shared";
import { badFlag } from "../flags.ts";

/** By shard, the places of its members in the genesis, ascending. */
export type Committees = ReadonlyMap<string, readonly number[]>;

/**
 * The first shard, by name, leaves out the last validators, the next one those before them, and so on in a circle: so as
 * few validators as can be follow all shards, and whoever fails stops as few shards as can be.
 */
export function rotatedCommittees(shards: readonly string[], validators: number, size: number): Committees {
  const away = validators - size;
  /** How far a place lies before the last that this shard leaves out, round the circle. */
  const before = (index: number, place: number) => (validators * (index + 1) - 1 - index * away - place) % validators;
  const members = (index: number) => places(validators).filter((place) => before(index, place) >= away);
  return new Map(shards.toSorted(compareText).map((shard, index) => [shard, members(index)]));
}

/** Three quarters of the validators, rounded down: with four shards or more, and two validators or more, nobody follows all. */
export function threeQuarters(validators: number): number {
  return Math.max(1, Math.floor((3 * validators) / 4));
}

/** `bank:0,1,2;hotel:0,1,3`. */
export function readCommittees(text: string, validators: number): Committees {
  const committees = new Map<string, readonly number[]>();
  for (const part of text.split(";").filter((each) => each.trim() !== "")) {
    const [, shard, list] = /^\s*([^:\s]+)\s*:(.*)$/.exec(part) ?? [];
    if (shard === undefined || list === undefined) {
      throw badFlag(`--committees is like "bank:0,1,2;hotel:0,1,3", and "${part}" is not.`);
    }
    checkShardName(shard);
    if (committees.has(shard)) throw badFlag(`--committees names ${shard} twice.`);
    committees.set(shard, readMembers(shard, list, validators));
  }
  if (committees.size === 0) throw badFlag("--committees names no shard.");
  return committees;
}

function readMembers(shard: string, list: string, validators: number): readonly number[] {
  return readPlaces(`--committees: ${shard}`, list, validators).toSorted((a, b) => a - b);
}

/** `0,1,3`, of a flag that is named where one of them cannot be. */
export function readPlaces(flag: string, list: string, validators: number): readonly number[] {
  const places = list.split(",").map((text) => {
    const place = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (place < validators) return place;
    const what = text.trim() === "" ? "a validator is missing" : `there is no validator ${text.trim()}`;
    throw badFlag(`${flag}: ${what}; they are 0 to ${validators - 1}.`);
  });
  const doubled = places.find((place, index) => places.indexOf(place) !== index);
  if (doubled !== undefined) throw badFlag(`${flag}: validator ${doubled} stands twice.`);
  return places;
}

export function checkShardName(name: string): void {
  if (isName(name)) return;
  throw badFlag(`A shard's name is 1-${limits.nameBytesMax} of a-z, 0-9, -, not "${name}".`);
}

function places(validators: number): readonly number[] {
  return Array.from({ length: validators }, (_, place) => place);
}
