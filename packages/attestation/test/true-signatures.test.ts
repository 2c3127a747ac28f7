// S9, A3: no signature that was found true is verified again, and none is taken for true that was not.

import { asShardName } from "@tandem/shared";
import { expect, test } from "vitest";
import { program } from "../../execution/test/support/programs.ts";
import { add } from "../../execution/test/support/seats.ts";
import { rootOf } from "../../shared/test/support/samples.ts";
import { type Signed, TrueSignatures } from "../src/true-signatures.ts";
import type { AttestNode } from "./support/attest-node.ts";
import { AttestWorld } from "./support/attest-world.ts";

const signed: Signed = {
  set: { shard: asShardName("bank") },
  root: rootOf(1),
  bitmap: [true, true, true, false],
  signature: new Uint8Array(96).fill(7),
};

test.each<[string, Partial<Signed>]>([
  ["of another shard", { set: { shard: asShardName("rail") } }],
  ["of votes", { set: { chain: "order" } }],
  ["under something else", { root: rootOf(2) }],
  ["of other seats", { bitmap: [true, true, false, true] }],
  ["of one seat more", { bitmap: [true, true, true, false, false] }],
  ["that is another one", { signature: new Uint8Array(96).fill(8) }],
])("nothing is known of a signature %s", (_, change) => {
  const known = new TrueSignatures();
  known.add(signed);
  expect([known.has({ ...signed }), known.has({ ...signed, ...change })]).toEqual([true, false]);
});

test("the oldest are forgotten", () => {
  const known = new TrueSignatures();
  const at = (place: number) => ({
    ...signed,
    root: Uint8Array.from({ length: 32 }, (_, i) => place >> (8 * i)) as never,
  });
  for (let place = 0; place < 5_000; place++) known.add(at(place));
  expect([known.size, known.has(at(0)), known.has(at(4_999))]).toEqual([4_096, false, true]);
});

/** How many signatures of claims a node had verified for blocks. */
const verifiedBy = (node: AttestNode) =>
  node
    .of("verify")
    .reduce((sum, { task }) => sum + (task.kind === "attest-block" ? task.checks.signatures.length : 0), 0);

test("a block with the quorum that a voter verified before takes no verifying, and one with another does", () => {
  // All three are needed for a quorum of `a`, so everybody finds the same one; of `b` the first three of four.
  const world = new AttestWorld({ network: { validators: 4, committees: { a: [0, 1, 2], b: [0, 1, 2, 3] } } });
  world.isQuiet = true;
  const counts = { a: 0, b: 0 };
  for (const shard of ["a", "b"] as const) {
    for (let round = 0; round < 4; round++) {
      world.order([program([add(`${shard}/x`, "k", 1n)])]).run(3_000);
      world.isQuiet = false;
      world.settle();
      world.isQuiet = true;
    }
    counts[shard] = world.nodes.reduce((sum, node) => sum + verifiedBy(node), 0);
  }
  for (const shard of ["a", "b"]) expect(world.attestedOf(shard)).toEqual(world.trueClaimsOf(shard));
  expect(counts.a).toBe(0);
  expect(counts.b).toBeGreaterThan(0);
  expect(counts.b).toBeLessThan(12);
});
