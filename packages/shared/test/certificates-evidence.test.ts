// Evidence is exactly what no honest validator signs (S10, C4), in one order, with both signatures.

import { describe, expect, test } from "vitest";
import { compareBytes } from "../src/bytes.ts";
import { type Electorate, verifyClaimEvidence, verifyVoteEvidence } from "../src/certificates.ts";
import { affirmDomain, signingRoot } from "../src/domains.ts";
import { affirmedClaimCodec } from "../src/messages/affirmation.ts";
import { type ClaimSummary, claimSummaryCodec } from "../src/messages/claim.ts";
import {
  type AffirmedSummary,
  type ClaimEvidence,
  claimClashProblem,
  type Evidence,
  evidenceCodec,
  type VoteEvidence,
  voteClashProblem,
} from "../src/messages/evidence.ts";
import type { Vote } from "../src/messages/vote.ts";
import { asEpoch, asRound, asShardName, asValidatorIndex, asView, zeroRoot } from "../src/numbers.ts";
import type { Scheme, SecretKey } from "../src/scheme.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { portableScheme } from "../src/schemes/portable.ts";
import { messageSchemas } from "./oracles/messages.ts";
import { isClaimFault, isVoteFault, type PlainClaim, type PlainVote } from "./oracles/misbehaviour.ts";
import type { Schema } from "./oracles/schema.ts";
import { oracleOf } from "./oracles/ssz.ts";
import { signVote, type TestElectorate, testElectorate } from "./support/electorate.ts";
import { claimSummary, rootOf } from "./support/samples.ts";

type Verdict = ReturnType<typeof verifyVoteEvidence>;
const said = (verdict: Verdict) => (verdict.ok ? "ok" : `${verdict.error.code} at ${verdict.error.path}`);
const weights = [1n, 1n, 1n, 1n];
const electorate = testElectorate(mockScheme, weights);

/** Evidence as any implementation could write it, in whatever order and with whatever fault. */
const wire = oracleOf(messageSchemas["evidence"] as Schema);
const isOnWire = (evidence: Evidence) => evidenceCodec.decode(wire.encode(evidence)).ok;

/** Every combination of one value for each field. */
function combinations<T extends object>(values: { readonly [Name in keyof T]: readonly T[Name][] }): T[] {
  return Object.entries(values).reduce<object[]>(
    (partial, [name, options]) =>
      partial.flatMap((rest) => (options as unknown[]).map((value) => ({ ...rest, [name]: value }))),
    [{}],
  ) as T[];
}

describe("S10: two votes", () => {
  const all = combinations<PlainVote>({
    kind: ["notarize", "nullify", "finalize"],
    signer: [0, 1],
    epoch: [5, 6],
    view: [8, 9],
    block: ["a", "b"],
  });
  const blocks: Readonly<Record<string, number>> = { a: 1, b: 2 };
  // A nullify names no block.
  const plainVotes = all.filter(({ kind, block }) => kind !== "nullify" || block === "a");
  const toVote = ({ kind, signer, epoch, view, block }: PlainVote): Vote =>
    signVote(electorate, kind, signer, {
      epoch: asEpoch(epoch),
      view: asView(view),
      block: kind === "nullify" ? zeroRoot : rootOf(blocks[block] as number),
    });
  const votes = plainVotes.map((plain) => ({ plain, vote: toVote(plain) }));
  const pairs = votes.flatMap((a) => votes.map((b) => [a, b] as const));

  test(`of ${pairs.length} pairs, those that the rule names are evidence in one of both orders, and no other is`, () => {
    let faults = 0;
    for (const [a, b] of pairs) {
      const fault = isVoteFault(a.plain, b.plain);
      const orders = [
        { first: a.vote, second: b.vote },
        { first: b.vote, second: a.vote },
      ].map((pair): VoteEvidence => ({ chain: "order", ...pair }));
      const expected = fault ? 1 : 0;
      const what = JSON.stringify([a.plain, b.plain]);
      expect(orders.filter((pair) => voteClashProblem(pair) === undefined).length, what).toBe(expected);
      expect(orders.filter((value) => isOnWire({ kind: "votes", value })).length, what).toBe(expected);
      if (a.plain.epoch === 5) {
        expect(orders.filter((pair) => verifyVoteEvidence(electorate, pair).ok).length, what).toBe(expected);
      }
      faults += expected;
    }
    // For each signer, epoch and view: two pairs of different blocks, each in both orders, and nullify with either
    // finalize in both orders.
    expect(faults).toBe(8 * (2 * 2 + 2 * 2));
  });
});

describe("C4: two claims", () => {
  const plainClaims = combinations<PlainClaim>({
    epoch: [5, 6],
    shard: ["bank", "zoo"],
    round: [1, 2],
    prev: ["a", "b"],
    content: ["x", "y"],
  });
  const names: Readonly<Record<string, number>> = { a: 1, b: 2, x: 3, y: 4 };
  const toClaim = (plain: PlainClaim): ClaimSummary => ({
    ...claimSummary,
    epoch: asEpoch(plain.epoch),
    shard: asShardName(plain.shard),
    round: asRound(plain.round),
    prev: rootOf(names[plain.prev] as number),
    contracts: rootOf(names[plain.content] as number),
  });
  const claims = plainClaims.map((plain) => ({ plain, claim: toClaim(plain) }));
  const pairs = claims.flatMap((a) => claims.map((b) => [a, b] as const));
  const signature = new Uint8Array(96);

  test(`of ${pairs.length} pairs, those that the rule names are evidence in one of both orders, and no other is`, () => {
    let faults = 0;
    for (const [a, b] of pairs) {
      const expected = isClaimFault(a.plain, b.plain) ? 1 : 0;
      const what = JSON.stringify([a.plain, b.plain]);
      const orders = [[a.claim, b.claim] as const, [b.claim, a.claim] as const];
      expect(orders.filter(([first, second]) => claimClashProblem(first, second) === undefined).length, what).toBe(
        expected,
      );
      const onWire = orders.filter(([first, second]) =>
        isOnWire({
          kind: "claims",
          value: {
            signer: asValidatorIndex(0),
            first: { claim: first, signature },
            second: { claim: second, signature },
          },
        }),
      );
      expect(onWire.length, what).toBe(expected);
      faults += expected;
    }
    // For each epoch and shard 8 claims; of the 7 others one differs in content alone, 4 in round or prev: 5 of 7.
    expect(faults).toBe(4 * 8 * 5);
  });
});

