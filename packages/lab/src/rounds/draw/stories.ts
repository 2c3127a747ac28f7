// What programs of real environments do, rightly and wrongly: money that moves between contracts, bookings, deals, names;
// contracts that begin and end.

import {
  bookingFootprints,
  counterFootprints,
  escrowFootprints,
  escrowTerms,
  registryFootprints,
  tokenFootprints,
} from "@tandem/environments";
import { asContractName, type Value } from "@tandem/shared";
import { type Draft, either, keys, literal, outcomeOf, whole } from "./draft.ts";
import { type Ground, moneyOf, payers } from "./ground.ts";
import { endCall, probeCall } from "./probe-calls.ts";

type Story = (draft: Draft, ground: Ground) => void;

function amountOf({ random }: Draft): bigint {
  return BigInt(random.pick([1, 5, 20, 60, 150]));
}

const transfer: Story = (draft, ground) => {
  const { random, payer } = draft;
  const [at, to] = [random.pick([...ground.tokens, ...ground.strangers]), random.pick(payers)];
  const [own, other] = [ground.keyOf(payer), ground.keyOf(to)];
  const args = [literal(other), draft.argument(amountOf(draft))];
  const kind = random.below(10);
  if (kind < 6) draft.call(at, "transfer", args, tokenFootprints.transfer(own, other));
  else if (kind < 7) draft.call(at, "mint", args, tokenFootprints.mint(other));
  else if (kind < 8) draft.call(at, "burn", args.slice(1), tokenFootprints.burn(own));
  else if (kind < 9) draft.call(at, "approve", args, tokenFootprints.approve(own, other));
  else
    draft.call(
      at,
      "transfer-from",
      [literal(other), literal(own), literal(5n)],
      tokenFootprints.transferFrom(own, other, own),
    );
};

/** P11: from one contract to another, or in one of the ways that must be refused. */
const moveMoney: Story = (draft, ground) => {
  const { random, payer } = draft;
  const money = [
    ...ground.tokens,
    ...ground.tokens,
    ...ground.tokens,
    ...ground.tokens,
    ...ground.escrows,
    ...ground.strangers,
  ];
  const [from, to] = [random.pick(money), random.pick(money)].map(asContractName) as [never, never];
  const own = ground.keyOf(payer);
  const holder = ground.keyOf(random.pick(payers));
  const first = draft.steps.length;
  const way = random.below(24);
  if (way === 0) draft.call(from, "read", [], tokenFootprints.supply());
  const amount = amountOf(draft);
  const taken = draft.call(from, "withdraw", [literal(amount)], tokenFootprints.withdraw(own, to), amount);
  const value =
    way === 1
      ? literal(amount)
      : way === 2
        ? outcomeOf(draft.pure("lab-pair", [outcomeOf(taken)]))
        : way === 3
          ? either(taken, literal(amount))
          : outcomeOf(taken);
  if (way === 4) draft.group(first);
  const given = [value, literal(holder)];
  draft.call(to, "deposit", given, tokenFootprints.deposit(from, holder));
  if (way === 5) draft.call(to, "deposit", given, tokenFootprints.deposit(from, holder));
  if (way === 6) probeCall(draft, random.pick(ground.probes));
  if (way !== 7) draft.group(first);
  if (way === 8) draft.call(random.pick(ground.probes), "facts", [outcomeOf(taken)], keys([]));
};

const book: Story = (draft, ground) => {
  const { random, payer, height } = draft;
  if (ground.bookings.length === 0) return transfer(draft, ground);
  const [at, item] = [random.pick(ground.bookings), random.pick(["seat", "train", "seat", "none"])];
  const own = ground.keyOf(payer);
  const kind = random.below(6);
  const until = literal(BigInt(height + random.between(-1, 8)));
  if (kind < 3) draft.call(at, "reserve", [literal(item), literal(1n), until], bookingFootprints.reserve(item));
  else if (kind < 4) draft.call(at, "confirm", [literal(item)], bookingFootprints.confirm(own, item));
  else if (kind < 5) draft.call(at, "release", [literal(item)], bookingFootprints.release(item));
  else draft.call(at, "status", [literal(item)], bookingFootprints.status(item));
  return undefined;
};

