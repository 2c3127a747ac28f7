// What a check takes from its caller, verified from headers of both chains.

import {
  type AttestHeader,
  asBlobIndex,
  asHeight,
  asShardName,
  asTimeMs,
  attestHeaderCodec,
  blobCodec,
  type Claim,
  claimCodec,
  type Frontier,
  frontierCodec,
  limits,
  listRoot,
  namespaceOfShard,
  type OrderHeader,
  proveKeys,
  proveListItem,
  SparseMap,
  touchesTree,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import {
  type CheckFailure,
  verifyCitedFrontier,
  verifyPlacedBlob,
  verifySliceBlobs,
  verifyVisibleClaims,
} from "../../src/index.ts";
import { otherRoot } from "../support/lies.ts";
import { checkMade, type MadeClaim, madeBy } from "../support/made-claims.ts";
import { program } from "../support/programs.ts";
import { add, seats } from "../support/seats.ts";
import { blobIn, visibleClaim } from "../support/world.ts";

const { world, second } = seats();
const [a, b] = [asShardName("a"), asShardName("b")];

type Said = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: CheckFailure };
const said = (result: Said) => (result.ok ? "shown" : `${result.error.code} at ${result.error.path}`);

const block = world.blocks[1] as (typeof world.blocks)[number];
const blobs = block.blobs.map(({ envelope }) => blobIn(envelope));
const roots = blobs.map(blobCodec.root);
const tree = touchesTree(
  blobs.map(({ envelope }, index) => ({ root: roots[index] as never, touches: envelope.touches })),
);

const order = {
  height: asHeight(2),
  timeMs: world.sliceOf(2, a).timeMs,
  blobsRoot: listRoot(roots, limits.blockBlobsMax),
  touchesRoot: tree.commitment,
  attested: { height: asHeight(1), root: zeroRoot },
} as unknown as OrderHeader;

describe("O5: a slice", () => {
  const items = block.blobs.map(({ index }, at) => ({ index, blob: blobs[at] as (typeof blobs)[number] }));

  test("is shown by all its blobs", () => {
    const shown = verifySliceBlobs(order, a, items, tree.proveNamespace(namespaceOfShard(a)).proof);
    expect(shown).toEqual({ ok: true, value: world.sliceOf(2, a) });
  });

  test("is not shown with one left out, changed, or placed elsewhere", () => {
    const { proof } = tree.proveNamespace(namespaceOfShard(a));
    expect(said(verifySliceBlobs(order, a, items.slice(1), proof))).toBe("wrong-rounds at blobs");
    const [one, two] = items as [(typeof items)[number], (typeof items)[number]];
    expect(said(verifySliceBlobs(order, a, [one, { ...two, blob: one.blob }], proof))).toBe("wrong-rounds at blobs");
    expect(said(verifySliceBlobs(order, a, [one, { ...two, index: asBlobIndex(5) }], proof))).toBe(
      "wrong-rounds at blobs",
    );
    expect(said(verifySliceBlobs(order, a, [one, { ...two, blob: {} as never }], proof))).toBe("malformed at blobs[1]");
  });
});

describe("O4: a blob", () => {
  const [blob] = blobs as [(typeof blobs)[number]];
  const placed = { height: order.height, index: asBlobIndex(0), timeMs: order.timeMs, blob };
  const item = proveListItem(roots, limits.blockBlobsMax, 0);

  test("stands where and when it does, and nowhere else", () => {
    expect(said(verifyPlacedBlob(order, placed, item))).toBe("shown");
    expect(said(verifyPlacedBlob(order, { ...placed, height: asHeight(3) }, item))).toBe("wrong-rounds at height");
    expect(said(verifyPlacedBlob(order, { ...placed, timeMs: asTimeMs(1) }, item))).toBe("wrong-rounds at height");
    expect(said(verifyPlacedBlob(order, { ...placed, index: asBlobIndex(1) }, item))).toBe("wrong-rounds at index");
    const other = { ...placed, blob: blobs[1] as typeof blob };
    expect(said(verifyPlacedBlob(order, other, item))).toBe("wrong-rounds at index");
  });
});

