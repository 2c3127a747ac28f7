// A small example of each encoding and root, by its hash: a change of format is a decision.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import {
  appendToHistory,
  emptyHistory,
  historyCodec,
  historyProofCodec,
  historyRoot,
  listProofCodec,
  listRoot,
  MemoryHistory,
  namespacedLeafProofCodec,
  namespaceOfShard,
  namespaceProofCodec,
  proveHistory,
  proveListItem,
  touchCodec,
  touchesTree,
} from "../../src/merkle/index.ts";
import { asBlobIndex, asRoot, asShardName } from "../../src/numbers.ts";
import { rootOf, rootsUpTo } from "./support.ts";

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

async function examples(): Promise<Record<string, Uint8Array>> {
  const store = new MemoryHistory();
  let history = emptyHistory;
  for (const root of rootsUpTo(11)) {
    const appended = appendToHistory(history, root);
    history = appended.history;
    store.keep(appended.completed);
  }
  const path = await proveHistory(store, 11, 3);
  if (!path.ok) throw new Error(path.error.message);
  const touches = [["bank", "hotel"], ["air"], ["bank"], []].map((names) => names.map(asShardName));
  const tree = touchesTree(touches.map((names, i) => ({ root: asRoot(rootOf(i)), touches: names })));
  return {
    listRoot: listRoot(rootsUpTo(5), 16_384),
    listProof: listProofCodec.encode(proveListItem(rootsUpTo(5), 16_384, 2)),
    historyRoot: historyRoot(history),
    history: historyCodec.encode(history),
    historyProof: historyProofCodec.encode(path.value),
    touch: touchCodec.encode({ index: asBlobIndex(2), blob: asRoot(rootOf(2)) }),
    touchesRoot: tree.commitment,
    completeness: namespaceProofCodec.encode(tree.proveNamespace(namespaceOfShard(asShardName("bank"))).proof),
    absence: namespaceProofCodec.encode(tree.proveNamespace(namespaceOfShard(asShardName("club"))).proof),
    leafProof: namespacedLeafProofCodec.encode(tree.proveLeaf(2)),
  };
}

test("every root and encoding of the trees is the committed one", async () => {
  const digests = Object.entries(await examples()).map(([name, bytes]) => [name, digest(bytes)]);
  expect(Object.fromEntries(digests)).toEqual({
    absence: "13c66969b9233ca83a685291b448d9aef57d5a2a256119ad730a68437d6e192b",
    completeness: "4e8117d1889e7e27866d402e99b7c69c5c42f15ce930cb091d72af7b5ddd2ef2",
    history: "984a96db9f7b62eea8bbd23c7d4e56be0f2a210b6382e86adfca00e7349f9c8f",
    historyProof: "56f7fd9483407af21d3685ff7e7263d8d3fc8a81d384c260d39e3e8de96cd3a9",
    historyRoot: "ac0c0dc7cfdfecb8a59ccd425ff2115b980f436cee3ef750fa840ca42bd6f50c",
    leafProof: "5726e403b7ed8dbc979b596e8f5a61d756181aafdfe817e741b001576bfc187d",
    listProof: "03c2e2ab058ca49f1e78ea55e844df7515f73b40e9b064d3359af689f2b80d5f",
    listRoot: "9871cc5a6947a785c3f0302cb2fd11d32959d45c5a2004fc1b8ad719a9d244e2",
    touch: "95f6ed912497534df837c300957be36df588ed65843a1b393ca2970feaa2ac1f",
    touchesRoot: "1266758c43f9a98cca1b717c6bdd8249da3ba9e14e1fd5bc534b7fabf4a8da7d",
  });
});
