export type { SimplexConfig } from "./config.ts";
export { markRecord } from "./journal.ts";
export { drawLeader } from "./leaders.ts";
export { Simplex } from "./simplex.ts";
export type * from "./types.ts";
export { performVerify } from "./verify.ts";
