// Native and portable BLS give the same answers, also to what nobody honest sends.

import { type KeyError, portableScheme, type Result, type Scheme, type SignedMessage } from "@tandem/shared";
import { blsMalformed } from "@tandem/shared/compliance";
import { describe, expect, test } from "vitest";
import { mutate, Random } from "../../shared/test/support/hostile.ts";
import { nativeScheme } from "../src/index.ts";

const random = new Random(381);
const seeds = Array.from({ length: 6 }, () => random.bytes(32));
const message = random.bytes(32);

function both<T>(ask: (scheme: Scheme) => T): T {
  const native = ask(nativeScheme);
  expect(ask(portableScheme)).toEqual(native);
  return native;
}

function signatureOf(scheme: Scheme, seed: Uint8Array, signed = message): Uint8Array {
  return scheme.sign(scheme.deriveSecretKey(seed), signed);
}

const keys = seeds.map((seed) => nativeScheme.deriveSecretKey(seed).publicKey.bytes);
const signatures = seeds.map((seed) => signatureOf(nativeScheme, seed));

/** The same x with the other y: minus the point. */
function negated(point: Uint8Array): Uint8Array {
  return point.with(0, (point[0] as number) ^ 0x20);
}

function codeOf(result: Result<unknown, KeyError>): string {
  return result.ok ? "taken" : result.error.code;
}

/** A point by its x: small or random, on the curve or not, in the subgroup hardly ever. */
function anyPoint(length: number): Uint8Array {
  const point = new Uint8Array(length);
  if (random.below(2) === 0) point.set(random.bytes(length));
  else point.set(random.bytes(1 + random.below(2)), length - 2);
  point[0] = random.pick([0x80, 0xa0, 0x8f, 0x93, 0xb9]);
  return point;
}

function hostile(valid: readonly Uint8Array[], malformed: readonly { readonly bytes: Uint8Array }[]): Uint8Array {
  const [good, bad] = [random.pick(valid), random.pick(malformed).bytes];
  switch (random.below(8)) {
    case 0:
      return good;
    case 1:
      return negated(good);
    case 2:
      return random.bytes(good.length);
    case 3:
      return anyPoint(good.length);
    case 4:
      return mutate(random, bad);
    case 5:
      return good.with(0, (good[0] as number) ^ random.pick([0x20, 0x40, 0x60, 0x80, 0xa0, 0xc0, 0xe0]));
    case 6:
      return random.pick([bad, good.slice(1), Uint8Array.from([...good, 0])]);
    default:
      return mutate(random, good);
  }
}

function tally(codes: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const code of codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return counts;
}

function expectVariety(what: string, codes: readonly string[]): void {
  const counts = tally(codes);
  console.log(
    `${what}: ${[...counts]
      .sort()
      .map(([code, count]) => `${code} ${count}`)
      .join(", ")}`,
  );
  expect([...counts.keys()].sort()).toEqual(["bad-encoding", "infinity", "not-in-group", "taken", "wrong-length"]);
}

describe("native and portable agree", () => {
  test("on keys from seeds, among them the master key of EIP-2333's first example", () => {
    const example = Buffer.from(
      "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e5349553" +
        "1f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
      "hex",
    );
    const exported = both((scheme) => scheme.exportSecretKey(scheme.deriveSecretKey(example)));
    expect(BigInt(`0x${Buffer.from(exported).toString("hex")}`)).toBe(
      6083874454709270928345386274498605044986640685124978867557563392430687146096n,
    );
    for (const seed of [...seeds, random.bytes(33), random.bytes(100)]) {
      both((scheme) => scheme.deriveSecretKey(seed).publicKey.bytes);
    }
  });

  test("on secret keys around the group's order", () => {
    const order = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;
    const verdicts = [0n, 1n, order - 1n, order, order + 1n, 2n ** 256n - 1n].map((number) => {
      const bytes = Buffer.from(number.toString(16).padStart(64, "0"), "hex");
      return both((scheme) => codeOf(scheme.parseSecretKey(bytes)));
    });
    expect(verdicts).toEqual(["bad-encoding", "taken", "taken", "bad-encoding", "bad-encoding", "bad-encoding"]);
  });

  test("on signatures and aggregates, byte for byte", () => {
    for (const length of [0, 1, 32, 200]) {
      const signed = random.bytes(length);
      both((scheme) => signatureOf(scheme, seeds[0] as Uint8Array, signed));
    }
    for (let count = 1; count <= signatures.length; count++) {
      both((scheme) => scheme.aggregate(signatures.slice(0, count)));
    }
  });

  test("that an aggregate must not be infinity, nor the sum of its keys", () => {
    const [signature, key] = [signatures[0] as Uint8Array, keys[0] as Uint8Array];
    expect(both((scheme) => codeOf(scheme.aggregate([signature, negated(signature)])))).toBe("infinity");
    const infinity = new Uint8Array(96).with(0, 0xc0);
    for (const claimed of [signature, infinity]) {
      expect(
        both((scheme) => scheme.verifyAggregate([parsed(scheme, key), parsed(scheme, negated(key))], message, claimed)),
      ).toBe(false);
    }
  });

  test("on 2000 hostile public keys", () => {
    const codes = Array.from({ length: 2000 }, () => {
      const bytes = hostile(keys, blsMalformed.keys);
      return both((scheme) => codeOf(scheme.parsePublicKey(bytes)));
    });
    expectVariety("2000 public keys", codes);
  });

  test("on 1500 hostile signatures", () => {
    const codes = Array.from({ length: 1500 }, () => {
      const bytes = hostile(signatures, blsMalformed.signatures);
      return both((scheme) => scheme.checkSignature(bytes)?.code ?? "taken");
    });
    expectVariety("1500 signatures", codes);
  });

  test("on verdicts over hostile and honest signatures: single, aggregated, in batches", () => {
    const verdicts = Array.from({ length: 80 }, () => {
      const chosen = seeds.filter(() => random.below(2) === 0);
      const signature = random.below(2) === 0 ? hostile(signatures, blsMalformed.signatures) : signedBy(chosen);
      return both((scheme) => verdictsOn(scheme, signature, chosen)).join();
    });
    console.log(`verdicts (single, aggregate, batch): ${[...tally(verdicts)].join("; ")}`);
    expect(new Set(verdicts).size).toBeGreaterThan(2);
  });
});

/** The aggregate of some signers; of the first if there are none. */
function signedBy(chosen: readonly Uint8Array[]): Uint8Array {
  const aggregate = nativeScheme.aggregate(chosen.map((seed) => signatureOf(nativeScheme, seed)));
  return aggregate.ok ? aggregate.value : (signatures[0] as Uint8Array);
}

function parsed(scheme: Scheme, bytes: Uint8Array) {
  const key = scheme.parsePublicKey(bytes);
  if (!key.ok) throw new Error(key.error.message);
  return key.value;
}

function verdictsOn(scheme: Scheme, signature: Uint8Array, chosen: readonly Uint8Array[]): boolean[] {
  const own = chosen.map((seed) => scheme.deriveSecretKey(seed).publicKey);
  const [key] = [parsed(scheme, keys[0] as Uint8Array)];
  const good: SignedMessage = { key, message, signature: signatures[0] as Uint8Array };
  return [
    scheme.verify(key, message, signature),
    scheme.verifyAggregate(own, message, signature),
    scheme.verifyBatch([good, { key, message, signature }]),
  ];
}
