// The API of a real node: one validator, which is a quorum of one and orders by itself.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyRun, openNetwork, ShardStream, sliceRunCodec } from "@tandem/ordering";
import {
  accountProofCodec,
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asRoot,
  asShardName,
  blobCodec,
  limits,
  orderBlockCodec,
  orderHeaderCodec,
  toHex,
} from "@tandem/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { orderElectorateOf, type RunningNode, startNode } from "../src/index.ts";
import { get, getBytes, post } from "./support/http.ts";
import { balance, createNetwork, createNode, payerKey, testBlob } from "./support/node-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-api-"));
const network = createNetwork(folder);
let node: RunningNode;
let api: string;

beforeAll(async () => {
  node = await startNode(createNode(network, 0));
  api = node.apiUrl as string;
});
afterAll(async () => {
  await node.stop();
  rmSync(folder, { recursive: true });
});

const ordered = (bytes: Uint8Array) => post(`${api}/blobs?wait=ordered`, bytes);

describe("a blob", () => {
  const blob = testBlob(network, {
    transfers: [{ to: payerKey(7), amount: asAmount(5n) }],
    touches: [asShardName("main")],
    payload: new Uint8Array(1000).fill(3),
  });
  const root = toHex(blob.root);

  test("is ordered: the answer comes when the block that holds it is executed", async () => {
    const { status, body } = await ordered(blob.bytes);
    expect(status).toBe(200);
    expect(body).toEqual({ blob: root, status: "ordered", height: expect.any(Number), index: 0 });
  });

  test("is found by its root, with its place and its bytes", async () => {
    const { status, body } = await get(`${api}/blobs/${root}`);
    expect({ status, body }).toMatchObject({ status: 200, body: { blob: root, status: "ordered", index: 0 } });
    expect(body.bytes).toBe(blob.bytes.length);
    expect(await getBytes(`${api}/blobs/0x${root}?raw`)).toEqual(blob.bytes);
  });

  test("stands in its block, which is found by height, by root, and as the latest", async () => {
    const { height } = (await get(`${api}/blobs/${root}`)).body;
    const { body } = await get(`${api}/blocks/${height}`);
    expect(body.blobs).toEqual([root]);
    expect(body.header.height).toBe(height);
    expect(body.certificate.block).toBe(body.root);
    expect((await get(`${api}/blocks/${body.root}`)).body).toEqual(body);
    const raw = orderBlockCodec.decode(await getBytes(`${api}/blocks/latest?raw`));
    expect(raw.ok && toHex(orderHeaderCodec.root(raw.value.header))).toBe(
      (await get(`${api}/blocks/latest`)).body.root,
    );
  });

  test("was paid for: account and receiver, in decimal text, with a proof on demand", async () => {
    const fee = 10n + BigInt(blob.bytes.length) + 1n;
    const account = `${api}/accounts/${toHex(payerKey(0))}`;
    const { body } = await get(`${account}?proof`);
    expect(body).toMatchObject({ balance: `${balance - 5n - fee}`, nonce: 1 });
    const proof = accountProofCodec.decode(Uint8Array.from(Buffer.from(body.proof, "hex")));
    expect(proof.ok && proof.value.payer).toEqual(payerKey(0));
    expect((await get(account)).body.proof).toBe(undefined);
    expect((await get(`${api}/accounts/${toHex(payerKey(7))}`)).body.balance).toBe(`${balance + 5n}`);
  });

  test("sent once more is a duplicate, and for who waits simply ordered where it is", async () => {
    const again = await post(`${api}/blobs`, blob.bytes);
    expect({ status: again.status, code: again.body.error.code }).toEqual({ status: 409, code: "duplicate" });
    const { height, index } = (await get(`${api}/blobs/${root}`)).body;
    expect(await ordered(blob.bytes)).toEqual({ status: 200, body: { blob: root, status: "ordered", height, index } });
  });

  test("comes as hexadecimal too, with or without 0x", async () => {
    const text = JSON.stringify({ hex: `0x${toHex(testBlob(network, { nonce: asNonce(1) }).bytes)}` });
    expect((await post(`${api}/blobs?wait=ordered`, text)).status).toBe(200);
  });
});

describe("a blob that waits", () => {
  const early = testBlob(network, { nonce: asNonce(1) }, 1);
  const root = toHex(early.root);

  test("is accepted, once as new, and as often as it comes", async () => {
    const first = await post(`${api}/blobs`, early.bytes);
    expect(first).toEqual({ status: 202, body: { blob: root, status: "accepted", isNew: true } });
    const second = await post(`${api}/blobs`, early.bytes);
    expect(second).toEqual({ status: 202, body: { blob: root, status: "accepted", isNew: false } });
    const { status, body } = await get(`${api}/blobs/${root}`);
    expect({ status, body }).toEqual({
      status: 200,
      body: { blob: root, status: "waiting", bytes: early.bytes.length },
    });
  });

  test("and whose waiting runs out of time is still accepted", async () => {
    const { status, body } = await post(`${api}/blobs?wait=ordered&timeoutMs=20`, early.bytes);
    expect({ status, kind: body.status }).toEqual({ status: 202, kind: "accepted" });
  });

  test("is ordered as soon as the nonce before it is, and who waits for it hears so", async () => {
    const waiting = ordered(early.bytes);
    expect((await ordered(testBlob(network, {}, 1).bytes)).status).toBe(200);
    expect(await waiting).toMatchObject({ status: 200, body: { blob: root, status: "ordered" } });
  });
});

