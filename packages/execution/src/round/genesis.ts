// The state that a shard begins with: the contracts that genesis creates, each by its environment's `create` with the
// configuration that genesis gives (P10). The genesis claim commits to it; the shard's first claim names it as `prev` (A3).

import {
  asBudget,
  asEpoch,
  asHeight,
  asRound,
  type Call,
  type Claim,
  type ContractName,
  claimCodec,
  createMethod,
  decodeValue,
  type Failure,
  type Frontier,
  failure,
  type Genesis,
  type GenesisContract,
  limits,
  type Method,
  payerKeyBytes,
  type Reading,
  type Result,
  type Root,
  type ShardName,
  SparseMap,
  type StoreBatch,
  shardOf,
  success,
  type Value,
  zeroRoot,
} from "@tandem/shared";
import { CallHost } from "../run/host.ts";
import { StepMeter } from "../run/meter.ts";
import type { Rules } from "../run/rules.ts";
import { ShardState } from "../state/shard-state.ts";
import { ContractState } from "./contract-state.ts";

export interface GenesisShard {
  readonly frontier: Frontier;
  readonly claim: Claim;
  /** Makes the state durable, in a store without any. */
  readonly batch: StoreBatch;
}

/** What a shard's state begins with, of all that a genesis says. */
export type GenesisState = Pick<Genesis, "contracts" | "startMs">;

export type GenesisCode = "unknown-environment" | "bad-config" | "refused";

/** Nothing is read, for nothing is stored yet; whoever drives readings anyway may drive this one. */
export function* genesisShard(
  rules: Rules,
  genesis: GenesisState,
  shard: ShardName,
): Reading<Result<GenesisShard, Failure<GenesisCode>>> {
  const states: ContractState[] = [];
  for (const [index, contract] of genesis.contracts.entries()) {
    if (shardOf(contract.name) !== shard) continue;
    const created = createContract(rules, genesis, contract);
    if (!created.ok) return failure(created.error.code, `contracts[${index}]`, created.error.message);
    states.push(created.value);
  }
  const state = new ShardState({ contracts: zeroRoot, pending: zeroRoot });
  const batch = yield* state.commit(asRound(0), states, []);
  const claim = genesisClaim(shard, state.roots.contracts);
  const { round, contracts, pending } = claim;
  return success({ claim, batch, frontier: { round, claim: claimCodec.root(claim), contracts, pending } });
}

function genesisClaim(shard: ShardName, contracts: Root): Claim {
  const place = { epoch: asEpoch(0), shard, round: asRound(0), prev: zeroRoot };
  return { ...place, sources: [], lanes: [], contracts, pending: { count: 0, root: zeroRoot } };
}

type Created<T> = Result<T, Failure<GenesisCode>>;

function createContract(
  rules: Rules,
  genesis: GenesisState,
  { name, environment, config }: GenesisContract,
): Created<ContractState> {
  const method = rules.environments.get(environment)?.methods.get(createMethod);
  if (method === undefined) return failure("unknown-environment", "environment", `there is no ${environment}`);
  const value = decodeValue(config);
  if (!value.ok) return failure("bad-config", "config", `the configuration is no value: ${value.error.message}`);
  const state = new ContractState(name, undefined, SparseMap.empty);
  const meter = new StepMeter(asBudget(limits.budgetMax));
  const host = new CallHost(meter, { kind: "whole" }, state);
  const refused = whyRefused(method, genesisCall(genesis, name, value.value), host, meter);
  if (refused !== undefined) return failure("refused", "config", `${name} cannot be created like this: ${refused}`);
  host.changes.existence = { environment, status: host.isEnded ? "ended" : "live" };
  state.apply(host.changes);
  return success(state);
}

function genesisCall({ startMs }: GenesisState, contract: ContractName, config: Value): Call {
  return {
    contract,
    method: createMethod,
    args: [{ value: config, origin: { kind: "literal" } }],
    uses: [],
    grouped: false,
    payer: new Uint8Array(payerKeyBytes),
    height: asHeight(0),
    timeMs: startMs,
  };
}

function whyRefused(method: Method, call: Call, host: CallHost, meter: StepMeter): string | undefined {
  try {
    const reply = method.run(call, host);
    meter.check();
    return reply.ok ? undefined : reply.error.message;
  } catch {
    return meter.fault?.message ?? "its environment failed";
  }
}
