// Both stages in real nodes: five validators, one of which has no part in ordering, and three shards, of which nobody follows
// all. A program that hops between shards is followed to attested, by every node, also by one that begins again.

import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attestRunCodec, claimContentCodec } from "@tandem/attestation";
import {
  type Argument,
  asAmount,
  asBudget,
  asContractName,
  asEnvironmentName,
  asMethodName,
  asNonce,
  asShardName,
  asStepIndex,
  asValidatorIndex,
  asWeight,
  attestBlockCodec,
  type CallStep,
  claimCodec,
  claimSummaryCodec,
  encodeProgram,
  encodeValue,
  type Genesis,
  leastAllowance,
  type Program,
  type SignedBlob,
  toHex,
  utf8,
  type Value,
} from "@tandem/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type NodeConfig, type NodeEvent, type RunningNode, startNode } from "../src/index.ts";
import { get, getBytes, post } from "./support/http.ts";
import { createNetwork, createNode, type TestNetwork, testBlob } from "./support/node-folder.ts";
import { freeAddresses, others } from "./support/ports.ts";

const shards = { a: [0, 1, 2], b: [1, 2, 4], c: [0, 3, 4] } as const;

function stageTwoGenesis(genesis: Genesis): Genesis {
  const one = asWeight(1n);
  return {
    ...genesis,
    validators: genesis.validators.map((each, at) => (at === 4 ? { ...each, orderWeight: asWeight(0n) } : each)),
    shards: Object.entries(shards).map(([name, members]) => ({
      name: asShardName(name),
      committee: members.map((validator) => ({ validator: asValidatorIndex(validator), weight: one })),
      creators: { rule: "nobody", keys: [] },
    })),
    contracts: Object.keys(shards).map((name) => ({
      name: asContractName(`${name}/sum`),
      environment: asEnvironmentName("counter"),
      config: encodeValue(0n),
    })),
    fees: { ...genesis.fees, perBudget: asAmount(0n) },
    limits: { ...genesis.limits, shardBudget: 10_000_000, deltaMs: 50, heartbeatMs: 2000 },
  };
}

function add(shard: string, what: Argument): CallStep {
  const footprint = { kind: "keys", reads: [], writes: [utf8("total")] } as const;
  const at = asContractName(`${shard}/sum`);
  return { kind: "call", at, method: asMethodName("add"), args: [what], footprint, budget: asBudget(200_000) };
}

const literal = (value: Value): Argument => ({ kind: "literal", value });

function programBlob(network: TestNetwork, nonce: number, program: Program) {
  const payload = encodeProgram(program);
  return testBlob(network, { ...leastAllowance(program), nonce: asNonce(nonce), payload });
}

/** What `a` made is used in `b`; then both of `b` and `c`, or neither. */
function hopping(network: TestNetwork, nonce: number) {
  const steps = [
    add("a", literal(5n)),
    add("b", { kind: "step", step: asStepIndex(0) }),
    add("b", literal(1n)),
    add("c", literal(7n)),
  ];
  return programBlob(network, nonce, { steps, groups: [{ first: asStepIndex(2), count: 2 }] });
}

interface Town {
  readonly network: TestNetwork;
  readonly nodes: RunningNode[];
  readonly events: NodeEvent[];
  readonly configs: NodeConfig[];
}

const startedNodes = new Set<RunningNode>();

async function startAll(): Promise<Town> {
  const network = createNetwork(mkdtempSync(join(tmpdir(), "tandem-stage-two-")), 5, 8, stageTwoGenesis);
  const addresses = await freeAddresses(5);
  const configs = addresses.map((address, seat) =>
    createNode(network, seat, { listen: [address], peers: others(addresses, seat) }),
  );
  const town: Town = { network, nodes: [], events: [], configs };
  for (const seat of configs.keys()) await start(town, seat);
  return town;
}

async function start({ configs, events, nodes }: Town, seat: number): Promise<void> {
  const node = await startNode(configs[seat] as NodeConfig, (event) => events.push(event));
  startedNodes.add(node);
  nodes[seat] = node;
}

let town: Town;
const api = (seat: number) => town.nodes[seat]?.apiUrl as string;

beforeAll(async () => {
  town = await startAll();
});
afterAll(async () => {
  await Promise.all([...startedNodes].map((node) => node.stop()));
  rmSync(town.network.folder, { recursive: true });
});

