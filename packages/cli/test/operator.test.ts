// What an operator does to a devnet that runs, and how another terminal reaches it; `test/devnet` does it to a real one.

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeStatus } from "@tandem/node";
import { afterAll, describe, expect, test } from "vitest";
import { chainRows } from "../src/devnet/chains.ts";
import type { Committee } from "../src/devnet/committees.ts";
import { openControl } from "../src/devnet/control.ts";
import { askDevnet } from "../src/devnet/control-client.ts";
import type { Devnet } from "../src/devnet/devnet.ts";
import type { Exit } from "../src/devnet/node-process.ts";
import { type Operated, Operator } from "../src/devnet/operator.ts";
import { operatedWords } from "../src/devnet/operator-words.ts";
import { shardRows } from "../src/devnet/shards.ts";
import type { DevnetView, NodeRow, Watch } from "../src/devnet/watch.ts";

const temporary = mkdtempSync(join(tmpdir(), "tandem-operator-"));
afterAll(() => rmSync(temporary, { recursive: true }));

const committee = (shard: string, ...members: number[]): Committee => ({
  shard,
  members: members.map((place) => `node-${place}`),
  need: 3,
});
const committees = [
  committee("bank", 0, 1, 2),
  committee("hotel", 0, 1, 3),
  committee("market", 0, 2, 3),
  committee("rail", 1, 2, 3),
];

/** As far as an operator sees it. */
class FakeNode {
  readonly name: string;
  readonly logFile = "node.log";
  pid = 100;
  exit: Exit | undefined;
  isKilled = false;
  /** Where it does not come up. */
  isBroken = false;
  votes: NodeStatus["votes"] = { order: "votes", attest: "votes" };
  /** Shards of which it has no record. */
  unmarked: readonly string[] = [];
  readonly api = { status: async () => this.status };

  constructor(place: number) {
    this.name = `node-${place}`;
  }

  get status(): NodeStatus {
    const own = { own: { state: "following" }, attested: { round: 0 }, waiting: null, dispute: null };
    const shards = committees.map(({ shard }) => ({ name: shard, ...own, hasNoMark: this.unmarked.includes(shard) }));
    return { votes: this.votes, attest: { isStarted: true }, shards } as unknown as NodeStatus;
  }

  get row(): NodeRow {
    const rates = { blobsPerSecond: 0, bytesPerSecond: 0, blockAgeMs: undefined, downMs: undefined };
    const role = this.exit === undefined ? "validator" : this.isKilled ? "killed" : "ended";
    return { node: this.name, role, status: this.exit === undefined ? this.status : undefined, ...rates };
  }

  async crash(): Promise<void> {
    this.isKilled = true;
    this.exit = { code: null, signal: "SIGKILL" };
  }

  restart(): void {
    this.isKilled = false;
    this.pid++;
    this.exit = this.isBroken ? { code: 1, signal: null } : undefined;
    if (this.isBroken) this.api.status = async () => Promise.reject(new Error("refused"));
  }

  lastWords(): readonly string[] {
    return ["starts", "error bad-config: A key is wrong.", "  Mend that key."];
  }
}

const view: DevnetView = { nodes: [], chains: [], shards: [] };

function operated() {
  const nodes = [0, 1, 2, 3].map((place) => new FakeNode(place));
  const told: [string, Operated][] = [];
  const read = async (): Promise<DevnetView> => {
    const rows = nodes.map(({ row }) => row);
    const chains = chainRows(rows);
    return { nodes: rows, chains, shards: shardRows(committees, rows, chains) };
  };
  const watch = { latest: async () => view, read, forget: () => {} } as unknown as Watch;
  const operator = new Operator({ nodes } as unknown as Devnet, watch, {
    kill: (what) => told.push(["kill", what]),
    restart: (what) => told.push(["restart", what]),
  });
  return { nodes, operator, told };
}

function up() {
  const all = operated();
  all.operator.open();
  return all;
}

