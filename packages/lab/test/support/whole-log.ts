// A log of the rounds stage as the whole stage sees it: order blocks with blobs, of which the one at height h cites the attest
// block of height h; and what each shard makes of each round.

import * as room from "@tandem/execution";
import { asHeight, asShardName, asTimeMs, blobCodec, type Export, type ShardName, zeroRoot } from "@tandem/shared";
import { type ExecutedFacts, type OrderedFacts, Truth } from "../../src/checkers/whole/truth.ts";
import { labEnvironments, labFunctions } from "../../src/rounds/code.ts";
import { drawLog } from "../../src/rounds/draw/draw-log.ts";
import { blobsOf, genesisOf, sliceOf, timeOf } from "../../src/rounds/log.ts";
import { RoundsShard, visibleClaimOf } from "../../src/rounds/rounds-world.ts";

export interface WholeLog {
  readonly blocks: readonly OrderedFacts[];
  /** Of each height, what every shard did. */
  readonly executed: readonly (readonly ExecutedFacts[])[];
  readonly contractsOf: (shard: ShardName) => Uint8Array | undefined;
  /** An attest block that attests nothing. */
  readonly nothingCited: OrderedFacts["header"]["attested"];
  createTruth(options?: TruthOptions): Truth;
}

export interface TruthOptions {
  /** Up to which height the attest chain is known. */
  readonly known?: () => number;
  /** Shards whose committees are liars, and what is attested of them. */
  readonly lost?: readonly string[];
  readonly exportsOf?: (shard: string, round: number) => readonly Export[];
}

/** The log of that seed, as far as it goes, and empty blocks after it that cite all there is. */
export function wholeLog(seed: number, emptyBlocks = 30): WholeLog {
  const log = drawLog(seed);
  const genesis = genesisOf(log);
  const rules = room.rulesOf(genesis, labEnvironments, labFunctions);
  const shards = log.shards.map(({ name }) => new RoundsShard(room, log, rules, asShardName(name)));
  const cited = log.blocks.map((block) => block.cited);
  for (let more = 0; more < emptyBlocks; more++)
    cited.push(Object.fromEntries(log.shards.map(({ name }) => [name, cited.length])));
  const executed = cited.map((now, at) => {
    const blobs = log.blocks[at] === undefined ? [] : blobsOf(log.blocks[at]);
    const fresh = shards.flatMap(({ name, results }) => {
      const isFresh = (round: number) => round > (cited[at - 1]?.[name] ?? 0) && round <= (now[name] ?? 0);
      return results.filter(({ claim }) => isFresh(claim.round)).map(visibleClaimOf);
    });
    const inputs = shards.map(({ name }) => ({
      slice: sliceOf(blobs, at + 1, name),
      visible: fresh.filter(({ shard }) => shard !== name),
    }));
    return shards.map((shard, index): ExecutedFacts => {
      const result = shard.round(inputs[index] as (typeof inputs)[number]);
      return { shard: shard.name, height: at + 1, result };
    });
  });
  const blocks = cited.map((_, at): OrderedFacts => {
    const height = asHeight(at + 1);
    const header = { height, timeMs: asTimeMs(timeOf(height)), attested: { height, root: zeroRoot } };
    const blobs = log.blocks[at] === undefined ? [] : blobsOf(log.blocks[at]);
    return { header, blobs: blobs.map(({ blob }) => blobCodec.encode(blob)) };
  });
  return {
    blocks,
    executed,
    contractsOf: (name) => {
      const shard = shards.find((each) => each.name === name);
      return shard?.results.at(-1)?.claim.contracts ?? shard?.begun.contracts;
    },
    nothingCited: { height: asHeight(0), root: zeroRoot },
    createTruth: ({ known = () => Number.POSITIVE_INFINITY, lost = [], exportsOf = () => [] } = {}) =>
      new Truth({
        genesis,
        bounds: log.bounds,
        lost: new Set(lost),
        attestedExports: exportsOf,
        frontiersAt: (height) => (height === 0 ? {} : height <= known() ? cited[height - 1] : undefined),
      }),
  };
}
