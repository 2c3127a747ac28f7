// A2, A4: which attest blocks may stand on which, and what is left to verify.

import {
  type AttestHeader,
  asEpoch,
  asHeight,
  asValidatorIndex,
  attestHeaderCodec,
  type Citation,
  equalBytes,
  limits,
  mockScheme,
  type OrderHeader,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { attestBlockRules } from "../src/block.ts";
import { performBlockChecks } from "../src/judge-block.ts";
import type { AttestState } from "../src/state.ts";
import { type BlockPlan, frontiersRootOf, shard, shardNames, TwoChains } from "./support/two-chains.ts";

/** Two attest blocks, of which the first is cited by order blocks 3 and 4. */
function world() {
  const chains = new TwoChains();
  chains.order(chains.genesis);
  chains.order(chains.genesis);
  const first = chains.add(chains.genesis, [chains.item(chains.claim(shard("bank")))], { order: 2 });
  chains.order(first);
  chains.order(first);
  const second = chains.add(first, [], { order: 3 });
  return { chains, first, second };
}

function verdictOf(chains: TwoChains, parent: AttestState, plan: BlockPlan = {}): string {
  const judged = chains.judge(chains.block(parent, [], plan), parent, (plan.view ?? parent.header.view + 1) % 4);
  if (judged.kind === "bad") return judged.problem.code;
  if (judged.kind === "early") return "early";
  return performBlockChecks(chains.setting, judged.checks).every(Boolean) ? "good" : "unsigned";
}

describe("A2: a header", () => {
  test("that says what there is, is good", () => {
    const { chains, second } = world();
    expect(verdictOf(chains, second)).toBe("good");
    expect(verdictOf(chains, second, { order: 4, view: 9 })).toBe("good");
  });

  test.each<[string, Partial<AttestHeader>, string]>([
    ["epoch", { epoch: asEpoch(1) }, "epoch"],
    ["leader", { proposer: asValidatorIndex(0) }, "proposer"],
    ["height", { height: asHeight(4) }, "height"],
    ["parent", { parent: rootOf(1) }, "parent"],
    ["history", { history: rootOf(1) }, "history"],
    ["items", { attestationsRoot: rootOf(1) }, "body"],
    ["frontiers", { frontiersRoot: rootOf(1) }, "frontiers-root"],
    ["order block", { order: { height: asHeight(3), root: rootOf(1) } }, "citation"],
  ])("with another %s is refused", (_, header, code) => {
    const { chains, second } = world();
    expect(verdictOf(chains, second, { header })).toBe(code);
  });

  test("by nobody's seat is refused even with a certificate", () => {
    const { chains, second } = world();
    const at = (proposer: number) =>
      chains.judgeCertified(chains.block(second, [], { header: { proposer: asValidatorIndex(proposer) } }), second)
        .kind;
    expect([0, 3, 4].map(at)).toEqual(["good", "good", "bad"]);
  });
});

describe("A2: the order block that it cites", () => {
  test("is the genesis at first, or a later one", () => {
    const { chains } = world();
    expect(verdictOf(chains, chains.genesis, { order: 0 })).toBe("good");
    expect(verdictOf(chains, chains.genesis, { order: 2 })).toBe("good");
    const zero = chains.genesis.header.order;
    expect(verdictOf(chains, chains.genesis, { header: { order: zero } })).toBe("citation");
  });

  test.each<[string, (citation: Citation<OrderHeader>, chains: TwoChains) => unknown, string]>([
    ["nothing that shows it", () => undefined, "citation"],
    ["the certificate of another", (c, w) => ({ ...c, certificate: w.orderAt(2).certificate }), "citation"],
    ["no descent", (c) => ({ ...c, descent: { path: [] } }), "citation"],
    ["too few signers", (c) => signedBy(c, [true, true, false, false]), "unsigned"],
    ["other signers", (c) => signedBy(c, [true, true, true, true]), "unsigned"],
  ])("with %s is not good", (_, change, verdict) => {
    const { chains, second } = world();
    const citation = change(chains.citation(4, 3), chains) as Citation<OrderHeader>;
    expect(verdictOf(chains, second, { order: 4, body: { citation } })).toBe(verdict);
  });

  test("does not go back", () => {
    const { chains, second } = world();
    expect(verdictOf(chains, second, { order: 2 })).toBe("citation");
  });

  test("is waited for while the own order chain has not come to it", () => {
    const { chains, first, second } = world();
    const late = chains.order(first, false);
    const block = chains.block(second, [], { order: late });
    expect(chains.judge(block, second)).toEqual({ kind: "early", order: chains.orderAt(late).ref });
    expect(chains.judgeCertified(block, second).kind).toBe("early");
  });

  test("is the one that is final there", () => {
    const { chains, first, second } = world();
    const other = new TwoChains();
    for (let height = 1; height <= 4; height++) other.order({ height: asHeight(0), root: rootOf(height) });
    chains.order(first);
    const header = { order: other.orderAt(4).ref };
    expect(chains.judgeCertified(chains.block(second, [], { header }), second)).toMatchObject({
      kind: "bad",
      problem: { code: "citation", path: "header.order" },
    });
  });

  test("cites an attest block below this one, final or on its way to be", () => {
    const { chains, first, second } = world();
    const third = chains.add(second, [], { order: 4 });
    const cited = chains.order(second);
    expect(verdictOf(chains, second, { order: cited })).toBe("good");
    expect(verdictOf(chains, third, { order: cited })).toBe("good");
    // It stands above the parent, or beside it.
    const fork = chains.add(first, [], { order: 3, view: 7 });
    expect(verdictOf(chains, first, { order: cited })).toBe("citation");
    expect(verdictOf(chains, fork, { order: cited })).toBe("citation");
    chains.settle(first);
    expect(verdictOf(chains, third, { order: cited })).toBe("good");
    chains.settle(second);
    expect(verdictOf(chains, third, { order: cited })).toBe("good");
  });
});

function signedBy(citation: Citation<OrderHeader>, bitmap: readonly boolean[]): Citation<OrderHeader> {
  return { ...citation, certificate: { ...citation.certificate, bitmap } };
}

describe("A4: frontiers", () => {
  test("are those of the items over those of the parent, under each shard's name", () => {
    const { chains, second } = world();
    const bank = second.frontiers.of(shard("bank"));
    expect(bank?.round).toBe(1);
    expect(frontiersRootOf(new Map([["bank", bank as NonNullable<typeof bank>]]))).toEqual(second.header.frontiersRoot);
    expect(chains.genesis.frontiers.root).toEqual(chains.genesis.header.frontiersRoot);
  });

  test("of a shard without a claim are its genesis claim's, which has no entry", () => {
    const { chains, second } = world();
    for (const name of shardNames.filter((each) => each !== "bank")) {
      expect(second.frontiers.of(name)).toEqual(chains.setting.network.shards.get(name)?.genesis.frontier);
    }
    expect(second.frontiers.of(shard("casino"))).toBeUndefined();
  });

  test("with an entry too many or one left out give another root", () => {
    const { chains, second } = world();
    const items = [chains.item(chains.claim(shard("rail"), { round: 2 }))];
    const good = chains.frontiersAfter(second, items);
    const genesis = second.frontiers.of(shard("hotel")) as NonNullable<ReturnType<AttestState["frontiers"]["of"]>>;
    const variants = [good, new Map([...good].slice(1)), new Map([...good, ["hotel", genesis] as const])];
    const codes = variants.map((frontiers) => {
      const header = { frontiersRoot: frontiersRootOf(frontiers) as AttestHeader["frontiersRoot"] };
      const judged = chains.judge(chains.block(second, items, { header }), second);
      return judged.kind === "bad" ? judged.problem.code : judged.kind;
    });
    expect(codes).toEqual(["good", "frontiers-root", "frontiers-root"]);
  });
});

describe("what consensus votes for", () => {
  test("is the header's root, if the body is the one that it commits to", () => {
    const { chains, second } = world();
    const item = chains.item(chains.claim(shard("rail"), { round: 2 }));
    const block = chains.block(second, [item], { order: 4 });
    const { root, height } = attestBlockRules.infoOf(block);
    expect(root).toEqual(attestHeaderCodec.root(block.header));
    expect(height).toBe(3);
    const bodies = [
      { ...block.body, items: [] },
      { ...block.body, items: [item, item] },
      { ...block.body, citation: chains.citation(3, 0) },
    ];
    for (const body of bodies) {
      expect(equalBytes(attestBlockRules.infoOf({ header: block.header, body }).root, root)).toBe(false);
    }
  });

  test("is the same without the citation's proof, which can be proven again", () => {
    const { chains, second } = world();
    const block = chains.block(second, [], { order: 4 });
    const bare = { header: block.header, body: { ...block.body, citation: undefined } };
    expect(attestBlockRules.infoOf(bare).root).toEqual(attestBlockRules.infoOf(block).root);
    expect(chains.judge(bare, second).kind).toBe("bad");
    expect(chains.judgeCertified(bare, second)).toMatchObject({
      kind: "good",
      checks: { citation: undefined, signatures: [] },
    });
  });

  test("is another for a body that no header can commit to", () => {
    const { chains, second } = world();
    const { header, body } = chains.block(second, []);
    const item = chains.votes("order", 1, ["notarize", "notarize"]);
    const items = Array.from({ length: limits.attestItemsMax + 1 }, () => item);
    expect(attestBlockRules.infoOf({ header, body: { ...body, items } }).root).not.toEqual(
      attestHeaderCodec.root(header),
    );
  });

  test("does not name another height of what it cites than its citation shows", () => {
    const { chains, second } = world();
    const block = chains.block(second, [], { order: 4 });
    const order = { height: asHeight(5), root: block.header.order.root };
    const header = { ...block.header, order };
    const { root } = attestBlockRules.infoOf({ header, body: block.body });
    expect(root).not.toEqual(attestHeaderCodec.root(header));
  });

  test("is not checked again for what its certificate says: citation and signatures", () => {
    const { chains, second } = world();
    const item = chains.item(chains.claim(shard("rail"), { round: 2 }));
    const block = chains.block(second, [item], { order: 4 });
    const proposed = chains.judge(block, second);
    expect(proposed.kind === "good" && [proposed.checks.citation, proposed.checks.signatures.length]).toEqual([
      block.body.citation,
      1,
    ]);
    expect(chains.judgeCertified(block, second)).toMatchObject({
      kind: "good",
      checks: { citation: undefined, signatures: [] },
    });
  });

  test("is found again from its encoding", () => {
    const { chains, second } = world();
    const block = chains.block(second, [chains.item(chains.claim(shard("rail")))], { order: 4 });
    const decoded = attestBlockRules.codec.decode(attestBlockRules.codec.encode(block));
    expect(decoded).toEqual({ ok: true, value: block });
  });
});

test("S11: what is left to verify is verified up to the first that does not hold", () => {
  const { chains } = world();
  const { setting } = chains;
  let verified = 0;
  const scheme = {
    ...mockScheme,
    verifyAggregate: (...signed: Parameters<typeof mockScheme.verifyAggregate>) => {
      verified++;
      return mockScheme.verifyAggregate(...signed);
    },
  };
  const electorate = { ...setting.network.electorate, scheme };
  const counting = { ...setting, order: { ...setting.order, scheme }, network: { ...setting.network, electorate } };
  const items = shardNames.map((name) => chains.item(chains.claim(name)));
  const judged = chains.judge(chains.block(chains.genesis, items, { order: 2 }), chains.genesis);
  if (judged.kind !== "good") throw new Error(JSON.stringify(judged));
  const { citation, signatures } = judged.checks;
  const forge = (at: number) => signatures.map((each, i) => (i === at ? { ...each, root: rootOf(1) } : each));
  const countOf = (checks: typeof judged.checks) => {
    verified = 0;
    return [performBlockChecks(counting, checks), verified];
  };
  expect(countOf(judged.checks)).toEqual([[true, true, true, true], 4]);
  expect(countOf({ citation, signatures: forge(0) })).toEqual([[true, false], 2]);
  expect(countOf({ citation: undefined, signatures: forge(1) })).toEqual([[true, false], 2]);
  const uncertified = citation && { ...citation, certificate: { ...citation.certificate, block: rootOf(1) } };
  expect(countOf({ citation: uncertified, signatures })).toEqual([[false], 0]);
});
