// S8: a validator whose journal of votes is lost follows the order chain and does not vote there, until somebody says above
// which view it may. The other three of four go on meanwhile, and nobody signs twice.

import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { asNonce } from "@tandem/shared";
import { expect, onTestFinished, test } from "vitest";
import { type NodeConfig, type NodeEvent, type RunningNode, startNode } from "../src/index.ts";
import { get, post } from "./support/http.ts";
import { createNetwork, createNode, type TestNetwork, testBlob } from "./support/node-folder.ts";
import { freeAddresses, others } from "./support/ports.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Of a machine that has other things to do. */
const patience = { timeout: 60_000 };

class Town {
  readonly network: TestNetwork = createNetwork(temporaryFolder(), 4);
  readonly events: NodeEvent[] = [];
  readonly #configs: readonly NodeConfig[];
  readonly #nodes: RunningNode[] = [];
  #nonce = 0;

  private constructor(addresses: readonly string[]) {
    this.#configs = addresses.map((address, seat) => {
      return createNode(this.network, seat, { listen: [address], peers: others(addresses, seat) });
    });
  }

  static async start(): Promise<Town> {
    const town = new Town(await freeAddresses(4));
    for (let seat = 0; seat < 4; seat++) await town.start(seat);
    return town;
  }

  async start(seat: number): Promise<void> {
    const node = await startNode(this.#configs[seat] as NodeConfig, (event) => this.events.push(event));
    onTestFinished(() => node.stop());
    this.#nodes[seat] = node;
  }

  async stop(seat: number): Promise<void> {
    await this.#nodes[seat]?.stop();
  }

  dataOf(seat: number): string {
    return (this.#configs[seat] as NodeConfig).data;
  }

  async ask(seat: number, path: string) {
    return (await get(`${this.#nodes[seat]?.apiUrl}${path}`)).body;
  }

  /** By the first node; the block that it is in. */
  async order() {
    const { bytes } = testBlob(this.network, { nonce: asNonce(this.#nonce++) });
    const { body } = await post(`${this.#nodes[0]?.apiUrl}/blobs?wait=ordered&timeoutMs=100000`, bytes);
    return this.ask(0, `/blocks/${body.height}`);
  }
}

test("a validator without its journal does not vote, and says so, until it is told above which view it may", async () => {
  const town = await Town.start();
  await town.order();
  await town.stop(3);
  rmSync(join(town.dataOf(3), "votes"), { recursive: true });

  for (let start = 0; start < 2; start++) {
    await town.start(3);
    expect(await town.ask(3, "/status")).toMatchObject({ votes: { order: "no-vote", attest: "votes" } });
    expect(town.events.filter(({ kind }) => kind === "alarm")).toEqual(
      Array(start + 1).fill({
        kind: "alarm",
        what: "no-vote",
        message: expect.stringMatching(/order chain.*\/votes /),
      }),
    );
    const { header, certificate } = await town.order();
    expect(certificate.bitmap).toEqual([true, true, true, false]);
    await expect
      .poll(async () => (await town.ask(3, "/status")).heights.executed, patience)
      .toBeGreaterThanOrEqual(header.height);
    await town.stop(3);
  }

  const { header } = await town.order();
  writeFileSync(join(town.dataOf(3), "first-marks"), JSON.stringify({ orderView: header.view }));
  await town.start(3);
  expect(existsSync(join(town.dataOf(3), "first-marks"))).toBe(false);
  expect((await town.ask(3, "/status")).votes).toEqual({ order: "votes", attest: "votes" });
  // Without this one its vote is needed.
  await town.stop(2);
  const last = await town.order();
  expect(last.certificate.bitmap).toEqual([true, true, false, true]);
  expect(last.header.view).toBeGreaterThan(header.view);
  for (const seat of [0, 1, 3]) expect((await town.ask(seat, "/status")).evidence).toBe(0);
});
