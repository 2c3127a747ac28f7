import { createPublicKey, verify } from "node:crypto";
import { concatBytes, portablePayerScheme } from "@tandem/shared";
import { type PayerTableRow, payerSchemeCases, payerTable } from "@tandem/shared/compliance";
import { describe, expect, test } from "vitest";
import { mutate, Random } from "../../shared/test/support/hostile.ts";
import { nativePayerScheme } from "../src/index.ts";

describe(`payer scheme: ${nativePayerScheme.name}`, () => {
  for (const { name, run } of payerSchemeCases(nativePayerScheme)) test(name, run);
});

/** Node's own OpenSSL, as a third opinion. */
function opensslAccepts({ key, message, signature }: PayerTableRow): boolean {
  try {
    const jwk = { kty: "OKP", crv: "Ed25519", x: Buffer.from(key).toString("base64url") };
    return verify(null, message, createPublicKey({ key: jwk, format: "jwk" }), signature);
  } catch {
    return false;
  }
}

test("OpenSSL gives the table's verdict on every row", () => {
  for (const row of payerTable().flatMap((family) => family.rows)) {
    expect(opensslAccepts(row), row.name).toBe(row.valid);
  }
});

describe("native and portable agree", () => {
  const random = new Random(8032);
  const rows = payerTable().flatMap((family) => family.rows);

  test("on keys and signatures that each makes", () => {
    for (let run = 0; run < 50; run++) {
      const [seed, message] = [random.bytes(32), random.bytes(random.below(200))];
      const signature = nativePayerScheme.sign(seed, message);
      expect(portablePayerScheme.publicKeyOf(seed)).toEqual(nativePayerScheme.publicKeyOf(seed));
      expect(portablePayerScheme.sign(seed, message)).toEqual(signature);
    }
  });

  test("on 10,000 hostile signatures: parts of the table put together anew, and mutations", () => {
    let accepted = 0;
    for (let run = 0; run < 10_000; run++) {
      const [row, other] = [random.pick(rows), random.pick(rows)];
      const [key, signature] = hostile(random, row, other);
      const verdict = nativePayerScheme.verify(key, row.message, signature);
      if (verdict) accepted++;
      if (portablePayerScheme.verify(key, row.message, signature) !== verdict) {
        expect.fail(`run ${run}: ${Buffer.from(key).toString("hex")} ${Buffer.from(signature).toString("hex")}`);
      }
    }
    expect(accepted).toBeGreaterThan(0);
  });
});

function hostile(random: Random, row: PayerTableRow, other: PayerTableRow): [Uint8Array, Uint8Array] {
  const scalar = row.signature.subarray(32);
  switch (random.below(5)) {
    case 0:
      return [row.key, mutate(random, row.signature)];
    case 1:
      return [mutate(random, row.key), row.signature];
    case 2:
      return [other.key, row.signature];
    case 3:
      return [row.key, concatBytes(other.signature.subarray(0, 32), scalar)];
    default:
      return [row.key, concatBytes(random.bytes(32), scalar)];
  }
}
