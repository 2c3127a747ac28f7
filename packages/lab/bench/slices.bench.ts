// What a follower of one shard is given, beside all blobs (O5), and what it costs to serve it and to check it: a block of
// blobs that touch one shard each, spread over 8 and over 64 shards.

import { useNative } from "@tandem/native";
import { ShardStream, type SliceRun } from "@tandem/ordering";
import { asHeight, type ShardName } from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { genesisBlock, keys, makeBlobs, openBenchNetwork, shards } from "./support/network.ts";
import { filledShell, type OrderShell } from "./support/shell.ts";

export const area = "ordering";

const payers = 1000;
const blobsInBlock = 8192;
const peer = 1;

export default async function (bench: Bench): Promise<void> {
  useNative();
  for (const count of [8, 64]) await measureSlices(bench, count);
}

async function measureSlices(bench: Bench, count: number): Promise<void> {
  const network = openBenchNetwork(payers);
  const names = shards.slice(0, count);
  const touches = (index: number) => [names[index % count] as ShardName];
  const blobs = makeBlobs({ count: blobsInBlock, payers, bytes: 256, touches, isSigned: false });
  const shell = filledShell(network, blobs);
  shell.deliver(shell.build(genesisBlock(network), 1));
  shell.disk();

  const [shard] = names as [ShardName];
  const run = askFor(shell, shard);
  const follow = () => {
    const stream = new ShardStream(keys.electorate, shard, { height: asHeight(0), root: network.root });
    const taken = stream.take(run);
    if (!taken.ok || taken.value[0]?.blobs.length !== blobsInBlock / count) throw new Error("the slice is not whole");
    return stream.bytes;
  };
  const title = `slice of 1 of ${count} shards, ${blobsInBlock} blobs of 256 bytes`;
  const given = follow();
  const value = (given.blobs + given.headers + given.proofs) / 1e6;
  const limit = blobs.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
  bench.report({ name: `${title}, beside all blobs`, value, unit: "MB", limit, ratio: value / limit });
  await bench.cost(`${title}, made`, { items: 1, run: () => void askFor(shell, shard) });
  await bench.cost(`${title}, checked, with certificate`, { items: 1, run: () => void follow() });
}

function askFor(shell: OrderShell, shard: ShardName): SliceRun {
  const message = { kind: "want-slices", id: 1, shard, from: asHeight(1), count: 1 } as const;
  shell.give({ kind: "message", from: peer, message });
  const sent = shell.said.pop();
  if (sent?.kind !== "send" || sent.message.kind !== "slices") throw new Error("no slice was sent");
  // After an answer the server pauses.
  shell.wake();
  return sent.message.run;
}
