// A devnet's folder and its screen; `test/devnet` runs whole ones.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeStatus } from "@tandem/node";
import { afterAll, describe, expect, test } from "vitest";
import { chainRows } from "../src/devnet/chains.ts";
import { devnetCommand } from "../src/devnet/command.ts";
import { committeesOf } from "../src/devnet/committees.ts";
import { wordsOf } from "../src/devnet/events.ts";
import { untilLevel } from "../src/devnet/first-blobs.ts";
import { readGenesis, submitFirstProgram } from "../src/devnet/first-program.ts";
import { openFolder } from "../src/devnet/folder.ts";
import type { NodeProcess } from "../src/devnet/node-process.ts";
import { type DevnetOptions, flagsKeptByNpm } from "../src/devnet/options.ts";
import { liveScreen, plainScreen } from "../src/devnet/screen.ts";
import { tableLines, viewLines } from "../src/devnet/table.ts";
import type { DevnetView, NodeRow } from "../src/devnet/watch.ts";
import { createNetworkFolder } from "../src/genesis/network-folder.ts";

const temporary = mkdtempSync(join(tmpdir(), "tandem-devnet-"));
afterAll(() => rmSync(temporary, { recursive: true }));

let count = 0;
function newFolder(): string {
  return join(temporary, `${count++}`);
}

function open(folder: string, options: Partial<DevnetOptions> = {}) {
  const usual = { validators: undefined, delayMs: 0, isFresh: false, isLevel: false, json: false };
  return openFolder({ folder, ...usual, forSeconds: undefined, ...options });
}

async function opened(folder: string, options: Partial<DevnetOptions> = {}) {
  const found = await open(folder, options);
  await found.release();
  return found;
}

function configOf(folder: string, node: number) {
  return JSON.parse(readFileSync(join(folder, `node-${node}`, "config.json"), "utf8")) as {
    readonly store: string;
    readonly listen: readonly string[];
    readonly peers: readonly { readonly seat: number; readonly address: string }[];
    readonly api: { readonly port: number };
    readonly network: { readonly delayMs: number };
  };
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => "no refusal",
    ({ code }: { readonly code: string }) => code,
  );
}