/** Of a machine that has other things to do. */
const patience = { timeout: 60_000 };

async function order(blob: SignedBlob): Promise<string> {
  expect((await post(`${api(0)}/blobs?wait=ordered&timeoutMs=60000`, blob.bytes)).status).toBe(200);
  return toHex(blob.root);
}

function attested(seat: number, root: string, timeoutMs = 60_000) {
  return get(`${api(seat)}/programs/${root}?wait=attested&timeoutMs=${timeoutMs}`);
}

/** Of GET /programs/ROOT. */
interface ShardPart {
  readonly shard: string;
  readonly isFollowed: boolean;
  readonly isKnown: boolean;
  readonly awaited?: unknown;
  readonly ran: readonly RanPart[];
}

interface RanPart {
  readonly outcome: string;
  readonly round: number;
  readonly claim: string;
  readonly attestHeight: number;
  readonly refusal?: string;
}

type ProgramPart = { readonly shards?: readonly ShardPart[] };

/** An answer that has no such shard is shown as it is. */
function partOf(body: ProgramPart, name: string): ShardPart {
  const part = body.shards?.find(({ shard }) => shard === name);
  if (part === undefined) throw new Error(`no shard ${name} in ${JSON.stringify(body)}`);
  return part;
}

function firstRan(body: ProgramPart, name: string): RanPart {
  const [first] = partOf(body, name).ran;
  if (first === undefined) throw new Error(`nothing ran in ${name}: ${JSON.stringify(body)}`);
  return first;
}

describe("a program across shards", () => {
  let root: string;

  test("is attested as every node sees it, whatever it follows", async () => {
    root = await order(hopping(town.network, 0));
    for (const seat of [0, 1, 2, 3, 4]) {
      const { status, body } = await attested(seat, root);
      expect({ status, body }).toMatchObject({ status: 200, body: { status: "attested", height: expect.any(Number) } });
      expect(partOf(body, "a").ran).toMatchObject([{ step: 0, outcome: "value", value: "05", contract: "a/sum" }]);
      expect(partOf(body, "b").ran.map(({ outcome }) => outcome)).toEqual(["value", "value", "held"]);
      expect(partOf(body, "c").isFollowed).toBe((shards.c as readonly number[]).includes(seat));
    }
  });

  test("was attested in blocks, by claims that each node can show", async () => {
    const { body } = await get(`${api(3)}/programs/${root}`);
    const { claim, attestHeight, round } = firstRan(body, "b");
    const block = (await get(`${api(3)}/attest/blocks/${attestHeight}`)).body;
    const claims = block.items.map(({ value }: { value: { claim: { shard: string; round: number } } }) => value.claim);
    expect(claims).toContainEqual(expect.objectContaining({ shard: "b", round }));
    expect(block.certificate.block).toBe(block.root);
    const held = (await get(`${api(3)}/attest/claims/${claim}`)).body;
    expect(held).toMatchObject({ root: claim, claim: { shard: "b", round, lanes: [{ contract: "b/sum" }] } });
    const content = claimContentCodec.decode(await getBytes(`${api(3)}/attest/claims/${claim}?raw`));
    expect(content.ok && toHex(claimCodec.root(content.value.claim))).toBe(claim);
    const latest = attestBlockCodec.decode(await getBytes(`${api(3)}/attest/blocks/latest?raw`));
    expect(latest.ok && latest.value.header.height).toBeGreaterThanOrEqual(attestHeight);
    const run = attestRunCodec.decode(await getBytes(`${api(3)}/attest/runs/${attestHeight}?count=1`));
    const summaries = run.ok ? (run.value.items[0] ?? []) : [];
    const roots = summaries.flatMap(({ kind, value }) =>
      kind === "attestation" ? [toHex(claimSummaryCodec.root(value.claim))] : [],
    );
    expect(roots).toContain(claim);
  });

  test("is waited for also where nobody knows it yet", async () => {
    const blob = programBlob(town.network, 1, { steps: [add("a", literal("five"))], groups: [] });
    const waiting = attested(4, toHex(blob.root));
    expect((await get(`${api(4)}/programs/${toHex(blob.root)}`)).status).toBe(404);
    await order(blob);
    expect((await waiting).body).toMatchObject({ status: "attested" });
  });

  test("says why a call was refused, where that was run", async () => {
    const refused = await order(programBlob(town.network, 2, { steps: [add("a", literal("five"))], groups: [] }));
    const { body } = await attested(1, refused);
    expect(firstRan(body, "a")).toMatchObject({ outcome: "reverted", cause: 0, refusal: expect.stringMatching(/./) });
    expect(firstRan((await attested(4, refused)).body, "a").refusal).toBe(undefined);
  });

  test("that is none is void, and attested with its round", async () => {
    const blob = testBlob(town.network, {
      nonce: asNonce(3),
      touches: [asShardName("a"), asShardName("b")],
      payload: utf8("no program"),
    });
    const { body } = await attested(4, await order(blob));
    expect(body).toMatchObject({ status: "attested", void: { code: expect.any(String) } });
    expect(body.shards.map(({ nodes }: { nodes: number }) => nodes)).toEqual([0, 0]);
  });

  test("is still known after a restart, by what is in the store", async () => {
    await town.nodes[2]?.stop();
    await start(town, 2);
    // At once it is not known: the node reads what it stored.
    const first = await get(`${api(2)}/programs/${root}`);
    expect(["starting", undefined]).toContain(first.body.error?.code);
    const { status, body } = await attested(2, root);
    expect([status, body.status]).toEqual([200, "attested"]);
    expect(body.shards.map(({ ran }: { ran: unknown[] }) => ran.length)).toEqual([1, 3, 2]);
    expect(partOf(body, "a")).toMatchObject({ isFollowed: true, isKnown: true });
    expect(partOf(body, "a").awaited).toBe(undefined);
  });
});

