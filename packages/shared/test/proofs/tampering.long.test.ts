// Each bit of every byte of every honest proof, and each value of some bytes of one of each kind: some 1.4 million
// proofs, minutes of one core. `TANDEM_RUNS=5` takes each value of all bytes: 3.6 million proofs.

import { describe, test } from "vitest";
import { runsFactor } from "../support/hostile.ts";
import { createWorld } from "../support/world.ts";
import { kindsOf } from "./examples.ts";
import { expectRefused } from "./refused.ts";
import { allOthers, byteVariants, everyBit, type OtherValues } from "./variants.ts";

/** Five, as fields begin at multiples of four: in time it comes to each of their bytes. */
const step = Math.max(1, Math.ceil(5 / runsFactor));
const othersOfSome: OtherValues = (byte, at) => (at % step === 0 ? allOthers(byte, at) : []);

for (const kind of await kindsOf(createWorld())) {
  const { name, codec, examples } = kind;
  describe(name, () => {
    test.each(examples)("$title: each bit", async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), everyBit));
    });

    // Sets are the same two fields again and again, and long to hash.
    const [first] = name === "sets-proof" ? [] : examples;
    test.each(first === undefined ? [] : [first])(`$title: each value of one byte in ${step}`, async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), othersOfSome));
    });
  });
}