describe.each([mockScheme, portableScheme])("both signatures are checked, by the scheme $name", (scheme) => {
  const electorate = testElectorate(scheme, weights);
  const ballot = (block: number) => ({ epoch: asEpoch(5), view: asView(8), block: rootOf(block) });
  const evidence: VoteEvidence = {
    chain: "order",
    first: signVote(electorate, "notarize", 2, ballot(1)),
    second: signVote(electorate, "notarize", 2, ballot(2)),
  };
  const by = (signer: number) => ({
    first: { ...evidence.first, signer: asValidatorIndex(signer) },
    second: { ...evidence.second, signer: asValidatorIndex(signer) },
  });

  const votes: readonly (readonly [
    what: string,
    change: Partial<VoteEvidence>,
    electorate: Partial<Electorate>,
    is: string,
  ])[] = [
    ["as they are", {}, {}, "ok"],
    ["of one block", { second: evidence.first }, {}, "no-clash at "],
    ["in the wrong order", { first: evidence.second, second: evidence.first }, {}, "no-clash at "],
    ["said to be of the other chain", { chain: "attest" }, {}, "wrong-chain at chain"],
    ["of this chain, said to be of the other", { chain: "attest" }, { chain: "attest" }, "bad-signature at first"],
    ["of another network", {}, { network: rootOf(2) }, "bad-signature at first"],
    ["of another epoch", {}, { epoch: asEpoch(6) }, "wrong-epoch at first.epoch"],
    ["of nobody in the set", by(4), {}, "unknown-signer at first.signer"],
    ["blamed on another", by(1), {}, "bad-signature at first"],
    [
      "the first with the second's signature",
      { first: { ...evidence.first, signature: evidence.second.signature } },
      {},
      "bad-signature at first",
    ],
    [
      "the second with the first's signature",
      { second: { ...evidence.second, signature: evidence.first.signature } },
      {},
      "bad-signature at second",
    ],
  ];

  test.each(votes)("two votes, %s", (_, change, other, is) => {
    expect(said(verifyVoteEvidence({ ...electorate, ...other }, { ...evidence, ...change }))).toBe(is);
  });

  const claims = affirmedPair(electorate, scheme, 3);
  const elsewhere = affirmedPair({ ...electorate, network: rootOf(2) }, scheme, 3);
  const blamed = (signer: number) => ({ signer: asValidatorIndex(signer) });
  const swapped = { first: claims.second, second: claims.first };
  const signedAs = ({ claim }: AffirmedSummary, { signature }: AffirmedSummary) => ({ claim, signature });
  const committee = { ...electorate, shard: claimSummary.shard };
  const affirmed: readonly (readonly [what: string, change: Partial<ClaimEvidence>, epoch: number, is: string])[] = [
    ["as they are", {}, 5, "ok"],
    ["in the wrong order", swapped, 5, "no-clash at "],
    ["of another epoch", {}, 6, "wrong-epoch at first.claim.epoch"],
    ["of nobody in the committee", blamed(4), 5, "unknown-signer at signer"],
    ["blamed on another", blamed(1), 5, "bad-signature at first"],
    ["of another network", elsewhere, 5, "bad-signature at first"],
    [
      "the first with the second's signature",
      { first: signedAs(claims.first, claims.second) },
      5,
      "bad-signature at first",
    ],
    [
      "the second with the first's signature",
      { second: signedAs(claims.second, claims.first) },
      5,
      "bad-signature at second",
    ],
  ];

  test.each(affirmed)("two affirmed claims, %s", (_, change, epoch, is) => {
    expect(said(verifyClaimEvidence({ ...committee, epoch: asEpoch(epoch) }, { ...claims, ...change }))).toBe(is);
  });

  test("two affirmed claims, shown to the committee of another shard", () => {
    const other = { ...committee, shard: asShardName("zoo") };
    expect(said(verifyClaimEvidence(other, claims))).toBe("wrong-shard at first.claim.shard");
  });
});

/** Two claims of one round, both affirmed by this seat. */
function affirmedPair(electorate: TestElectorate, scheme: Scheme, signer: number): ClaimEvidence {
  const base = { ...claimSummary, epoch: asEpoch(5) };
  const [first, second] = [base, { ...base, prev: rootOf(9) }]
    .toSorted((a, b) => compareBytes(claimSummaryCodec.root(a), claimSummaryCodec.root(b)))
    .map((claim): AffirmedSummary => {
      const root = affirmedClaimCodec.root({ epoch: claim.epoch, claim: claimSummaryCodec.root(claim) });
      const message = signingRoot(affirmDomain(electorate.network), root);
      return { claim, signature: scheme.sign(electorate.secrets[signer] as SecretKey, message) };
    }) as [AffirmedSummary, AffirmedSummary];
  return { signer: asValidatorIndex(signer), first, second };
}
