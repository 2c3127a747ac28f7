export { type ImportCode, importSnapshot } from "./import.ts";
export { snapshotLimits } from "./parts.ts";
export { type WriteCode, writeSnapshot } from "./write.ts";