describe("an operator", () => {
  test("kills a node and starts it again, by number or name, and hears which shards lose their quorum", async () => {
    const { nodes, operator, told } = up();
    const killed = await operator.kill("3");
    const missing = [{ node: "node-3", why: "down" }];
    expect(killed).toMatchObject({
      node: "node-3",
      pid: 100,
      chains: ["order", "attest"].map((chain) => ({ chain, state: "goes-on", need: 3, of: 4, missing })),
      stalled: committees.slice(1).map((each) => ({ ...each, state: "no-quorum", down: [{ node: "node-3" }] })),
      goOn: ["bank"],
    });
    expect(nodes.map(({ exit }) => exit === undefined)).toEqual([true, true, true, false]);
    const restarted = await operator.restart("node-3");
    expect(restarted).toMatchObject({
      node: "node-3",
      pid: 101,
      chains: [{ missing: [] }, { missing: [] }],
      stalled: [],
      goOn: ["bank", "hotel", "market", "rail"],
    });
    expect(told).toEqual([
      ["kill", killed],
      ["restart", restarted],
    ]);
  });

  test("of two nodes that are down hears what both mean", async () => {
    const { operator } = up();
    await operator.kill("3");
    expect(await operator.kill("0")).toMatchObject({
      stalled: committees,
      goOn: [],
      chains: [{ state: "stands-still" }, { state: "stands-still" }],
    });
    expect(await operator.restart("3")).toMatchObject({ stalled: committees.slice(0, 3), goOn: ["rail"] });
  });

  test("is refused what cannot be, with a code", async () => {
    const { nodes, operator } = up();
    await expect(operator.kill("4")).rejects.toMatchObject({ code: "no-such-node", exitCode: 2 });
    await expect(operator.kill("03")).rejects.toMatchObject({ code: "no-such-node" });
    await expect(operator.restart("3")).rejects.toMatchObject({ code: "already-up" });
    await operator.kill("3");
    await expect(operator.kill("3")).rejects.toMatchObject({ code: "already-down", exitCode: 1 });
    // One that ended by itself is down, too, and may be started again.
    (nodes[1] as FakeNode).exit = { code: 1, signal: null };
    await expect(operator.kill("1")).rejects.toMatchObject({ code: "already-down" });
    expect(await operator.restart("1")).toMatchObject({ node: "node-1" });
    (nodes[3] as FakeNode).isBroken = true;
    await expect(operator.restart("3")).rejects.toMatchObject({
      code: "node-ended",
      message: "node-3 ended with exit code 1 before it answered: error bad-config: A key is wrong.",
    });
  });

  test("waits until the network is up", async () => {
    const { operator } = operated();
    await expect(operator.kill("3")).rejects.toMatchObject({ code: "not-ready" });
    expect(await operator.view()).toBe(view);
  });

  test("is told it in words", async () => {
    const { operator } = up();
    expect(operatedWords("killed", await operator.kill("3"), 200)).toBe(
      "node-3 is killed (process 100). hotel, market and rail stand still, for a quorum takes 3 of 3 members; ordering and bank go on.",
    );
    expect(operatedWords("killed", await operator.kill("0"), 200)).toBe(
      "node-0 is killed (process 100). Ordering stands still, and so do all shards: a quorum takes 3 of 4 validators, 2 vote (node-0 is down, node-3 is down).",
    );
    expect(operatedWords("restarted", await operator.restart("0"), 200)).toMatch(
      /hotel, .* stand still, .*; ordering and bank go on\.$/,
    );
    expect(operatedWords("restarted", await operator.restart("3"), 200)).toBe(
      "node-3 runs again (process 101). Ordering and every shard have their quorum.",
    );
  });
});

describe("an operator hears of records that are lost", () => {
  const mute = { order: { order: "no-vote", attest: "votes" }, attest: { order: "votes", attest: "no-vote" } } as const;

  test("voters are counted, not processes", async () => {
    const { nodes, operator } = up();
    (nodes[3] as FakeNode).votes = mute.order;
    expect(operatedWords("killed", await operator.kill("0"), 300)).toBe(
      "node-0 is killed (process 100). Ordering stands still, and so do all shards: a quorum takes 3 of 4 validators, 2 vote (node-0 is down, node-3 does not vote).",
    );
  });

  test("of the attest chain too", async () => {
    const { nodes, operator } = up();
    (nodes[3] as FakeNode).votes = mute.attest;
    const killed = await operator.kill("0");
    expect(killed).toMatchObject({ goOn: [], stalled: committees });
    expect(operatedWords("killed", killed, 300)).toBe(
      "node-0 is killed (process 100). Attesting stands still, so no claim of any shard is attested: a quorum takes 3 of 4 validators, 2 vote (node-0 is down, node-3 does not vote); ordering goes on.",
    );
  });

  test("a member without a mark is none that a shard's quorum can count on", async () => {
    const { nodes, operator } = up();
    await operator.kill("3");
    (nodes[3] as FakeNode).unmarked = ["hotel", "market", "rail"];
    const restarted = await operator.restart("3");
    expect(restarted.stalled).toMatchObject(committees.slice(1).map((each) => ({ ...each, unmarked: ["node-3"] })));
    expect(operatedWords("restarted", restarted, 300)).toBe(
      "node-3 runs again (process 101). hotel, market and rail stand still, for a quorum takes 3 of 3 members, and node-3 affirms nothing (no-mark); ordering and bank go on.",
    );
  });

  test("once the node has read what it stored, for it does not know before", async () => {
    const { nodes, operator } = up();
    await operator.kill("3");
    const node = nodes[3] as FakeNode;
    let asked = 0;
    node.api.status = async () => {
      if (++asked === 2) node.unmarked = ["hotel"];
      return { ...node.status, attest: { ...node.status.attest, isStarted: asked > 1 } };
    };
    expect(await operator.restart("3")).toMatchObject({ stalled: [{ shard: "hotel" }] });
  });
});