describe("the folder", () => {
  test("is made once, and continued", async () => {
    const folder = newFolder();
    const first = await opened(folder, { delayMs: 50 });
    expect(first).toMatchObject({ isNew: true, deltaMs: 250, delayMs: 50 });
    expect(first.nodes.map(({ name }) => name)).toEqual(["node-0", "node-1", "node-2", "node-3"]);
    const again = await opened(folder);
    expect(again).toMatchObject({ isNew: false, network: first.network, deltaMs: 250, delayMs: 0 });
    expect(again.nodes).toEqual(first.nodes);
    expect(configOf(folder, 0)).toMatchObject({ network: { delayMs: 0 }, store: "rocksdb" });
  });

  test("is of a network in which nobody follows all shards", async () => {
    const committees = committeesOf(await readGenesis(await opened(newFolder())));
    expect(committees.map(({ shard, members, need }) => [shard, members.join(" "), need])).toEqual([
      ["bank", "node-0 node-1 node-2", 3],
      ["hotel", "node-0 node-1 node-3", 3],
      ["market", "node-0 node-2 node-3", 3],
      ["rail", "node-1 node-2 node-3", 3],
    ]);
  });

  test("--fresh makes another network, and nothing of the one before is left", async () => {
    const folder = newFolder();
    const { network } = await opened(folder, { validators: 2 });
    mkdirSync(join(folder, "node-1/data/chain"));
    const fresh = await opened(folder, { validators: 1, isFresh: true, isLevel: true });
    expect(fresh.isNew).toBe(true);
    expect(fresh.network).not.toBe(network);
    expect(existsSync(join(folder, "node-1"))).toBe(false);
    expect(configOf(folder, 0).store).toBe("level");
  });

  test("that holds something else is left as it is, --fresh or not", async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(join(folder, "genesis.json"), "mine");
    expect(await codeOf(open(folder))).toBe("not-a-devnet");
    expect(await codeOf(open(folder, { isFresh: true }))).toBe("not-a-devnet");
    expect(readFileSync(join(folder, "genesis.json"), "utf8")).toBe("mine");
  });

  test("belongs to one devnet at a time", async () => {
    const folder = newFolder();
    const first = await open(folder, { validators: 1 });
    expect(await codeOf(open(folder))).toBe("devnet-running");
    expect(await codeOf(open(folder, { isFresh: true }))).toBe("devnet-running");
    await first.release();
    expect((await opened(folder)).network).toBe(first.network);
  });

  test("whose making was cut short is made anew", async () => {
    const folder = newFolder();
    const { network } = await opened(folder, { validators: 1 });
    writeFileSync(join(folder, "devnet.json"), "");
    const again = await opened(folder, { validators: 1 });
    expect(again.isNew).toBe(true);
    expect(again.network).not.toBe(network);
  });

  test("says what does not fit to it", async () => {
    const folder = newFolder();
    await opened(folder, { validators: 1 });
    expect(await codeOf(open(folder, { validators: 2 }))).toBe("other-devnet");
    expect(await codeOf(open(folder, { isLevel: true }))).toBe("other-devnet");
    const manifest = readFileSync(join(folder, "devnet.json"), "utf8");
    writeFileSync(join(folder, "devnet.json"), manifest.replace('"version": 2', '"version": 1'));
    expect(await codeOf(open(folder))).toBe("old-devnet");
    writeFileSync(join(folder, "devnet.json"), "{}");
    expect(await codeOf(open(folder))).toBe("bad-devnet");
  });

  test.each(["x", '"x"', "[]"])("with a node's configuration that is %s names the file", async (text) => {
    const folder = newFolder();
    await opened(folder, { validators: 1 });
    const file = join(folder, "node-0/config.json");
    writeFileSync(file, text);
    await expect(open(folder)).rejects.toMatchObject({
      code: "bad-config",
      message: expect.stringContaining(file),
      exitCode: 2,
    });
    expect((await opened(folder, { validators: 1, isFresh: true })).isNew).toBe(true);
  });

  test("keeps its ports, and moves all if one is taken", async () => {
    const folder = newFolder();
    await opened(folder, { validators: 2 });
    const { port } = configOf(folder, 1).api;
    await opened(folder);
    expect(configOf(folder, 1).api.port).toBe(port);
    const server = await listenAt(port);
    await opened(folder);
    await new Promise((done) => server.close(done));
    expect(configOf(folder, 1).api.port).not.toBe(port);
    expect(configOf(folder, 0).peers).toEqual([{ seat: 1, address: configOf(folder, 1).listen[0] }]);
  });
});

function listenAt(port: number): Promise<Server> {
  return new Promise((done) => {
    const server = createServer();
    server.listen(port, "127.0.0.1", () => done(server));
  });
}

const status: NodeStatus = {
  network: "00".repeat(32),
  role: "validator",
  seat: 0,
  name: "node-0",
  uptimeMs: 1000,
  heights: { final: 123_456, executed: 123_456 },
  view: 123_999,
  finality: { sinceMs: 400, withinMs: 14_800, isStalled: false },
  votes: { order: "votes", attest: "votes" },
  blockTimeMs: 0,
  attest: { isStarted: true, height: 0, final: 0, view: 0, isDiverged: false },
  shards: [],
  stageTwo: { claims: 0, affirmed: 0, attested: 0, alarms: 0 },
  ordered: { blocks: 3, blobs: 9, bytes: 999 },
  peers: [1, 2, 3].map((seat) => ({
    seat,
    name: `node-${seat}`,
    connected: seat !== 2,
    queuedBytes: 0,
    sentBytes: 0,
    receivedBytes: 0,
    rttMs: null,
    drops: 0,
  })),
  observers: 0,
  receipts: {},
  evidence: 0,
  refusedConnections: 0,
  diskBytes: 12_345_678,
  memoryBytes: 0,
  cpuMs: 0,
  eventLoopDelay: { p50Ms: 0, p99Ms: 12.34, maxMs: 0 },
};

