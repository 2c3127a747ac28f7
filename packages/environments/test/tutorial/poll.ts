// A poll: some options, and one vote for each payer, up to a height.
//
// - It is created with {options, until}.
// - `vote(option)` counts for one of the options, once for each payer, and replies with the votes that option has now.
// - `votes(option)` replies with that number; an option that there is not has none.
//
// Layout: rule, voter/<payer>, votes/<option>.

import { type Environment, type Footprint, success, utf8, type Value } from "@tandem/shared";
import { footprintOf, keyOf } from "../../src/support/keys.ts";
import { environmentOf, method, refuse } from "../../src/support/method.ts";
import { glanceAtAll, height, label, listOf, recordOf } from "../../src/support/shapes.ts";

const keys = {
  rule: utf8("rule"),
  voter: (payer: Uint8Array): Uint8Array => keyOf("voter/", payer),
  votes: (option: string): Uint8Array => keyOf("votes/", utf8(option)),
} as const;

export const pollFootprints = {
  vote: (payer: Uint8Array, option: string): Footprint =>
    footprintOf({ reads: [keys.rule], writes: [keys.voter(payer), keys.votes(option)] }),
  votes: (option: string): Footprint => footprintOf({ reads: [keys.votes(option)] }),
} as const;

export function pollConfig(options: readonly string[], until: bigint): Value {
  return new Map<string, Value>(Object.entries({ options, until }));
}

type Rule = readonly [until: bigint, options: readonly string[]];

const vote = method([label], ({ payer, ...call }, host, option) => {
  const [until, options] = (host.get(keys.rule) ?? [0n, []]) as Rule;
  if (BigInt(call.height) > until) return refuse("over", `The poll went up to height ${until}.`);
  glanceAtAll(options.length, host);
  if (!options.includes(option)) return refuse("no-option", `${JSON.stringify(option)} is no option.`);
  if (host.get(keys.voter(payer)) !== undefined) return refuse("voted", "The payer has voted.");
  const votes = ((host.get(keys.votes(option)) ?? 0n) as bigint) + 1n;
  host.set(keys.voter(payer), option);
  host.set(keys.votes(option), votes);
  return success(votes);
});

const votes = method([label], (_, host, option) => success(host.get(keys.votes(option)) ?? 0n));

export const poll: Environment = environmentOf(
  "poll",
  {
    config: recordOf({ options: listOf(label, 32), until: height }),
    create(_, host, { options, until }) {
      const rule: Rule = [until, options];
      host.set(keys.rule, rule);
      return success(null);
    },
  },
  { vote, votes },
);
