// What there is of one item: how many places, how many of them are booked for good, and who holds some until when. A hold
// counts up to its height, that one included. Afterwards it is as if it were not there, and the next call that writes
// the item drops it: nothing has to happen at the height itself.

import { equalBytes, type Host, success, type Value } from "@tandem/shared";
import { refuse } from "../support/method.ts";
import { glanceAtAll } from "../support/shapes.ts";
import { bookingKeys } from "./layout.ts";

export interface Hold {
  readonly holder: Uint8Array;
  readonly places: bigint;
  /** The last height at which it counts. */
  readonly until: bigint;
}

export interface Item {
  readonly name: string;
  readonly capacity: bigint;
  readonly booked: bigint;
  /** Those that count. */
  readonly holds: readonly Hold[];
}

type Stored = readonly [capacity: bigint, booked: bigint, holds: readonly StoredHold[]];
type StoredHold = readonly [holder: Uint8Array, places: bigint, until: bigint];

/** As it is for a call of this height. Calls of one item keep the order of the chain, so heights only grow. */
export function itemAt(host: Host, name: string, height: number): Item | undefined {
  const stored = host.get(bookingKeys.item(name)) as Stored | undefined;
  if (stored === undefined) return undefined;
  const [capacity, booked, all] = stored;
  glanceAtAll(all.length, host);
  const holds = all.map(([holder, places, until]) => ({ holder, places, until }));
  return { name, capacity, booked, holds: holds.filter(({ until }) => until >= BigInt(height)) };
}

export function setItem(host: Host, { name, capacity, booked, holds }: Item): void {
  const stored = holds.map(({ holder, places, until }) => [holder, places, until]);
  host.set(bookingKeys.item(name), [capacity, booked, stored]);
}

export function heldOf({ holds }: Item): bigint {
  return holds.reduce((sum, { places }) => sum + places, 0n);
}

export function isHeldBy(payer: Uint8Array) {
  return ({ holder }: Hold): boolean => equalBytes(holder, payer);
}

/** The item without the payer's hold, and that hold. */
export function takeHold(host: Host, name: string, payer: Uint8Array, height: number) {
  const item = itemAt(host, name, height);
  const isOwn = isHeldBy(payer);
  const hold = item?.holds.find(isOwn);
  if (item === undefined || hold === undefined) return refuse("no-hold", "The payer holds nothing of it (any more).");
  return success({ hold, rest: { ...item, holds: item.holds.filter((each) => !isOwn(each)) } });
}

/** It says all that it is about: an origin tells who made a value (P11), not of which arguments. */
export function receipt(item: string, { holder, places }: Hold): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ["item", item],
    ["holder", holder],
    ["places", places],
  ]);
}
