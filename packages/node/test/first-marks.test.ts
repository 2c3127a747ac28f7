// C4: where a key begins is said by a file, once. Without it, and without a record, a node affirms nothing.

import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asShardName } from "@tandem/shared";
import { expect, onTestFinished, test } from "vitest";
import { type NodeConfig, NodeError, type NodeEvent, startNode } from "../src/index.ts";
import { readFirstMarks } from "../src/store/first-marks.ts";
import { get, post } from "./support/http.ts";
import { createNetwork, createNode, testBlob } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

async function start(config: NodeConfig) {
  const events: NodeEvent[] = [];
  const node = await startNode(config, (event) => events.push(event));
  onTestFinished(() => node.stop());
  return { node, events };
}

/** Of a machine that has other things to do. */
const patience = { timeout: 60_000 };
const touching = { touches: [asShardName("main")] };

test("a key that begins affirms what it computes; the file is gone, and a restart needs none", async () => {
  const network = createNetwork(temporaryFolder());
  const config = createNode(network, 0);
  const { node } = await start(config);
  expect(existsSync(join(config.data, "first-marks"))).toBe(false);
  await node.stop();
  const { node: again, events } = await start(config);
  const blob = testBlob(network, touching);
  await post(`${again.apiUrl}/blobs?wait=ordered`, blob.bytes);
  await expect
    .poll(async () => (await get(`${again.apiUrl}/shards/main`)).body.attested.round, patience)
    .toBeGreaterThan(0);
  expect(events).toEqual([]);
});

test("a node that lost its store does not sign what it may have signed before: it says so, loudly", async () => {
  const network = createNetwork(temporaryFolder());
  const config = createNode(network, 0);
  writeFileSync(join(config.data, "first-marks"), '{"orderView": 0, "attestView": 0}');
  const { node, events } = await start(config);
  await post(`${node.apiUrl}/blobs?wait=ordered`, testBlob(network, touching).bytes);
  await expect
    .poll(() => events, patience)
    .toMatchObject([{ kind: "alarm", what: "no-mark", message: expect.stringMatching(/main/) }]);
  await expect
    .poll(async () => (await get(`${node.apiUrl}/shards/main`)).body.own.claimed, patience)
    .toBeGreaterThan(0);
  const { body } = await get(`${node.apiUrl}/shards/main`);
  expect([body.attested.round, body.waiting]).toEqual([0, null]);
});

test.each(["{", '{"round": -1}', '{"rounds": 0}', "0"])(
  "a file that says nothing keeps it from starting: %s",
  async (text) => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    writeFileSync(join(config.data, "first-marks"), text);
    const failure = await start(config).catch((error: unknown) => error);
    expect(failure instanceof NodeError && failure.code).toBe("bad-first-marks");
  },
);

test("round and views are read as they were written", async () => {
  const folder = temporaryFolder();
  expect(await readFirstMarks(folder)).toBe(undefined);
  for (const text of ['{"round":12}', '{"orderView":3,"attestView":4}', '{"round":0,"orderView":0,"attestView":0}']) {
    writeFileSync(join(folder, "first-marks"), text);
    expect(await readFirstMarks(folder)).toEqual(JSON.parse(text));
  }
});