const here: NodeRow = {
  node: "node-0",
  role: "validator",
  status,
  blobsPerSecond: 1234,
  bytesPerSecond: 567_890,
  blockAgeMs: 432,
  downMs: undefined,
};
const gone: NodeRow = {
  node: "node-1",
  role: "ended",
  status: undefined,
  blobsPerSecond: 0,
  bytesPerSecond: 0,
  blockAgeMs: undefined,
  downMs: 5000,
};

/** As long as nothing is known of shards. */
function nodes(rows: readonly NodeRow[]): DevnetView {
  return { nodes: rows, chains: chainRows(rows), shards: [] };
}

describe("the table", () => {
  test("shows each node", () => {
    expect(tableLines([here, gone], 120)).toEqual([
      "node     role         height      view  peers     disk  blobs/s   data/s     age      loop",
      "node-0   validator    123456    123999    2/3  12.3 MB     1234   568 kB   0.4 s   12.3 ms",
      "node-1   ended             -         -      -        -        -        -       -         -",
    ]);
  });

  test("says below it who does not vote, for its record is lost", () => {
    const lost: NodeRow = { ...here, status: { ...status, votes: { order: "votes", attest: "no-vote" } } };
    expect(viewLines(nodes([lost]), 200).at(-1)).toBe(
      "node-0 does not vote on the attest chain, for it has no record of what its key signed (no-vote); a restart does not help",
    );
    expect(viewLines(nodes([here]), 200)).toHaveLength(2);
    for (const line of viewLines(nodes([lost]), 60)) expect(line.length).toBeLessThanOrEqual(60);
    const said: string[] = [];
    const screen = plainScreen((text) => said.push(...text.trimEnd().split("\n")), 200);
    for (const row of [here, lost, lost]) screen.show(nodes([row]));
    expect(said.filter((line) => line.includes("no-vote"))).toHaveLength(1);
  });

  test("has the least telling columns dropped where there is no room", () => {
    const [head, ...rows] = tableLines([here, gone], 60);
    expect(head).toBe("node     role         height  peers  blobs/s     age");
    for (const row of rows) expect(row.length).toBeLessThanOrEqual(60);
  });

  test.each([60, 80, 90, 120])(
    "has columns that follow from the width of %i alone, whatever stands in them",
    (width) => {
      const delay = { p50Ms: 0, p99Ms: 123_456, maxMs: 0 };
      const late: NodeRow = {
        ...here,
        blockAgeMs: 359_999_000,
        bytesPerSecond: 99_950_000,
        status: { ...status, diskBytes: 999_949, eventLoopDelay: delay },
      };
      const [head] = tableLines([here], width);
      expect(tableLines([late], width)[0]).toBe(head);
      for (const row of tableLines([late, gone], width)) expect(row.length).toBeLessThanOrEqual(head?.length ?? 0);
    },
  );
});

const escapeCode = "\u001b";
const pieces = new RegExp(`(${escapeCode}\\[\\d*[AJ]|\\r|\\n)`);

/** As much of a terminal as the screen uses. */
class Terminal {
  readonly columns = 80;
  readonly rows: number;
  #lines: string[] = [""];
  #at = 0;

  constructor(rows: number) {
    this.rows = rows;
  }

  write(text: string): void {
    for (const part of text.split(pieces).filter((each) => each !== "")) this.#take(part);
  }

  #take(part: string): void {
    if (part === "\n") {
      this.#at++;
      this.#lines[this.#at] ??= "";
    } else if (part.endsWith("A") && part.startsWith(escapeCode)) this.#at -= Number(part.slice(2, -1));
    else if (part.endsWith("J") && part.startsWith(escapeCode)) this.#lines = [...this.#lines.slice(0, this.#at), ""];
    else if (part !== "\r") this.#lines[this.#at] = part;
  }

  get text(): string {
    return this.#lines.join("\n");
  }
}

