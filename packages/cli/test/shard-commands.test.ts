// What `tandem shard` says of shards, of a dispute, and of claims that are compared: on answers as nodes give them.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { ClaimContent } from "@tandem/attestation";
import {
  asEnvironmentName,
  asHeight,
  concatBytes,
  contractRecordCodec,
  encodeValue,
  positionCodec,
  type Root,
  toHex,
  utf8,
  type Value,
} from "@tandem/shared";
import { afterEach, describe, expect, test } from "vitest";
import type { Command } from "../src/command.ts";
import type { ExplainedAnswer, ShardDetails } from "../src/shard/answers.ts";
import { explainCommand } from "../src/shard/explain/command.ts";
import { disputePage } from "../src/shard/explain/page.ts";
import { disputeView } from "../src/shard/explain/view.ts";
import { notThrough } from "../src/shard/follow/command.ts";
import { OwnClaims } from "../src/shard/follow/own-claims.ts";
import { Supply } from "../src/shard/follow/supply.ts";
import { listCommand } from "../src/shard/list.ts";
import { showCommand } from "../src/shard/show.ts";

const hex = (value: Value) => toHex(encodeValue(value));
const claim = (digit: string) => digit.repeat(64);

const healthy = {
  name: "bank",
  attested: { round: 7, height: 5, claim: claim("c") },
  affirmed: 8,
  own: { state: "following", round: 9, claimed: 8 },
  isMember: true,
  hasNoMark: false,
  lag: 2,
  pending: 1,
  waiting: { round: 8, claim: claim("d"), have: 2, need: 3 },
  missing: ["node-2"],
  dispute: null,
  members: [0, 1, 2, 3].map((seat) => ({ seat, name: `node-${seat}`, weight: "1" })),
  alarms: [],
  explained: null,
} as unknown as ShardDetails;

const step = { height: 12, index: 0, step: 0, kind: "step" } as const;
const outcome = (value: Value) =>
  ({ kind: "outcome", value: { kind: "value", value: { bytes: hex(value) } } }) as const;
const both = { own: outcome(30n), theirs: outcome(130n) };
const owner = new Uint8Array(32).fill(0xab);

const explained: ExplainedAnswer = {
  difference: { what: "export", contract: "bank/coins", node: step, ...both },
  keys: [
    {
      map: { kind: "state", contract: "bank/coins" },
      key: toHex(concatBytes(utf8("balance/"), owner)),
      own: hex(new Map<string, Value>([["left", 30n]])),
      theirs: hex(130n),
      lane: {
        contract: "bank/coins",
        nodeCount: 3,
        unknownCount: 0,
        touchingCount: 2,
        touching: [{ node: step, access: "writes", ...both }],
      },
    },
    {
      map: { kind: "contracts" },
      key: toHex(utf8("bank/late")),
      own: null,
      theirs: toHex(
        contractRecordCodec.encode({
          environment: asEnvironmentName("token"),
          status: "live",
          state: new Uint8Array(32).fill(1) as Root,
        }),
      ),
      lane: { contract: "bank/late", nodeCount: 0, unknownCount: 0, touchingCount: 0, touching: [] },
    },
    {
      map: { kind: "pending" },
      key: toHex(positionCodec.encode({ height: 11, index: 2 } as never)),
      own: claim("1"),
      theirs: null,
      lane: null,
    },
  ],
  end: "all",
};

const disputed = {
  ...healthy,
  own: { state: "stopped", round: 12, claimed: 12 },
  dispute: { round: 12, own: claim("a"), theirs: claim("b") },
  alarms: ["bank: a quorum stands behind another claim"],
  explained,
} as unknown as ShardDetails;

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A node that says this of the bank. */
async function nodeWith(details: ShardDetails, status = 200): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = status;
    response.end(JSON.stringify(request.url === "/shards" ? { shards: [details] } : details));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function run(command: Command, positionals: readonly string[], api: unknown, json = false): Promise<string> {
  let page = "";
  const print = (text: string) => {
    page += text;
  };
  await command.run({ positionals, flags: { api }, json, print });
  return page;
}

