// C1, C2: what a claim says of itself. It follows the shard's last one; its sources are the claims whose exports the due
// nodes use, and no others; roots of lanes are those of the lists behind them.

import type { RanLane } from "@tandem/execution";
import {
  claimCodec,
  equalBytes,
  exportsRootOf,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
  type Source,
} from "@tandem/shared";
import { Facts, type MadeRound, type Round, type RoundChecker, type RoundsContext } from "./context.ts";

export function claims(context: RoundsContext): RoundChecker {
  const facts = new Facts(context);
  const last = new Map<string, Uint8Array>();
  const expectedSources = ({ planned, shard }: Round) => {
    const sources = new Set<string>();
    for (const { program, node } of planned.ran) {
      for (const step of node.needs) {
        const maker = facts.makerOf(program, step);
        if (maker.node.shard !== shard) sources.add(`${maker.node.shard} ${maker.round}`);
      }
    }
    return sources;
  };
  return {
    name: "claim",
    onRound(round) {
      const { shard, result } = round;
      if (result === undefined) return undefined;
      const prev = last.get(shard) ?? context.genesisClaimOf(shard);
      last.set(shard, result.root);
      return (
        placeProblem(round, result, prev) ??
        sourcesProblem(context, result.claim.sources, expectedSources(round)) ??
        result.lanes.map(laneProblem).find((problem) => problem !== undefined)
      );
    },
  };
}

function placeProblem({ shard, round }: Round, { claim, root, lanes }: MadeRound, prev: Uint8Array) {
  if (claim.shard !== shard || claim.round !== round || claim.epoch !== 0) return "is of another place";
  if (!equalBytes(claim.prev, prev)) return "does not follow the shard's last claim";
  if (claim.lanes.length !== lanes.length || claim.lanes.some((lane, at) => lane !== lanes[at]?.lane)) {
    return "has other lanes than it came with";
  }
  return equalBytes(claimCodec.root(claim), root) ? undefined : "has another root";
}

function sourcesProblem(context: RoundsContext, sources: readonly Source[], expected: ReadonlySet<string>) {
  const found = sources.map(({ shard, round }) => `${shard} ${round}`);
  const missing = [...expected].find((name) => !found.includes(name));
  if (missing !== undefined) return `does not name the source ${missing}`;
  const other = found.find((name) => !expected.has(name));
  if (other !== undefined) return `names the source ${other}, which no node uses`;
  const wrong = sources.find(({ shard, round, exports }) => {
    const claim = context.claimOf(shard, round)?.claim;
    return claim === undefined || !equalBytes(exportsRootOf(claim), exports);
  });
  return wrong === undefined ? undefined : `names other exports of ${wrong.shard} in round ${wrong.round}`;
}

function laneProblem({ lane, content }: RanLane): string | undefined {
  const isSame =
    equalBytes(lane.nodes, laneNodesCodec.root(content.nodes)) &&
    equalBytes(lane.inputs, laneInputsCodec.root(content.inputs)) &&
    equalBytes(lane.exports, laneExportsCodec.root(content.exports));
  return isSame ? undefined : `has roots of other lists in ${lane.contract}`;
}
