export { type ImportCode, importSnapshot } from "./import.ts";
export { type WriteCode, writeSnapshot } from "./write.ts";
