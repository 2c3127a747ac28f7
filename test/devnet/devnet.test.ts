// `npm start` as a newcomer and as CI see it: processes, what is printed, exit codes, and nothing left behind.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";

const main = resolve(import.meta.dirname, "../../packages/cli/src/main.ts");
const temporary = mkdtempSync(join(tmpdir(), "tandem-devnet-"));
const running = new Set<ChildProcess>();
afterAll(async () => {
  for (const child of running) child.kill("SIGKILL");
  await untilGone(pids);
  rmSync(temporary, { recursive: true });
});

interface Line {
  readonly kind: string;
  readonly network?: string;
  readonly processes?: readonly { readonly node: string; readonly pid: number }[];
}

const pids: number[] = [];

/** A devnet that runs until it is stopped; `next` gives the next line of a kind. */
function start(args: readonly string[]) {
  const child = spawn(process.execPath, [main, "devnet", "--json", "--for", "0", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const exited = new Promise<number | null>((done) => child.once("exit", done));
  async function next(kind: string): Promise<Line> {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`it ended before "${kind}"`);
      const line = JSON.parse(value) as Line;
      for (const { pid } of line.processes ?? []) pids.push(pid);
      if (line.kind === kind) return line;
    }
  }
  return { child, exited, next };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function untilGone(all: readonly number[]): Promise<void> {
  while (all.some(isAlive)) await sleep(20);
}

test("in a pipe it shows three blobs and a program final on every node, and ends by itself", () => {
  const folder = join(temporary, "four");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "start", "--folder", folder], {
    encoding: "utf8",
  });
  expect({ status, stderr }, stdout).toEqual({ status: 0, stderr: "" });
  for (const name of ["transfer", "text", "garbage"]) {
    expect(stdout).toMatch(new RegExp(`^${name} .* final on 4 nodes: height \\d+, \\d+ ms$`, "m"));
  }
  // Its first program: each step ran in a claim of its shard, and each claim came to be attested.
  expect(stdout).toMatch(/^program .* final on 4 nodes: height \d+, \d+ ms$/m);
  const runs = (shard: string, what: string) =>
    new RegExp(`^  run +${shard} +round \\d+ +claim [0-9a-f]{8}…\\s+${what}`, "m");
  expect(stdout).toMatch(runs("bank", "#0 bank/coins\\.transfer → 25$"));
  expect(stdout).toMatch(runs("rail", '#1 rail/trains\\.reserve → ~ \\{item: "day-1"'));
  expect(stdout).toMatch(runs("hotel", '#2 hotel/rooms\\.reserve → ~ \\{item: "day-1"'));
  for (const shard of ["rail", "hotel"]) expect(stdout).toMatch(runs(shard, "settle #1-#2: the group holds$"));
  for (const shard of ["bank", "rail", "hotel"]) {
    expect(stdout).toMatch(new RegExp(`^  affirmed +${shard} .*by a quorum of its committee$`, "m"));
    expect(stdout).toMatch(new RegExp(`^  attested +${shard} .*in block \\d+ of the attest chain$`, "m"));
  }
  expect(stdout).toMatch(/^ {2}attested {2}all of it, in 3 shards, \d+\.\d\d s after it was signed$/m);
  expect(stdout).toMatch(/^first final block \(height \d+\), \d+\.\d\d s after their start$/m);
  expect(stdout.indexOf("first final block")).toBeLessThan(stdout.indexOf("final on 4 nodes"));
  expect(stdout).toMatch(/^all 4 nodes: height \d+.*; attested: bank \d+, hotel \d+, market 0, rail \d+$/m);
  expect(stdout).toMatch(/^all 4 nodes stopped cleanly in /m);
});

test("it continues, refuses a second one, tells who died, and stops when it is told to", async () => {
  const folder = join(temporary, "one");
  const first = spawnSync(process.execPath, [main, "devnet", "--validators", "1", "--json", "--folder", folder], {
    encoding: "utf8",
  });
  const network = (JSON.parse(first.stdout.split("\n")[0] ?? "") as Line).network;

  const again = start(["--folder", folder]);
  expect(await again.next("opened")).toMatchObject({ network, isNew: false });
  await again.next("nodes");
  const second = spawnSync(process.execPath, [main, "devnet", "--folder", folder, "--json"], { encoding: "utf8" });
  expect(second.status).toBe(1);
  expect(JSON.parse(second.stderr)).toMatchObject({ error: { code: "devnet-running" } });

  process.kill(pids.at(-1) as number, "SIGKILL");
  expect(await again.next("node-ended")).toMatchObject({
    what: "node-0 ended with SIGKILL",
    lastWords: expect.arrayContaining([expect.stringContaining("API at")]),
  });
  // Without any node there is nothing to go on with.
  expect(await again.next("stopped")).toMatchObject({ badly: ["node-0"] });
  expect(await again.exited).toBe(1);

  const third = start(["--folder", folder]);
  await third.next("nodes");
  third.child.kill("SIGTERM");
  expect(await third.next("stopped")).toMatchObject({ badly: [] });
  expect(await third.exited).toBe(0);
  await untilGone(pids);
});

/** A command of another terminal, with --json. */
function operate(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, "devnet", ...args, "--json", "--folder", folder],
    { encoding: "utf8" },
  );
  return { status, said: JSON.parse(status === 0 ? stdout : stderr) as Record<string, unknown> };
}

