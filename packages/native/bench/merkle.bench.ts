// Trees of `shared` beside the bare hashing that they cannot do without. Rates count hashes, so that a tree
// and its raw limit do the same number of them; proofs count proofs.

import { hashInto } from "@chainsafe/hashtree";
import {
  appendToHistory,
  emptyHistory,
  type HistoryNode,
  historyRoot,
  listRoot,
  MemoryHistory,
  type NamespacedLeaf,
  NamespacedTree,
  proveHistory,
  proveListItem,
  type Root,
  verifyHistory,
  verifyListItem,
  verifyNamespace,
} from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { nativeHasher, useNative } from "../src/index.ts";

export const area = "shared";

const historySize = 10_000;

function rootsUpTo(count: number): Root[] {
  return Array.from({ length: count }, (_, i) => {
    const root = new Uint8Array(32).fill(i);
    new DataView(root.buffer).setUint32(0, i);
    return root as Root;
  });
}

/** `count` messages each of the given sizes, hashed one by one by the native hasher. */
function rawHashes(...parts: readonly (readonly [count: number, bytes: number])[]) {
  const messages = parts.flatMap(([count, bytes]) => Array.from({ length: count }, () => new Uint8Array(bytes)));
  const run = () => {
    for (const message of messages) nativeHasher.sha256(message);
  };
  return { items: messages.length, run };
}

export default async function (bench: Bench): Promise<void> {
  useNative();
  await measureLists(bench);
  await measureHistories(bench);
  await measureNamespaces(bench);
}

async function measureLists(bench: Bench): Promise<void> {
  const count = 100_000;
  const limit = 2 ** 17;
  const leaves = rootsUpTo(count);
  const blocks = new Uint8Array(64 * count);
  const output = new Uint8Array(32 * count);
  const raw = { items: count, run: () => hashInto(blocks, output) };
  // Pairs of each level of the list's tree, and the length mixed in.
  let pairs = 1;
  for (let width = count, level = 0; level < 17; level++, width = Math.ceil(width / 2)) pairs += Math.ceil(width / 2);
  await bench.rate(
    "SSZ list root, 100k leaves, beside hashtree in one batch",
    "hashes/s",
    {
      items: pairs,
      run: () => void listRoot(leaves, limit),
    },
    raw,
  );

  const blobs = leaves.slice(0, 10_000);
  const root = listRoot(blobs, 2 ** 14);
  const proof = proveListItem(blobs, 2 ** 14, 4321);
  const leaf = blobs[4321] as Root;
  await bench.cost("list proof made, 10k items", { items: 1, run: () => void proveListItem(blobs, 2 ** 14, 4321) });
  await bench.cost("list proof verified, 10k items", {
    items: 1,
    run: () => void verifyListItem(root, 2 ** 14, 4321, leaf, proof),
  });
}

async function measureHistories(bench: Bench): Promise<void> {
  const headers = rootsUpTo(historySize);
  const grow = (keep: (nodes: readonly HistoryNode[]) => void) => {
    let history = emptyHistory;
    for (const header of headers) {
      const appended = appendToHistory(history, header);
      history = appended.history;
      keep(appended.completed);
    }
    return historyRoot(history);
  };
  await bench.rate(
    "RFC 6962 root, 10k leaves, beside native SHA-256 of 33 and 65 bytes",
    "hashes/s",
    {
      items: 2 * historySize - 1,
      run: () => void grow(() => {}),
    },
    rawHashes([historySize, 33], [historySize - 1, 65]),
  );

  const store = new MemoryHistory();
  const root = grow((nodes) => store.keep(nodes));
  const proof = await proveHistory(store, historySize, 4321);
  if (!proof.ok) throw new Error(proof.error.message);
  const header = headers[4321] as Root;
  await bench.cost("history proof made, 10k headers", {
    items: 1,
    run: async () => void (await proveHistory(store, historySize, 4321)),
  });
  await bench.cost(
    "history proof verified, 10k headers, beside native SHA-256 of its nodes",
    {
      items: 1,
      run: () => void verifyHistory(root, historySize, 4321, header, proof.value),
    },
    { items: 1, run: rawHashes([1, 33], [proof.value.path.length, 65]).run },
  );
}

/** 10,000 leaves of 66 bytes when hashed, 16 in each namespace, as blocks have them (O5). */
function namespacedLeaves(): NamespacedLeaf[] {
  return Array.from({ length: 10_000 }, (_, i) => {
    const namespace = new Uint8Array(29).fill(1);
    new DataView(namespace.buffer).setUint32(1, i >> 4);
    return { namespace, data: new Uint8Array(36).fill(i) };
  });
}

async function measureNamespaces(bench: Bench): Promise<void> {
  const leaves = namespacedLeaves();
  await bench.rate(
    "namespaced root, 10k leaves, beside native SHA-256 of 66 and 181 bytes",
    "hashes/s",
    {
      items: 2 * leaves.length - 1,
      run: () => void new NamespacedTree(leaves).root,
    },
    rawHashes([leaves.length, 66], [leaves.length - 1, 181]),
  );

  const tree = new NamespacedTree(leaves);
  const { commitment } = tree;
  const namespace = (leaves[4321] as NamespacedLeaf).namespace;
  const slice = tree.proveNamespace(namespace);
  const inner = slice.proof.opened.filter((isOpened) => isOpened).length;
  await bench.cost("namespace proof made, 16 of 10k leaves", {
    items: 1,
    run: () => void tree.proveNamespace(namespace),
  });
  await bench.cost(
    "namespace proof verified, 16 of 10k leaves, beside native SHA-256 of its nodes",
    {
      items: 1,
      run: () => void verifyNamespace(commitment, namespace, slice.leaves, slice.proof),
    },
    { items: 1, run: rawHashes([slice.leaves.length, 66], [inner, 181], [1, 90]).run },
  );
}
