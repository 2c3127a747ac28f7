// From nothing to a transfer, by commands alone: a network of one validator, its node, and what accounts do with it.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { environments, pureFunctions } from "@tandem/environments";
import { type Rules, rulesOf } from "@tandem/execution";
import { asHeight, asShardName, type Method } from "@tandem/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ApiClient } from "../src/api-client.ts";
import { readGenesisOf } from "../src/genesis/read-file.ts";
import { followCommand } from "../src/program/follow.ts";
import { followCommand as shardFollowCommand } from "../src/shard/follow/command.ts";
import { FollowedShard } from "../src/shard/follow/followed-shard.ts";
import { Nodes } from "../src/shard/follow/nodes.ts";
import { reportOf, reportPage } from "../src/shard/follow/report.ts";

const main = join(resolve(import.meta.dirname, "../../.."), "packages/cli/src/main.ts");
const folder = mkdtempSync(join(tmpdir(), "tandem-network-"));
const net = join(folder, "net");
const keys = ["--keys", join(net, "accounts")];
const config = join(net, "node-0", "config.json");
let node: ChildProcess;
let api: readonly string[] = [];
/** One of four whose peers never come, from the start on, and what it says first. */
let alone: ChildProcess;
let firstLine: Promise<string>;

// biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
type Json = any;

function tandem(...args: readonly string[]): { status: number | null; said: Json } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args, "--json"], { encoding: "utf8" });
  return { status, said: JSON.parse(status === 0 || stdout !== "" ? stdout : stderr) };
}

