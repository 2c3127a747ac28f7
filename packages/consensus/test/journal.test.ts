// S8: what a crash leaves of a record is a first part of its bytes, and never another record.

import { asView } from "@tandem/shared";
import { expect, test } from "vitest";
import { type JournalRecord, Records } from "../src/journal.ts";
import { type Block, createWorld, genesis, rules } from "./support/one.ts";

const world = createWorld();
const block = world.block(1, genesis);
const { root } = rules.infoOf(block);
const parent = world.certificate("notarization", 1, root);
// Enough bits for two bytes, of which the first alone is a bitmap too.
const wide = { ...parent, bitmap: Array.from({ length: 9 }, () => true) };

const kept: readonly JournalRecord<Block>[] = [
  { kind: "proposal", value: { block, parent: wide, signature: new Uint8Array(96) } },
  { kind: "certificate", value: wide },
  { kind: "vote", value: world.vote("notarize", 1, root, 0) },
  { kind: "block", value: block },
  { kind: "mark", value: asView(300) },
];

test.each(kept)("a $kind is read whole, and no part of it is read as anything", (record) => {
  const records = new Records(rules);
  const bytes = records.encode(record);
  expect(records.decode(bytes)).toEqual(record);
  for (let length = 0; length < bytes.length; length++) expect(records.decode(bytes.slice(0, length))).toBeUndefined();
});
