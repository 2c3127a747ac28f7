// Weighted sets, bitmaps and quorums (S1).

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aggregateQuorum, createCommittee, faultyMax, isQuorum, verifyQuorum, weightOf } from "../src/committee.ts";
import { affirmDomain, signingRoot, voteDomain } from "../src/domains.ts";
import { asWeight, type Weight } from "../src/numbers.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import * as oracle from "./oracles/quorum.ts";
import { testCommittee, testSecrets } from "./support/electorate.ts";
import { bitmapOf, bytesOf, rootOf } from "./support/samples.ts";

const largest = (1n << 64n) - 1n;
const domain = affirmDomain(rootOf(1));
const root = rootOf(2);

function membersOf(weights: readonly bigint[]) {
  return testSecrets(mockScheme, weights.length).map((secret, index) => ({
    key: secret.publicKey.bytes,
    weight: weights[index] as Weight,
  }));
}

describe("a committee", () => {
  const [key] = testSecrets(mockScheme, 1);
  const infinity = bytesOf(48, 0).fill(0);
  const members = membersOf([1n, 2n, 3n]);

  const refused = [
    ["no members", [], "empty-committee", ""],
    ["a key that is none", [...members, { key: infinity, weight: asWeight(1n) }], "bad-key", "[3].key"],
    ["a key of the wrong length", [{ key: bytesOf(47, 1), weight: asWeight(1n) }], "bad-key", "[0].key"],
    [
      "a key twice",
      [...members, { key: key?.publicKey.bytes as Uint8Array, weight: asWeight(9n) }],
      "doubled-key",
      "[3].key",
    ],
    ["a member without weight", membersOf([1n, 0n, 1n]), "bad-weight", "[1].weight"],
    ["a negative weight", membersOf([5n, -1n]), "bad-weight", "[1].weight"],
    ["weights of 2^64 in all", membersOf([largest, 1n]), "bad-weight", "[1].weight"],
  ] as const;

  test.each(refused)("of %s is refused", (_, members, code, path) => {
    expect(createCommittee(mockScheme, members)).toMatchObject({ ok: false, error: { code, path } });
  });

  test("of weights of 2^64-1 in all is made, with seats in the order of its members", () => {
    const members = membersOf([largest - 2n, 2n]);
    const committee = createCommittee(mockScheme, members);
    expect(committee.ok && committee.value.total).toBe(largest);
    expect(committee.ok && committee.value.seats.map((seat) => seat.key.bytes)).toEqual(members.map(({ key }) => key));
  });

  test("weighs a bitmap exactly, beyond what a double holds", () => {
    const committee = testCommittee(mockScheme, [1n << 53n, 1n, 1n << 60n, 3n]);
    expect(weightOf(committee, bitmapOf("xx.x"))).toBe((1n << 53n) + 4n);
    expect(weightOf(committee, bitmapOf("...."))).toBe(0n);
    expect(weightOf(committee, bitmapOf("xxxx"))).toBe(committee.total);
  });
});

describe("S1: a quorum is more than two thirds", () => {
  const third = largest / 3n;
  const rows: readonly (readonly [weights: readonly bigint[], signers: string, is: boolean])[] = [
    [[1n], "x", true],
    [[1n], ".", false],
    [[1n, 1n, 1n], "xx.", false], // exactly 2/3
    [[1n, 1n, 1n], "xxx", true],
    [[1n, 1n, 1n, 1n], "xxx.", true],
    [[1n, 1n, 1n, 1n], "xx..", false],
    [[2n, 2n, 2n], ".xx", false], // exactly 2/3
    [[200n, 99n, 1n], "x..", false], // exactly 2/3
    [[200n, 99n, 1n], "x.x", true], // one unit more
    [[199n, 100n, 1n], "x..", false], // one unit less
    [[third, third, third], "xx.", false], // exactly 2/3 of 2^64-1
    [[third, third, third], "xxx", true],
    [[third + 1n, third, third - 1n], "xx.", true], // one unit more
    [[third + 1n, third, third - 1n], "x.x", false], // exactly 2/3, by other members
    [[third + 1n, third, third - 1n], ".xx", false], // one unit less
  ];

  test.each(rows)("weights %s, signers %s: %s", (weights, signers, is) => {
    const committee = testCommittee(mockScheme, weights);
    expect(isQuorum(committee, weightOf(committee, bitmapOf(signers)))).toBe(is);
  });

  const totals = fc.oneof(
    fc.bigInt({ min: 1n, max: 100n }),
    fc.bigInt({ min: 1n, max: largest }),
    fc.constant(largest),
  );

  test("the least quorum and the most faulty weight are those of the oracle", () => {
    fc.assert(
      fc.property(totals, (total) => {
        const committee = { seats: [], total };
        expect(isQuorum(committee, oracle.quorumMin(total))).toBe(true);
        expect(isQuorum(committee, oracle.quorumMin(total) - 1n)).toBe(false);
        expect(faultyMax(committee)).toBe(oracle.faultyMax(total));
      }),
      { seed: 50, numRuns: 1000 },
    );
  });

  test("two quorums share more than the faulty weight, and the honest alone are one", () => {
    fc.assert(
      fc.property(totals, (total) => {
        const committee = { seats: [], total };
        expect(2n * oracle.quorumMin(total) - total).toBeGreaterThan(faultyMax(committee));
        expect(isQuorum(committee, total - faultyMax(committee))).toBe(true);
      }),
      { seed: 51, numRuns: 1000 },
    );
  });
});

