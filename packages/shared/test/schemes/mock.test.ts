import { describe, expect, test } from "vitest";
import { mockScheme } from "../../src/schemes/mock.ts";
import { Random } from "../support/hostile.ts";

const random = new Random(12381);

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("the mock tells apart what large simulations tell apart", () => {
  test("20,000 keys, and signatures over 20,000 messages that hardly differ", () => {
    const seed = new Uint8Array(32);
    const message = new Uint8Array(32);
    const secret = mockScheme.deriveSecretKey(seed);
    const keys = new Set<string>();
    const signatures = new Set<string>();
    for (let number = 0; number < 20_000; number++) {
      new DataView(seed.buffer).setUint32(random.below(8) * 4, number);
      new DataView(message.buffer).setUint32(28, number);
      keys.add(hexOf(mockScheme.deriveSecretKey(seed).publicKey.bytes));
      signatures.add(hexOf(mockScheme.sign(secret, message)));
    }
    expect(keys.size).toBeGreaterThan(19_990); // some seeds stand twice
    expect(signatures.size).toBe(20_000);
  });

  test("every number of a key is odd, so that no product hides a difference", () => {
    for (let run = 0; run < 200; run++) {
      const { bytes } = mockScheme.deriveSecretKey(random.bytes(32)).publicKey;
      for (const at of [16, 20, 24, 28]) expect((bytes[at] as number) % 2, `run ${run}, byte ${at}`).toBe(1);
    }
  });

  test("2000 random sets of signers: exactly the set that signed verifies", () => {
    const secrets = Array.from({ length: 64 }, () => mockScheme.deriveSecretKey(random.bytes(32)));
    for (let run = 0; run < 2000; run++) {
      const message = random.bytes(32);
      const signers = secrets.filter(() => random.below(2) === 0);
      const aggregate = mockScheme.aggregate(signers.map((secret) => mockScheme.sign(secret, message)));
      if (!aggregate.ok) continue; // nobody signed
      const keys = signers.map(({ publicKey }) => publicKey);
      const twin = random.pick(secrets).publicKey;
      const other = keys.includes(twin) ? keys.filter((key) => key !== twin) : [...keys, twin];
      expect(mockScheme.verifyAggregate(keys, message, aggregate.value)).toBe(true);
      expect(mockScheme.verifyAggregate(other, message, aggregate.value)).toBe(false);
      expect(mockScheme.verifyAggregate([...keys, twin, twin], message, aggregate.value)).toBe(false);
      expect(mockScheme.verifyAggregate(keys, random.bytes(32), aggregate.value)).toBe(false);
    }
  });
});
