// O7: whoever is told "accepted" is told it after the record by which the blob outlives a crash.

import { expect, test } from "vitest";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge } from "./support/forge.ts";
import { kindsOf, Single } from "./support/single.ts";

const network = testNetwork({ payers: 1 });

test("O7: a receipt comes after the blob is stored", () => {
  const single = new Single({ network, forge: new Forge(network) });
  const kinds = kindsOf(single.submit(blobOf(network, { payer: 0 })));
  expect(kinds.filter((kind) => kind === "store" || kind === "receipt")).toEqual(["store", "receipt"]);
});
