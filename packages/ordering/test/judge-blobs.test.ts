// O2, O9, O10: what may be in a block.

import { asRound } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import type { Candidate } from "../src/candidate.ts";
import type { OrderNetwork } from "../src/network.ts";
import { blobOf, type NetworkOptions, testNetwork } from "./support/blobs.ts";
import { Forge, type Forged } from "./support/forge.ts";
import { codeOf, Single } from "./support/single.ts";

const network = testNetwork({ payers: 3, balance: 10_000n, limits: { shardBudget: 1000 } });
const blob = (options: Parameters<typeof blobOf>[1] = {}) => blobOf(network, options);

/** On the genesis, or on blocks that are final. */
function check(
  blobs: readonly Candidate[],
  before: readonly (readonly Candidate[])[] = [],
  on: OrderNetwork = network,
) {
  const forge = new Forge(on);
  const single = new Single({ network: on, forge });
  let parent: Forged | undefined;
  for (const each of before) parent = forge.forge({ parent, blobs: each });
  if (parent !== undefined) single.deliver(parent);
  return codeOf(single.check(forge.forge({ parent, blobs })));
}

describe("O2: in a block", () => {
  test("good blobs are good, garbage that is paid for too", () => {
    expect(
      check([blob({ payload: new Uint8Array(9000).fill(7), tip: 1n }), blob({ payer: 1, touches: ["bank"] })]),
    ).toBe("valid");
  });

  test("a nonce comes once: not again in the block, nor after it", () => {
    expect(check([blob(), blob({ tip: 1n })])).toBe("blob 1 nonce-too-low");
    expect(check([blob(), blob()])).toBe("blob 1 nonce-too-low");
    expect(check([blob({ payer: 1 }), blob()], [[blob()]])).toBe("blob 1 nonce-too-low");
    expect(check([blob({ tip: 1n })], [[blob()], []])).toBe("blob 0 nonce-too-low");
  });

  test("no nonce is left out, and they come in order", () => {
    expect(check([blob({ nonce: 1 })])).toBe("blob 0 nonce-gap");
    expect(check([blob({ nonce: 1 }), blob()])).toBe("blob 0 nonce-gap");
    expect(check([blob(), blob({ nonce: 1 })])).toBe("valid");
    expect(check([blob(), blob({ nonce: 2 })])).toBe("blob 1 nonce-gap");
  });

  test("a payer pays for all, to the unit, with what it has at that point", () => {
    const fee = blob({ transfers: [{ to: 1, amount: 1n }] }).cost - 1n;
    const all = (amount: bigint) => blob({ transfers: [{ to: 1, amount }] });
    expect(check([all(10_000n - fee)])).toBe("valid");
    expect(check([all(10_000n - fee + 1n)])).toBe("blob 0 balance");
    expect(check([all(10_000n - fee), blob({ nonce: 1 })])).toBe("blob 1 balance");
    // What another sends in the same block can be spent after it, not before.
    const poor = blob({ payer: 1, transfers: [{ to: 2, amount: 10_500n }] });
    expect(check([blob({ transfers: [{ to: 1, amount: 2000n }] }), poor])).toBe("valid");
    expect(check([poor, blob({ transfers: [{ to: 1, amount: 2000n }] })])).toBe("blob 0 balance");
  });

  test("what has expired does not come in: the last height is the one that it names", () => {
    const before = [[], [], []];
    expect(check([blob({ expires: 4 })], before)).toBe("valid");
    expect(check([blob({ expires: 3 })], before)).toBe("blob 0 expired");
  });

  test.each<[string, Candidate, string]>([
    ["of another network", blob({ envelope: { network: rootOf(3) } }), "network"],
    ["with a bad signature", blob({ forged: true }), "signature"],
    ["of a shard that there is not", blob({ touches: ["zoo"] }), "unknown-shard"],
    ["that asks for more than a shard may do", blob({ touches: ["air"], budget: 1001 }), "over-budget"],
  ])("none %s", (_, bad, code) => {
    expect(check([blob({ payer: 1 }), bad])).toBe(`blob 1 ${code}`);
  });
});

describe("O2: across blocks that are not final", () => {
  const spend = (nonce: number, to: number, amount: bigint) => blob({ nonce, transfers: [{ to, amount }] });

  test("what a branch spent is spent on it, and not on another", () => {
    const forge = new Forge(network);
    const single = new Single({ network, forge });
    const one = forge.forge({ view: 1, blobs: [spend(0, 1, 9000n)] });
    const other = forge.forge({ view: 2, blobs: [spend(0, 2, 10n)] });
    const next = [spend(1, 2, 9000n)];
    expect(codeOf(single.check(forge.forge({ parent: one, view: 3, blobs: next })))).toBe("blob 0 balance");
    expect(codeOf(single.check(forge.forge({ parent: other, view: 3, blobs: next })))).toBe("valid");
    expect(codeOf(single.check(forge.forge({ parent: one, view: 4, blobs: next })))).toBe("blob 0 balance");
    expect(codeOf(single.check(forge.forge({ parent: one, view: 4, blobs: [spend(0, 2, 10n)] })))).toBe(
      "blob 0 nonce-too-low",
    );
  });

  test("what a branch received can be spent on it alone", () => {
    const forge = new Forge(network);
    const single = new Single({ network, forge });
    const one = forge.forge({ view: 1, blobs: [spend(0, 1, 5000n)] });
    const other = forge.forge({ view: 2, blobs: [] });
    const rich = [blob({ payer: 1, transfers: [{ to: 2, amount: 14_000n }] })];
    expect(codeOf(single.check(forge.forge({ parent: one, view: 3, blobs: rich })))).toBe("valid");
    expect(codeOf(single.check(forge.forge({ parent: other, view: 3, blobs: rich })))).toBe("blob 0 balance");
  });

  test("a block on one that is not good is not good", () => {
    const forge = new Forge(network);
    const bad = forge.forge({ blobs: [spend(0, 1, 9000n)], header: { ledgerRoot: rootOf(4) } });
    const verdict = new Single({ network, forge }).check(forge.forge({ parent: bad }));
    expect(codeOf(verdict)).toBe("ancestor");
  });
});

