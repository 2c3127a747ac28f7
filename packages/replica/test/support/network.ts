// A test network as both chains know it, with all environments that can be linked in.

import { environments, pureFunctions } from "@tandem/environments";
import { rulesOf } from "@tandem/execution";
import type { OrderNetwork } from "@tandem/ordering";
import { mockScheme } from "@tandem/shared";
import { openReplicaNetwork, type ReplicaNetwork } from "../../src/index.ts";

export function testRules({ genesis }: Pick<OrderNetwork, "genesis">) {
  return rulesOf(genesis, environments, pureFunctions);
}

export function bothChains(checked: Pick<OrderNetwork, "genesis" | "network">): ReplicaNetwork {
  return openReplicaNetwork(checked, mockScheme, testRules(checked));
}
