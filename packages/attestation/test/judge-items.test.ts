// A3: which items may stand in an attest block, and where.

import {
  type AttestItem,
  asContractName,
  asEpoch,
  asHeight,
  asValidatorIndex,
  attestItemsCodec,
  type Claim,
  exportsRootOf,
  type Lane,
  limits,
  readNow,
  type Source,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { performChecks } from "../src/faults.ts";
import { ItemDraft, judgeItems } from "../src/judge.ts";
import type { AttestState } from "../src/state.ts";
import { openPast } from "../src/visible.ts";
import { type BlockPlan, itemsOracle, shard, TwoChains } from "./support/two-chains.ts";

const [bank, hotel, rail] = ["bank", "hotel", "rail"].map(shard) as [Claim["shard"], Claim["shard"], Claim["shard"]];

const sourceOf = (claim: Claim): Source => ({ shard: claim.shard, round: claim.round, exports: exportsRootOf(claim) });

/** Order blocks up to height 5 that all cite the attest genesis. */
function world() {
  const chains = new TwoChains();
  for (let height = 1; height <= 5; height++) chains.order(chains.genesis);
  return chains;
}

/** What is wrong with the items, of a block that is good otherwise. */
function problemOf(
  chains: TwoChains,
  parent: AttestState,
  items: readonly AttestItem[],
  plan: BlockPlan = { order: 5 },
) {
  const judged = chains.judge(chains.block(parent, items, plan), parent);
  if (judged.kind === "good") {
    const valid = performChecks(chains.setting, judged.checks.signatures);
    return valid.every((each) => each) ? "good" : "signature";
  }
  if (judged.kind === "early") return "early";
  const { item } = judged.problem;
  return item === undefined ? judged.problem.code : `${item.code} ${item.path}`;
}

describe("A3: an attestation", () => {
  test("of each shard follows the genesis claim, and moves the frontier", () => {
    const chains = world();
    const claims = [bank, hotel, rail].map((name, at) => chains.claim(name, { round: at + 1, exports: at + 1 }));
    const state = chains.add(
      chains.genesis,
      claims.map((claim) => chains.item(claim)),
      { order: 5 },
    );
    for (const { shard: name, round, contracts, pending } of claims) {
      expect(state.frontiers.of(name)).toMatchObject({ round, contracts, pending });
    }
    expect(
      problemOf(
        chains,
        chains.genesis,
        claims.map((claim) => chains.item(claim)),
      ),
    ).toBe("good");
  });

  test("of another epoch is refused", () => {
    const chains = world();
    const claim = chains.claim(bank, { change: { epoch: asEpoch(1) } });
    expect(problemOf(chains, chains.genesis, [chains.item(claim)])).toBe("wrong-epoch [0].claim.epoch");
  });

  test("of a shard that the network does not have is refused", () => {
    const chains = world();
    const claim = chains.claim(bank, { change: { shard: shard("casino") } });
    expect(problemOf(chains, chains.genesis, [chains.item(claim)])).toBe("unknown-shard [0].claim.shard");
  });

  test("that skips a claim, repeats one or follows another shard's is refused", () => {
    const chains = world();
    const first = chains.claim(bank);
    const second = chains.claim(bank, { prev: first });
    expect(problemOf(chains, chains.genesis, [chains.item(second)])).toBe("not-next [0].claim.prev");
    expect(
      problemOf(
        chains,
        chains.genesis,
        [first, first].map((claim) => chains.item(claim)),
      ),
    ).toBe("not-next [1].claim.prev");
    const state = chains.add(chains.genesis, [chains.item(first)], { order: 5 });
    expect(problemOf(chains, state, [chains.item(first)], {})).toBe("not-next [0].claim.prev");
    const stray = chains.claim(bank, { prev: chains.genesisClaim(hotel), round: 1 });
    expect(problemOf(chains, chains.genesis, [chains.item(stray)])).toBe("not-next [0].claim.prev");
  });

  test("of a round that is not above the frontier's is refused", () => {
    const chains = world();
    const first = chains.claim(bank, { round: 3 });
    for (const round of [0, 2, 3]) {
      const second = chains.claim(bank, { prev: first, round });
      expect(problemOf(chains, chains.genesis, [chains.item(first), chains.item(second)])).toBe(
        "not-later [1].claim.round",
      );
    }
    const genesis = chains.claim(bank, { round: 0 });
    expect(problemOf(chains, chains.genesis, [chains.item(genesis)])).toBe("not-later [0].claim.round");
  });

  test("of a round above the cited order block is refused, up to it it is good", () => {
    const chains = world();
    const at = (round: number) =>
      problemOf(chains, chains.genesis, [chains.item(chains.claim(bank, { round }))], { order: 3 });
    expect([3, 4, 5].map(at)).toEqual(["good", "too-early [0].claim.round", "too-early [0].claim.round"]);
  });

  test("goes on from the one before it, so that a shard catches up in one block", () => {
    const chains = world();
    const line = [chains.claim(bank, { round: 1 })];
    for (const round of [2, 4, 5]) line.push(chains.claim(bank, { prev: line.at(-1) as Claim, round }));
    expect(
      problemOf(
        chains,
        chains.genesis,
        line.map((claim) => chains.item(claim)),
      ),
    ).toBe("good");
    const swapped = [line[1], line[0]].map((claim) => chains.item(claim as Claim));
    expect(problemOf(chains, chains.genesis, swapped)).toBe("not-next [0].claim.prev");
  });
});

describe("A3: signers", () => {
  test.each([
    ["bank", [0, 1, 2], "good"],
    ["bank", [0, 1], "no-quorum [0].bitmap"],
    ["hotel", [1, 2], "good"],
    ["hotel", [0, 2], "no-quorum [0].bitmap"], // 4 of 6 is exactly two thirds
    ["rail", [0], "no-quorum [0].bitmap"], // 6 of 9 too
    ["rail", [0, 3], "good"],
    ["rail", [1, 2, 3], "no-quorum [0].bitmap"],
  ] as const)("of %s, seats %j: %s", (name, signers, verdict) => {
    const chains = world();
    expect(problemOf(chains, chains.genesis, [chains.item(chains.claim(shard(name)), signers)])).toBe(verdict);
  });

  test("have a bit each, and there are no others", () => {
    const chains = world();
    const { bitmap, ...rest } = chains.attest(chains.claim(bank));
    for (const other of [bitmap.slice(0, 3), [...bitmap, false], [...bitmap, true], []]) {
      const item = { kind: "attestation", value: { ...rest, bitmap: other } } as const;
      expect(problemOf(chains, chains.genesis, [item])).toBe("bitmap-length [0].bitmap");
    }
  });

  test("are exactly those who signed, over exactly this claim", () => {
    const chains = world();
    const claim = chains.claim(bank);
    const good = chains.attest(claim, [0, 1, 2]);
    const forged = [
      { ...good, bitmap: [true, true, true, true] },
      { ...good, bitmap: [true, true, false, true] },
      { ...good, signature: chains.attest(chains.claim(bank, { exports: 2 }), [0, 1, 2]).signature },
    ];
    for (const value of forged) {
      expect(problemOf(chains, chains.genesis, [{ kind: "attestation", value }])).toBe("signature");
    }
  });
});

describe("A3, R2: sources", () => {
  /** Block 1 has a claim of the hotel; order blocks from 6 on cite it. */
  function seen() {
    const chains = world();
    const made = chains.claim(hotel, { exports: 7 });
    const first = chains.add(chains.genesis, [chains.item(made)], { order: 5 });
    for (let height = 6; height <= 8; height++) chains.order(first);
    const using = (round: number, source: Source) => chains.item(chains.claim(bank, { round, sources: [source] }));
    return { chains, made, first, using };
  }

  test("are visible from the first order block on that cites an attest block with them", () => {
    const { chains, made, first, using } = seen();
    expect(problemOf(chains, first, [using(6, sourceOf(made))], { order: 6 })).toBe("good");
    expect(problemOf(chains, first, [using(8, sourceOf(made))], { order: 8 })).toBe("good");
    expect(problemOf(chains, first, [using(5, sourceOf(made))], { order: 8 })).toBe(
      "hidden-source [0].claim.sources[0]",
    );
  });

  test("are judged likewise when the block that has them lies below the last final one", () => {
    const { chains, made, first, using } = seen();
    chains.settle(first);
    const above = chains.add(first, [], {});
    for (const parent of [first, above, chains.settle(above)]) {
      expect(problemOf(chains, parent, [using(6, sourceOf(made))], { order: 6 })).toBe("good");
      expect(problemOf(chains, parent, [using(5, sourceOf(made))], { order: 6 })).toBe(
        "hidden-source [0].claim.sources[0]",
      );
    }
  });

  test("that nobody attested are refused: another round, another shard, the genesis claim", () => {
    const { chains, made, first, using } = seen();
    const source = sourceOf(made);
    const genesis = sourceOf(chains.genesisClaim(hotel));
    for (const other of [
      { ...source, round: 2 },
      { ...source, shard: rail },
      { ...source, shard: shard("casino") },
      genesis,
    ]) {
      expect(problemOf(chains, first, [using(6, other as Source)], { order: 8 })).toBe(
        "unattested-source [0].claim.sources[0]",
      );
    }
  });

  test("with other exports are refused, wherever they stand", () => {
    const { chains, made, first } = seen();
    const second = chains.add(first, [chains.item(chains.claim(rail, { round: 2 }))], { order: 8 });
    const order = chains.order(second);
    const sources = [sourceOf(made), { shard: rail, round: sourceOf(made).round, exports: rootOf(9) }];
    sources[1] = { ...(sources[1] as Source), round: 2 as Source["round"] };
    const item = chains.item(chains.claim(bank, { round: order, sources }));
    expect(problemOf(chains, second, [item], { order })).toBe("other-exports [0].claim.sources[1].exports");
  });

  test("are never in the same block, whatever their order in it", () => {
    const { chains, first, using } = seen();
    const fresh = chains.claim(rail, { round: 6 });
    const items = [chains.item(fresh), using(8, sourceOf(fresh))];
    for (const each of [items, items.toReversed()]) {
      expect(problemOf(chains, first, each, { order: 8 })).toMatch(/^unattested-source/);
    }
  });

  test("of a block that came later than the parent do not count, final or not", () => {
    const { chains, first, using } = seen();
    const fresh = chains.claim(rail, { round: 6 });
    chains.settle(first);
    chains.settle(chains.add(first, [chains.item(fresh)], { order: 6 }));
    expect(problemOf(chains, first, [using(8, sourceOf(fresh))], { order: 8 })).toMatch(/^unattested-source/);
  });
});

describe("evidence", () => {
  const good = (chains: TwoChains): readonly (readonly [string, AttestItem])[] => [
    ["two notarizes", chains.votes("order", 1, ["notarize", "notarize"])],
    ["two finalizes", chains.votes("attest", 1, ["finalize", "finalize"])],
    ["nullify and finalize", chains.votes("attest", 2, ["nullify", "finalize"])],
    ["two claims of one round", chains.claims(chains.claim(bank), chains.claim(bank, { exports: 2 }), 3)],
    ["two claims on one", chains.claims(chains.claim(hotel), chains.claim(hotel, { round: 2 }), 1)],
  ];

  test("of every kind is good, beside each other", () => {
    const chains = world();
    expect(
      problemOf(
        chains,
        chains.genesis,
        good(chains).map(([, item]) => item),
      ),
    ).toBe("good");
  });

  test("of one fault is included once: in a block, on its way to be final, and for ever", () => {
    for (const [name, item] of good(world())) {
      const chains = world();
      expect(problemOf(chains, chains.genesis, [item, item]), name).toBe("known-fault [1].evidence");
      const first = chains.add(chains.genesis, [item], { order: 5 });
      expect(problemOf(chains, first, [item], {}), name).toBe("known-fault [0].evidence");
      chains.settle(first);
      const second = chains.settle(chains.add(first, [], {}));
      expect(problemOf(chains, second, [item], {}), name).toBe("known-fault [0].evidence");
      // What a later block included is not known below.
      expect(problemOf(chains, chains.genesis, [item], { order: 5 }), name).toBe("good");
    }
  });

  test("of a second misdeed of the same seat in the same role says nothing new; in another role it does", () => {
    const chains = world();
    const first = chains.votes("order", 1, ["notarize", "notarize"], 1);
    const again = chains.votes("order", 1, ["finalize", "finalize"], 2);
    expect(problemOf(chains, chains.genesis, [first, again])).toBe("known-fault [1].evidence");
    const elsewhere = [
      chains.votes("attest", 1, ["notarize", "notarize"]),
      chains.votes("order", 2, ["notarize", "notarize"]),
      chains.claims(chains.claim(bank), chains.claim(bank, { exports: 2 }), 1),
      chains.claims(chains.claim(rail), chains.claim(rail, { exports: 2 }), 1),
    ];
    expect(problemOf(chains, chains.genesis, [first, ...elsewhere])).toBe("good");
  });

  test("is of a set of this network, and of a seat in it", () => {
    const chains = world();
    const two = (name: string) => {
      const change = { shard: shard(name) };
      return [chains.claim(bank, { change }), chains.claim(bank, { exports: 2, change })] as const;
    };
    const refusals = [
      [chains.claims(...two("casino"), 0), "unknown-shard"],
      [chains.claims(...two("hotel"), 3), "unknown-signer"],
      [withSigner(chains.votes("order", 1, ["notarize", "notarize"]), 4), "unknown-signer"],
    ] as const;
    for (const [item, code] of refusals) {
      expect(problemOf(chains, chains.genesis, [item])).toBe(`${code} [0].evidence`);
    }
  });

  test("is of this epoch", () => {
    const chains = world();
    const change = { epoch: asEpoch(1) };
    const claims = [chains.claim(bank, { change }), chains.claim(bank, { exports: 2, change })] as const;
    expect(problemOf(chains, chains.genesis, [chains.claims(...claims, 0)])).toBe("wrong-epoch [0].evidence");
    const votes = withVotes(chains.votes("order", 1, ["notarize", "notarize"]), { epoch: asEpoch(1) });
    expect(problemOf(chains, chains.genesis, [votes])).toBe("wrong-epoch [0].evidence");
  });

  test("that shows what an honest validator may do does not decode", () => {
    const chains = world();
    const claim = chains.claim(bank);
    const next = chains.claim(bank, { prev: claim });
    const harmless = [
      chains.votes("order", 1, ["notarize", "nullify"]),
      chains.votes("order", 1, ["notarize", "finalize"]),
      chains.claims(claim, claim, 1),
      chains.claims(claim, next, 1),
    ];
    for (const item of harmless) {
      const decoded = attestItemsCodec.decode(itemsOracle.encode([item]));
      expect(decoded.ok ? "good" : decoded.error.code).toBe("bad-value");
    }
  });

  test("counts only if both signatures are the seat's", () => {
    const chains = world();
    for (const item of [
      withSigner(chains.votes("order", 1, ["notarize", "notarize"]), 2),
      withSigner(chains.claims(chains.claim(bank), chains.claim(bank, { exports: 2 }), 1), 2),
    ]) {
      expect(problemOf(chains, chains.genesis, [item])).toBe("signature");
    }
  });

  test.each(["first", "second"] as const)("does not count if the %s signature is another seat's", (which) => {
    const chains = world();
    const pairs = [1, 2].map((seat) => [
      chains.votes("order", seat, ["notarize", "notarize"]),
      chains.claims(chains.claim(bank), chains.claim(bank, { exports: 2 }), seat),
    ]) as [AttestItem[], AttestItem[]];
    for (const [at, item] of pairs[0].entries()) {
      const half = withSignatureOf(item, pairs[1][at] as AttestItem, which);
      expect(problemOf(chains, chains.genesis, [item])).toBe("good");
      expect(problemOf(chains, chains.genesis, [half])).toBe("signature");
    }
  });

  test("that is refused leaves no trace: what is to be verified names the items that were taken", () => {
    const chains = world();
    const items = [
      chains.item(chains.claim(bank)),
      chains.item(chains.claim(bank)),
      chains.votes("order", 1, ["notarize", "notarize"]),
      chains.item(chains.claim(hotel)),
    ];
    const past = readNow(
      (keys) => chains.store.readNow(keys),
      openPast(chains.setting, chains.genesis, asHeight(5), items),
    );
    const draft = new ItemDraft({ setting: chains.setting, parent: chains.genesis, order: asHeight(5), past });
    const codes = items.map((item) => draft.admit(item)?.code);
    expect(codes).toEqual([undefined, "not-next", undefined, undefined]);
    expect(draft.judged.checks.map(({ item, set }) => [item, set])).toEqual([
      [0, { shard: "bank" }],
      [1, { chain: "order" }],
      [1, { chain: "order" }],
      [2, { shard: "hotel" }],
    ]);
    expect(draft.judged.claims.map(({ shard: name }) => name)).toEqual(["bank", "hotel"]);
  });
});

function withSignatureOf(item: AttestItem, other: AttestItem, which: "first" | "second"): AttestItem {
  if (item.kind !== "evidence" || other.kind !== "evidence") throw new Error("no evidence");
  const { signature } = other.value.value[which];
  const changed = { ...item.value.value, [which]: { ...item.value.value[which], signature } };
  return { kind: "evidence", value: { ...item.value, value: changed } as typeof item.value };
}

function withSigner(item: AttestItem, seat: number): AttestItem {
  const signer = asValidatorIndex(seat);
  if (item.kind !== "evidence") return item;
  if (item.value.kind === "votes") return withVotes(item, { signer });
  return { kind: "evidence", value: { kind: "claims", value: { ...item.value.value, signer } } };
}

function withVotes(
  item: AttestItem,
  change: { epoch?: Claim["epoch"]; signer?: ReturnType<typeof asValidatorIndex> },
): AttestItem {
  if (item.kind !== "evidence" || item.value.kind !== "votes") return item;
  const { chain, first, second } = item.value.value;
  const value = { chain, first: { ...first, ...change }, second: { ...second, ...change } };
  return { kind: "evidence", value: { kind: "votes", value } };
}

describe("limits of a block", () => {
  /** Items that are looked at one by one only if there are not too many of them. */
  function codeOf(items: readonly AttestItem[]): string {
    const chains = world();
    const past = readNow(() => [], openPast(chains.setting, chains.genesis, asHeight(0), []));
    const judged = judgeItems({ setting: chains.setting, parent: chains.genesis, order: asHeight(5), past }, items);
    return judged.ok ? "good" : judged.error.code;
  }

  test("too many items are refused, as many as a block has are not", () => {
    const chains = world();
    const item = chains.item(chains.claim(bank));
    const items = (count: number) => Array.from({ length: count }, () => item);
    expect([limits.attestItemsMax, limits.attestItemsMax + 1].map((count) => codeOf(items(count)))).toEqual([
      "not-next",
      "too-many",
    ]);
  });

  test("too many bytes are refused, as many as a block has are not", () => {
    const chains = world();
    const claim = chains.claim(bank);
    const [first] = claim.lanes as [Lane];
    const lanes = Array.from({ length: 2048 }, (_, at) => ({
      ...first,
      contract: asContractName(`bank/${String(at).padStart(28, "0")}`),
    }));
    const { bitmap, signature } = chains.attest(claim);
    const item: AttestItem = { kind: "attestation", value: { claim: { ...claim, lanes }, bitmap, signature } };
    const size = attestItemsCodec.type.sizeOf([item]);
    const count = Math.floor(limits.attestBytesMax / size);
    const items = (number: number) => Array.from({ length: number }, () => item);
    expect([count, count + 1].map((number) => codeOf(items(number)))).toEqual(["not-next", "too-large"]);
  });
});