let count = 0;
function newFolder(): string {
  return mkdtempSync(join(temporary, `${count++}-`));
}

describe("another terminal", () => {
  test("reaches the devnet that runs in a folder, until it stops", async () => {
    const folder = newFolder();
    const { operator } = up();
    const close = await openControl(folder, operator);
    expect(await askDevnet(folder, "GET", "/status")).toEqual(view);
    expect(await askDevnet(folder, "POST", "/kill/3")).toMatchObject({ node: "node-3", goOn: ["bank"] });
    await expect(askDevnet(folder, "POST", "/kill/3")).rejects.toMatchObject({ code: "already-down", exitCode: 1 });
    await expect(askDevnet(folder, "POST", "/kill/%2F")).rejects.toMatchObject({ code: "no-such-node", exitCode: 2 });
    await expect(askDevnet(folder, "POST", "/sing/3")).rejects.toMatchObject({ code: "unknown-request" });
    await expect(askDevnet(folder, "GET", "/restart/3")).rejects.toMatchObject({ code: "unknown-request" });
    await close();
    expect(existsSync(join(folder, "control.json"))).toBe(false);
    await expect(askDevnet(folder, "GET", "/status")).rejects.toMatchObject({ code: "no-devnet", exitCode: 1 });
  });

  test("needs the token, which the owner of the folder alone can read", async () => {
    const folder = newFolder();
    const { operator, nodes } = up();
    const close = await openControl(folder, operator);
    const file = join(folder, "control.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const { port } = JSON.parse(readFileSync(file, "utf8")) as { readonly port: number };
    for (const authorization of ["", "Bearer ", `Bearer ${"00".repeat(32)}`]) {
      const response = await fetch(`http://127.0.0.1:${port}/kill/3`, { method: "POST", headers: { authorization } });
      expect([response.status, await response.json()]).toMatchObject([400, { error: { code: "wrong-token" } }]);
    }
    expect(nodes[3]?.exit).toBe(undefined);
    await close();
  });

  test("hears that a devnet crashed, whoever has its port by now", async () => {
    const folder = newFolder();
    const server = createServer((_, response) => response.end("hello"));
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const stale = (at: number) => JSON.stringify({ pid: 4711, port: at, token: "ab".repeat(32) });
    const ask = () => askDevnet(folder, "GET", "/status");
    const gone = { code: "no-devnet", message: expect.stringContaining("(process 4711) does not answer") };
    writeFileSync(join(folder, "control.json"), stale(port));
    await expect(ask()).rejects.toMatchObject(gone);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(ask()).rejects.toMatchObject(gone);
    const other = newFolder();
    const close = await openControl(other, up().operator);
    const { port: theirs } = JSON.parse(readFileSync(join(other, "control.json"), "utf8")) as { readonly port: number };
    writeFileSync(join(folder, "control.json"), stale(theirs));
    await expect(ask()).rejects.toMatchObject(gone);
    await close();
    writeFileSync(join(folder, "control.json"), "{}");
    await expect(ask()).rejects.toMatchObject({ code: "bad-devnet" });
  });

  test("the next start of a crashed devnet takes the place of the file that it left", async () => {
    const folder = newFolder();
    writeFileSync(join(folder, "control.json"), "stale", { mode: 0o644 });
    const close = await openControl(folder, up().operator);
    expect(statSync(join(folder, "control.json")).mode & 0o777).toBe(0o600);
    expect(await askDevnet(folder, "GET", "/status")).toEqual(view);
    await close();
  });
});
