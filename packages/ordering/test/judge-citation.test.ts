// O3: what a block cites of the attest chain is what its parent cites, or a final block above that which this node knows.

import { type AttestHeader, asHeight, type Citation, type OrderBlock } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { type Attested, AttestedChain } from "../src/attested.ts";
import { Lag } from "../src/lag.ts";
import type { AttestedBlock, ShardProgress } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge, type Forged, infoOf, notarized } from "./support/forge.ts";
import { codeOf, Single, verdictIn } from "./support/single.ts";

const network = testNetwork();

/** A node that knows `known` of six final attest blocks, and has a final block that cites the second. */
function world(known = 6) {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  const attested = Array.from({ length: 6 }, () => forge.attest());
  for (const block of attested.slice(0, known)) single.give({ kind: "attested", block });
  const parent = forge.forge({ cites: attested[1] as AttestedBlock });
  single.deliver(parent);
  /** Of a block on that one. */
  const checkWith = (cites: AttestedBlock, change: (citation: Citation<AttestHeader>) => unknown) => {
    const good = forge.forge({ parent, cites });
    const { citation } = good.block.body;
    const body = { ...good.block.body, citation: change(citation as Citation<AttestHeader>) };
    const block = { header: good.block.header, body } as OrderBlock;
    return codeOf(single.check({ ...good, block, info: infoOf(block) }));
  };
  const at = (height: number) => attested[height - 1] as AttestedBlock;
  return { forge, single, parent, at, checkWith };
}

describe("O3: a citation", () => {
  test("of the parent's is good without anything carried", () => {
    const { forge, single, parent } = world();
    expect(codeOf(single.check(forge.forge({ parent })))).toBe("valid");
  });

  test("of any later block is good with what shows it", () => {
    for (const height of [3, 4, 6]) {
      const { at, checkWith } = world();
      expect(checkWith(at(height), (citation) => citation)).toBe("valid");
    }
  });

  test("that the parent made and is not final is where the next one goes on", () => {
    const { forge, single, parent, at } = world();
    const second = forge.forge({ parent, cites: at(4) });
    expect(codeOf(single.check(forge.forge({ parent: second, cites: at(5) })))).toBe("valid");
    expect(codeOf(single.check(forge.forge({ parent: second })))).toBe("valid");
    expect(codeOf(single.check(forge.forge({ parent: second, cites: at(3) })))).toBe("citation");
  });

  test.each<[string, (citation: Citation<AttestHeader>, forge: Forge) => unknown]>([
    ["nothing that shows it", () => undefined],
    ["a notarization", (c) => ({ ...c, certificate: { ...c.certificate, kind: "notarization" } })],
    ["a false signature", (c) => ({ ...c, certificate: { ...c.certificate, signature: new Uint8Array(96).fill(1) } })],
    ["too few signers", (c) => ({ ...c, certificate: { ...c.certificate, bitmap: [true, true, false, false] } })],
    ["the certificate of another block", (c, f) => ({ ...c, certificate: f.attestBlock(3, {}, 9).certificate })],
    ["no descent", (c) => ({ ...c, descent: { path: [] } })],
    ["the descent of another height", (c, f) => ({ ...c, descent: { path: f.descent(1, c.header) } })],
    ["a longer descent", (c) => ({ ...c, descent: { path: [...c.descent.path, c.header.history] } })],
  ])("with %s is invalid", (_, change) => {
    const { forge, at, checkWith } = world();
    expect(checkWith(at(5), (citation) => change(citation, forge))).toBe("citation");
  });

  test("that goes back, or carries what it need not, is invalid", () => {
    const { forge, single, parent, at, checkWith } = world();
    expect(checkWith(at(1), (citation) => citation)).toBe("citation");
    expect(checkWith(at(2), (citation) => citation)).toBe("citation");
    const attested = { height: asHeight(0), root: network.attestGenesis.root };
    expect(codeOf(single.check(forge.forge({ parent, header: { attested } })))).toBe("citation");
  });

  test("of a block that this node has not seen waits until it has", () => {
    const { forge, single, parent, at } = world(3);
    const second = forge.forge({ parent, cites: at(5), blobs: [blobOf(network)] });
    expect(single.check(second)).toBeUndefined();
    expect(verdictIn(single.give({ kind: "attested", block: at(4) }))).toBeUndefined();
    expect(codeOf(verdictIn(single.give({ kind: "attested", block: at(5) })))).toBe("valid");
  });

  test("of a block that a notarization names here is good by the finalization that it carries", () => {
    const { forge, single, parent, at } = world(3);
    single.give({ kind: "attested", block: notarized(at(4)) });
    expect(codeOf(single.check(forge.forge({ parent, cites: at(4) })))).toBe("valid");
  });

  test("of a block where another is final here is invalid, however good its certificate", () => {
    const { forge, checkWith } = world();
    expect(checkWith(forge.attestBlock(5, {}, 7), (citation) => citation)).toBe("citation");
  });
});