async function startNode(): Promise<void> {
  node = spawn(process.execPath, [main, "node", "--config", config, "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines = createInterface({ input: node.stdout as NodeJS.ReadableStream });
  const [ready] = await new Promise<Json[]>((resolve, reject) => {
    lines.once("line", (line) => resolve([JSON.parse(line)]));
    node.once("exit", (code) => reject(new Error(`the node ended with ${code}`)));
  });
  expect(ready).toMatchObject({ kind: "ready", seat: 0, name: "node-0", validators: 1 });
  api = ["--api", ready.api];
}

function startAlone(): void {
  const four = join(folder, "four");
  tandem("genesis", "create", "--out", four, "--port", "0");
  alone = spawn(process.execPath, [main, "node", "--config", join(four, "node-0/config.json")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const lines = createInterface({ input: alone.stderr as NodeJS.ReadableStream });
  firstLine = new Promise((resolve) => lines.once("line", resolve));
}

/** An API that answers like the node's; for some paths with what another path has, or with a text. */
async function startLiar(lies: Readonly<Record<string, string>>) {
  const server = createServer(async (request, response) => {
    const lie = lies[request.url ?? ""] ?? request.url ?? "";
    const answer = lie.startsWith("/") ? await fetch(`${api[1]}${lie}`) : new Response(lie);
    response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function stopNode(): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => node.once("exit", resolve));
  node.kill("SIGINT");
  return ended;
}

beforeAll(async () => {
  const contracts = join(folder, "contracts.json");
  const sums = {
    "main/sum": { environment: "counter", config: 5 },
    "other/sum": { environment: "counter", config: 0 },
  };
  writeFileSync(contracts, JSON.stringify(sums));
  const made = ["--contracts", contracts];
  const plan = [
    ...made,
    "--shards",
    "main,other",
    "--validators",
    "1",
    "--accounts",
    "2",
    "--balance",
    "1000000",
    "--delay-ms",
    "50",
    "--port",
    "0",
  ];
  const { status, said } = tandem("genesis", "create", "--out", net, ...plan);
  expect(status).toBe(0);
  expect(said).toMatchObject({ nodes: [{ name: "node-0", config }], accounts: [{ name: "account-0" }, {}] });
  await startNode();
  startAlone();
});
afterAll(() => {
  alone.kill("SIGKILL");
  node.kill("SIGKILL");
  rmSync(folder, { recursive: true });
});

describe("genesis", () => {
  const file = join(net, "genesis.json");

  test("create writes secrets for their owner alone, and never over a network that is there", () => {
    for (const secret of ["node-0/validator.json", "accounts/account-0.json"])
      expect(statSync(join(net, secret)).mode & 0o777).toBe(0o600);
    const { status, said } = tandem("genesis", "create", "--out", net, "--validators", "1");
    expect({ status, code: said.error.code }).toEqual({ status: 2, code: "exists" });
  });

  test("check and show agree on the network's id, which the file states", () => {
    const { network } = JSON.parse(readFileSync(file, "utf8")) as { network: string };
    expect(tandem("genesis", "check", file)).toEqual({ status: 0, said: { ok: true, network } });
    expect(tandem("genesis", "show", file).said.network).toBe(`0x${network}`);
    const { stdout } = spawnSync(process.execPath, [main, "genesis", "show", file], { encoding: "utf8" });
    expect(stdout).toContain("2 accounts with 2000000 in all");
  });

  test("check names what is wrong", () => {
    const other = join(folder, "other.json");
    writeFileSync(other, readFileSync(file, "utf8").replace('"1000000"', '"2000000"'));
    const { status, said } = tandem("genesis", "check", other);
    expect({ status, code: said.error.code }).toEqual({ status: 1, code: "network" });
    expect(said.error.advice).toContain("Mend that key");
  });

  test("check and create refuse contracts that cannot be, by name", () => {
    const genesis = JSON.parse(readFileSync(file, "utf8"));
    expect(genesis.contracts).toEqual([
      { name: "main/sum", environment: "counter", config: "05" },
      { name: "other/sum", environment: "counter", config: "00" },
    ]);
    const contracts = join(folder, "bad-contracts.json");
    writeFileSync(contracts, '{"main/sum": {"environment": "counter", "config": "five"}}');
    const create = tandem("genesis", "create", "--out", join(folder, "bad"), "--contracts", contracts);
    expect(create).toMatchObject({ status: 2, said: { error: { code: "refused" } } });
    expect(create.said.error.message).toContain("main/sum cannot be created like this");
    expect(existsSync(join(folder, "bad"))).toBe(false);
    // The check tells the id that the changed file should state; with that, only the environment is wrong.
    const other = join(folder, "other-contracts.json");
    const changed = { ...genesis, contracts: [{ ...genesis.contracts[0], environment: "abacus" }] };
    writeFileSync(other, JSON.stringify(changed));
    const [network] = tandem("genesis", "check", other).said.error.message.match(/[0-9a-f]{64}/);
    writeFileSync(other, JSON.stringify({ ...changed, network }));
    const check = tandem("genesis", "check", other);
    expect(check).toMatchObject({ status: 1, said: { error: { code: "unknown-environment" } } });
    expect(check.said.error.message).toContain("contracts[0]");
  });

  test("check says so of a file that is no genesis", () => {
    const { status, said } = tandem("genesis", "check", config);
    expect({ status, code: said.error.code }).toEqual({ status: 1, code: "not-a-genesis" });
    expect(said.error.message).toContain("This is no genesis file");
  });
});

describe("account", () => {
  test("new makes a key that list shows, and not twice", () => {
    const made = tandem("account", "new", "carol", ...keys);
    expect(made.said).toEqual({ name: "carol", key: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const { accounts } = tandem("account", "list", ...keys).said;
    expect(accounts.map(({ name }: Json) => name)).toEqual(["account-0", "account-1", "carol"]);
    expect(tandem("account", "new", "carol", ...keys).said.error.code).toBe("exists");
  });

  test("list shows the others beside a key that others than its owner may open", () => {
    const other = join(folder, "other-keys");
    for (const name of ["one", "two"]) tandem("account", "new", name, "--keys", other);
    chmodSync(join(other, "one.json"), 0o644);
    const { status, said } = tandem("account", "list", "--keys", other);
    expect(status).toBe(0);
    expect(said.accounts.map(({ name }: Json) => name)).toEqual(["two"]);
    expect(said.refused).toMatchObject([{ name: "one", code: "open-secret" }]);
    const { stdout } = spawnSync(process.execPath, [main, "account", "list", "--keys", other], { encoding: "utf8" });
    expect(stdout).toMatch(/\ntwo .*\n\nrefused \(open-secret\): .*one\.json/);
  });

  test("send moves an amount, and waits for it on demand", () => {
    const transfer = ["--from", "account-0", "--to", "carol", "--amount", "1234", "--wait"];
    const { said } = tandem("account", "send", ...transfer, ...keys, ...api);
    expect(said).toMatchObject({ status: "ordered", nonce: 0 });
    expect(tandem("account", "balance", "carol", ...keys, ...api).said.balance).toBe("1234");
    const left = 1_000_000n - 1234n - BigInt(said.fee);
    expect(tandem("account", "balance", "account-0", ...keys, ...api).said).toMatchObject({
      balance: `${left}`,
      nonce: 1,
    });
  });

  test("send counts nonces on while the last blob still waits", () => {
    const early = tandem("blob", "submit", "--from", "account-1", "--nonce", "1", ...keys, ...api).said;
    expect(early).toMatchObject({ status: "accepted", nonce: 1 });
    const next = tandem(
      "account",
      "send",
      "--from",
      "account-1",
      "--to",
      "carol",
      "--amount",
      "1",
      ...keys,
      ...api,
    ).said;
    expect(next).toMatchObject({ status: "accepted", nonce: 2 });
    const first = tandem("blob", "submit", "--from", "account-1", "--nonce", "0", "--wait", ...keys, ...api).said;
    expect(first).toMatchObject({ status: "ordered", nonce: 0 });
  });

  test("what a payer does not have, the node refuses in its own words", () => {
    const { status, said } = tandem(
      "account",
      "send",
      "--from",
      "carol",
      "--to",
      "account-0",
      "--amount",
      "9999999",
      ...keys,
      ...api,
    );
    expect(status).toBe(1);
    expect(said.error).toMatchObject({ code: "balance", advice: expect.any(String) });
  });
});

describe("blob", () => {
  test("submit takes text for some shards, and show says where it is, also after a restart", async () => {
    const content = ["--text", "hello", "--touch", "main", "--tip", "5", "--wait"];
    const { said } = tandem("blob", "submit", "--from", "account-0", ...content, ...keys, ...api);
    expect(said).toMatchObject({ status: "ordered", height: expect.any(Number), index: 0 });
    expect(await stopNode()).toBe(0);
    await startNode();
    const shown = tandem("blob", "show", said.blob, ...api);
    expect(shown).toMatchObject({ status: 0, said: { status: "ordered", height: said.height, bytes: said.bytes } });
    const unknown = tandem("blob", "show", "ab".repeat(32), ...api);
    expect({ status: unknown.status, is: unknown.said.status }).toEqual({ status: 1, is: "unknown" });
  });
});

describe("blob submit --program", () => {
  const add = { at: "main/sum", method: "add", args: [2], writes: ["total"], budget: 40_000 };
  const submit = (...more: readonly string[]) =>
    tandem("blob", "submit", "--from", "account-1", "--program", program, ...more, ...keys, ...api);
  const program = join(folder, "program.json");

  test("takes shards and budget from the program", () => {
    writeFileSync(program, JSON.stringify({ steps: [add] }));
    const { status, said } = submit("--wait");
    expect({ status, said }).toMatchObject({ status: 0, said: { status: "ordered" } });
    const fee = 100 + 10 + 40_000 + said.bytes;
    expect(said.fee).toBe(`${fee}`);
  });

  test("submits none that would be void", () => {
    expect(submit("--budget", "30000").said.error).toMatchObject({ code: "bad-arguments" });
    expect(submit("--text", "too").said.error).toMatchObject({ code: "bad-arguments" });
    writeFileSync(program, JSON.stringify({ steps: [{ ...add, budget: 1 }] }));
    expect(submit()).toMatchObject({ status: 1, said: { error: { code: "budget-too-small" } } });
  });
});

describe("program follow", () => {
  const file = join(folder, "followed.json");
  const add = (shard: string, ...args: readonly unknown[]) => ({
    ...{ at: `${shard}/sum`, method: "add", args, writes: ["total"], budget: 60_000 },
  });
  const submit = (program: object, from = "account-1") => {
    writeFileSync(file, JSON.stringify(program));
    return tandem("blob", "submit", "--from", from, "--program", file, "--wait", ...keys, ...api).said;
  };
  const follow = (root: string, ...more: readonly string[]) => tandem("program", "follow", root, ...api, ...more);

  test("tells each outcome, the round that it came in, why a call was refused, and that it is attested", () => {
    const { blob, height } = submit({
      steps: [add("main", 3), add("main", "three"), { ...add("other", 1), at: "other/none" }],
    });
    const { status, said } = follow(blob, "--wait");
    expect(status).toBe(0);
    expect(said).toMatchObject({ status: "attested", blob, height });
    const [main, other] = said.shards;
    expect(main).toMatchObject({ shard: "main", status: "attested", nodes: 2 });
    expect(main.ran).toMatchObject([
      { kind: "step", step: 0, round: height, isTentative: false, outcome: "value", attestHeight: expect.any(Number) },
      { step: 1, outcome: "reverted", refusal: expect.stringContaining(" ") },
    ]);
    expect(other.ran).toMatchObject([{ step: 2, outcome: "no-contract" }]);
  });

  test("its page has a row for each step and each settle, and how far each shard is", () => {
    const rich = (step: object) => ({ ...step, budget: 110_000 });
    const steps = [rich(add("main", 1)), rich(add("other", { step: 0 })), rich(add("main", 1))];
    const { blob, height, index } = submit({ steps, groups: [[0, 2]] }, "account-0");
    expect(follow(blob, "--wait").status).toBe(0);
    const args = ["program", "follow", blob, ...api];
    const { stdout } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
    expect(stdout).toMatch(new RegExp(`^attested; ordered: block ${height}, place ${index}$`, "m"));
    expect(stdout).toMatch(/^#0 +main +\d+ +main\/sum\.add → ~ \d+$/m);
    expect(stdout).toMatch(/^#1 +other +\d+ +other\/sum\.add → ~ \d+$/m);
    expect(stdout).toMatch(/^settle #0-#1 +other +\d+ +other\/sum → the group holds$/m);
    expect(stdout).toMatch(/^other +attested +round \d+, [0-9a-f]{16}… +attest block \d+$/m);
  });

  test("waits on demand until it is attested", () => {
    const unknown = follow("ab".repeat(32));
    expect(unknown).toMatchObject({ status: 1, said: { status: "unknown" } });
    expect(follow("ab".repeat(32), "--wait", "--timeout", "1").said.error.code).toBe("timeout");
  });

  test("says so of what is no program", () => {
    const text = tandem("blob", "submit", "--from", "account-0", "--text", "hello", "--wait", ...keys, ...api).said;
    const { status, said } = follow(text.blob, "--wait");
    expect({ status, message: said.error.message }).toEqual({
      status: 1,
      message: expect.stringContaining("no program"),
    });
  });

  test("takes no other blob for the program", async () => {
    const { blob } = submit({ steps: [add("other", 1)] });
    const other = submit({ steps: [add("other", 2)] });
    const liar = await startLiar({ [`/blobs/${blob}?raw`]: `/blobs/${other.blob}?raw` });
    const run = followCommand.run({ positionals: [blob], flags: { api: liar.url }, json: true, print: () => {} });
    const code = await Promise.resolve(run).catch((error: { readonly code: string }) => error.code);
    liar.server.close();
    expect(code).toBe("false-blob");
  });

  test("is what submit names", () => {
    writeFileSync(file, JSON.stringify({ steps: [add("main", 0)] }));
    const args = ["blob", "submit", "--from", "account-1", "--program", file, ...keys, ...api];
    const { stdout, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
    expect(stderr).toBe("");
    const [, root] = /^blob ([0-9a-f]{64})$/m.exec(stdout) ?? [];
    expect(stdout).toContain(`./tandem program follow ${root} \\\n    --api ${api[1]}\n`);
  });
});

test("shard follow says loudly from where on its own claims are not the attested ones, and why", async () => {
  const checked = readGenesisOf([join(net, "genesis.json")]);
  const usual = rulesOf(checked.genesis, environments, pureFunctions);
  const follow = async (rules: Rules) => {
    const nodes = new Nodes([new ApiClient(api[1] as string)], AbortSignal.timeout(240_000));
    const { heights } = await nodes.ask((node, signal) => node.status(signal));
    const followed = new FollowedShard(checked, asShardName("main"), nodes, rules);
    await followed.follow(asHeight(heights.executed), () => undefined);
    return { followed, report: reportOf(followed, [], undefined) };
  };
  const honest = await follow(usual);
  expect(honest.report).toMatchObject({ unattested: 0, claims: honest.report.attestedEqual });
  expect(honest.report).toMatchObject({ diverged: undefined });

  // Whoever runs a counter that adds one more than it should.
  const { followed, report } = await follow(bentRules(usual));
  const { diverged, attestedEqual } = report;
  expect(attestedEqual).toBeLessThan(honest.report.attestedEqual);
  expect(diverged).toMatchObject({ round: followed.claims.other?.round, own: followed.claims.other?.own });
  expect(diverged?.attested).not.toBe(diverged?.own);
  expect(followed.difference).toMatchObject({ what: "export", contract: "main/sum" });
  expect(reportPage(report, 100)).toMatch(
    /^main: NOT EQUAL from round \d+ on: here the claim is [0-9a-f]{16}…, attested/,
  );
});

test("shard follow that runs out of time names the height that the node has then", async () => {
  let executed = 0;
  const server = createServer(async (request, response) => {
    const answer = Buffer.from(await (await fetch(`${api[1]}${request.url}`)).arrayBuffer());
    if (request.url !== "/status") return response.end(answer);
    const status: Json = JSON.parse(answer.toString());
    executed += 10;
    return response.end(JSON.stringify({ ...status, heights: { ...status.heights, executed } }));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flags = { api: [url], genesis: join(net, "genesis.json"), "until-height": "9999999", timeout: "1" };
  const late: Json = await (
    shardFollowCommand.run({ positionals: ["main"], flags, json: true, print: () => {} }) as Json
  ).then(
    () => expect.fail("it is through"),
    (error: Json) => error,
  );
  server.close();
  expect(late).toMatchObject({ code: "timeout", advice: expect.stringContaining(`has executed ${executed} blocks`) });
});

function bentRules(rules: Rules): Rules {
  const environments = [...rules.environments].map(([name, environment]) => {
    const methods = [...environment.methods].map(
      ([method, each]) => [method, { ...each, run: bent(each.run) }] as const,
    );
    return [name, { ...environment, methods: new Map(methods) }] as const;
  });
  return { ...rules, environments: new Map(environments) };
}

function bent(run: Method["run"]): Method["run"] {
  return (call, host) => {
    const outcome = run(call, host);
    if (!outcome.ok || typeof outcome.value !== "bigint") return outcome;
    return { ok: true, value: outcome.value + 1n };
  };
}

test("blob submit --sign-only writes what can be submitted by other means, once", async () => {
  const file = join(folder, "blob");
  const only = ["--from", "account-0", "--text", "later", "--sign-only", file, ...keys, ...api];
  const { said } = tandem("blob", "submit", ...only);
  expect(said).toMatchObject({ file, bytes: statSync(file).size });
  expect(tandem("blob", "show", said.blob, ...api).said.status).toBe("unknown");
  expect(tandem("blob", "submit", ...only).said.error.code).toBe("exists");
  const headers = { "content-type": "application/octet-stream" };
  const answer = await fetch(`${api[1]}/blobs`, { method: "POST", headers, body: readFileSync(file) });
  expect(await answer.json()).toEqual({ blob: said.blob, status: "accepted", isNew: true });
});

test.each([
  ["blob submit --payload", ["blob", "submit", "--from", "account-0", "--payload", "/dev/zero"], "too-large"],
  ["genesis check", ["genesis", "check", "/dev/zero"], "not-a-genesis"],
])("%s of a file that never ends is refused", (_, args, code) => {
  expect(tandem(...args).said.error.code).toBe(code);
});

test("a validator alone says that it waits for a quorum, with the time", async () => {
  expect(await firstLine).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z 0 of 3 linked, waiting for a quorum$/);
});

test("a node that cannot start says why and exits with 1, and the one that runs goes on", () => {
  const { status, said } = tandem("node", "--config", config);
  expect({ status, code: said.error.code }).toEqual({ status: 1, code: "store-locked" });
  expect(tandem("account", "balance", "carol", ...keys, ...api).status).toBe(0);
});

test("first marks that cannot be read are the caller's to mend, as all of a configuration", () => {
  const marked = join(folder, "marked");
  tandem("genesis", "create", "--out", marked, "--validators", "1", "--port", "0");
  writeFileSync(join(marked, "node-0/data/first-marks"), "none");
  const { status, said } = tandem("node", "--config", join(marked, "node-0/config.json"));
  expect({ status, code: said.error.code }).toEqual({ status: 2, code: "bad-first-marks" });
});

describe("what a caller gets wrong", () => {
  test.each([
    [["genesis", "create"], "bad-arguments"],
    [["genesis", "create", "--out", "x", "--validators", "0"], "bad-arguments"],
    [["node", "--config", "/nonexistent"], "unreadable"],
    [["node", "--config", main], "bad-config"],
    [["account", "new", "Not/aName"], "bad-arguments"],
    [["account", "new", "dora", "--keys", join(main, "keys")], "unwritable"],
    [["account", "balance", "nobody"], "no-account"],
    [["account", "send", "--from", "nobody", "--to", "ab".repeat(32), "--amount", "1"], "no-account"],
    [["account", "send", "--amount", "-1"], "bad-arguments"],
    [["devnet", "--for", "-1"], "bad-arguments"],
    [["blob", "show", "12"], "bad-arguments"],
    [["blob", "show", "ab".repeat(32), "--api", "http://127.0.0.1:1"], "no-node"],
  ] as const)("%j: %s", (args, code) => {
    const { status, said } = tandem(...args);
    expect(status).toBe(code === "no-node" ? 1 : 2);
    expect(said.error).toEqual({ code, message: expect.stringMatching(/\.$/), advice: expect.any(String) });
  });
});