describe("shard list and show", () => {
  test("say how shards stand, and whose affirmations are missing", async () => {
    const node = await nodeWith(healthy);
    const list = await run(listCommand, [], node);
    expect(list).toMatch(/^bank +7 +5 +8 +2 +1 +has run up to 9, in its committee$/m);
    expect(list).toMatch(/^bank: round 8 is affirmed by 2, a quorum needs 3; nothing was heard from node-2$/m);
    const affirmed = { ...healthy, waiting: { ...healthy.waiting, have: 3 }, missing: [] } as unknown as ShardDetails;
    expect(await run(listCommand, [], await nodeWith(affirmed))).toMatch(
      /^bank: round 8 is affirmed, and waits to be attested$/m,
    );
    const show = await run(showCommand, ["bank"], node);
    expect(show).toMatch(/^node-2 +1 +missing$/m);
    expect(show).not.toMatch(/DISPUTE|alarm/);
    expect(show).toMatch(/^ {2}lag +2 order blocks since the first claim that waits$/m);
    expect(show).toMatch(/^ {2}pending +1 program with something left to run after the attested round$/m);
  });

  test("advise, where there is no such shard, in commands and not in requests", async () => {
    const error = { code: "unknown-shard", message: "There is no shard bunk.", advice: "GET /shards lists them." };
    const node = await nodeWith({ error } as unknown as ShardDetails, 404);
    const advice = "./tandem shard list shows those that there are.";
    await expect(run(showCommand, ["bunk"], node)).rejects.toMatchObject({
      code: "unknown-shard",
      advice,
      exitCode: 1,
    });
    await expect(run(explainCommand, ["bunk"], [node])).rejects.toMatchObject({ code: "unknown-shard", advice });
  });

  test("say loudly what is disputed, and how to look into it", async () => {
    const node = await nodeWith(disputed);
    expect(await run(listCommand, [], node)).toMatch(
      /^bank: DISPUTE in round 12: [\s\S]*\n\.\/tandem shard explain bank$/m,
    );
    expect(await run(showCommand, ["bank"], node)).toMatch(/^alarm: bank: a quorum stands behind another claim$/m);
    expect(JSON.parse(await run(showCommand, ["bank"], node, true))).toMatchObject({ explained: { end: "all" } });
  });
});

describe("shard follow", () => {
  const claims = { made: 12, equal: 11 } as OwnClaims;
  const late = (until: number) => notThrough({ done: asHeight(290), claims }, { until, executed: 288, seconds: 5 });

  test("that runs out of time says how far it came, and whether patience helps", () => {
    const message = "In 5 s it came to round 290 of 99999; until there 11 of 12 claims were attested with equal roots.";
    expect(late(99_999)).toMatchObject({ code: "timeout", exitCode: 1, message });
    expect(late(99_999).advice).toMatch(/^The node has executed 288 blocks:/);
    expect(late(288).advice).toBe("--timeout gives it more.");
  });
});

