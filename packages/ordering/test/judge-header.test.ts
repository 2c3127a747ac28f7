// O3, O4, O5: each field of a header is checked, and a time ahead of the own clock waits.

import { asHeight, asTimeMs, asValidatorIndex } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { orderBlockRules } from "../src/block.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge, type ForgePlan } from "./support/forge.ts";
import { codeOf, Single, verdictIn } from "./support/single.ts";

const network = testNetwork();
const { clockLeadMs } = network.genesis.limits;
const blobs = [
  blobOf(network, { payer: 0, tip: 5n, touches: ["bank", "hotel"], budget: 3, transfers: [{ to: 1, amount: 70n }] }),
  blobOf(network, { payer: 1, touches: ["bank"], payload: new Uint8Array(300) }),
];

/** On a first block with blobs, checked by a node that has that one as final. */
function checkSecond(plan: ForgePlan, leader?: number) {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  const parent = forge.forge({ blobs });
  single.deliver(parent);
  const second = forge.forge({ parent, blobs: [blobOf(network, { payer: 0, nonce: 1 })], ...plan });
  return codeOf(single.check(second, leader === undefined ? second.block.header.proposer : asValidatorIndex(leader)));
}

const first = new Forge(network).forge({ blobs });
const parentMs = first.block.header.timeMs;

describe("O3: a header", () => {
  test("is good as oracles make it", () => {
    expect(checkSecond({})).toBe("valid");
    expect(checkSecond({ blobs: [] })).toBe("valid");
    expect(checkSecond({ timeMs: parentMs + 1 })).toBe("valid");
  });

  test.each<[string, ForgePlan, string]>([
    ["a time that is the parent's", { timeMs: parentMs }, "time"],
    ["a time before the parent's", { timeMs: parentMs - 1 }, "time"],
    ["another history", { header: { history: rootOf(9) } }, "history"],
    ["the parent's own history", { header: { history: first.block.header.history } }, "history"],
    ["other validators", { header: { validatorsRoot: rootOf(9) } }, "sets"],
    ["the root of other blobs", { header: { blobsRoot: rootOf(9) } }, "body"],
    ["a body with a blob less", { body: { blobs: [] } }, "body"],
    ["another touches root", { header: { touchesRoot: rootOf(9) } }, "touches-root"],
    ["the parent's ledger", { header: { ledgerRoot: first.block.header.ledgerRoot } }, "ledger-root"],
    ["another cited root", { header: { attested: { height: asHeight(0), root: rootOf(9) } } }, "citation"],
    [
      "a cited height without a citation",
      { header: { attested: { height: asHeight(1), root: rootOf(9) } } },
      "citation",
    ],
  ])("with %s is invalid", (_, plan, code) => {
    expect(checkSecond(plan)).toBe(code);
  });

  test("of a proposer who does not lead the view is invalid", () => {
    expect(checkSecond({ view: 6 }, 2)).toBe("valid");
    expect(checkSecond({ view: 6 }, 3)).toBe("proposer");
    expect(checkSecond({ view: 6, proposer: 3 }, 2)).toBe("proposer");
  });

  test("fees to another proposer are another ledger", () => {
    expect(checkSecond({ view: 6, header: { proposer: asValidatorIndex(3) } }, 3)).toBe("ledger-root");
  });

  test("on a parent that is not final yet has the history and ledger of that one", () => {
    const forge = new Forge(network);
    const single = new Single({ network, forge });
    const parent = forge.forge({ blobs });
    const second = forge.forge({ parent, blobs: [blobOf(network, { payer: 1, nonce: 1 })] });
    const third = forge.forge({ parent: second });
    expect(codeOf(single.check(third))).toBe("valid");
    expect(
      codeOf(single.check(forge.forge({ parent: second, header: { history: second.block.header.history } }))),
    ).toBe("history");
  });
});

test("a block whose body is not what its header commits to has a root that no certificate names", () => {
  const forge = new Forge(network);
  const good = forge.forge({ blobs: [blobOf(network)], cites: forge.attest() });
  const { header, body } = good.block;
  const rootOfBody = (changes: Partial<typeof body>) =>
    orderBlockRules.infoOf({ header, body: { ...body, ...changes } }).root;
  expect(rootOfBody({})).toEqual(good.info.root);
  // What a citation proves can be proven again.
  expect(rootOfBody({ citation: undefined })).toEqual(good.info.root);
  const other = forge.citation(forge.attestBlock(1, {}, 9), network.attestGenesis);
  for (const changes of [{ blobs: [] }, { blobs: [...body.blobs, ...body.blobs] }, { citation: other }])
    expect(rootOfBody(changes)).not.toEqual(good.info.root);
});

describe("O3: a time ahead of the clock", () => {
  const ahead = (byMs: number) => {
    const forge = new Forge(network);
    const single = new Single({ network, forge });
    return { single, block: forge.forge({ blobs, timeMs: single.nowMs + byMs }) };
  };

  test("up to the bound is good", () => {
    const { single, block } = ahead(clockLeadMs);
    expect(codeOf(single.check(block))).toBe("valid");
  });

  test("beyond the bound waits, and is good once the time has come", () => {
    const { single, block } = ahead(clockLeadMs + 1);
    expect(single.check(block)).toBeUndefined();
    expect(single.timers.filter(({ timer }) => timer.name === "wake").map(({ afterMs }) => afterMs)).toEqual([1]);
    // Woken too early, it looks again.
    expect(verdictIn(single.fire("wake"))).toBeUndefined();
    single.nowMs += 1;
    expect(codeOf(verdictIn(single.fire("wake")))).toBe("valid");
  });

  test("as far as numbers go, it waits in bounded steps", () => {
    const { single } = ahead(0);
    const block = single.forge.forge({ timeMs: Number.MAX_SAFE_INTEGER });
    expect(single.check(block)).toBeUndefined();
    expect(single.timers.map(({ afterMs }) => afterMs)).toEqual([60_000]);
    expect(block.block.header.timeMs).toBe(asTimeMs(Number.MAX_SAFE_INTEGER));
  });

  test("what is wrong otherwise is invalid at once", () => {
    const { single } = ahead(0);
    const block = single.forge.forge({ timeMs: single.nowMs + 9999, header: { ledgerRoot: rootOf(9) } });
    expect(codeOf(single.check(block))).toBe("ledger-root");
  });

  test("a check that was replaced is not answered by its timer", () => {
    const { single, block } = ahead(clockLeadMs + 1);
    expect(single.check(block)).toBeUndefined();
    single.check(single.forge.forge({ view: 2 }));
    single.nowMs += 10;
    expect(verdictIn(single.fire("wake"))).toBeUndefined();
  });
});