test("an observer runs the shards that it names, from the genesis on", async () => {
  const peers = town.nodes.map(({ addresses }, seat) => ({ seat, address: addresses[0] }));
  const { key: _, ...config } = createNode(town.network, 5, { peers, follow: ["a"] });
  town.configs.push(config);
  await start(town, 5);
  const height = (await get(`${api(0)}/status`)).body.heights.executed;
  const shardA = async () => (await get(`${api(5)}/shards/a`)).body;
  await expect.poll(async () => (await shardA()).own.round, patience).toBeGreaterThanOrEqual(height);
  expect(await shardA()).toMatchObject({ isMember: false, own: { state: "following" }, dispute: null });
  const { claim } = (await get(`${api(0)}/shards/a`)).body.attested;
  await expect.poll(async () => (await shardA()).attested.claim, patience).toBe(claim);
});

describe("shards", () => {
  test("stand as every node tells: what is attested, and who follows", async () => {
    for (const seat of [0, 4]) {
      const { body } = await get(`${api(seat)}/shards`);
      expect(body.shards.map(({ name }: { name: string }) => name)).toEqual(["a", "b", "c"]);
      for (const { name, attested, own, dispute } of body.shards) {
        const isMember = (shards[name as keyof typeof shards] as readonly number[]).includes(seat);
        expect(own.state).toBe(isMember ? "following" : "not-followed");
        expect({ dispute, height: attested.height > 0 }).toEqual({ dispute: null, height: true });
      }
    }
    const { body } = await get(`${api(0)}/shards/b`);
    expect(body.members.map(({ seat }: { seat: number }) => seat)).toEqual(shards.b);
  });

  test("wait for a member that is away, and name it; the others and ordering go on; it heals", async () => {
    await town.nodes[3]?.stop();
    // Only `c` needs it.
    const stuck = await order(programBlob(town.network, 4, { steps: [add("c", literal(1n))], groups: [] }));
    const free = await order(programBlob(town.network, 5, { steps: [add("b", literal(1n))], groups: [] }));
    expect((await attested(0, free)).status).toBe(200);
    await expect.poll(async () => (await get(`${api(0)}/programs/${stuck}`)).body.status, patience).toBe("run");
    const waiting = await attested(0, stuck, 300);
    expect([waiting.status, waiting.body.status]).toEqual([202, "run"]);
    const shardC = async () => (await get(`${api(1)}/shards/c`)).body;
    await expect.poll(shardC, patience).toMatchObject({ missing: ["validator-3"], waiting: { have: 2, need: 3 } });
    expect((await shardC()).lag).toBeGreaterThan(0);
    // What waits, and what ran without being attested, is known after a restart too.
    const steps = [add("c", literal(1n)), add("a", { kind: "step", step: asStepIndex(0) })];
    const hop = await order(programBlob(town.network, 6, { steps, groups: [] }));
    const hopAt = async (seat: number) => (await get(`${api(seat)}/programs/${hop}`)).body;
    const hasRun = async (seat: number) => partOf(await hopAt(seat), "c").ran.length;
    await expect.poll(() => hasRun(0), patience).toBe(1);
    await town.nodes[0]?.stop();
    await start(town, 0);
    await expect.poll(() => hasRun(0), patience).toBe(1);
    expect(partOf(await hopAt(0), "c")).toMatchObject({ status: "run", isKnown: true });
    const awaiting = { status: "ordered", awaited: [{ shard: "c", step: 0 }] };
    await expect.poll(async () => partOf(await hopAt(0), "a"), patience).toMatchObject(awaiting);
    await start(town, 3);
    expect((await attested(0, hop)).status).toBe(200);
    expect((await attested(0, stuck)).status).toBe(200);
    expect((await attested(3, stuck)).body.status).toBe("attested");
  });

  test("are in the metrics, with the attest chain", async () => {
    const text = await (await fetch(`${api(0)}/metrics`)).text();
    for (const name of ["own_round", "affirmed_round", "attested_round", "lag", "pending"]) {
      expect(text).toMatch(new RegExp(`^tandem_shard_${name}\\{shard="a"\\} \\d+$`, "m"));
    }
    expect(text).toMatch(/^tandem_attest_height \d+$/m);
    const well = { status: "ok", attest: { hasQuorum: true, isDiverged: false }, disputes: [] };
    await expect.poll(async () => (await get(`${api(0)}/health`)).body, patience).toMatchObject(well);
  });
});

