// Both stages in real nodes: five validators, one of which has no part in ordering, and three shards, of which nobody follows
// all. A program that hops between shards is followed to attested, by every node, also by one that begins again.

import { existsSync } from "node:fs";
import { join } from "node:path";
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
  type CallStep,
  encodeProgram,
  encodeValue,
  type Genesis,
  leastAllowance,
  type Program,
  toHex,
  utf8,
  type Value,
} from "@tandem/shared";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NodeConfig, type NodeEvent, type RunningNode, startNode } from "../src/index.ts";
import { get, getBytes, post } from "./support/http.ts";
import { createNetwork, createNode, type TestNetwork, testBlob } from "./support/node-folder.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

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
    limits: { ...genesis.limits, shardBudget: 10_000_000, deltaMs: 100, heartbeatMs: 2000 },
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
    add("b", { kind: "step", step: asStepIndex(0), or: undefined } as unknown as Argument),
    add("b", literal(1n)),
    add("c", literal(7n)),
  ];
  return programBlob(network, nonce, { steps, groups: [{ first: asStepIndex(2), count: 2 }] });
}

interface Started {
  readonly nodes: RunningNode[];
  readonly events: NodeEvent[];
  readonly configs: NodeConfig[];
}

async function startAll(network: TestNetwork): Promise<Started> {
  const started: Started = { nodes: [], events: [], configs: [] };
  for (let seat = 0; seat < 5; seat++) {
    const peers = started.nodes.map(({ addresses }, seat) => ({ seat, address: addresses[0] }));
    const config = createNode(network, seat, { peers });
    started.configs.push(config);
    started.nodes.push(await start(config, started.events));
  }
  return started;
}

async function start(config: NodeConfig, events: NodeEvent[]): Promise<RunningNode> {
  const node = await startNode(config, (event) => events.push(event));
  onTestFinished(() => node.stop());
  return node;
}

describe("a program across shards", () => {
  test("is attested as every node sees it, and after a restart too", async () => {
    const network = createNetwork(temporaryFolder(), 5, 8, stageTwoGenesis);
    const { nodes, events, configs } = await startAll(network);
    const blob = hopping(network, 0);
    const root = toHex(blob.root);
    const ordered = await post(`${nodes[0]?.apiUrl}/blobs?wait=ordered`, blob.bytes);
    expect(ordered.status).toBe(200);
    for (const { apiUrl } of nodes) {
      const { status, body } = await get(`${apiUrl}/programs/${root}?wait=attested&timeoutMs=20000`);
      console.log(JSON.stringify(body, null, 1));
      expect([status, body.status]).toEqual([200, "attested"]);
    }
    console.log(events.filter(({ kind }) => kind !== "peer"));
    console.log(JSON.stringify((await get(`${nodes[4]?.apiUrl}/shards`)).body));
    expect(configs.map(({ data }) => existsSync(join(data, "first-marks")))).toEqual(Array(5).fill(false));
  }, 60_000);
});