describe("shard explain", () => {
  test("asks all nodes that are named, whoever is silent", async () => {
    const node = await nodeWith(disputed);
    const silent = "http://127.0.0.1:1";
    expect(await run(explainCommand, ["bank"], [silent, node])).toMatch(/^bank: this node and a quorum claim/);
    await expect(run(explainCommand, ["bank"], [silent])).rejects.toMatchObject({ code: "no-node" });
  });

  const page = (details: ShardDetails, width = 100) =>
    disputePage(disputeView(details, new Map()) as NonNullable<ReturnType<typeof disputeView>>, width);

  test("sets both executions side by side: the first step that differs, keys with values, who touches them", () => {
    const said = page(disputed);
    expect(said).toMatch(/^ +this node +a quorum$/m);
    expect(said).toMatch(/^claim +a{41} +b{41}$/m);
    expect(said).toMatch(/^first difference: step #0 of the program in block 12, place 0, in bank\/coins$/m);
    expect(said).toMatch(/^came of it +30 +130$/m);
    expect(said).toMatch(/^key balance\/<0x(ab){8}…>, in bank\/coins$/m);
    expect(said).toMatch(/^value +\{left: 30\} +130$/m);
    expect(said).toMatch(/^ {2}written by step #0 of the program in block 12, place 0$/m);
    expect(said).toMatch(/^ {2}and 1 more touch it$/m);
    expect(said).toMatch(/^key bank\/late, in the map of contracts$/m);
    expect(said).toMatch(/^value +nothing +token, live, state$/m);
    expect(said).toMatch(/^ {2}the contract had no work in that round: no step explains it$/m);
    expect(said).toMatch(/^key block 11, place 2, in the map of pending$/m);
    expect(said).toMatch(/^These keys differ; no other key differs\.$/m);
  });

  test.each([60, 80, 120])("fits into %i columns", (width) => {
    for (const line of page(disputed, width).split("\n")) expect(line.length).toBeLessThanOrEqual(width);
  });

  test.each<[string, Partial<ExplainedAnswer>, RegExp]>([
    ["no work", { difference: { what: "idle" } }, /^first difference: work, in the whole round$/m],
    [
      "a root",
      { difference: { what: "post", contract: "bank/coins", own: claim("1"), theirs: claim("2") } },
      /^root +1+ +2+$/m,
    ],
    ["the round alone", { difference: { what: "round", own: 12, theirs: 13 } }, /^round +12 +13$/m],
    [
      "a lane that one side has not",
      { difference: { what: "nodes", contract: "bank/coins", own: null, theirs: "ee" } },
      /^root +none +ee$/m,
    ],
    [
      "what is left",
      { difference: { what: "pending", own: { count: 1, root: "aa" }, theirs: { count: 2, root: "bb" } } },
      /^root +1, aa +2, bb$/m,
    ],
    [
      "one that ran on one side alone, in a group",
      {
        difference: {
          ...{ what: "export", contract: "bank/coins", node: { ...step, kind: "settle" } },
          own: { kind: "verdict", value: { failed: 1 } },
          theirs: null,
        },
      },
      /^came of it +fails with #1 +did not run$/m,
    ],
    [
      "Nothing",
      {
        difference: {
          ...{ what: "export", contract: "bank/coins", node: step, theirs: outcome("yes") },
          own: { kind: "tentative", value: { outcome: { kind: "nothing", value: { why: "reverted", step: 0 } } } },
        },
      },
      /^came of it +~ Nothing\{reverted, step 0\} +"yes"$/m,
    ],
  ])("a first difference may be %s", (_, change, expected) => {
    expect(page({ ...disputed, explained: { ...explained, ...change } })).toMatch(expected);
  });

  test("says what is not known yet", () => {
    expect(page({ ...disputed, explained: null })).toMatch(/^Where they first differ is not known yet/m);
    const { difference } = explained;
    expect(page({ ...disputed, explained: { difference } })).toMatch(/^Which keys differ is being found out\.$/m);
    const hidden = { difference, keys: [], end: "not-shown" };
    expect(page({ ...disputed, explained: hidden })).toMatch(/^No key was found; nobody shows the state/m);
  });

  test("without a dispute it says so; of several nodes it tells one that has", async () => {
    const [well, ill] = [await nodeWith(healthy), await nodeWith(disputed)];
    expect(await run(explainCommand, ["bank"], [well])).toMatch(/^bank: no dispute\./);
    expect(JSON.parse(await run(explainCommand, ["bank"], [well], true))).toEqual({ shard: "bank", dispute: null });
    const said = JSON.parse(await run(explainCommand, ["bank"], [well, ill], true));
    expect(said.dispute).toMatchObject({ round: 12, first: { own: "30", theirs: "130" }, end: { code: "all" } });
    expect(process.exitCode).toBeUndefined();
  });
});

describe("claims beside those that were attested", () => {
  const content = {} as ClaimContent;

  test("are equal one after the other, whichever comes first, and told once", () => {
    const claims = new OwnClaims();
    claims.onAttested(2, "a");
    claims.onAttested(4, "b");
    expect([claims.made, claims.equal, claims.open]).toEqual([0, 0, 0]);
    claims.onMade(2, "a", content);
    claims.onMade(4, "b", content);
    claims.onMade(5, "c", content);
    claims.onAttested(4, "b");
    expect([claims.made, claims.equal, claims.open]).toEqual([3, 2, 1]);
    expect(claims.contentOf("c")).toBe(content);
    claims.onAttested(5, "c");
    expect([claims.equal, claims.open, claims.other, claims.contentOf("c")]).toEqual([3, 0, undefined, undefined]);
  });

  test("are not, where a root differs, or a round is there on one side alone", () => {
    const differing = (made: readonly [number, string], attested: readonly [number, string]) => {
      const claims = new OwnClaims();
      claims.onMade(...made, content);
      claims.onAttested(...attested);
      claims.onMade(9, "z", content);
      claims.onAttested(9, "z");
      expect(claims.equal).toBe(0);
      return claims.other;
    };
    expect(differing([2, "a"], [2, "b"])).toEqual({ round: 2, own: "a", attested: "b" });
    expect(differing([2, "a"], [3, "b"])).toEqual({ round: 2, own: "a", attested: undefined });
    expect(differing([3, "a"], [2, "b"])).toEqual({ round: 2, own: undefined, attested: "b" });
  });
});

test("blocks come forwards, and are kept while they may be asked for again", async () => {
  let height = 0;
  const fetched = () => Promise.resolve([1, 2, 3].map(() => ({ height: ++height as never })));
  const supply = new Supply(fetched);
  const take = async () => (await supply.take())?.height;
  expect(await take()).toBe(undefined);
  supply.want({ from: 1 as never, upTo: 4 as never });
  expect([await take(), await take(), await take()]).toEqual([1, 2, 3]);
  // There was no room for the last two.
  supply.want({ from: 2 as never, upTo: 4 as never });
  expect([await take(), await take(), await take(), await take()]).toEqual([2, 3, 4, undefined]);
  expect(height).toBe(6);
});