describe("slices of a shard", () => {
  const electorate = orderElectorateOf({ genesis: network.genesis, network: network.network });
  const genesisRoot = openNetwork({ genesis: network.genesis, network: network.network }).root;
  const runOf = async (path: string) => {
    const run = sliceRunCodec.decode(await getBytes(`${api}/slices/${path}`));
    if (!run.ok) throw new Error(run.error.message);
    return run.value;
  };

  test("are all that a follower needs, with proof that nothing is left out", async () => {
    const blob = testBlob(network, { touches: [asShardName("main")] }, 5);
    const { height } = (await ordered(blob.bytes)).body;
    const stream = new ShardStream(electorate, asShardName("main"), { height: asHeight(0), root: genesisRoot });
    const followed = stream.take(await runOf("main/1"));
    if (!followed.ok) throw new Error(followed.error.message);
    expect(stream.last.height).toBeGreaterThanOrEqual(height);
    expect(followed.value[height - 1]?.blobs.map(({ bytes }) => bytes)).toEqual([blob.bytes]);
  });

  test("come as often as somebody asks who reads them", async () => {
    for (let count = 0; count < 40; count++) await runOf("main/1?count=1");
  });

  test("come as few as asked for, and none beyond the last block", async () => {
    expect((await runOf("main/1?count=1")).slices).toHaveLength(1);
    expect(await runOf("main/99999999")).toEqual(emptyRun);
  });
});

describe("a refusal has a code, a status that says whose turn it is, and advice", () => {
  const other = { ...network, network: asRoot(new Uint8Array(32).fill(9)) };
  const fresh = (changes: Parameters<typeof testBlob>[1]) => testBlob(network, changes, 2).bytes;
  const forged = () => {
    const blob = blobCodec.decode(fresh({}));
    if (!blob.ok) throw new Error("it decodes");
    return blobCodec.encode({ ...blob.value, signature: new Uint8Array(64).fill(1) });
  };
  const rows: readonly (readonly [code: string, status: number, bytes: () => Uint8Array])[] = [
    ["malformed", 400, () => Uint8Array.of(1, 2, 3)],
    ["malformed", 400, () => new Uint8Array(0)],
    ["too-large", 413, () => new Uint8Array(limits.blobBytesMax + 1)],
    ["network", 422, () => testBlob(other).bytes],
    ["unknown-shard", 422, () => fresh({ touches: [asShardName("none")] })],
    ["over-budget", 422, () => fresh({ touches: [asShardName("main")], budget: asBudget(1001) })],
    ["expired", 422, () => fresh({ expires: asHeight(0) })],
    ["signature", 422, forged],
    ["balance", 402, () => fresh({ tip: asAmount(balance) })],
    ["balance", 402, () => testBlob(network, {}, 99).bytes],
    ["nonce-gap", 409, () => fresh({ nonce: asNonce(66) })],
  ];

  test.each(rows)("%s: %i", async (code, status, bytes) => {
    const answer = await post(`${api}/blobs`, bytes());
    expect(answer).toEqual({
      status,
      body: { error: { code, message: expect.any(String), advice: expect.stringMatching(/\.$|says/) } },
    });
  });

  test("nonce-too-low, and tip-too-low of two with one nonce: 409", async () => {
    await ordered(fresh({}));
    const low = await post(`${api}/blobs`, fresh({ payload: Uint8Array.of(1) }));
    await post(`${api}/blobs`, fresh({ nonce: asNonce(2) }));
    const tip = await post(`${api}/blobs`, fresh({ nonce: asNonce(2), payload: Uint8Array.of(1) }));
    expect([low, tip].map(({ status, body }) => `${status} ${body.error.code}`)).toEqual([
      "409 nonce-too-low",
      "409 tip-too-low",
    ]);
  });

  test.each([
    ["a body of no known kind", "text", "text/plain", "415 media-type"],
    ["JSON that is none", "{", undefined, "400 bad-argument"],
    ["JSON without hex", "{}", undefined, "400 bad-argument"],
    ["hex that is none", '{"hex": "0g"}', undefined, "400 bad-argument"],
    ["half a byte", '{"hex": "012"}', undefined, "400 bad-argument"],
  ])("%s", async (_, body, type, is) => {
    const answer = await post(`${api}/blobs`, body, type);
    expect(`${answer.status} ${answer.body.error.code}`).toBe(is);
  });

  test.each([
    ["/blobs?wait=forever", "400 bad-argument"],
    ["/blobs?wait=ordered&timeoutMs=0", "400 bad-argument"],
    ["/blobs?wait=ordered&timeoutMs=300001", "400 bad-argument"],
  ])("POST %s", async (path, is) => {
    const answer = await post(`${api}${path}`, testBlob(network).bytes);
    expect(`${answer.status} ${answer.body.error.code}`).toBe(is);
  });

  test.each([
    ["/blobs/12", "400 bad-argument"],
    [`/blobs/${"AA".repeat(32)}`, "400 bad-argument"],
    [`/blobs/${"aa".repeat(32)}`, "404 unknown-blob"],
    ["/blocks/1e3", "400 bad-argument"],
    ["/blocks/99999999", "404 unknown-height"],
    ["/blocks/0", "404 unknown-height"],
    [`/blocks/${"11".repeat(32)}`, "404 unknown-block"],
    ["/accounts/aa", "400 bad-argument"],
    ["/slices/none/1", "404 unknown-shard"],
    ["/slices/main/0", "404 unknown-height"],
    ["/slices/main/latest", "400 bad-argument"],
    ["/slices/main/1?count=0", "400 bad-argument"],
    ["/slices/main/1?count=129", "400 bad-argument"],
    ["/slices/main/1?count=1&count=2", "400 bad-argument"],
    ["/nothing", "404 unknown-route"],
  ])("GET %s", async (path, is) => {
    const answer = await get(`${api}${path}`);
    expect(`${answer.status} ${answer.body.error.code}`).toBe(is);
    expect(answer.body.error.message).toMatch(/^[^a-z].*\.$/);
  });

  test("of height 0 it is said that no block will come there", async () => {
    const { error } = (await get(`${api}/blocks/0`)).body;
    expect(error.message).toBe("Genesis has height 0 and is no block.");
    expect(error.advice).not.toContain("later");
  });

  test("an account that nobody has is empty, and that is no error", async () => {
    const { status, body } = await get(`${api}/accounts/${toHex(payerKey(98))}?proof`);
    expect({ status, body }).toMatchObject({ status: 200, body: { balance: "0", nonce: 0 } });
  });
});

