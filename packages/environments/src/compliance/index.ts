// What every environment must do, as cases that any test runner can run, and a contract in memory to try one on.

export { environmentCases } from "./cases.ts";
export { Draw } from "./draw.ts";
export { literal, type MemoryCall, MemoryContract, type MemoryOutcome } from "./memory-contract.ts";
export { type EnvironmentSubject, type Plan, type PlannedCall, payers, type Situation } from "./subject.ts";
