import { expect, test } from "vitest";
import { add } from "../../../execution/test/support/seats.ts";
import { program } from "../../../execution/test/support/programs.ts";
import { AttestWorld } from "../support/attest-world.ts";

test("claims get affirmed, attested, cited, and are seen by other shards", () => {
  const world = new AttestWorld();
  world.order([program([add("a/x", "k", 1n)]), program([add("a/y", "k", 2n), add("b/x", "k", 0)])]);
  world.until(() => world.final.length > 0);
  world.order([program([add("c/x", "k", 1n)])]);
  world.settle();
  expect(world.attestedOf("a")).toEqual(world.trueClaimsOf("a"));
  expect(world.attestedOf("b")).toEqual(world.trueClaimsOf("b"));
  expect(world.trueClaimsOf("b").length).toBe(2);
});
