// A1, A3: who sits in which committee and where the claims of each shard begin, from the genesis alone: what the machine makes
// of the same genesis is not asked.

import { createCommittee, type Frontier, type Genesis, type Scheme } from "@tandem/shared";
import type { OracleShard } from "./attest-oracle.ts";

export function shardsOfGenesis(
  { shards, validators }: Pick<Genesis, "shards" | "validators">,
  scheme: Scheme,
  frontierOf: (shard: string) => Frontier,
): ReadonlyMap<string, OracleShard> {
  return new Map(
    shards.map(({ name, committee: seats }): [string, OracleShard] => {
      const members = seats.map(({ validator, weight }) => {
        return { key: validators[validator]?.key ?? new Uint8Array(), weight };
      });
      const committee = createCommittee(scheme, members);
      if (!committee.ok) throw new Error(`the genesis has no committee for ${name}: ${committee.error.message}`);
      const peers = seats.map(({ validator }) => validator);
      return [name, { committee: committee.value, peers, genesis: frontierOf(name) }];
    }),
  );
}
