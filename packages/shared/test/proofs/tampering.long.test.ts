// Each bit of every byte of every honest proof, and each value of every byte of one of each kind: some three million
// proofs, a quarter of an hour of one core.

import { describe, test } from "vitest";
import { createWorld } from "../support/world.ts";
import { kindsOf } from "./examples.ts";
import { expectRefused } from "./refused.ts";
import { allOthers, byteVariants, everyBit } from "./variants.ts";

for (const kind of await kindsOf(createWorld())) {
  const { name, codec, examples } = kind;
  describe(name, () => {
    test.each(examples)("$title: each bit", async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), everyBit));
    });

    // Sets are the same two fields again and again, and long to hash.
    const [first] = name === "sets-proof" ? [] : examples;
    test.each(first === undefined ? [] : [first])("$title: each value", async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), allOthers));
    });
  });
}
