import { affirmDomain, affirmedClaimCodec, aggregateQuorum, asEpoch, claimCodec, signingRoot } from "@tandem/shared";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { affirmSigningRoot, performAffirmTask } from "../../src/affirming/verify.ts";
import { affirmationOf, claimOf, epoch, groundOf, hashOf, hotel, rail } from "../support/claims.ts";

const ground = groundOf([1, 1, 1, 1, 1, 1, 1]);
const claim = claimOf(rail, 5);
const root = claimCodec.root(claim);

function equal(forged: readonly boolean[]) {
  const signed = forged.map((isForged, seat) => {
    const { signer, signature } = affirmationOf(ground, claim, seat, isForged);
    return { signer, signature };
  });
  return { kind: "equal" as const, shard: rail, claim: root, signed };
}

describe("S9: checked as one, and bisected", () => {
  test("any mixture: exactly the true ones are valid, and together a quorum if they have the weight", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }), (forged) => {
        const task = equal(forged);
        const verdict = performAffirmTask(ground, 3, task);
        expect(verdict.valid).toEqual(forged.map((isForged) => !isForged));
        const honest = task.signed.filter((_, i) => !forged[i]);
        const committee = ground.shards.get(rail)?.committee;
        if (committee === undefined) throw new Error("no committee");
        // More than two thirds of seven.
        const quorum = honest.length >= 5 ? aggregateQuorum(ground.scheme, committee, honest) : undefined;
        expect(verdict.quorum).toEqual(quorum?.ok ? quorum.value : undefined);
      }),
      { seed: 3, numRuns: 128 },
    );
  });

  test("one check is enough when all are true", () => {
    let checks = 0;
    const scheme = {
      ...ground.scheme,
      verifyAggregate: (...of: Parameters<typeof ground.scheme.verifyAggregate>) => {
        checks++;
        return ground.scheme.verifyAggregate(...of);
      },
    };
    performAffirmTask({ ...ground, scheme }, 1, equal(new Array(7).fill(false)));
    expect(checks).toBe(1);
  });

  test("malformed signatures, seats and shards that are not there are false, and throw nothing", () => {
    const task = equal([false, false]);
    const [first] = task.signed;
    const malformed = {
      ...task,
      signed: [
        { signer: 0, signature: new Uint8Array(96) },
        { signer: 99, signature: first?.signature ?? root },
      ],
    };
    expect(performAffirmTask(ground, 1, malformed)).toEqual({ id: 1, valid: [false, false], quorum: undefined });
    expect(performAffirmTask({ ...ground, shards: new Map() }, 1, task).quorum).toBeUndefined();
    expect(performAffirmTask(ground, 1, { ...task, signed: [] })).toEqual({ id: 1, valid: [], quorum: undefined });
  });
});

test("C4: a pair is checked one by one, each over its own claim", () => {
  const other = claimOf(rail, 5, "other");
  const pairOf = (forged: boolean) => {
    return [affirmationOf(ground, claim, 2), affirmationOf(ground, other, 2, forged)] as const;
  };
  for (const forged of [false, true]) {
    const task = { kind: "pair" as const, shard: rail, signer: 2, pair: pairOf(forged) };
    expect(performAffirmTask(ground, 1, task).valid).toEqual([true, !forged]);
  }
});

test("what is signed names network, epoch and claim, in a domain of its own", () => {
  expect(affirmSigningRoot(ground, root)).toEqual(
    signingRoot(affirmDomain(ground.network), affirmedClaimCodec.root({ epoch, claim: root })),
  );
  const others = [
    affirmSigningRoot({ ...ground, network: hashOf("another") }, root),
    affirmSigningRoot({ ...ground, epoch: asEpoch(1) }, root),
    affirmSigningRoot(ground, claimCodec.root(claimOf(hotel, 5))),
  ];
  for (const other of others) expect(other).not.toEqual(affirmSigningRoot(ground, root));
});
