// A committee of which more than two thirds lie, in real nodes: three of the four members of two shards run other code for
// counters (`support/liar.ts`). Their claim has a quorum, so it is attested. The honest member finds that its own is another
// one, stops that shard alone, and says which key was changed by which step, with both values (C6).

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@tandem/shared";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Fleet, type ShardAnswer } from "./support/fleet.ts";
import { add, contentOf, number, sign, stepOf } from "./support/programs.ts";

const main = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const liar = import.meta.resolve("./support/liar.ts");
const [liars, honest] = [[0, 1, 2], 3] as const;
const pollMs = 100;

let fleet: Fleet;
let nonce = 0;

beforeAll(async () => {
  fleet = Fleet.create({ accounts: 1, deltaMs: 100, shards: ["bank", "rail"], committeeSize: 4 });
  for (const node of liars) fleet.start(node, liar);
  fleet.start(honest);
  for (let node = 0; node < fleet.size; node++) while ((await fleet.height(node)) === 0) await sleep(pollMs);
});
afterAll(async () => {
  await fleet.killAll();
  fleet.remove();
});

/** The root of its blob. */
async function run(...steps: readonly ReturnType<typeof add>[]): Promise<string> {
  const blob = sign(fleet, 0, nonce++, contentOf({ steps, groups: [] }));
  await fleet.submit(0, blob.bytes);
  return toHex(blob.root);
}

async function untilShard(name: string, isSo: (shard: ShardAnswer) => boolean): Promise<ShardAnswer> {
  for (;;) {
    const shard = await fleet.shard(honest, name);
    if (isSo(shard)) return shard;
    await sleep(pollMs);
  }
}

const isExplained = ({ dispute, explained }: ShardAnswer) => dispute !== null && explained?.end !== undefined;

function shard(command: string, node: number, ...args: readonly string[]): string {
  const words = [main, "shard", command, ...args, "--api", fleet.urlOf(node)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

test("as long as nobody lies, all claim the same", async () => {
  await fleet.untilAttested(honest, await run(add("bank", number(5n))));
  expect(await fleet.shard(honest, "bank")).toMatchObject({ dispute: null, alarms: [], own: { state: "following" } });
  expect(shard("explain", honest, "bank")).toMatch(/^bank: no dispute\. Each claim/);
});

test("what more than two thirds claim falsely is attested; who is honest stops that shard, and says so", async () => {
  // What rail does with the outcome is true if that is; the liars say the same of it as the honest node would.
  const root = await run(add("bank", number(7n)), add("rail", stepOf(0)));
  const { shards } = await fleet.untilAttested(0, root);
  const [ran] = shards.find((each) => each.shard === "bank")?.ran ?? [];
  const { dispute, own, alarms } = await untilShard("bank", isExplained);
  expect(own.state).toBe("stopped");
  expect(ran).toMatchObject({ claim: dispute?.theirs, round: dispute?.round, attestHeight: expect.any(Number) });
  expect(dispute?.own).not.toBe(dispute?.theirs);
  expect(alarms.join("\n")).toContain("bank");
  expect(shard("list", honest)).toMatch(/^bank +.* stopped after round \d+, in its committee$/m);
  expect(shard("list", honest)).toMatch(/^bank: DISPUTE in round \d+: [\s\S]*\n\.\/tandem shard explain bank$/m);
  expect(shard("show", honest, "bank")).toMatch(/^alarm: /m);
});

test("shard explain names step, key and both values, and a liar has no dispute to explain", async () => {
  const { dispute } = await untilShard("bank", isExplained);
  const said = shard("explain", honest, "bank");
  expect(said).toMatch(
    new RegExp(`^bank: this node and a quorum claim different things of round ${dispute?.round}$`, "m"),
  );
  // The outcome is the same on both sides, so it takes the states to tell.
  expect(said).toMatch(/^first difference: the contract afterwards, in bank\/sum$/m);
  expect(said).toMatch(/^key total, in bank\/sum$/m);
  expect(said).toMatch(/^value +12 +1000012$/m);
  expect(said).toMatch(new RegExp(`^ {2}written by step #0 of the program in block ${dispute?.round}, place 0$`, "m"));
  expect(said).toMatch(/^ {2}came of it +12 +12$/m);
  expect(said).toMatch(/^These keys differ; no other key differs\.$/m);
  expect(JSON.parse(shard("explain", honest, "bank", "--json")).dispute).toMatchObject({
    keys: [{ where: "bank/sum", key: "total", own: "12", theirs: "1000012" }],
    end: { code: "all" },
  });
  expect(shard("explain", 0, "bank")).toMatch(/^bank: no dispute\./);
});

test("ordering, the other shard and the liars go on, and what rests on the lie is told", async () => {
  await untilShard("rail", ({ alarms }) => alarms.some((alarm) => alarm.includes("bank")));
  const root = await run(add("bank", number(1n)), add("rail", number(1n)));
  expect((await fleet.untilAttested(0, root)).shards.map(({ status }) => status)).toEqual(["attested", "attested"]);
  const rail = await fleet.shard(0, "rail");
  const same = await untilShard("rail", ({ attested }) => attested.round >= rail.attested.round);
  expect(same).toMatchObject({ dispute: null, own: { state: "following" } });
  expect((await fleet.shard(honest, "bank")).own.state).toBe("stopped");
});

test("the honest node knows it after a restart", async () => {
  const before = await untilShard("bank", isExplained);
  await fleet.kill(honest);
  fleet.start(honest);
  const { dispute } = await untilShard("bank", isExplained);
  expect(dispute).toEqual(before.dispute);
  expect(shard("explain", honest, "bank")).toMatch(/^value +12 +1000012$/m);
});
