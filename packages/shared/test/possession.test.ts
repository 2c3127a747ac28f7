import { bls12_381 } from "@noble/curves/bls12-381.js";
import { describe, expect, test } from "vitest";
import { affirmDomain, possessionDomain, signingRoot } from "../src/domains.ts";
import { asRoot, zeroRoot } from "../src/numbers.ts";
import { provePossession, verifyPossession } from "../src/possession.ts";
import type { PublicKey, Scheme } from "../src/scheme.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { portableScheme } from "../src/schemes/portable.ts";
import { byteVector, codec } from "../src/ssz/index.ts";

function secretOf(scheme: Scheme, number: number) {
  return scheme.deriveSecretKey(new Uint8Array(32).fill(number));
}

for (const scheme of [portableScheme, mockScheme]) {
  describe(`proof of possession, ${scheme.name}`, () => {
    const [mine, yours] = [secretOf(scheme, 1), secretOf(scheme, 2)];
    const keyRoot = codec("key", byteVector(48)).root(mine.publicKey.bytes);

    test("who holds the secret proves it, for this key only", () => {
      const proof = provePossession(scheme, mine);
      expect(verifyPossession(scheme, mine.publicKey, proof)).toBe(true);
      expect(verifyPossession(scheme, yours.publicKey, proof)).toBe(false);
    });

    test("it is the key's signature over its own root in the domain of possession", () => {
      const signed = scheme.sign(mine, signingRoot(possessionDomain(), keyRoot));
      expect(provePossession(scheme, mine)).toEqual(signed);
    });

    test("a signature over the key in another domain proves nothing, and neither does garbage", () => {
      const astray = scheme.sign(mine, signingRoot(affirmDomain(zeroRoot), keyRoot));
      expect(verifyPossession(scheme, mine.publicKey, astray)).toBe(false);
      expect(verifyPossession(scheme, mine.publicKey, new Uint8Array(96))).toBe(false);
      expect(verifyPossession(scheme, mine.publicKey, new Uint8Array(0))).toBe(false);
    });
  });
}

describe("what proof of possession is for", () => {
  const victim = secretOf(portableScheme, 1);
  const attacker = secretOf(portableScheme, 2);
  const message = asRoot(new Uint8Array(32).fill(7));

  /** The attacker's key minus the victim's: nobody knows its secret, and together with the victim's it is the attacker's. */
  function rogueKey(): PublicKey {
    const point = (key: PublicKey) => bls12_381.G1.Point.fromBytes(key.bytes);
    const parsed = portableScheme.parsePublicKey(point(attacker.publicKey).subtract(point(victim.publicKey)).toBytes());
    if (!parsed.ok) throw new Error("a rogue key is a well-formed key");
    return parsed.value;
  }

  test("a rogue key signs for its victim, as no rule of aggregation could notice", () => {
    const alone = portableScheme.sign(attacker, message);
    expect(portableScheme.verifyAggregate([victim.publicKey, rogueKey()], message, alone)).toBe(true);
  });

  test("and cannot prove possession", () => {
    const rogue = rogueKey();
    const root = codec("key", byteVector(48)).root(rogue.bytes);
    const forged = portableScheme.sign(attacker, signingRoot(possessionDomain(), root));
    expect(verifyPossession(portableScheme, rogue, forged)).toBe(false);
  });
});
