// Where a booking contract keeps what, and which footprints its methods need, for whoever builds calls.

import { type Footprint, utf8, type Value } from "@tandem/shared";
import { footprintOf, keyOf, wholeFootprint } from "../support/keys.ts";

export const bookingKeys = {
  /** Who offers items, and how long a hold may last. */
  rule: utf8("rule"),
  /** Capacity, what is booked, and the holds. */
  item: (item: string): Uint8Array => keyOf("item/", utf8(item)),
  /** How many places of an item somebody has confirmed. */
  booked: (item: string, holder: Uint8Array): Uint8Array => keyOf("booked/", holder, utf8(item)),
} as const;

const keys = bookingKeys;

/** For each method the footprint of a call, from what decides it. */
export const bookingFootprints = {
  create: (): Footprint => wholeFootprint,
  offer: (item: string): Footprint => footprintOf({ reads: [keys.rule], writes: [keys.item(item)] }),
  reserve: (item: string): Footprint => footprintOf({ reads: [keys.rule], writes: [keys.item(item)] }),
  confirm: (payer: Uint8Array, item: string): Footprint =>
    footprintOf({ writes: [keys.item(item), keys.booked(item, payer)] }),
  release: (item: string): Footprint => footprintOf({ writes: [keys.item(item)] }),
  status: (item: string): Footprint => footprintOf({ reads: [keys.item(item)] }),
  booked: (item: string, holder: Uint8Array): Footprint => footprintOf({ reads: [keys.booked(item, holder)] }),
} as const;

export interface BookingConfig {
  /** Key of the payer who offers items. */
  readonly operator: Uint8Array;
  /** Heights that a hold may last. */
  readonly longest: bigint;
  /** Capacity of each item that there is from the beginning. */
  readonly items?: Readonly<Record<string, bigint>>;
}

/** The configuration that `create` and genesis take. */
export function bookingConfig({ operator, longest, items }: BookingConfig): Value {
  const config = new Map<string, Value>([
    ["operator", operator],
    ["longest", longest],
  ]);
  if (items !== undefined) config.set("items", new Map(Object.entries(items)));
  return config;
}
