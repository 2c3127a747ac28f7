// Each bit of every byte of every honest proof, and each value of every byte of one of each kind.

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

    test.each(examples.slice(0, 1))("$title: each value", async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), allOthers));
    });
  });
}
