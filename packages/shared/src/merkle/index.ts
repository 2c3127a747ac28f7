export { proveBranch, verifyBranch } from "./branch.ts";
export type { MerkleCode, MerkleFailure } from "./failure.ts";
export {
  type Appended,
  appendToHistory,
  emptyHistory,
  type History,
  type HistoryNode,
  type HistoryPlace,
  historyCodec,
  historyRoot,
  historyType,
} from "./history.ts";
export { MemoryHistory } from "./history-memory.ts";
export {
  assembleHistoryProof,
  type HistoryProof,
  type HistoryProofCode,
  type HistoryReader,
  historyPlaces,
  historyProofCodec,
  historyProofType,
  proveHistory,
  verifyHistory,
  verifyHistoryPath,
} from "./history-proof.ts";
export { type NamespacedLeaf, parityNamespace } from "./namespaced-node.ts";
export {
  type NamespacedLeafProof,
  type NamespacedStep,
  type NamespaceProof,
  namespacedLeafProofCodec,
  namespacedLeafProofType,
  namespaceProofCodec,
  namespaceProofType,
  verifyNamespace,
  verifyNamespacedLeaf,
} from "./namespaced-proof.ts";
export {
  namespaceOfShard,
  type Touch,
  type TouchingBlob,
  touchCodec,
  touchesTree,
  touchLeaf,
  touchType,
  verifyTouch,
  verifyTouches,
} from "./namespaced-touch.ts";
export { NamespacedTree, type NamespaceSlice } from "./namespaced-tree.ts";
export { type ListProof, listProofCodec, listProofType, listRoot, proveListItem, verifyListItem } from "./ssz-list.ts";
