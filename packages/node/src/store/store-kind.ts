/** Databases that a store can be on. Apart from them, so that a configuration is read without loading any. */
export const storeKinds = ["rocksdb", "level"] as const;
export type StoreKind = (typeof storeKinds)[number];
