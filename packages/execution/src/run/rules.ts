// What every node of a network has in common for running programs: the environments and pure functions that are linked
// into it (P9, P12), and the rights that genesis gives (P10).

import {
  assert,
  type Creators,
  type Environment,
  type EnvironmentName,
  type Genesis,
  type MethodName,
  type PureFunction,
  type ShardName,
} from "@tandem/shared";

/** P12: the pure functions that programs may name. */
export type PureFunctions = ReadonlyMap<MethodName, PureFunction>;

export interface Rules {
  readonly environments: ReadonlyMap<EnvironmentName, Environment>;
  readonly functions: PureFunctions;
  /** P10: who may create contracts in a shard. */
  creatorsOf(shard: ShardName): Creators;
}

const nobody: Creators = { rule: "nobody", keys: [] };

export function rulesOf(
  { shards }: Pick<Genesis, "shards">,
  environments: readonly Environment[],
  functions: readonly PureFunction[],
): Rules {
  const creators = new Map(shards.map(({ name, creators }) => [name, creators]));
  return {
    environments: byName(environments),
    functions: byName(functions),
    creatorsOf: (shard) => creators.get(shard) ?? nobody,
  };
}

function byName<Name extends EnvironmentName | MethodName, Each extends { readonly name: Name }>(
  all: readonly Each[],
): ReadonlyMap<Name, Each> {
  const named = new Map(all.map((each) => [each.name, each]));
  assert(named.size === all.length, "each name is given once");
  return named;
}
