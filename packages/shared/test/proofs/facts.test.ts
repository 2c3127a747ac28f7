// Every honest proof is accepted and shows what happened: facts are compared with the plain data of the test
// world (../support/world.ts), not with what the proof says.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { success } from "../../src/result.ts";
import { createWorld } from "../support/world.ts";
import { kindsOf } from "./examples.ts";

const kinds = await kindsOf(createWorld());

for (const { name, codec, verify, examples } of kinds) {
  describe(name, () => {
    test.each(examples)("$title", ({ electorate, proof, fact }) => {
      expect(verify(electorate, proof)).toStrictEqual(success(fact));
      const decoded = codec.decode(codec.encode(proof));
      expect(decoded).toStrictEqual(success(proof));
      if (decoded.ok) expect(verify(electorate, decoded.value)).toStrictEqual(success(fact));
    });
  });
}

test("docs/proofs.md says how large they are", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../../docs/proofs.md"), "utf8");
  const said = [...page.matchAll(/^\| ([a-z-]+-proof) \| (\d+) \| (\d+) \|$/gm)].map((row) => row.slice(1));
  const measured = kinds.map(({ name, codec, examples }) => {
    const sizes = examples.map(({ proof }) => codec.encode(proof).length);
    return [name, `${Math.min(...sizes)}`, `${Math.max(...sizes)}`];
  });
  expect(said).toEqual(measured);
});
