// C2, C3: a lane and a round are checked in a browser as they are in Node: bundled, where neither Node nor a polyfill is
// at hand, from the bytes that a follower sends.

import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { counter, counterFootprints } from "@tandem/environments";
import {
  genesisShard,
  laneMaterialCodec,
  type PlacedBlob,
  roundBounds,
  roundMaterialCodec,
  rulesOf,
  ShardExecution,
  witnessLane,
  witnessRound,
} from "@tandem/execution";
import {
  asAmount,
  asBlobIndex,
  asBudget,
  asContractName,
  asEpoch,
  asHeight,
  asMethodName,
  asNonce,
  asShardName,
  asStepIndex,
  asTimeMs,
  type Blob,
  blobCodec,
  type CallStep,
  claimCodec,
  encodeProgram,
  encodeValue,
  frontierCodec,
  type Genesis,
  type Lane,
  laneCodec,
  limits,
  MemoryStore,
  payerSignatureBytes,
  readNow,
  toHex,
  type Value,
  zeroRoot,
} from "@tandem/shared";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { laneVerdict, roundVerdict, type SentLane, type SentRound } from "./support/checker.ts";

const shard = asShardName("a");
const contract = asContractName("a/till");
const start = asTimeMs(1_000);

function countBy(value: Value): CallStep {
  const budget = asBudget(1_000_000);
  const args = [{ kind: "literal", value } as const];
  return { kind: "call", at: contract, method: asMethodName("add"), args, budget, footprint: counterFootprints.add() };
}

function blobOf(index: number): Blob {
  const steps = [countBy(BigInt(index + 1)), countBy("no number")];
  const group = { first: asStepIndex(0), count: 1 };
  const payload = encodeProgram({ steps, groups: [group] });
  const terms = { nonce: asNonce(index), expires: asHeight(9), tip: asAmount(0n), budget: asBudget(4_000_000) };
  const rest = { touches: [shard], transfers: [], payload, payer: new Uint8Array(32) };
  return {
    envelope: { version: 1, network: zeroRoot, ...terms, ...rest },
    signature: new Uint8Array(payerSignatureBytes),
  };
}

const blobs = [blobOf(0), blobOf(1), blobOf(2)];
const genesis = {
  shards: [{ name: shard, creators: { rule: "nobody", keys: [] } }],
  contracts: [{ name: contract, environment: counter.name, config: encodeValue(10n) }],
  startMs: start,
} as unknown as Genesis;

/** What a follower sends after the first round. */
function sent(): { lane: SentLane; round: SentRound } {
  const store = new MemoryStore();
  const run = <T>(reading: Parameters<typeof readNow<T>>[1]) => readNow((keys) => store.readNow(keys), reading);
  const rules = rulesOf(genesis, [counter], []);
  const begun = run(genesisShard(rules, genesis, shard));
  if (!begun.ok) throw new Error(begun.error.message);
  store.write(begun.value.batch);
  const { frontier } = begun.value;
  const bounds = roundBounds({ shardBudget: limits.shardBudgetMax });
  const execution = new ShardExecution({ shard, epoch: asEpoch(0), rules, bounds }, frontier);
  const placed = blobs.map((blob, index): PlacedBlob => {
    return { height: asHeight(1), index: asBlobIndex(index), timeMs: start, blob };
  });
  const slice = placed.map(({ index, blob }) => ({ index, root: blobCodec.root(blob), envelope: blob.envelope }));
  const result = run(execution.round({ slice: { height: asHeight(1), timeMs: start, blobs: slice }, visible: [] }));
  if (result === undefined) throw new Error("the round has work");
  const lane = witnessLane(result, 0, ({ index }) => placed[index] as PlacedBlob);
  const round = witnessRound(result, [], ({ index }) => placed[index] as PlacedBlob);
  if (!lane.ok || !round.ok) throw new Error("they are small");
  return {
    lane: {
      lane: toHex(laneCodec.encode(result.claim.lanes[0] as Lane)),
      material: toHex(laneMaterialCodec.encode(lane.value)),
    },
    round: {
      prev: toHex(frontierCodec.encode(frontier)),
      claim: toHex(claimCodec.encode(result.claim)),
      material: toHex(roundMaterialCodec.encode(round.value)),
      blobs: blobs.map((blob) => toHex(blobCodec.encode(blob))),
      timeMs: start,
    },
  };
}

/** Free names that only Node has become words that the bundle then must not contain. */
const nodeNames = ["process", "Buffer", "global", "require", "module", "__dirname", "__filename"];

async function bundled(): Promise<string> {
  const { warnings, outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, "support/checker.ts")],
    ...{ bundle: true, minify: true, write: false, platform: "browser", format: "iife" },
    ...{ globalName: "bundled", target: "es2022", logLevel: "silent" },
    define: Object.fromEntries(nodeNames.map((name) => [name, `needs_node_${name}`])),
  });
  expect(warnings).toEqual([]);
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made nothing");
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  const zipped = kilobytes(gzipSync(file.contents).length);
  console.log(`checks in a browser: ${kilobytes(file.contents.length)} minified, ${zipped} gzipped`);
  return file.text;
}

/** Where there are web globals only, made inside, so that their bytes are of the context's own kind. */
function inBrowser(code: string, name: "laneVerdict" | "roundVerdict", given: SentLane | SentRound): string {
  const web = `class TextEncoder { encode(text) { return Uint8Array.from(outside.encode(text)); } }
    class TextDecoder { decode(bytes) { return outside.decode(bytes); } }`;
  const outside = {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
  };
  const call = `bundled.${name}(${JSON.stringify(given)})`;
  return runInNewContext(`${web}\n${code}\n${call};`, { outside }) as string;
}

test("what is true is true there too, and a lie is refused in the same words", async () => {
  const { lane, round } = sent();
  const code = await bundled();
  expect(code.match(/needs_node_\w+/g) ?? []).toEqual([]);
  const claim = claimCodec.decode(Uint8Array.from(Buffer.from(round.claim, "hex")));
  if (!claim.ok) throw new Error(claim.error.message);
  const [first] = claim.value.lanes as [Lane];
  const lie = toHex(laneCodec.encode({ ...first, post: first.pre }));
  const more = toHex(claimCodec.encode({ ...claim.value, pending: { ...claim.value.pending, count: 1 } }));
  const lanes: SentLane[] = [lane, { ...lane, lane: lie }];
  const rounds: SentRound[] = [round, { ...round, claim: more }, { ...round, blobs: round.blobs.slice(1) }];
  const verdicts = [...lanes.map(laneVerdict), ...rounds.map(roundVerdict)];
  const there = [
    ...lanes.map((each) => inBrowser(code, "laneVerdict", each)),
    ...rounds.map((each) => inBrowser(code, "roundVerdict", each)),
  ];
  expect(there).toEqual(verdicts);
  expect(verdicts.map((verdict) => verdict.split(":")[0])).toEqual([
    "true",
    "wrong-post at post",
    "true",
    "wrong-pending-count at pending.count",
    expect.stringMatching(/^(missing|superfluous)-node at nodes/),
  ]);
});
