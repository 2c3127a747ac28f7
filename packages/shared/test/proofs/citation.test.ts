// O3: which citations a block may carry, and what each one that it may not has wrong. Both ways round: the world's
// order chain cites its attest chain, and the other way about.

import { describe, expect, test } from "vitest";
import {
  appendToHistory,
  emptyHistory,
  type HistoryProof,
  MemoryHistory,
  proveHistory,
} from "../../src/merkle/index.ts";
import type { AttestHeader } from "../../src/messages/attest-header.ts";
import type { Citation } from "../../src/messages/block.ts";
import type { BlockRef } from "../../src/messages/common.ts";
import type { OrderHeader } from "../../src/messages/order-header.ts";
import { asHeight, zeroRoot } from "../../src/numbers.ts";
import { type CitationCode, type Cited, checkCitation, verifyCitation } from "../../src/proofs/index.ts";
import type { Verdict } from "../../src/result.ts";
import { createWorld } from "../support/world.ts";
import type { WorldChain } from "../support/world-chain.ts";
import { signedHeader } from "../support/world-forgery.ts";
import { must } from "../support/world-validators.ts";

type AnyHeader = OrderHeader | AttestHeader;
type AnyChain = WorldChain<AnyHeader>;

const world = createWorld();
const { order, attest } = world;
const nothing: BlockRef = { height: asHeight(0), root: zeroRoot };

/** That leaf `height` of the history lies in the header of `tip`. */
async function descentOf(chain: AnyChain, tip: number, height: number): Promise<HistoryProof> {
  const store = new MemoryHistory();
  let history = emptyHistory;
  for (const root of chain.roots.slice(0, tip)) {
    const appended = appendToHistory(history, root);
    history = appended.history;
    store.keep(appended.completed);
  }
  return must(await proveHistory(store, tip, height));
}

/** A block whose parent cites `from` cites `to`. */
async function citing(chain: AnyChain, from: number, to: number) {
  const citation: Citation<AnyHeader> = {
    header: chain.header(to),
    certificate: chain.certificate(to),
    descent: await descentOf(chain, to, from),
  };
  const before = from === 0 ? nothing : chain.ref(from);
  return { headers: chain.plan.codec, genesis: chain.ref(0), before, now: chain.ref(to), citation };
}

function said(verdict: Verdict<CitationCode>): readonly string[] | "right" {
  return verdict.ok ? "right" : [verdict.error.code, verdict.error.path];
}

/** Both doors say the same, where no quorum is in question. */
function judge(chain: AnyChain, cited: Cited<AnyHeader>): readonly string[] | "right" {
  const epoch = cited.citation?.header.epoch ?? 0;
  const verdict = said(verifyCitation(chain.electorate(epoch), cited));
  expect(said(checkCitation(cited))).toEqual(verdict);
  return verdict;
}

