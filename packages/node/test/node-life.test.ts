// A node from its start to its end: what it accepted outlives it, it stops within its time, and it says why it cannot start.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { asNonce, limits, toHex } from "@tandem/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NodeConfig, NodeError, type NodeEvent, type RunningNode, startNode } from "../src/index.ts";
import { get, post } from "./support/http.ts";
import { createNetwork, createNode, testBlob } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

async function start(config: NodeConfig, onEvent?: (event: NodeEvent) => void): Promise<RunningNode> {
  const node = await startNode(config, onEvent);
  onTestFinished(() => node.stop());
  return node;
}

function codeOf(config: NodeConfig): Promise<string> {
  return start(config).then(
    () => "it started",
    (error: unknown) => (error instanceof NodeError ? error.code : String(error)),
  );
}

describe.each(["rocksdb", "level"])("on %s", (store) => {
  test("what was accepted is there after a restart, and ordered when it can be", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0, { store });
    const [first, second, third] = [0, 1, 2].map((nonce) => testBlob(network, { nonce: asNonce(nonce) }));
    if (first === undefined || second === undefined || third === undefined) throw new Error("three blobs");

    const before = await start(config);
    expect((await post(`${before.apiUrl}/blobs?wait=ordered`, first.bytes)).status).toBe(200);
    expect((await post(`${before.apiUrl}/blobs`, third.bytes)).status).toBe(202);
    const height = (await get(`${before.apiUrl}/status`)).body.heights.executed;
    await before.stop();

    const after = await start(config);
    const url = after.apiUrl;
    expect((await get(`${url}/status`)).body.heights.executed).toBeGreaterThanOrEqual(height);
    expect((await get(`${url}/blobs/${toHex(first.root)}`)).body.status).toBe("ordered");
    const waiting = post(`${url}/blobs?wait=ordered`, third.bytes);
    expect((await post(`${url}/blobs?wait=ordered`, second.bytes)).status).toBe(200);
    expect((await waiting).status).toBe(200);
  });
});

describe("stopping", () => {
  test("under load loses nothing that was accepted", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    const before = await start(config);
    const blobs = Array.from({ length: 300 }, (_, nonce) => testBlob(network, { nonce: asNonce(nonce) }));
    const sent = blobs.map(({ bytes, root }) =>
      post(`${before.apiUrl}/blobs`, bytes).then(
        ({ status }) => ({ root, status }),
        () => ({ root, status: 0 }),
      ),
    );
    await sent[0];
    await before.stop();
    const accepted = (await Promise.all(sent)).filter(({ status }) => status === 202);
    expect(accepted.length).toBeGreaterThan(0);

    const { apiUrl } = await start(config);
    for (const { root } of accepted) {
      const { body } = await get(`${apiUrl}/blobs/${toHex(root)}`);
      expect(["waiting", "ordered"]).toContain(body.status);
    }
  });

  test("cuts off who waits, and can be asked for twice", async () => {
    const network = createNetwork(temporaryFolder());
    const node = await start(createNode(network, 0));
    const blob = testBlob(network, { nonce: asNonce(1) });
    const waiting = post(`${node.apiUrl}/blobs?wait=ordered`, blob.bytes).catch(() => "cut off");
    while ((await get(`${node.apiUrl}/blobs/${toHex(blob.root)}`)).status === 404);
    await Promise.all([node.stop(), node.stop()]);
    expect(await waiting).toBe("cut off");
  });
});