test("claims are told as they come: made, and attested; affirmed where that is heard of before it is attested", async () => {
  const stream = await fetch(`${api(0)}/events`);
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  const root = await order(programBlob(town.network, 7, { steps: [add("a", literal(2n))], groups: [] }));
  const attestation =
    /^event: attested\ndata: \{"height":\d+,"claims":\[\{"shard":"a","round":\d+,"claim":"[0-9a-f]{64}"\}\]\}$/m;
  let text = "";
  while (!attestation.test(text)) text += new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  expect((await attested(0, root)).status).toBe(200);
  const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind);
  const told = kinds.filter((kind) => kind !== "ordered" && kind !== "affirmed");
  expect(told.slice(0, 2)).toEqual(["claimed", "attested"]);
});

test("what is not there has a code", async () => {
  const none = "00".repeat(32);
  for (const [path, status, code] of [
    [`/programs/${none}`, 404, "unknown-blob"],
    [`/programs/${none}?wait=attested&timeoutMs=50`, 404, "unknown-blob"],
    [`/programs/${none}?wait=ordered`, 400, "bad-argument"],
    ["/programs/12", 400, "bad-argument"],
    [`/attest/claims/${none}`, 404, "unknown-claim"],
    ["/attest/blocks/99999999", 404, "unknown-height"],
    ["/attest/blocks/0", 404, "unknown-height"],
    [`/attest/blocks/${none}`, 400, "bad-argument"],
    ["/attest/runs/0", 404, "unknown-height"],
    ["/attest/runs/1?count=999", 400, "bad-argument"],
    ["/shards/nowhere", 404, "unknown-shard"],
  ] as const) {
    const answer = await get(`${api(0)}${path}`);
    expect([path, answer.status, answer.body.error.code]).toEqual([path, status, code]);
  }
  const { message } = (await get(`${api(0)}/attest/blocks/${none}`)).body.error;
  expect(message).toBe(`"${none}" is not a height.`);
  expect((await get(`${api(0)}/shards/nowhere`)).body.error.message).toBe("There is no shard nowhere.");
});

test("where a key begins is known once: the mark of its first start is gone when what it says is durable", async () => {
  expect(town.configs.filter(({ data }) => existsSync(join(data, "first-marks")))).toEqual([]);
  expect(town.events.filter(({ kind }) => kind === "alarm")).toEqual([]);
});
