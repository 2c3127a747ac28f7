import { resolve } from "node:path";

/** The root of the workspace. */
export const project = resolve(import.meta.dirname, "..");