describe("the node", () => {
  test("is well if a quorum is here, and says who it is", async () => {
    const health = await get(`${api}/health`);
    expect(health).toMatchObject({
      status: 200,
      body: { status: "ok", validators: 1, of: 1, finality: { withinMs: 123_200, isStalled: false } },
    });
    const { body } = await get(`${api}/network`);
    expect(body).toMatchObject({ network: toHex(network.network), fees: { base: "10" }, shards: ["main"] });
  });

  test("counts what it did, the same as status and as metrics", async () => {
    const { body } = await get(`${api}/status`);
    expect(body).toMatchObject({ role: "validator", seat: 0, name: "validator-0", peers: [] });
    expect(body.heights.executed).toBe(body.heights.final);
    expect(body.ordered.blobs).toBeGreaterThanOrEqual(5);
    expect(body.receipts).toMatchObject({ accepted: expect.any(Number), duplicate: expect.any(Number), balance: 2 });
    expect(body.diskBytes).toBeGreaterThan(1000);
    const text = await (await fetch(`${api}/metrics`)).text();
    expect(text).toContain(`\ntandem_executed_height ${body.heights.executed}\n`);
    expect(text).toContain(`\ntandem_ordered_blobs_total ${body.ordered.blobs}\n`);
    expect(text).toContain("\ntandem_stalled 0\n");
    expect(text).toContain('\ntandem_receipts_total{code="balance"} 2\n');
    for (const line of text.trimEnd().split("\n"))
      expect(line).toMatch(/^(# (HELP|TYPE) |[a-z_]+(\{[^}]+\})? [0-9.]+$)/);
  });

  test("tells of blocks as they are ordered", async () => {
    const events = await fetch(`${api}/events`);
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const height = (await ordered(testBlob(network, {}, 3).bytes)).body.height;
    const isHeard = () => heard.includes(`id: ${height}\n`) && heard.endsWith("\n\n");
    while (!isHeard()) heard += (await reader?.read())?.value ?? "";
    expect(heard).toContain(`event: ordered\nid: ${height}\ndata: {"height":${height},`);
    expect(heard).toContain('"blobs":1,');
    await reader?.cancel();
  });

  test("orders what many submit at once, each for who waits for it", async () => {
    const blobs = Array.from({ length: 100 }, (_, nonce) => testBlob(network, { nonce: asNonce(nonce) }, 4));
    const answers = await Promise.all(blobs.map(({ bytes }) => ordered(bytes)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const places = answers.map(({ body }) => `${body.height} ${body.index}`);
    expect(new Set(places).size).toBe(100);
  });
});
