// P10: whether the contracts of a genesis can be: their environments are linked into this program, and each accepts its
// configuration. A node that cannot make the state that its network begins with is of no use to it.

import { type GenesisCode, genesisShard } from "@tandem/execution";
import { type CheckedGenesis, readNow, type Verdict, verified } from "@tandem/shared";
import { rulesIn } from "../replica/context.ts";

export function checkContracts({ genesis }: Pick<CheckedGenesis, "genesis">): Verdict<GenesisCode> {
  const rules = rulesIn(genesis);
  for (const { name } of genesis.shards) {
    const begun = readNow((keys) => keys.map(() => undefined), genesisShard(rules, genesis, name));
    if (!begun.ok) return begun;
  }
  return verified;
}
