// What every environment must do, as cases that any test runner can run, and a contract in memory to try one on.

export { literal, type MemoryCall, MemoryContract, type MemoryOutcome } from "./memory-contract.ts";
