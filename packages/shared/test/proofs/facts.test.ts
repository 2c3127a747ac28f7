// Every honest proof is accepted and shows what happened: facts are compared with the plain data of the test
// world (../support/world.ts), not with what the proof says.

import { describe, expect, test } from "vitest";
import { success } from "../../src/result.ts";
import { createWorld } from "../support/world.ts";
import { kindsOf } from "./examples.ts";

for (const { name, codec, verify, examples } of await kindsOf(createWorld())) {
  describe(name, () => {
    test.each(examples)("$title", ({ electorate, proof, fact }) => {
      expect(verify(electorate, proof)).toEqual(success(fact));
      const decoded = codec.decode(codec.encode(proof));
      expect(decoded).toEqual(success(proof));
      if (decoded.ok) expect(verify(electorate, decoded.value)).toEqual(success(fact));
    });
  });
}