describe.each([
  { cited: "attest", chain: attest as unknown as AnyChain, at: [2, 5, 16, 20], rival: 11 },
  { cited: "order", chain: order as unknown as AnyChain, at: [2, 7, 17, 40], rival: 16 },
])("citations of the $cited chain", async ({ chain, at, rival }) => {
  const [first, second, third, last] = at as [number, number, number, number];
  const honest = await citing(chain, first, third);
  const plain = { headers: honest.headers, genesis: honest.genesis, citation: undefined };
  const by = (changes: Partial<Cited<AnyHeader>>) => judge(chain, { ...honest, ...changes });
  const carrying = (changes: Partial<Citation<AnyHeader>>) => by({ citation: { ...honest.citation, ...changes } });

  test("nothing is carried where the parent's citation stays", () => {
    const ref = chain.ref(first);
    expect(judge(chain, { ...plain, before: ref, now: ref })).toBe("right");
  });

  test("a first block cites the other genesis, and so may those after it, with nothing carried", () => {
    for (const before of [nothing, chain.ref(0)]) {
      expect(judge(chain, { ...plain, before, now: chain.ref(0) })).toBe("right");
      expect(judge(chain, { ...plain, before, now: nothing })).toEqual(["no-citation", ""]);
    }
  });

  test("any later final block may be cited, from genesis on too", async () => {
    for (const [from, to] of [
      [0, first],
      [0, last],
      [first, second],
      [first, last],
      [third, last],
      [last - 1, last],
    ] as const) {
      expect(judge(chain, await citing(chain, from, to)), `${from} to ${to}`).toBe("right");
    }
    const afterGenesis = { ...(await citing(chain, 0, second)), before: chain.ref(0) };
    expect(judge(chain, afterGenesis)).toBe("right");
  });

  test("a new citation that is not shown is refused", () => {
    expect(by({ citation: undefined })).toEqual(["no-citation", ""]);
    const root = chain.root(second);
    const sameHeight = { before: chain.ref(first), now: { height: asHeight(first), root } };
    expect(judge(chain, { ...plain, ...sameHeight })).toEqual(["no-citation", ""]);
  });

  test("another header than the block cites is refused", async () => {
    const other = await citing(chain, first, last);
    expect(by({ citation: other.citation })).toEqual(["wrong-root", "header"]);
    expect(by({ now: chain.ref(last) })).toEqual(["wrong-root", "header"]);
    expect(by({ now: { height: asHeight(third + 1), root: chain.root(third) } })).toEqual(["wrong-root", "header"]);
    expect(by({ now: { height: asHeight(third), root: zeroRoot } })).toEqual(["wrong-root", "header"]);
  });

  test("what is not above the parent's citation is refused, also what the parent cites itself", () => {
    expect(by({ before: chain.ref(third) })).toEqual(["not-later", "header.height"]);
    expect(by({ before: chain.ref(last) })).toEqual(["not-later", "header.height"]);
  });

  test("what does not descend from the parent's citation is refused", async () => {
    const forked = { height: asHeight(first), root: chain.root(second) };
    expect(by({ before: forked })).toEqual(["wrong-root", "descent.path"]);
    expect(carrying({ descent: { path: [] } })).toEqual(["wrong-count", "descent.path"]);
    const ofAnother = await descentOf(chain, third, second);
    expect(carrying({ descent: ofAnother })).not.toBe("right");
    expect(by({ genesis: { height: asHeight(0), root: zeroRoot }, before: nothing })).not.toBe("right");
  });

  test("what is final, but of another history, is refused", async () => {
    const { header, certificate } = signedHeader(chain, third, {
      history: chain.root(1),
    });
    const now = { height: header.height, root: chain.plan.codec.root(header) };
    expect(by({ now, citation: { ...honest.citation, header, certificate } })).toEqual(["wrong-root", "descent.path"]);
  });

  test("a certificate that does not name the header is refused before anybody looks at signatures", () => {
    const { certificate } = honest.citation;
    expect(carrying({ certificate: { ...certificate, kind: "notarization" } })).toEqual([
      "wrong-kind",
      "certificate.kind",
    ]);
    expect(carrying({ certificate: chain.certificate(rival) })).toEqual(["wrong-view", "certificate.view"]);
    const ofRival = { ...certificate, block: chain.root(rival) };
    expect(carrying({ certificate: ofRival })).toEqual(["wrong-block", "certificate.block"]);
  });

  test("the quorum alone is left to whoever has the electorate", () => {
    const { certificate } = honest.citation;
    const electorate = chain.electorate(honest.citation.header.epoch);
    const tooFew = { ...certificate, bitmap: certificate.bitmap.map(() => false) };
    const forged = { ...certificate, signature: new Uint8Array(96) };
    for (const bad of [tooFew, forged]) {
      const cited = { ...honest, citation: { ...honest.citation, certificate: bad } };
      expect(said(checkCitation(cited))).toBe("right");
      expect(said(verifyCitation(electorate, cited))[1]).toMatch(/^certificate/);
    }
    const otherEpoch = chain.electorate(9);
    expect(said(verifyCitation(otherEpoch, honest))).toEqual(["wrong-epoch", "certificate.epoch"]);
    const otherChain = (chain.plan.chain === "order" ? attest : order).electorate(honest.citation.header.epoch);
    expect(verifyCitation(otherChain, honest).ok).toBe(false);
  });
});
