// R5, P3, P5: after each round the contracts hold what the nodes that ran wrote, by the oracle: a step outside of groups
// at once, a group when it settles, if it held. Each lane leads from the contract's last record to the next.

import {
  type ContractRecord,
  contractRecordCodec,
  equalBytes,
  fromHex,
  type MapChange,
  SparseMap,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import type { PlanNode } from "../oracle/plan.ts";
import type { Life, SerialContract, SerialStep } from "../oracle/serial.ts";
import { Facts, lanesOf, type Round, type RoundChecker, type RoundsContext } from "./context.ts";

interface Held {
  life: Life | undefined;
  map: SparseMap;
}

export function states(context: RoundsContext): RoundChecker {
  const facts = new Facts(context);
  const held = new Map<string, Held>();
  const maps = new Map<string, SparseMap>();
  for (const [name, contract] of context.genesis) {
    held.set(name, begin(contract));
    const shard = name.slice(0, name.indexOf("/"));
    maps.set(shard, changed(maps.get(shard) ?? SparseMap.empty, [recordChange(name, held.get(name) as Held)]));
  }
  return {
    name: "state",
    onRound(round) {
      const { shard, result } = round;
      if (result === undefined) return undefined;
      const changes: MapChange[] = [];
      for (const [lane, [name, nodes]] of [...lanesOf(round.planned)].entries()) {
        const contract = held.get(name) ?? { life: undefined, map: SparseMap.empty };
        held.set(name, contract);
        const { pre, post } = result.lanes[lane]?.lane ?? {};
        if (!isRoot(pre, rootOf(contract))) return `${name} was something else before`;
        run(facts, contract, nodes, round);
        if (!isRoot(post, rootOf(contract))) return `${name} should be something else now`;
        if (contract.life !== undefined) changes.push(recordChange(name, contract));
      }
      const map = changed(maps.get(shard) ?? SparseMap.empty, changes);
      maps.set(shard, map);
      return equalBytes(map.root, result.claim.contracts) ? undefined : "other contracts";
    },
  };
}

function isRoot(found: Uint8Array | undefined, expected: Uint8Array): boolean {
  return found !== undefined && equalBytes(found, expected);
}

function run(facts: Facts, contract: Held, nodes: readonly PlanNode[], { round }: Round): void {
  const writes = new Map<string, Uint8Array | undefined>();
  const apply = (step: Pick<SerialStep, "writes" | "life">) => {
    for (const [key, bytes] of step.writes) writes.set(key, bytes);
    contract.life = step.life ?? contract.life;
  };
  for (const { program, node } of nodes) {
    if (node.kind === "step" && node.group === undefined) apply(facts.stepOf(program, node.step));
    if (node.kind === "step" || facts.failedOf(program, node.group as number) !== undefined) continue;
    apply(facts.writtenBy(program, node.group as number, node.contract, round));
  }
  contract.map = changed(
    contract.map,
    [...writes].map(([key, value]) => ({ key: fromHex(key) as Uint8Array, value })),
  );
}

function begin({ life, state }: SerialContract): Held {
  const changes = [...state].map(([key, value]) => ({ key: fromHex(key) as Uint8Array, value }));
  return { life, map: changed(SparseMap.empty, changes) };
}

function rootOf({ life, map }: Held): Uint8Array {
  return life === undefined ? zeroRoot : contractRecordCodec.root(recordOf(life, map));
}

function recordChange(name: string, { life, map }: Held): MapChange {
  return { key: utf8(name), value: contractRecordCodec.encode(recordOf(life as Life, map)) };
}

function recordOf(life: Life, map: SparseMap): ContractRecord {
  return { ...life, state: map.root } as ContractRecord;
}

function changed(map: SparseMap, changes: readonly MapChange[]): SparseMap {
  const after = map.apply(changes);
  if (!after.ok) throw new Error("a map in memory knows all its keys");
  return after.value;
}
