// One shard of a real network, rebuilt by somebody who has the genesis and the address of a node, and believes nobody: from
// its slices, the attest chain, and the claims of other shards that its programs wait for. Programs hop between shards, and
// most of what is ordered is of no concern to it.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asBudget, asShardName, asStepIndex, type Program, toHex } from "@tandem/shared";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Fleet } from "./support/fleet.ts";
import { add, contentOf, number, sign, stepOf } from "./support/programs.ts";
import { type Bend, Relay } from "./support/relay.ts";

const main = join(import.meta.dirname, "../../packages/cli/src/main.ts");
const [trips, others] = [18, 60] as const;
const otherBytes = 4000;

let fleet: Fleet;
/** Programs of the shard that is followed, by the roots of their blobs. */
const programs: string[] = [];

beforeAll(async () => {
  fleet = Fleet.create({ accounts: 2, deltaMs: 100, shards: ["east", "far", "west"] });
  fleet.startAll();
  for (let node = 0; node < fleet.size; node++) while ((await fleet.height(node)) === 0) await sleep(50);
  await Promise.all([submitTrips(), submitOthers()]);
  for (const root of programs) await fleet.untilAttested(0, root);
});
afterAll(async () => {
  await fleet.killAll();
  fleet.remove();
});

const one = number(1n);

/** There and back; every third time both of two shards or neither. */
function tripOf(index: number): Program {
  if (index % 3 === 2) {
    return { steps: [add("west", one), add("east", one)], groups: [{ first: asStepIndex(0), count: 2 }] };
  }
  return { steps: [add("east", one), add("west", stepOf(0)), add("east", stepOf(1))], groups: [] };
}

async function submitTrips(): Promise<void> {
  for (let nonce = 0; nonce < trips; nonce++) {
    const blob = sign(fleet, 0, nonce, contentOf(tripOf(nonce)));
    programs.push(toHex(blob.root));
    await fleet.submit(0, blob.bytes);
    // So that it takes many rounds.
    await sleep(40);
  }
}

