// What Stage 2 reads of the order chain, from the store that ordering leaves.

import { programsOf } from "@tandem/execution";
import { asHeight, blobCodec, type Position, type Reading, readNow, verifyHistory, zeroRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import { blobOf } from "../../ordering/test/support/blobs.ts";
import { StoredChain } from "../../ordering/test/support/stored-chain.ts";
import { orderReads } from "../src/index.ts";
import { programNetwork, programs } from "./support/programs.ts";
import { Town, type TownNode } from "./support/town.ts";

const block = { touches: [["bank"], []], isFinalized: true };
const unproven = { ...block, isFinalized: false };

/** Four blocks that were executed, and one that is final and was not. */
function chainOf(): StoredChain {
  const chain = new StoredChain([block, unproven, block, { touches: [], isFinalized: true }]);
  chain.deliver(block);
  return chain;
}

test("of a final block there are its root, and what it cites", () => {
  const chain = chainOf();
  for (const height of [1, 2, 5]) {
    const [record] = chain.store.readNow([orderReads.placeKey(asHeight(height))]);
    const { root, block } = chain.at(height);
    expect(orderReads.place(record as Uint8Array)).toEqual({ root, attested: block.header.attested });
  }
  expect(chain.store.readNow([orderReads.placeKey(asHeight(6))])).toEqual([undefined]);
});

test("O3: any block descends from any earlier one, the genesis included; what was executed shows it", () => {
  const chain = chainOf();
  for (const size of [1, 2, 3, 4, 5]) {
    const { header } = chain.at(size).block;
    for (let from = 0; from < size; from++) {
      const proof = chain.read(orderReads.proveDescent(asHeight(from), header));
      const root = from === 0 ? chain.network.root : chain.at(from).root;
      expect(proof && verifyHistory(header.history, size, from, root, proof).ok).toBe(true);
    }
    for (const from of [size, size + 1]) {
      expect(chain.read(orderReads.proveDescent(asHeight(from), header))).toBeUndefined();
    }
  }
  const { header } = chain.make(block).block;
  expect(chain.read(orderReads.proveDescent(asHeight(4), { ...header, height: asHeight(7) }))).toBeUndefined();
});

test("a block is there with all its blobs when it was executed", () => {
  const chain = chainOf();
  for (const height of [1, 2, 3, 4]) {
    const { block, candidates } = chain.at(height);
    const blobs = candidates.map(({ bytes }) => bytes);
    expect(chain.read(orderReads.ordered(asHeight(height)))).toEqual({ header: block.header, blobs });
  }
  for (const height of [0, 5, 6]) expect(chain.read(orderReads.ordered(asHeight(height)))).toBeUndefined();
});

test("a final block is there with the certificate that names it", () => {
  const chain = chainOf();
  for (const height of [1, 2, 3, 4, 5]) {
    const { block, certificate } = chain.at(height);
    const certified = chain.read(orderReads.certified(asHeight(height)));
    expect(certified).toEqual({ header: block.header, certificate });
    expect(certified?.certificate.kind).toBe(height === 2 ? "notarization" : "finalization");
  }
  for (const height of [0, 6]) expect(chain.read(orderReads.certified(asHeight(height)))).toBeUndefined();
});

test("a program is found by its place and blob, as it was when it was ordered", () => {
  const town = new Town(programNetwork);
  const [node] = town.nodes as [TownNode];
  const nonsense = blobOf(programNetwork, { payer: 1, payload: Uint8Array.of(1), touches: ["bank"] });
  const blobs = [...programs(), nonsense];
  for (const { bytes } of blobs) town.submit(node, bytes);
  town.runUntil(() => blobs.every(({ key }) => node.orderedBlobs.includes(key)), 120_000);
  const read = <T>(reading: Reading<T>) => readNow((keys) => node.read(keys), reading);
  let found = 0;
  for (const { block, info } of node.ordered) {
    for (const [index, root] of block.body.blobs.entries()) {
      const { bytes } = blobs.find(({ key }) => key === Buffer.from(root).toString("hex")) ?? nonsense;
      const blob = blobCodec.decode(bytes);
      if (!blob.ok) throw new Error(blob.error.message);
      const { envelope } = blob.value;
      const { timeMs } = block.header;
      const place = { height: info.height, index } as Position;
      const [program] = programsOf({ height: info.height, timeMs, blobs: [{ index: place.index, root, envelope }] });
      expect(read(orderReads.program(place, root))).toEqual(program);
      if (program !== undefined) found++;
      expect(read(orderReads.program({ ...place, index: (index + 1) as never }, root))).toBeUndefined();
      expect(read(orderReads.program({ ...place, height: asHeight(info.height + 1) }, root))).toBeUndefined();
      expect(read(orderReads.program(place, zeroRoot))).toBeUndefined();
    }
  }
  expect(found).toBe(3);
});
