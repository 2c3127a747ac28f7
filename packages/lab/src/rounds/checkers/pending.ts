// C3: after each claim, the pending map holds the programs that still have a node to run here, each with what ran here
// and what its open groups wrote; and nothing else.

import {
  type ContractWrites,
  type EncodedOutcome,
  equalBytes,
  fromHex,
  type PendingEntry,
  type Position,
  pendingEntryCodec,
  positionCodec,
  SparseMap,
} from "@tandem/shared";
import type { LineProgram } from "../oracle/line.ts";
import type { SerialOutcome } from "../oracle/serial.ts";
import { Facts, type RoundChecker, type RoundsContext } from "./context.ts";

export function pending(context: RoundsContext): RoundChecker {
  const facts = new Facts(context);
  const maps = new Map<string, SparseMap>();
  return {
    name: "pending",
    onRound({ shard, round, planned, added, result }) {
      if (result === undefined) return undefined;
      const touched = new Set([...planned.ran.map(({ program }) => program), ...added]);
      const changes = [...touched].map((program) => {
        const isPending = planned.pending.includes(program);
        const entry = isPending ? entryOf(context, facts, program, shard, round) : undefined;
        const key = positionCodec.encode({ height: program.height, index: program.index } as Position);
        return { key, value: entry === undefined ? undefined : pendingEntryCodec.root(entry) };
      });
      const after = (maps.get(shard) ?? SparseMap.empty).apply(changes);
      if (!after.ok) throw new Error("a map in memory knows all its keys");
      maps.set(shard, after.value);
      const { count, root } = result.claim.pending;
      if (count !== planned.pending.length) return `${count} programs, where ${planned.pending.length} are pending`;
      return equalBytes(root, after.value.root) ? undefined : "another root";
    },
  };
}

function entryOf(
  context: RoundsContext,
  facts: Facts,
  program: LineProgram,
  shard: string,
  round: number,
): PendingEntry {
  const own = program.nodes.filter((node) => node.shard === shard);
  const hasRun = (node: LineProgram["nodes"][number]) =>
    context.plan.roundOf(program, program.nodes.indexOf(node)) <= round;
  const ran = own
    .filter((node) => node.kind === "step" && hasRun(node))
    .map(({ step }) => ({ step, outcome: encoded(facts.outcomeOf(program, step)) }));
  const settled = own
    .filter((node) => node.kind === "settle" && hasRun(node))
    .map(({ step, contract }) => ({ step, contract }))
    .sort((a, b) => a.step - b.step || (a.contract < b.contract ? -1 : 1));
  const open = own.filter((node) => node.kind === "settle" && !hasRun(node));
  const contracts = [...new Set(open.map(({ contract }) => contract))].sort();
  const writes = contracts.flatMap((contract) => {
    const groups = open.filter((node) => node.contract === contract).map(({ group }) => group as number);
    return writesOf(facts, program, groups, contract, round);
  });
  return { blob: program.blob, ran, settled, writes } as unknown as PendingEntry;
}

function writesOf(facts: Facts, program: LineProgram, groups: readonly number[], contract: string, round: number) {
  const all = groups.map((group) => facts.writtenBy(program, group, contract, round));
  const writes = all
    .flatMap(({ writes }) => [...writes])
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ({ key: fromHex(key), value }));
  const existence = all.map(({ life }) => life).find((life) => life !== undefined);
  if (writes.length === 0 && existence === undefined) return [];
  return [{ contract, existence, writes } as unknown as ContractWrites];
}

function encoded(outcome: SerialOutcome): EncodedOutcome {
  if (outcome.kind === "nothing")
    return { kind: "nothing", value: { why: outcome.why, step: outcome.step } } as EncodedOutcome;
  return { kind: "value", value: { bytes: outcome.bytes, environment: outcome.environment } } as EncodedOutcome;
}