describe("O9: limits of a block, and one above", () => {
  const limited = (limits: NetworkOptions["limits"], options: Parameters<typeof blobOf>[1][]) => {
    const on = testNetwork({ limits: limits as NonNullable<NetworkOptions["limits"]> });
    return check(
      options.map((each) => blobOf(on, each)),
      [],
      on,
    );
  };
  const size = blob().bytes.length;

  test("blobs", () => {
    const three = [{ payer: 0 }, { payer: 1 }, { payer: 2 }];
    expect(limited({ blockBlobs: 3 }, three)).toBe("valid");
    expect(limited({ blockBlobs: 2 }, three)).toBe("count");
  });

  test("bytes, to the byte", () => {
    const two = [
      { payer: 0, payload: new Uint8Array(300_000 - 262_144 - 2 * size) },
      { payer: 1, payload: new Uint8Array(262_144) },
    ];
    expect(limited({ blockBytes: 300_000 }, two)).toBe("valid");
    expect(limited({ blockBytes: 299_999 }, two)).toBe("bytes");
  });

  test("work of each shard, summed over all blobs that touch it", () => {
    const work = (budget: number, ...touches: string[]) => ({ budget, touches });
    const of = (...works: ReturnType<typeof work>[]) =>
      limited(
        { shardBudget: 1000 },
        works.map((each, payer) => ({ ...each, payer })),
      );
    expect(of(work(600, "air", "bank"), work(400, "bank"), work(400, "air", "hotel"))).toBe("valid");
    expect(of(work(600, "air", "bank"), work(401, "bank"))).toBe("shard-budget");
    expect(of(work(600, "air"), work(600, "bank"), work(1000, "hotel"))).toBe("valid");
  });
});

describe("O10: a shard that is behind", () => {
  const lagMax = 3;
  const on = testNetwork({ limits: { lagMax, pendingMax: 5 } });
  const touch = (payer: number, nonce: number, ...touches: string[]) => blobOf(on, { payer, nonce, touches });

  /** "bank" is touched at height 1, then `idle` blocks come; the last `unfinal` of all are not final. */
  function world(idle: number, unfinal: number) {
    const forge = new Forge(on);
    const single = new Single({ network: on, forge });
    let parent = forge.forge({ blobs: [touch(0, 0, "bank")] });
    if (unfinal <= idle) single.deliver(parent);
    for (let left = idle; left > 0; left--) {
      parent = forge.forge({ parent });
      if (left > unfinal) single.deliver(parent);
    }
    return { forge, single, parent };
  }

  test.each([0, 1, 2, lagMax + 1])("counts from the first unclaimed height, with %i blocks not final", (unfinal) => {
    const atBound = world(lagMax - 1, Math.min(unfinal, lagMax));
    const over = world(lagMax, unfinal);
    const blobs = [touch(1, 0, "air", "bank")];
    expect(codeOf(atBound.single.check(atBound.forge.forge({ parent: atBound.parent, blobs })))).toBe("valid");
    expect(codeOf(over.single.check(over.forge.forge({ parent: over.parent, blobs })))).toBe("blob 0 shard-behind");
    // Others pass.
    const others = [touch(1, 0, "air"), touch(2, 0)];
    expect(codeOf(over.single.check(over.forge.forge({ parent: over.parent, view: 50, blobs: others })))).toBe("valid");
  });

  test.each([0, 2])("a cited claim covers the heights up to its round, with %i blocks not final", (unfinal) => {
    const { forge, single, parent } = world(lagMax, unfinal);
    const blobs = [touch(1, 0, "bank")];
    const short = forge.attest({ bank: { round: asRound(0) }, air: { round: asRound(1) } });
    const claimed = forge.attest({ bank: { round: asRound(1) } });
    single.give({ kind: "attested", block: short }, { kind: "attested", block: claimed });
    expect(codeOf(single.check(forge.forge({ parent, blobs })))).toBe("blob 0 shard-behind");
    expect(codeOf(single.check(forge.forge({ parent, view: 50, blobs, cites: short })))).toBe("blob 0 shard-behind");
    expect(codeOf(single.check(forge.forge({ parent, view: 51, blobs, cites: claimed })))).toBe("valid");
  });

  test("by programs pending, at the bound and one above", () => {
    for (const [pending, code] of [
      [5, "valid"],
      [6, "blob 0 shard-behind"],
    ] as const) {
      const { forge, single, parent } = world(0, 0);
      const cites = forge.attest({ bank: { round: asRound(1), pending } });
      single.give({ kind: "attested", block: cites });
      expect(codeOf(single.check(forge.forge({ parent, cites, blobs: [touch(1, 0, "bank")] })))).toBe(code);
    }
  });

  test("is refused by the pool as well, and let in again once it has caught up", () => {
    const { forge, single } = world(lagMax, 0);
    const receipt = (nonce: number) => {
      const found = single.submit(touch(1, nonce, "bank")).find((effect) => effect.kind === "receipt");
      return found?.receipt.kind === "refused" ? found.receipt.refusal.code : found?.receipt.kind;
    };
    expect(receipt(0)).toBe("shard-behind");
    single.give({ kind: "attested", block: forge.attest({ bank: { round: asRound(1) } }) });
    expect(receipt(0)).toBe("accepted");
  });
});