const blob = {
  kind: "blob",
  nodes: 4,
  name: "text",
  what: '"a"',
  blob: "00",
  height: 2,
  index: 0,
  tookMs: 30,
} as const;

describe("the first blobs", () => {
  /** Of a node that executes so many blocks between two looks. */
  const nodeAt = (name: string, height: number, pace: number) => {
    let executed = height - pace;
    const status = async () => {
      executed += pace;
      return { heights: { executed } };
    };
    return { name, exit: undefined, api: { status } } as unknown as NodeProcess;
  };

  test("wait for a node that lost its store, and name it if it does not catch up", async () => {
    const signal = new AbortController().signal;
    await untilLevel([nodeAt("node-0", 9, 1), nodeAt("node-1", 0, 3)], signal);
    await untilLevel([nodeAt("node-0", 0, 0), nodeAt("node-1", 0, 0)], signal);
    await expect(untilLevel([nodeAt("node-0", 9, 0), nodeAt("node-1", 4, 0)], signal, 0)).rejects.toMatchObject({
      code: "behind",
      message: "node-1 has executed 4 of 9 blocks, and did not catch up within 0 s.",
    });
  });
});

describe("the first program", () => {
  test("is not submitted where the genesis has no contracts for it", async () => {
    const folder = newFolder();
    const devnet = await opened(folder);
    rmSync(folder, { recursive: true });
    const plan = {
      validators: 1,
      committees: new Map([["main", [0]]]),
      contracts: () => [],
      accounts: 4,
      balance: 1n,
      port: 0,
    };
    await createNetworkFolder(folder, {
      ...plan,
      roles: new Map(),
      deltaMs: 1,
      heartbeatMs: 1,
      store: "rocksdb",
      verifyThreads: 1,
    });
    // It would not ask the node.
    const signal = new AbortController().signal;
    const run = await submitFirstProgram(await readGenesis(devnet), devnet, [{} as NodeProcess], signal);
    expect(run).toBe(undefined);
  });
});

describe("the screen", () => {
  test("on a terminal draws the table in place, below what was told", () => {
    const terminal = new Terminal(24);
    const screen = liveScreen((text) => terminal.write(text), terminal);
    screen.tell({ kind: "started", processes: [] });
    screen.show(nodes([here]));
    screen.tell(blob);
    screen.show(nodes([gone]));
    const [first, second, ...table] = terminal.text.split("\n");
    expect(first).toBe("0 processes started");
    expect(second).toMatch(/^text .* final on 4 nodes: height 2, 30 ms$/);
    expect(table).toEqual(["", ...viewLines(nodes([gone]), 80), "", "Ctrl-C stops all", ""]);
  });

  test("leaves the last table where it is when all stops", () => {
    const terminal = new Terminal(24);
    const screen = liveScreen((text) => terminal.write(text), terminal);
    screen.show(nodes([here]));
    screen.tell({ kind: "stopping" });
    screen.tell({ kind: "stopped", nodes: 1, badly: [], tookMs: 250 });
    expect(terminal.text).toMatch(
      /^\nnode .*\nnode-0 .*\n\nCtrl-C stops all\nstopping\nthe node stopped cleanly in 0.25 s/,
    );
  });

  test.each([0, undefined])("takes a terminal of size %s for one of 80 times 24", (size) => {
    const shown: string[] = [];
    const terminal = { columns: size, rows: size } as unknown as Terminal;
    const screen = liveScreen((text) => shown.push(text), terminal);
    screen.show(nodes([here]));
    screen.show(nodes([gone]));
    const lines = viewLines(nodes([gone]), 80);
    const up = `${escapeCode}[${tableLines([here], 80).length + 3}A\r${escapeCode}[J`;
    expect(shown[1]).toBe(`${up}\n${lines.join("\n")}\n\nCtrl-C stops all\n`);
  });

  test("draws no more lines than there are", () => {
    const terminal = new Terminal(8);
    const screen = liveScreen((text) => terminal.write(text), terminal);
    screen.show(nodes(Array.from({ length: 32 }, () => here)));
    expect(terminal.text.split("\n").length).toBeLessThan(8);
    expect(terminal.text).toContain("…\nCtrl-C");
  });

  test("elsewhere is lines: one for all nodes where something is new, one in five seconds while blobs come", () => {
    const said: string[] = [];
    const screen = plainScreen((text) => said.push(text), 80);
    for (let second = 0; second < 6; second++) screen.show(nodes([here, gone]));
    screen.show(nodes([here, here]));
    expect(said).toEqual([
      ...Array(2).fill(
        "node-0: height 123456, peers 2/3; node-1 ended; 1234 blobs/s, 568 kB/s\nordering stands still, and so do all shards: 1 of 2 nodes vote, a quorum needs 2; node-1 is down\nattesting stands still, so no claim is attested: 1 of 2 nodes vote, a quorum needs 2; node-1 is down\n",
      ),
      "all 2 nodes: height 123456, peers 2/3; 1234 blobs/s, 568 kB/s\n",
    ]);
  });

  test("elsewhere says nothing for a minute where there is no news but higher blocks", () => {
    const said: string[] = [];
    const screen = plainScreen((text) => said.push(text), 80);
    const idle = (executed: number) => ({
      ...here,
      blobsPerSecond: 0,
      status: { ...status, heights: { final: executed, executed } },
    });
    for (let second = 0; second < 61; second++) screen.show(nodes([idle(second), idle(second + 1)]));
    expect(said.map((line) => line.split(",")[0])).toEqual(["all 2 nodes: height 0-1", "all 2 nodes: height 60-61"]);
  });
});

