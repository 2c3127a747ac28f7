// Booking: items with places, each of which goes to one holder at most. An item may be a seat, with one place, or a
// train, with many.
//
// - The operator, named when the contract is created, offers items and changes their capacity, never below what is
//   taken.
// - `reserve(item, places, until)` holds places for the payer, up to a height. Until then nobody else gets them. A payer
//   has one hold of an item at a time, and none for more heights than the contract allows.
// - `confirm(item)` books what the payer holds, for good; `release(item)` gives it back. Both are the holder's.
// - A hold counts for calls up to its height, that one included: the height of the block that ordered the blob, so
//   whoever is ordered in time is in time, however late its shard runs it.
// - Replies to these three say {item, holder, places}, so that others can rely on them (an escrow pays on one).
//
// Items have a key each, so two people wait for each other only if they want the same (P6). Layout: rule, item/<item>,
// booked/<holder><item> (`layout.ts`).

import { type Call, type Environment, equalBytes, type Host, type Reply, success, type Value } from "@tandem/shared";
import { integerAt } from "../money/accounts.ts";
import { environmentOf, method, refuse } from "../support/method.ts";
import { account, amount, height, label, mapOf, optional, quantity, recordOf, type Shape } from "../support/shapes.ts";
import { heldOf, isHeldBy, itemAt, receipt, setItem, takeHold } from "./item.ts";
import { bookingKeys } from "./layout.ts";

/** Holds that an item can have at a time: with 60 bytes for each, its value stays under 4 KB. */
const holdsMax = 64;

/** Items of a configuration: a call that takes the whole contract touches 256 keys at most. More can be offered later. */
const itemsMax = 250;

const configShape = recordOf({
  operator: account,
  longest: height,
  items: optional(mapOf(label, quantity, itemsMax)),
});

type Config = typeof configShape extends Shape<infer Read> ? Read : never;
type Rule = readonly [operator: Uint8Array, longest: bigint];

function create(_: Call, host: Host, { operator, longest, items }: Config): Reply {
  const rule: Rule = [operator, longest];
  host.set(bookingKeys.rule, rule);
  for (const [name, capacity] of items ?? []) setItem(host, { name, capacity, booked: 0n, holds: [] });
  return success(null);
}

function ruleOf(host: Host): Rule {
  return (host.get(bookingKeys.rule) ?? [new Uint8Array(), 0n]) as Rule;
}

const offer = method([label, quantity], ({ payer, ...call }, host, name, capacity) => {
  const [operator] = ruleOf(host);
  if (!equalBytes(operator, payer)) return refuse("no-right", "Only the operator offers items.");
  const item = itemAt(host, name, call.height) ?? { name, booked: 0n, holds: [] };
  const taken = item.booked + heldOf({ ...item, capacity });
  if (capacity < taken) return refuse("taken", `${taken} places are taken, more than ${capacity}.`);
  setItem(host, { ...item, capacity });
  return success(capacity);
});

const reserve = method([label, amount, height], ({ payer, ...call }, host, name, places, until) => {
  const [, longest] = ruleOf(host);
  const now = BigInt(call.height);
  if (until < now) return refuse("bad-height", `Height ${until} is over; this is ${now}.`);
  if (until > now + longest) return refuse("bad-height", `A hold lasts ${longest} heights at most.`);
  const item = itemAt(host, name, call.height);
  if (item === undefined) return refuse("no-item", `There is no item ${JSON.stringify(name)}.`);
  if (item.holds.some(isHeldBy(payer))) return refuse("held", "The payer holds some of it already.");
  const free = item.capacity - item.booked - heldOf(item);
  if (places > free) return refuse("full", `${free} places are free, not ${places}.`);
  if (item.holds.length >= holdsMax) return refuse("busy", `${holdsMax} others hold some of it; one may let go.`);
  const hold = { holder: payer, places, until };
  setItem(host, { ...item, holds: [...item.holds, hold] });
  return success(receipt(name, hold));
});

const confirm = method([label], ({ payer, ...call }, host, name) => {
  const taken = takeHold(host, name, payer, call.height);
  if (!taken.ok) return taken;
  const { hold, rest } = taken.value;
  setItem(host, { ...rest, booked: rest.booked + hold.places });
  const key = bookingKeys.booked(name, payer);
  host.set(key, integerAt(host, key) + hold.places);
  return success(receipt(name, hold));
});

const release = method([label], ({ payer, ...call }, host, name) => {
  const taken = takeHold(host, name, payer, call.height);
  if (!taken.ok) return taken;
  setItem(host, taken.value.rest);
  return success(receipt(name, taken.value.hold));
});

const status = method([label], (call, host, name) => {
  const item = itemAt(host, name, call.height);
  if (item === undefined) return refuse("no-item", `There is no item ${JSON.stringify(name)}.`);
  const held = heldOf(item);
  const { capacity, booked } = item;
  const all = { item: name, capacity, booked, held, free: capacity - booked - held };
  return success(new Map<string, Value>(Object.entries(all)));
});

export const booking: Environment = environmentOf(
  "booking",
  { config: configShape, create },
  {
    offer,
    reserve,
    confirm,
    release,
    status,
    booked: method([label, account], (_, host, item, holder) =>
      success(integerAt(host, bookingKeys.booked(item, holder))),
    ),
  },
);