describe("it does not start", () => {
  test("in a folder that another one uses, which goes on", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    const node = await start(config);
    expect(await codeOf(config)).toBe("store-locked");
    expect((await post(`${node.apiUrl}/blobs?wait=ordered`, testBlob(network).bytes)).status).toBe(200);
  });

  test("on ports that are taken: its own and the API's", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as { port: number };
    const network = createNetwork(temporaryFolder());
    const listen = [`/ip4/127.0.0.1/tcp/${port}`];
    expect(await codeOf(createNode(network, 0, { listen }))).toBe("port-in-use");
    expect(await codeOf(createNode(network, 0, { api: { host: "127.0.0.1", port } }))).toBe("port-in-use");
    expect(await codeOf(createNode(network, 0, { api: { host: "192.0.2.1", port: 1 } }))).toBe("cannot-listen");
    // What was opened on the way was closed again.
    await start(createNode(network, 0));
  });

  test("in the folder of another key, which knows nothing of what this one signed", async () => {
    const network = createNetwork(temporaryFolder(), 2);
    const [mine, theirs] = [createNode(network, 0), createNode(network, 1)];
    for (const config of [mine, theirs]) await (await start(config)).stop();
    expect(await codeOf({ ...mine, data: theirs.data })).toBe("other-key");
    await (await start(mine)).stop();
    // Who could not start owns nothing.
    const data = join(network.folder, "new");
    mkdirSync(data);
    writeFileSync(join(data, "first-marks"), "none");
    expect(await codeOf({ ...mine, data })).toBe("bad-first-marks");
    rmSync(join(data, "first-marks"));
    await (await start({ ...theirs, data })).stop();
    // Without a key it signs nothing, whoever's the folder is.
    const { key: _, ...observer } = { ...mine, data: theirs.data };
    await (await start(observer)).stop();
  });

  test("with a vote journal that is damaged", async () => {
    const network = createNetwork(temporaryFolder());
    const config = createNode(network, 0);
    const node = await start(config);
    await post(`${node.apiUrl}/blobs?wait=ordered`, testBlob(network).bytes);
    await node.stop();
    const votes = join(config.data, "votes");
    for (const name of readdirSync(votes)) {
      const bytes = readFileSync(join(votes, name));
      if (bytes.length > 0) writeFileSync(join(votes, name), bytes.fill(0xff, 0, bytes.length >> 1));
    }
    expect(await codeOf(config)).toBe("journal-corrupt");
  });
});

test("validators find each other and order together; an observer follows them", async () => {
  const network = createNetwork(temporaryFolder(), 2);
  const events: NodeEvent[] = [];
  const one = await start(createNode(network, 0), (event) => events.push(event));
  const peers = [{ seat: 0, address: one.addresses[0] }];
  const two = await start(createNode(network, 1, { peers }));
  const observer = await start({
    ...createNode(network, 2, { peers: [...peers, { seat: 1, address: two.addresses[0] }], key: undefined }),
  });
  const { body } = await post(`${two.apiUrl}/blobs?wait=ordered&timeoutMs=60000`, testBlob(network).bytes);
  expect(body.status).toBe("ordered");
  expect(events).toContainEqual({ kind: "peer", seat: 1, name: "validator-1", change: "up" });
  const status = (await get(`${two.apiUrl}/status`)).body;
  expect(status.peers).toMatchObject([{ seat: 0, name: "validator-0", connected: true }]);
  expect((await get(`${observer.apiUrl}/status`)).body).toMatchObject({ role: "observer", seat: null });
  // What an observer accepts it brings to validators, the largest blob too.
  const large = testBlob(network, { payload: new Uint8Array(limits.payloadBytesMax) }, 1);
  expect((await post(`${observer.apiUrl}/blobs?wait=ordered`, large.bytes)).body.status).toBe("ordered");
  await two.stop();
  // The end of a connection is heard of a moment later.
  await expect
    .poll(() => get(`${one.apiUrl}/health`), { timeout: 60_000 })
    .toMatchObject({
      status: 503,
      body: { status: "no-quorum", validators: 1 },
    });
  const why = expect.stringMatching(/./);
  expect(events).toContainEqual({ kind: "peer", seat: 1, name: "validator-1", change: "down", why });
  expect(events).toContainEqual({ kind: "quorum", hasQuorum: true, linked: 1, of: 1 });
});
