// S11: nodes of one round can be of programs that waited long; the blocks that are read for them are bounded.

import { asContractName, asHeight, type Height, readNow, utf8 } from "@tandem/shared";
import { expect, test } from "vitest";
import { probe } from "../../../execution/test/support/probe.ts";
import { call, keys, literal, program } from "../../../execution/test/support/programs.ts";
import { World } from "../../../execution/test/support/world.ts";
import { declaredNodes, touchesOf } from "../../src/explaining/lanes.ts";
import { explainLimits } from "../../src/explaining/types.ts";
import { claimOf, contentOf, outcomeAt, rail } from "../support/claims.ts";
import { ordersOf } from "../support/two-states.ts";

test("the newest heights are looked at, and what is older is counted as unknown", () => {
  const count = explainLimits.heightsMax + 2;
  const content = contentOf(claimOf(rail, count), [Array.from({ length: count }, (_, at) => outcomeAt(at + 1, 0, 0))]);
  const contract = asContractName(content.claim.lanes[0]?.contract ?? "");
  const world = new World({ shards: ["a", "rail"], environments: [probe] });
  for (let height = 1; height <= count; height++) {
    world.block([program([call(contract, "add", [literal("k"), literal(1n)], keys([], ["k"]))])]);
  }
  const orders = ordersOf(world);
  const asked: Height[] = [];
  const counting = {
    ordered(height: Height) {
      asked.push(height);
      return orders.ordered(height);
    },
  };
  const nodes = readNow(() => [], declaredNodes(counting, contract, undefined, content));
  expect(asked).toEqual(Array.from({ length: explainLimits.heightsMax }, (_, at) => asHeight(at + 3)));
  expect(touchesOf(contract, nodes, utf8("k"))).toMatchObject({
    nodeCount: count,
    unknownCount: 2,
    touchingCount: explainLimits.heightsMax,
  });
});
