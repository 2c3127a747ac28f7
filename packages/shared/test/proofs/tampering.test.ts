// A proof with a byte changed, cut or extended, with parts dropped, doubled, exchanged or taken from another honest
// proof is refused, unless what comes out is itself the honest proof of something (./door.ts). All bits of all
// bytes: tampering.long.test.ts.

import { describe, expect, test } from "vitest";
import { createWorld } from "../support/world.ts";
import { expectHonest, offer } from "./door.ts";
import { kindsOf } from "./examples.ts";
import { expectRefused } from "./refused.ts";
import { byteVariants, graftedVariants, oneOther, rearrangedVariants } from "./variants.ts";

for (const kind of await kindsOf(createWorld())) {
  const { name, codec, examples } = kind;
  describe(name, () => {
    test.each(examples)("$title: bytes changed, cut, added", async (example) => {
      await expectRefused(kind, example, byteVariants(codec.encode(example.proof), oneOther));
    });

    test.each(examples)("$title: parts dropped, doubled, exchanged", (example) => {
      expect(offer(kind, example, rearrangedVariants(codec, example.proof)).accepted).toEqual([]);
    });

    test("parts of one in another", async () => {
      for (const example of examples) {
        for (const other of examples) {
          const { accepted } = offer(kind, example, graftedVariants(codec, example.proof, other.proof));
          for (const variant of accepted) await expectHonest(kind, variant);
        }
      }
    });
  });
}
