// A shard's state from one node to another, by commands alone: exported from one that is stopped, checked and imported into an
// observer that has never run, and into a validator that lost its store.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningNode, readConfig, startNode } from "@tandem/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { submitCommand } from "../src/blob/submit.ts";
import type { Command } from "../src/command.ts";
import { createCommand } from "../src/genesis/create.ts";
import { exportCommand } from "../src/shard/snapshot/export.ts";
import { importCommand } from "../src/shard/snapshot/import.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-snapshots-"));
const net = join(folder, "net");
const config = join(net, "node-0/config.json");
const file = join(folder, "main.snapshot");
const running = new Set<RunningNode>();

// biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
type Json = any;
type Flags = Readonly<Record<string, unknown>>;

/** What it prints. */
async function run(command: Command, flags: Flags, json = false): Promise<string> {
  let said = "";
  const print = (text: string) => {
    said += text;
  };
  await command.run({ positionals: [], flags, json, print });
  return said;
}

/** What it says as JSON, or what it complains of. */
async function told(command: Command, flags: Flags): Promise<Json> {
  return run(command, flags, true).then(
    (said) => JSON.parse(said),
    ({ code, message, advice }) => ({ error: { code, message, advice } }),
  );
}

const exportTo = (out: string, of = config, shard = "main") => told(exportCommand, { config: of, shard, out });
const importFrom = (from: string, to: string, shard = "main") => told(importCommand, { config: to, shard, in: from });

async function start(of: string): Promise<{ readonly node: RunningNode; readonly api: string }> {
  const node = await startNode(await readConfig(of));
  running.add(node);
  return { node, api: node.apiUrl as string };
}

async function stop(node: RunningNode): Promise<void> {
  running.delete(node);
  await node.stop();
}

async function submit(api: string, text: string): Promise<void> {
  await run(
    submitCommand,
    { from: "account-0", keys: join(net, "accounts"), text, touch: ["main"], wait: true, api },
    true,
  );
}

async function shardAt(api: string): Promise<Json> {
  const { shards } = (await (await fetch(`${api}/status`)).json()) as Json;
  return shards[0];
}

async function untilShard(api: string, isSo: (shard: Json) => boolean): Promise<Json> {
  for (;;) {
    const shard = await shardAt(api);
    if (isSo(shard)) return shard;
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** Another node of the network, with an address of the first as its only peer. */
function otherNode(name: string, change: object): string {
  const first = JSON.parse(readFileSync(config, "utf8"));
  const path = join(net, name, "config.json");
  mkdirSync(join(net, name));
  const peers = [{ seat: 0, address: first.listen[0] }];
  const { key: _, ...rest } = first;
  writeFileSync(path, JSON.stringify({ ...rest, listen: [], peers, api: { host: "127.0.0.1", port: 0 }, ...change }));
  return path;
}

let round = 0;

beforeAll(async () => {
  const plan = {
    validators: "1",
    shards: "main,other",
    accounts: "1",
    "delay-ms": "30",
    "heartbeat-ms": "200",
    port: "0",
  };
  await run(createCommand, { ...plan, out: net });
  const { node, api } = await start(config);
  await submit(api, "one");
  await submit(api, "two");
  await untilShard(api, ({ attested, own }) => attested.round > 0 && own.claimed === null);
  expect(await exportTo(file)).toMatchObject({ error: { code: "store-locked" } });
  await stop(node);
  const said = await exportTo(file);
  expect(said).toMatchObject({ kind: "exported", shard: "main", file, bytes: statSync(file).size });
  round = said.round;
});
afterAll(async () => {
  for (const node of running) await node.stop();
  rmSync(folder, { recursive: true });
});

test("an observer that has never run goes on from it, and its folder takes no second one", async () => {
  const observer = otherNode("observer", { follow: ["main"] });
  const said = { kind: "imported", shard: "main", round, follows: true, voice: "no-seat" };
  expect(await importFrom(file, observer)).toMatchObject(said);
  expect(await importFrom(file, observer)).toMatchObject({ error: { code: "is-followed" } });
  const [first, second] = [await start(config), await start(observer)];
  await submit(first.api, "three");
  const { attested } = await untilShard(first.api, (shard) => shard.attested.round > round);
  // C6: it would have stopped if it had found anything else than the committee.
  const isThere = (shard: Json) => shard.attested.round >= attested.round && shard.own.round >= attested.round;
  expect(await untilShard(second.api, isThere)).toMatchObject({ own: { state: "following" }, dispute: null });
  await Promise.all([stop(first.node), stop(second.node)]);
});

test("C4: a validator without a record of what it signed is told that it affirms nothing", async () => {
  const key = join(net, "node-0/validator.json");
  expect(await importFrom(file, otherNode("lost", { key }))).toMatchObject({ follows: true, voice: "no-record" });
  const words = await run(importCommand, { config: otherNode("lost-too", { key }), shard: "main", in: file });
  expect(words.replaceAll("\n", " ")).toContain("affirms nothing there");
});

test("who imports a shard that the configuration does not follow is told so", async () => {
  const words = await run(importCommand, { config: otherNode("idle", {}), shard: "main", in: file });
  expect(words).toContain('name it under "follow"');
});

describe("what cannot be is refused by its name", () => {
  let fresh = "";
  beforeAll(() => {
    fresh = otherNode("fresh", { follow: ["main"] });
  });

  function changed(name: string, change: (path: string) => void): string {
    const path = join(folder, name);
    writeFileSync(path, readFileSync(file));
    change(path);
    return path;
  }

  test.each([
    ["truncated", (path: string) => truncateSync(path, statSync(path).size - 3)],
    ["no-snapshot", (path: string) => writeFileSync(path, "something else")],
    ["malformed", (path: string) => writeFileSync(path, Buffer.alloc(9), { flag: "a" })],
    [
      "wrong-network",
      (path: string) =>
        writeFileSync(
          path,
          readFileSync(path)
            .with(18 + 4 + 1 + 8, 0)
            .with(18 + 4 + 1 + 9, 0),
        ),
    ],
  ])("%s", async (code, change) => {
    const { error } = await importFrom(changed(code, change), fresh);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(/[^.]\.$/);
  });

  test("another shard, one that the network has not, a file that is there, one that is not, a shard without claims", async () => {
    const refusals = [
      await importFrom(file, fresh, "other"),
      await importFrom(file, fresh, "nowhere"),
      await importFrom(join(folder, "none"), fresh),
      await exportTo(file),
      await exportTo(join(folder, "other"), config, "other"),
      await exportTo(join(folder, "fresh"), fresh),
    ];
    expect(refusals.map(({ error }) => error.code)).toEqual([
      "wrong-shard",
      "unknown-shard",
      "unreadable",
      "exists",
      "not-attested",
      "not-followed",
    ]);
  });
});