describe("an aggregate with a bitmap", () => {
  const committee = testCommittee(mockScheme, [1n, 1n, 1n, 1n]);
  const secrets = testSecrets(mockScheme, 5);
  const message = signingRoot(domain, root);
  const signedBy = (...signers: number[]) =>
    signers.map((signer) => ({
      signer,
      signature: mockScheme.sign(secrets[signer % 5] as (typeof secrets)[0], message),
    }));
  const aggregateOf = (...signers: number[]) => {
    const aggregate = mockScheme.aggregate(signedBy(...signers).map(({ signature }) => signature));
    return aggregate.ok ? aggregate.value : new Uint8Array(0);
  };
  const verify = (bitmap: string, signature: Uint8Array, over = root, by = domain) => {
    const verdict = verifyQuorum(mockScheme, committee, by, over, { bitmap: bitmapOf(bitmap), signature });
    return verdict.ok ? "ok" : `${verdict.error.code} at ${verdict.error.path}`;
  };

  test("of a quorum verifies, in whatever order it was made", () => {
    const quorum = aggregateQuorum(mockScheme, committee, signedBy(3, 0, 1));
    expect(quorum.ok && quorum.value.bitmap).toEqual(bitmapOf("xx.x"));
    expect(quorum.ok && verify("xx.x", quorum.value.signature)).toBe("ok");
  });

  const rows: readonly (readonly [what: string, bitmap: string, signature: Uint8Array, is: string])[] = [
    ["all of them", "xxxx", aggregateOf(0, 1, 2, 3), "ok"],
    ["a bit too few", "xxx", aggregateOf(0, 1, 2), "bitmap-length at bitmap"],
    ["a bit too many, clear", "xxx..", aggregateOf(0, 1, 2), "bitmap-length at bitmap"],
    ["a signer who is no member", "xxx.x", aggregateOf(0, 1, 2, 4), "bitmap-length at bitmap"],
    ["no bits", "", aggregateOf(0, 1, 2), "bitmap-length at bitmap"],
    ["nobody", "....", aggregateOf(0), "no-quorum at bitmap"],
    ["half of them", "xx..", aggregateOf(0, 1), "no-quorum at bitmap"],
    ["one who did not sign", "xxxx", aggregateOf(0, 1, 2), "bad-signature at signature"],
    ["all but one who signed", "xxx.", aggregateOf(0, 1, 2, 3), "bad-signature at signature"],
    ["another than the signer", "xx.x", aggregateOf(0, 1, 2), "bad-signature at signature"],
    ["one who is in the aggregate twice", "xxx.", aggregateOf(0, 1, 2, 2), "bad-signature at signature"],
    ["bytes that are no signature", "xxx.", bytesOf(96, 1), "bad-signature at signature"],
    ["no signature", "xxx.", new Uint8Array(0), "bad-signature at signature"],
  ];

  test.each(rows)("that names %s, %s", (_, bitmap, signature, is) => {
    expect(verify(bitmap, signature)).toBe(is);
  });

  test("holds for its root and its domain only", () => {
    const aggregate = aggregateOf(0, 1, 2);
    expect(verify("xxx.", aggregate)).toBe("ok");
    expect(verify("xxx.", aggregate, rootOf(3))).toBe("bad-signature at signature");
    expect(verify("xxx.", aggregate, root, affirmDomain(rootOf(2)))).toBe("bad-signature at signature");
    const voting = voteDomain(rootOf(1), "attest", "notarize");
    expect(verify("xxx.", aggregate, root, voting)).toBe("bad-signature at signature");
  });

  const mistakes = [
    ["a seat that is not there", signedBy(0, 4), "unknown-signer", "[1].signer"],
    ["a negative seat", [{ ...signedBy(0)[0], signer: -1 }], "unknown-signer", "[0].signer"],
    ["a seat between seats", [{ ...signedBy(0)[0], signer: 0.5 }], "unknown-signer", "[0].signer"],
    ["a seat twice", signedBy(2, 1, 2), "doubled-signer", "[2].signer"],
    ["a malformed signature", [{ signer: 0, signature: bytesOf(96, 1) }], "bad-signature", "[0].signature"],
    ["nobody", [], "bad-signature", ""],
  ] as const;

  test.each(mistakes)("is not made of %s", (_, signed, code, path) => {
    const made = aggregateQuorum(mockScheme, committee, signed as ReturnType<typeof signedBy>);
    expect(made).toMatchObject({ ok: false, error: { code, path } });
  });
});