interface Shard {
  readonly shard: string;
  readonly state: string;
  readonly attested: { readonly round: number };
  readonly waiting: { readonly round: number; readonly have: number; readonly need: number } | null;
}

/** Lines of the devnet until its shards stand so. */
async function untilShards(
  { next }: ReturnType<typeof start>,
  holds: (shards: Readonly<Record<string, Shard>>) => boolean,
): Promise<Readonly<Record<string, Shard>>> {
  for (;;) {
    const { shards } = (await next("nodes")) as unknown as { readonly shards: readonly Shard[] };
    const byName = Object.fromEntries(shards.map((shard) => [shard.shard, shard]));
    if (holds(byName)) return byName;
  }
}

/** Signed by one of the devnet's accounts, and the height that orders it. */
async function submit(folder: string, from: string, program: object): Promise<number> {
  const file = join(temporary, `${from}.json`);
  writeFileSync(file, JSON.stringify(program));
  const { api } = JSON.parse(readFileSync(join(folder, "node-0/config.json"), "utf8")) as { api: { port: number } };
  const url = `http://127.0.0.1:${api.port}`;
  const where = ["--keys", join(folder, "accounts"), "--api", url];
  const args = ["blob", "submit", "--program", file, "--from", from, ...where, "--json"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { blob } = JSON.parse(stdout) as { readonly blob: string };
  for (;;) {
    const answer = (await (await fetch(`${url}/blobs/${blob}`)).json()) as { readonly height?: number };
    if (answer.height !== undefined) return answer.height;
    await sleep(50);
  }
}

/** One place on a day; in a shard that has a booking contract. */
function booked(at: string) {
  const rest = { reads: ["rule"], writes: ["item/day-60"], budget: 200_000 };
  return { at, method: "reserve", args: ["day-60", 1, 9000], ...rest };
}

/** Five coins, in the bank alone. */
function payment(folder: string) {
  const keyOf = (account: string) =>
    (JSON.parse(readFileSync(join(folder, `accounts/${account}.json`), "utf8")) as { publicKey: string }).publicKey;
  const [from, to] = [{ bytes: keyOf("account-1") }, { bytes: keyOf("account-2") }];
  const writes = [from, to].map((key) => ["balance/", key]);
  return { steps: [{ at: "bank/coins", method: "transfer", args: [to, 5], reads: [], writes, budget: 200_000 }] };
}

test("a node that is killed stops the shards that need it, and no others; started again, it heals them", async () => {
  const folder = join(temporary, "four");
  expect(operate(folder, "kill", "3")).toMatchObject({ status: 1, said: { error: { code: "no-devnet" } } });
  const devnet = start(["--folder", folder]);
  await devnet.next("program-attested");

  expect(operate(folder, "kill", "3")).toMatchObject({ status: 0, said: { node: "node-3", goOn: ["bank"] } });
  expect(await devnet.next("killed")).toMatchObject({ node: "node-3", goOn: ["bank"] });
  expect(operate(folder, "kill", "3")).toMatchObject({ status: 1, said: { error: { code: "already-down" } } });
  const { said } = operate(folder, "status");
  expect(said["nodes"]).toMatchObject([{}, {}, {}, { node: "node-3", role: "killed" }]);
  expect(said["shards"]).toMatchObject([
    { shard: "bank", state: "goes-on", down: [] },
    ...["hotel", "market", "rail"].map((shard) => ({ shard, state: "no-quorum", down: [{ node: "node-3" }] })),
  ]);

  // Ordering goes on, and so does the bank.
  const trip = await submit(folder, "account-0", {
    steps: [booked("rail/trains"), booked("hotel/rooms")],
    groups: [[0, 2]],
  });
  const paid = await submit(folder, "account-1", payment(folder));
  const isStill = (shard: Shard | undefined) =>
    shard?.state === "no-quorum" &&
    shard.waiting?.have === 2 &&
    shard.waiting.need === 3 &&
    shard.attested.round < trip;
  await untilShards(devnet, ({ bank, hotel, rail }) => {
    return (bank as Shard).attested.round >= paid && isStill(hotel) && isStill(rail);
  });

  expect(operate(folder, "restart", "3")).toMatchObject({ status: 0, said: { node: "node-3", stalled: [] } });
  const { pid } = (await devnet.next("restarted")) as unknown as { readonly pid: number };
  pids.push(pid);
  expect(operate(folder, "restart", "3")).toMatchObject({ status: 1, said: { error: { code: "already-up" } } });
  expect(operate(folder, "kill", "4")).toMatchObject({ status: 2, said: { error: { code: "no-such-node" } } });
  // The trip is settled in both.
  await untilShards(devnet, ({ hotel, rail }) => {
    return [hotel, rail].every((shard) => shard?.state === "goes-on" && shard.attested.round > trip);
  });

  // To have been killed by an operator is no bad end.
  operate(folder, "kill", "0");
  devnet.child.kill("SIGTERM");
  expect(await devnet.next("stopped")).toMatchObject({ badly: [] });
  expect(await devnet.exited).toBe(0);
  await untilGone(pids);
});

test("its nodes do not outlive it, however it ends", async () => {
  const devnet = start(["--folder", join(temporary, "one")]);
  await devnet.next("ready");
  devnet.child.kill("SIGKILL");
  await untilGone(pids);
  // What it left leads nowhere, and that is told.
  const { status, said } = operate(join(temporary, "one"), "status");
  expect(status).toBe(1);
  expect(said).toMatchObject({ error: { code: "no-devnet", message: expect.stringContaining("is gone") } });
});
