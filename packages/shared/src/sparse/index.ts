export { storeBatchOf } from "./batch.ts";
export { entriesFrom, listEntries, type MapEntry } from "./entries.ts";
export { pruneMap, rollBackMap, snapshotAt } from "./history.ts";
export { type MapChange, type SparseCode, type SparseError, SparseMap } from "./map.ts";
export { MemoryStore } from "./memory-store.ts";
export {
  bitBelow,
  leadsTo,
  type MapPart,
  type MapPartEntry,
  type MapPlace,
  mapPartType,
  type OpenedPart,
  openPart,
  type PartCode,
  type PartNode,
  partNodeOf,
  placeBelow,
  readPart,
  topPlace,
} from "./part.ts";
export { openPast } from "./past.ts";
export {
  openProof,
  openWitness,
  proveKeys,
  type SparseProof,
  type SparseWitness,
  sparseProofCodec,
  sparseProofType,
  sparseWitnessCodec,
  verifyKeys,
  witnessKeys,
} from "./proof.ts";
export { type Reading, type Records, readFrom, readNow, readTogether, readUnder } from "./reading.ts";
export { MapRebuild, type RebuiltMap } from "./rebuild.ts";
export { type SparseStore, type StoreBatch, StoreFault, type StoreRange, type StoreRecord } from "./store.ts";
export {
  emptySnapshot,
  loadMap,
  type MapSnapshot,
  type MapUpdate,
  openKeys,
  openLatest,
  openMap,
  updateMap,
} from "./stored-map.ts";
export type { TouchedKeys } from "./touched.ts";
