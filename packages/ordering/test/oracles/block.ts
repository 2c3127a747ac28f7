// O2, O3, O9, O10 once more: all that is wrong with a block, found by looking at the whole chain each time. Which of several
// faults is named first is not a rule.

import type { Candidate } from "../../src/candidate.ts";
import type { AttestedBlock } from "../../src/types.ts";
import type { Forge, Forged } from "../support/forge.ts";

/** `good` is the same block with nothing changed; `attested` are all final attest blocks. */
export function faultsOf(forge: Forge, given: Forged, good: Forged, attested: readonly AttestedBlock[]): Set<string> {
  const faults = new Set<string>();
  for (const [field, code] of fields) {
    if (text(given.block.header[field]) !== text(good.block.header[field])) faults.add(code);
  }
  // What is carried is then of another block than the header cites.
  if (faults.has("citation") && given.block.body.citation !== undefined) faults.add("body");
  const before = given.parent?.block.header.timeMs ?? forge.network.header.timeMs;
  if (given.block.header.timeMs <= before) faults.add("time");
  for (const code of limitFaults(forge, given.blobs)) faults.add(code);
  for (const blob of given.blobs) for (const code of blobFaults(forge, given, blob)) faults.add(code);
  for (const shard of new Set(given.blobs.flatMap(({ blob }) => blob.envelope.touches))) {
    if (isBehind(forge, given, shard, attested)) faults.add("shard-behind");
  }
  const ledger = forge.ledgerAfter(given.parent);
  const refusal = forge.apply(ledger, given.blobs, given.block.header.proposer);
  if (refusal !== undefined) faults.add(refusal);
  return faults;
}

const fields = [
  ["history", "history"],
  ["proposer", "proposer"],
  ["blobsRoot", "body"],
  ["touchesRoot", "touches-root"],
  ["ledgerRoot", "ledger-root"],
  ["attested", "citation"],
  ["validatorsRoot", "sets"],
] as const;

function text(value: unknown): string {
  return JSON.stringify(value, (_, each) => (each instanceof Uint8Array ? Buffer.from(each).toString("hex") : each));
}

function limitFaults({ network }: Forge, blobs: readonly Candidate[]): string[] {
  const { blockBlobs, blockBytes, shardBudget } = network.genesis.limits;
  const faults: string[] = [];
  if (blobs.length > blockBlobs) faults.push("count");
  if (blobs.reduce((sum, { bytes }) => sum + bytes.length, 0) > blockBytes) faults.push("bytes");
  for (const { name } of network.genesis.shards) {
    const touching = blobs.filter(({ blob }) => blob.envelope.touches.includes(name));
    const work = touching.reduce((sum, { blob }) => sum + blob.envelope.budget, 0);
    if (work > shardBudget) faults.push("shard-budget");
  }
  return faults;
}

function blobFaults(forge: Forge, { block }: Forged, candidate: Candidate): string[] {
  const { envelope } = candidate.blob;
  const { shards, limits } = forge.network.genesis;
  const faults: string[] = [];
  const names = shards.map(({ name }) => name);
  if (envelope.touches.some((shard) => !names.includes(shard))) faults.push("unknown-shard");
  if (envelope.touches.length > 0 && envelope.budget > limits.shardBudget) faults.push("over-budget");
  if (envelope.expires < block.header.height) faults.push("expired");
  if (!forge.isSigned(candidate)) faults.push("signature");
  return faults;
}

function isBehind(forge: Forge, given: Forged, shard: string, attested: readonly AttestedBlock[]): boolean {
  const { lagMax, pendingMax } = forge.network.genesis.limits;
  const { height, attested: cited } = given.block.header;
  let [round, pending] = [0, 0];
  for (const { ref, changes } of attested) {
    const change = [...changes].find(([name]) => name === shard)?.[1];
    if (ref.height <= cited.height && change !== undefined) ({ round, pending } = change);
  }
  const touched = forge
    .lineOf(given.parent)
    .filter(({ blobs }) => blobs.some(({ blob }) => blob.envelope.touches.some((name) => name === shard)))
    .map(({ info }) => info.height as number);
  const first = touched.find((each) => each > round);
  return pending > pendingMax || (first !== undefined && height - first > lagMax);
}