/** Documents that nobody runs, some of which another shard is shown. */
async function submitOthers(): Promise<void> {
  for (let nonce = 0; nonce < others; nonce++) {
    const touches = nonce % 2 === 0 ? [] : [asShardName("far")];
    const payload = new Uint8Array(randomBytes(otherBytes));
    await fleet.submit(0, sign(fleet, 1, nonce, { touches, budget: asBudget(0), payload }).bytes);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into it by name
type Json = any;

/** Not at once, for the answers that it gets may come from here. */
function follow(shard: string, ...args: readonly string[]): Promise<{ readonly status: number; readonly said: Json }> {
  const all = [main, "shard", "follow", shard, "--genesis", join(fleet.folder, "genesis.json"), ...args, "--json"];
  return new Promise((done) => {
    execFile(process.execPath, all, (error, stdout, stderr) => {
      const status = error === null ? 0 : ((error.code as unknown as number) ?? 1);
      done({ status, said: JSON.parse(stdout === "" ? stderr : stdout) });
    });
  });
}

const api = (url: string) => ["--api", url];

describe("shard follow", () => {
  test.each(["west", "east"])("rebuilds %s: every claim is the attested one, and so is the state", async (name) => {
    const { status, said } = await follow(name, ...api(fleet.urlOf(0)), "--measure");
    expect(status).toBe(0);
    const { attested, pending } = await fleet.shard(0, name);
    const last = { round: attested.round, claim: attested.claim };
    expect(said).toMatchObject({ shard: name, unattested: 0, refused: [], last });
    expect(said).not.toHaveProperty("diverged");
    expect(said.claims).toBeGreaterThan(5);
    expect([said.attestedEqual, pending]).toEqual([said.claims, 0]);
    // What others made came by their claims, and what concerns nobody here did not come at all.
    expect(said.contents).toBeGreaterThan(3);
    const documents = others * otherBytes;
    expect(said.everything.bytes).toBeGreaterThan(documents);
    expect(said.bytes.all).toBeLessThan(said.everything.bytes / 2);
    const { slices, attest, contents, all } = said.bytes;
    process.stdout.write(
      `${name}: ${said.rounds} rounds, ${said.claims} claims equal; ${all} bytes (slices ${slices}, attest chain ${attest}, ${said.contents} contents ${contents}) of ${said.everything.bytes}\n`,
    );
  });

  test("asks for its slices, the attest chain and claims: for no blob, no block, and nobody's word of a program", async () => {
    const relay = await Relay.start(fleet.urlOf(0));
    const { status } = await follow("west", ...api(relay.url));
    relay.stop();
    expect(status).toBe(0);
    const kinds = new Set(relay.asked.map((path) => path.replace(/[0-9a-f]{64}/, "ROOT").replace(/\d+$/, "N")));
    expect([...kinds].sort()).toEqual([
      "/attest/claims/ROOT?raw",
      "/attest/runs/N",
      "/network",
      "/slices/west/N",
      "/status",
    ]);
  });

  test("goes as far as it is told", async () => {
    const { said } = await follow("west", ...api(fleet.urlOf(1)), "--until-height", "5");
    expect([said.rounds, said.attestedEqual]).toEqual([5, said.claims]);
  });
});

describe("a node that lies", () => {
  /** One byte of each answer whose path begins so. */
  const flip =
    (start: string, share: number): Bend =>
    (path, bytes) => {
      if (!path.startsWith(start)) return bytes;
      const at = Math.min(bytes.length - 1, Math.floor(bytes.length * share));
      return bytes.with(at, (bytes[at] as number) ^ 1);
    };

  /** The content of another claim than that which is asked for. */
  const swap = (): Bend => {
    let first: Uint8Array | undefined;
    return (path, bytes) => {
      if (!path.startsWith("/attest/claims/")) return bytes;
      first ??= bytes;
      return first;
    };
  };

  /** The same for an honest node's blocks of later heights. */
  const skip: Bend = async (path, bytes) => {
    const [, from] = /^\/attest\/runs\/(\d+)$/.exec(path) ?? [];
    if (from === undefined) return bytes;
    const later = await fetch(`${fleet.urlOf(0)}/attest/runs/${Number(from) + 1}`);
    return new Uint8Array(await later.arrayBuffer());
  };

  const lies: readonly (readonly [what: string, bend: Bend, code: string])[] = [
    ["changes a slice", flip("/slices/", 0.5), "false-slice"],
    ["changes an attest block", flip("/attest/runs/", 0.5), "false-attest-block"],
    ["changes the certificate below attest blocks", flip("/attest/runs/", 0.99999), "false-attest-block"],
    ["leaves out an attest block", skip, "false-attest-block"],
    ["changes a claim", flip("/attest/claims/", 0.2), "false-content"],
    ["changes what a step gave", flip("/attest/claims/", 0.99999), "false-content"],
    ["gives another claim", swap(), "false-content"],
  ];

  test("is refused, with a code of its own for each kind of lie", async () => {
    const refusals = await Promise.all(
      lies.map(async ([what, bend]) => {
        const liar = await Relay.start(fleet.urlOf(0), bend);
        const { status, said } = await follow("west", ...api(liar.url));
        liar.stop();
        return [what, status, said.error?.code];
      }),
    );
    expect(refusals).toEqual(lies.map(([what, , code]) => [what, 1, code]));
  });

  test("does no harm beside one that does not", async () => {
    const liar = await Relay.start(fleet.urlOf(0), flip("/attest/claims/", 0.2));
    const { status, said } = await follow("west", ...api(liar.url), ...api(fleet.urlOf(2)));
    liar.stop();
    expect([status, said.attestedEqual]).toEqual([0, said.claims]);
    expect(said.refused).toEqual(expect.arrayContaining([expect.stringContaining("false content of the claim")]));
  });
});
