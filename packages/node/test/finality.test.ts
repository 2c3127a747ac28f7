// O8: a node knows from its clock and the genesis when a block should have become final. /health says it: a node that is linked
// with all, and whose network does not order, is not well.

import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NodeConfig, startNode } from "../src/index.ts";
import { Finality, finalWithinMs } from "../src/process/finality.ts";
import { get, post } from "./support/http.ts";
import { createNetwork, createNode, testBlob } from "./support/node-folder.ts";
import { freeAddresses, others } from "./support/ports.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Of a machine that has other things to do. */
const patience = { timeout: 60_000 };

describe("blocks become final", () => {
  function begun() {
    const clock = { ms: 5000 };
    return { clock, finality: new Finality(100, () => clock.ms) };
  }

  test("within two heartbeats, and what silent leaders take", () => {
    expect(finalWithinMs({ heartbeatMs: 1000, deltaMs: 200 })).toBe(14_800);
  });

  test("or the network is stalled, counted from the last one", () => {
    const { clock, finality } = begun();
    clock.ms += 90;
    finality.onFinal(1);
    clock.ms += 100;
    expect(finality.status).toEqual({ sinceMs: 100, withinMs: 100, isStalled: false });
    clock.ms++;
    expect(finality.status).toEqual({ sinceMs: 101, withinMs: 100, isStalled: true });
    // What was known comes again after some repair, and is nothing new.
    finality.onFinal(1);
    expect(finality.status.isStalled).toBe(true);
    finality.onFinal(2);
    expect(finality.status).toMatchObject({ sinceMs: 0, isStalled: false });
  });

  test("and from the end of the start before there is one, however long that took", () => {
    const { clock, finality } = begun();
    clock.ms += 1000;
    finality.start();
    expect(finality.status).toMatchObject({ sinceMs: 0, isStalled: false });
    clock.ms += 101;
    expect(finality.status.isStalled).toBe(true);
  });
});

test("a node whose only peer runs and does not vote is not well: stalled, and since when", async () => {
  const network = createNetwork(temporaryFolder(), 2, 8, (genesis) => {
    return { ...genesis, limits: { ...genesis.limits, heartbeatMs: 200, deltaMs: 20 } };
  });
  const addresses = await freeAddresses(2);
  const [one, two] = addresses.map((address, seat) => {
    return createNode(network, seat, { listen: [address], peers: others(addresses, seat) });
  }) as [NodeConfig, NodeConfig];
  const start = async (config: NodeConfig) => {
    const node = await startNode(config);
    onTestFinished(() => node.stop());
    return node;
  };
  const [first, second] = [await start(one), await start(two)];
  await post(`${first.apiUrl}/blobs?wait=ordered&timeoutMs=60000`, testBlob(network).bytes);
  const well = { status: 200, body: { status: "ok" } };
  await expect.poll(() => get(`${first.apiUrl}/health`), patience).toMatchObject(well);
  await second.stop();
  rmSync(join(two.data, "votes"), { recursive: true });
  await start(two);
  await expect
    .poll(() => get(`${first.apiUrl}/health`), patience)
    .toMatchObject({
      status: 503,
      body: {
        status: "stalled",
        validators: 2,
        finality: { withinMs: 1680, isStalled: true },
        blockTimeMs: expect.any(Number),
      },
    });
  expect(await (await fetch(`${first.apiUrl}/metrics`)).text()).toContain("\ntandem_stalled 1\n");
});
