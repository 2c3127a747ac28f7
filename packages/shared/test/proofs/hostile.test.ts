// What a peer could send in place of a proof, from honest proofs on: it does not decode, or decodes to what encodes
// to the same bytes; and of what decodes nothing is accepted but honest proofs (./door.ts). As each of the latter is
// also verified, there are fewer of them here than in ../messages/hostile-proofs.test.ts, which only decodes.

import { test } from "vitest";
import { attackDecoder } from "../support/hostile.ts";
import { createWorld } from "../support/world.ts";
import { accepts, expectHonest } from "./door.ts";
import { kindsOf } from "./examples.ts";
import type { Variant } from "./variants.ts";

const world = createWorld();
const electorates = { order: world.order.electorate(), attest: world.attest.electorate() };

for (const kind of await kindsOf(world)) {
  const { name, codec, examples, chain } = kind;
  test(name, async () => {
    const accepted: Variant[] = [];
    attackDecoder({
      name,
      // Sets are long to hash.
      runs: name === "sets-proof" ? 5000 : 20_000,
      encode: codec.encode,
      valid: examples.map(({ proof }) => codec.encode(proof)),
      decode(bytes) {
        const decoded = codec.decode(bytes);
        const variant = { how: "a mutation", bytes };
        if (decoded.ok && accepts(kind, electorates[chain], variant)) accepted.push(variant);
        return decoded;
      },
    });
    for (const variant of accepted) await expectHonest(kind, variant);
  });
}
