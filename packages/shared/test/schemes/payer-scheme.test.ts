import { ed25519 } from "@noble/curves/ed25519.js";
import { describe, expect, test } from "vitest";
import { payerSchemeCases, payerTable } from "../../src/compliance/index.ts";
import { portablePayerScheme } from "../../src/payer-portable.ts";

describe(`payer scheme: ${portablePayerScheme.name}`, () => {
  for (const { name, run } of payerSchemeCases(portablePayerScheme)) test(name, run);
});

describe("the table of Ed25519 cases", () => {
  for (const { name, rows } of payerTable()) {
    test(`${name}: a verifier by ZIP-215 accepts what the table says`, () => {
      for (const row of rows) {
        expect(ed25519.verify(row.signature, row.message, row.key, { zip215: true }), row.name).toBe(row.lax);
      }
    });
  }

  test("every point of small order stands in it as key and as nonce, in each of its 14 encodings", () => {
    const [keys, nonces] = payerTable();
    expect(new Set(keys?.rows.map(({ key }) => key.toString())).size).toBe(14);
    expect(new Set(nonces?.rows.map(({ signature }) => signature.subarray(0, 32).toString())).size).toBe(14);
  });

  test("it has both verdicts wherever verifiers disagree", () => {
    const rows = payerTable().flatMap((family) => family.rows);
    expect(rows.filter(({ valid }) => valid).length).toBe(45);
    expect(rows.filter(({ valid, lax }) => lax && !valid).length).toBe(216);
    expect(rows.length).toBe(362);
  });
});