/** A deal that pays on what a probe says. */
const deal: Story = (draft, ground) => {
  const { random, payer, height } = draft;
  if (ground.escrows.length === 0) return moveMoney(draft, ground);
  const at = random.pick(ground.escrows);
  const [own, payee] = [ground.keyOf(payer), ground.keyOf(random.pick(payers))];
  const promised = random.pick(ground.probes);
  const terms = escrowTerms({ contract: promised, environment: "probe", method: "add", value: 3n });
  const until = literal(BigInt(height + random.between(0, 9)));
  const kind = random.below(4);
  if (kind === 0) {
    const args = [literal("deal"), literal(payee), literal(5n), literal(terms), until];
    draft.call(at, "open", args, escrowFootprints.open(own, "deal"));
  } else if (kind < 3) {
    const opener = ground.keyOf(random.pick(payers));
    probeCall(draft, promised);
    const said = outcomeOf(draft.steps.length - 1);
    draft.call(
      at,
      "release",
      [literal(opener), literal("deal"), said],
      escrowFootprints.release(opener, "deal", payee),
    );
  } else draft.call(at, "refund", [literal(own), literal("deal")], escrowFootprints.refund(own, "deal"));
  return undefined;
};

const count: Story = (draft, ground) => {
  const { random } = draft;
  if (ground.counters.length === 0) return transfer(draft, ground);
  const at = random.pick(ground.counters);
  const kind = random.below(12);
  if (kind < 6) draft.call(at, "add", [draft.argument(2n)], counterFootprints.add());
  else if (kind < 10) draft.call(at, "read", [], counterFootprints.read());
  else draft.call(at, kind === 10 || random.below(4) > 0 ? "reset" : "close", [], whole);
  return undefined;
};

const register: Story = (draft, ground) => {
  const { random } = draft;
  if (ground.registries.length === 0) return transfer(draft, ground);
  const [at, name] = [random.pick(ground.registries), random.pick(["x", "y"])];
  const kind = random.pick(["register", "register", "update", "lookup", "lookup", "end"] as const);
  const value = kind === "lookup" || kind === "end" ? [] : [draft.argument("said")];
  draft.call(at, kind, [literal(name), ...value], registryFootprints[kind](name));
  return undefined;
};

/** P10: a contract begins, or is refused; it is used; perhaps it ends. Perhaps all of it in a group. */
const live: Story = (draft, ground) => {
  const { random } = draft;
  const first = draft.steps.length;
  const at = random.pick(random.below(4) === 0 ? ground.probes : ground.names);
  const environment = random.pick(["probe", "probe", "probe", "probe", "token", "counter", "nowhere"]);
  const config: Value = environment === "token" ? moneyOf(ground) : random.pick([3n, 3n, "refuse", "end"]);
  const isBare = random.below(10) === 0;
  const footprint = random.below(12) === 0 ? keys([]) : whole;
  if (random.below(8) > 0) draft.call(at, "create", isBare ? [] : [literal(environment), literal(config)], footprint);
  for (let more = random.below(3); more > 0; more--) probeCall(draft, at);
  if (random.below(4) === 0) endCall(draft, at);
  if (random.below(8) === 0) draft.call(at, "create", [literal("probe"), literal(1n)], whole);
  if (random.below(2) === 0) probeCall(draft, random.pick(ground.probes));
  if (random.below(2) === 0) draft.group(first);
};

/** P11: what is used in its group, and perhaps outside of it as well. */
const tell: Story = (draft, ground) => {
  const { random } = draft;
  const first = draft.steps.length;
  const told = draft.call(random.pick(ground.probes), "put", [literal("a"), literal(2n)], keys([], ["a"]));
  const uses = random.between(1, 2);
  for (let use = 0; use < uses; use++) draft.call(random.pick(ground.probes), "facts", [outcomeOf(told)], keys([]));
  draft.group(first);
  if (random.below(2) === 0) draft.call(random.pick(ground.probes), "facts", [outcomeOf(told)], keys([]));
};

const stories: readonly Story[] = [
  ...[transfer, transfer, moveMoney, moveMoney, moveMoney],
  ...[book, deal, count, register, tell, live, live],
];

export function tellStory(draft: Draft, ground: Ground): void {
  draft.random.pick(stories)(draft, ground);
}