describe("what a quorum vouches for", () => {
  /** Another block with the same root: what shows the citation is not covered by it. */
  const stripped = ({ block, ...rest }: Forged): Forged => {
    const bare = { header: block.header, body: { ...block.body, citation: undefined } };
    return { ...rest, block: bare, info: infoOf(bare) };
  };

  test("an ancestor whose citation was left out does not hold up what stands on it", () => {
    const { forge, single, parent, at } = world();
    const second = stripped(forge.forge({ parent, cites: at(4), blobs: [blobOf(network)] }));
    expect(codeOf(single.check(second))).toBe("citation");
    expect(codeOf(single.check(forge.forge({ parent: second, cites: at(5) })))).toBe("valid");
  });

  test("a final block without its citation is executed", () => {
    const { forge, single, parent, at } = world();
    const effects = single.deliver(stripped(forge.forge({ parent, cites: at(4) })));
    expect(effects.filter(({ kind }) => kind === "ordered" || kind === "diverged").map(({ kind }) => kind)).toEqual([
      "ordered",
    ]);
  });

  test("a final block that cites what this node does not know yet waits for it", () => {
    const { forge, single, parent, at } = world(3);
    const last = forge.forge({ parent, cites: at(4) });
    expect(single.deliver(last).some(({ kind }) => kind === "ordered")).toBe(false);
    expect(single.give({ kind: "attested", block: at(4) }).some(({ kind }) => kind === "ordered")).toBe(true);
  });
});

describe("attest blocks", () => {
  test("that are told again, or before it is clear where a node goes on, are no harm", () => {
    const { forge, single, parent, at } = world(4);
    for (const height of [1, 4, 2]) single.give({ kind: "attested", block: at(height) });
    const next = single.restarted({ holds: ["read"] });
    for (const height of [3, 4, 5]) next.give({ kind: "attested", block: at(height) });
    next.answerAll();
    next.finalHeight = 1;
    expect(codeOf(next.check(forge.forge({ parent, cites: at(5) })))).toBe("valid");
  });

  test("frontiers of several blocks add up, shard by shard", () => {
    const on = testNetwork({ limits: { lagMax: 1 } });
    const forge = new Forge(on);
    const single = new Single({ network: on, forge });
    const progress = (round: number): Partial<ShardProgress> => ({ round: round as ShardProgress["round"] });
    let parent = forge.forge({ blobs: [blobOf(on, { touches: ["air", "bank"] })] });
    for (let i = 0; i < 2; i++) parent = forge.forge({ parent });
    single.deliver(parent);
    const one = forge.attest({ air: progress(1) });
    const two = forge.attest({ bank: progress(1) });
    single.give({ kind: "attested", block: one }, { kind: "attested", block: two });
    const blobs = [blobOf(on, { payer: 1, touches: ["air", "bank"] })];
    expect(codeOf(single.check(forge.forge({ parent, cites: one, blobs })))).toBe("blob 0 shard-behind");
    expect(codeOf(single.check(forge.forge({ parent, cites: two, blobs })))).toBe("valid");
  });

  test("are cited from the last that a finalization names here, or that a final order block cites", () => {
    const forge = new Forge(network);
    const chain = new AttestedChain({ ref: network.attestGenesis, frontiers: new Map(), proof: undefined });
    const [one, two, three] = Array.from({ length: 3 }, () => forge.attest()) as [
      AttestedBlock,
      AttestedBlock,
      AttestedBlock,
    ];
    chain.add(one);
    chain.add(notarized(two));
    chain.add(notarized(three));
    expect(chain.newest.ref).toEqual(one.ref);
    chain.settle(chain.find(two.ref) as Attested);
    expect(chain.newest.ref).toEqual(two.ref);
    expect(chain.find(three.ref)).toMatchObject({ ref: three.ref });
  });

  test("and heights that no block can ask for any more are forgotten", () => {
    const forge = new Forge(network);
    const chain = new AttestedChain({ ref: network.attestGenesis, frontiers: new Map(), proof: undefined });
    const blocks = Array.from({ length: 5 }, () => forge.attest({ air: { round: 4 as ShardProgress["round"] } }));
    for (const block of blocks) chain.add(block);
    chain.settle(chain.find((blocks[3] as AttestedBlock).ref) as Attested);
    expect(chain.oldest.ref.height).toBe(4);
    expect(chain.find((blocks[2] as AttestedBlock).ref)).toBe("none");
    const [air] = network.shards;
    const touched = new Set(air === undefined ? [] : [air]);
    const lag = new Lag(network, []);
    for (const height of [2, 4, 5]) lag.settle({ height: asHeight(height), touched }, new Map());
    lag.settle({ height: asHeight(6), touched }, chain.oldest.frontiers);
    expect(lag.entries()).toEqual([["air", [5, 6]]]);
  });
});
