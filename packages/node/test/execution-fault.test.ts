// A node whose store lost a part of a shard's state stops, and says why: it never goes on from what it does not have.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { shardPrefix } from "@tandem/attestation";
import { blobPrefix } from "@tandem/ordering";
import {
  asAmount,
  asBudget,
  asContractName,
  asEnvironmentName,
  asMethodName,
  asNonce,
  asShardName,
  encodeProgram,
  encodeValue,
  leastAllowance,
  type Program,
  toHex,
  utf8,
} from "@tandem/shared";
import { expect, onTestFinished, test } from "vitest";
import { type NodeConfig, type RunningNode, startNode } from "../src/index.ts";
import { openStore } from "../src/store/open-store.ts";
import { get, post } from "./support/http.ts";
import { createNetwork, createNode, type TestNetwork, testBlob } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const sum = asContractName("main/sum");
const addOne: Program = {
  steps: [
    {
      kind: "call",
      at: sum,
      method: asMethodName("add"),
      args: [{ kind: "literal", value: 1n }],
      footprint: { kind: "keys", reads: [], writes: [utf8("total")] },
      budget: asBudget(100_000),
    },
  ],
  groups: [],
};

function counting(folder: string): TestNetwork {
  return createNetwork(folder, 1, 8, (genesis) => ({
    ...genesis,
    contracts: [{ name: sum, environment: asEnvironmentName("counter"), config: encodeValue(0n) }],
    fees: { ...genesis.fees, perBudget: asAmount(0n) },
    limits: { ...genesis.limits, shardBudget: 1_000_000 },
  }));
}

async function start(config: NodeConfig): Promise<RunningNode> {
  const node = await startNode(config);
  onTestFinished(() => node.stop());
  return node;
}

function blobOf(network: TestNetwork, nonce: number) {
  return testBlob(network, { ...leastAllowance(addOne), nonce: asNonce(nonce), payload: encodeProgram(addOne) });
}

async function loseState({ data, store: kind }: NodeConfig): Promise<number> {
  const store = await openStore(kind, join(data, "chain"), { blobPrefix });
  const prefix = shardPrefix(asShardName("main"));
  const until = Uint8Array.of((prefix[0] as number) + 1);
  const records = await store.list({ from: prefix, until, countMax: 1000, isReverse: false });
  store.write({ puts: [], deletes: records.map(({ key }) => key) });
  await store.close();
  return records.length;
}

test("a program that needs what is gone ends the node with a code, and nothing is affirmed of it", async () => {
  const network = counting(temporaryFolder());
  const config = createNode(network, 0);
  const before = await start(config);
  const first = blobOf(network, 0);
  await post(`${before.apiUrl}/blobs?wait=ordered`, first.bytes);
  const answer = await get(`${before.apiUrl}/programs/${toHex(first.root)}?wait=attested`);
  expect(answer.body).toMatchObject({ status: "attested", shards: [{ ran: [{ value: "01" }] }] });
  await before.stop();
  expect(await loseState(config)).toBeGreaterThan(0);
  const after = await start(config);
  // It may not take blobs yet, and takes none when it has failed.
  let hasFailed = false;
  void after.failed.then(() => {
    hasFailed = true;
  });
  while (!hasFailed) {
    await post(`${after.apiUrl}/blobs`, blobOf(network, 1).bytes).catch(() => undefined);
    await sleep(100);
  }
  expect(await after.failed).toMatchObject({ code: "store-damaged", message: expect.stringMatching(/missing-record/) });
});