describe("npm start", () => {
  test("names the flags that npm kept to itself", () => {
    const environment = { npm_lifecycle_event: "start", npm_config_fresh: "true", npm_config_yes: "true" };
    const flags = flagsKeptByNpm([], environment);
    expect(flags).toEqual(["--fresh"]);
    expect(flagsKeptByNpm([], { npm_lifecycle_event: "start" })).toEqual([]);
    expect(flagsKeptByNpm([], { ...environment, npm_lifecycle_event: "test" })).toEqual([]);
    expect(flagsKeptByNpm([], { npm_lifecycle_event: "start", npm_config_for: "60" })).toEqual(["--for 60"]);
    expect(() => flagsKeptByNpm(["60"], environment)).toThrow("npm kept --fresh to itself");
    const said = wordsOf({ kind: "kept-by-npm", flags }, 80);
    expect(said).toBe("npm kept --fresh to itself, and this goes on without it: npm start -- --fresh");
  });
});

test.each([60, 80, 120])("what is told fits into %i columns, but for commands", (width) => {
  const why = "no program is submitted: this network was made without contracts. --fresh makes one that has them";
  const folder = { folder: "/a", network: "ab".repeat(32), isNew: true, deltaMs: 200, delayMs: 500, nodes: [] };
  const opened = { kind: "opened", folder: { ...folder, accounts: "/a/accounts", release: async () => {} } } as const;
  for (const event of [opened, { kind: "no-program", why }] as const) {
    for (const line of wordsOf(event, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  }
  for (const line of devnetCommand.help.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
});

test("what to try has the program that was run, and a story that comes to its end", () => {
  const places = { accounts: "/net/accounts", genesis: "/net/genesis.json", folder: "/net", api: "http://a" };
  const event = { kind: "try", ...places, nodes: 4 } as const;
  const said = wordsOf({ ...event, program: "ab".repeat(32) }, 80);
  expect(said).toContain("  ./tandem devnet kill 3 --folder /net ");
  expect(wordsOf({ ...event, program: undefined, nodes: 1 }, 80)).not.toContain("devnet kill");
  expect(said).toContain(`  ./tandem program follow ${"ab".repeat(32)} \\\n    --api http://a\n`);
  expect(said).toContain(
    "  ./tandem shard follow bank --measure \\\n    --genesis /net/genesis.json \\\n    --api http://a\n",
  );
  expect(said).toContain("  ./tandem story run train-and-hotel ");
  expect(wordsOf({ ...event, program: undefined }, 80)).not.toContain("program follow");
});