describe("R2: a cited frontier", () => {
  const frontier: Frontier = second.prev;
  const applied = SparseMap.empty.apply([{ key: utf8(a), value: frontierCodec.encode(frontier) }]);
  const map = applied.ok ? applied.value : SparseMap.empty;
  const entryOf = (shard: string) => {
    const proof = proveKeys(map, { reads: [utf8(shard)], writes: [] });
    if (!proof.ok) throw new Error(proof.error.message);
    return proof.value;
  };
  const citation = { height: asHeight(0), root: zeroRoot };
  const attest = attestHeader({ order: citation, frontiersRoot: map.root });
  const header = { ...order, attested: { height: asHeight(1), root: attestHeaderCodec.root(attest) } };

  test("is the shard's by the attest block that the header cites", () => {
    expect(verifyCitedFrontier(header, attest, a, entryOf("a"))).toEqual({ ok: true, value: frontier });
    expect(verifyCitedFrontier(header, attest, b, entryOf("b"))).toEqual({ ok: true, value: undefined });
  });

  test("is not that of another block, nor of another shard", () => {
    expect(said(verifyCitedFrontier(order, attest, a, entryOf("a")))).toBe("wrong-root at cited");
    expect(said(verifyCitedFrontier(header, attest, a, entryOf("b")))).toBe("wrong-rounds at entry");
    expect(said(verifyCitedFrontier(header, {} as never, a, entryOf("a")))).toBe("malformed at cited");
  });
});

function attestHeader(change: Pick<AttestHeader, "order" | "frontiersRoot">): AttestHeader {
  const rest = { version: 1, epoch: 0, view: 1, height: 1, parent: zeroRoot, history: zeroRoot, proposer: 0 };
  return { ...rest, attestationsRoot: zeroRoot, ...change } as unknown as AttestHeader;
}

describe("R2: the claims between two frontiers", () => {
  const shard = world.shard("a");
  const genesis = { ...second.prev, round: 0, claim: shard.results[0]?.claim.prev } as Frontier;
  const claims = shard.results.map((result) => ({ claim: result.claim, lanes: visibleClaim(result).lanes }));
  const { frontier } = shard.execution;

  test("are a chain, each with its exports", () => {
    const shown = verifyVisibleClaims(a, genesis, frontier, claims);
    expect(shown).toEqual({ ok: true, value: shard.results.map(visibleClaim) });
    expect(verifyVisibleClaims(a, frontier, frontier, [])).toEqual({ ok: true, value: [] });
  });

  test("none is left out at either end, or between, or has other exports", () => {
    const [one, two] = claims as [(typeof claims)[number], (typeof claims)[number]];
    expect(said(verifyVisibleClaims(a, genesis, frontier, [one]))).toBe("wrong-rounds at claims");
    expect(said(verifyVisibleClaims(a, genesis, frontier, []))).toBe("wrong-rounds at claims");
    expect(said(verifyVisibleClaims(a, genesis, frontier, [two]))).toBe("wrong-root at claims[0].prev");
    expect(said(verifyVisibleClaims(b, genesis, frontier, claims))).toBe("wrong-rounds at claims[0]");
    const other = { ...two, lanes: one.lanes };
    expect(said(verifyVisibleClaims(a, genesis, frontier, [one, other]))).toBe("wrong-root at claims[1].lanes");
    const forged: Claim = { ...two.claim, contracts: otherRoot };
    expect(said(verifyVisibleClaims(a, genesis, frontier, [one, { ...two, claim: forged }]))).toBe(
      "wrong-rounds at claims",
    );
    expect(claimCodec.root(two.claim)).toEqual(frontier.claim);
  });
});

describe("R2: a committee speaks for its own shard alone", () => {
  test("a claim of a third shard that exports a step of another makes nothing due", () => {
    const { world } = seats();
    const [made] = madeBy(world, [program([add("b/bank", "x", 1n), add("a/till", "x", 0)])], world.citeAll());
    expect(made?.result.claim.shard).toBe("a");
    const [bank] = world.shard("b").results.slice(-1).map(visibleClaim);
    const forged = { ...(bank as NonNullable<typeof bank>), shard: asShardName("c") };
    world.shard("a").execution.recall([forged]);
    const [last] = madeBy(world, [program([add("a/desk", "x", 1n)])], world.citeAll(["b"])) as [MadeClaim];
    expect(last.result.lanes.map(({ lane }) => lane.contract)).toEqual(["a/desk"]);
    expect(checkMade(last).ok).toBe(true);
  });
});
