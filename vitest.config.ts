import { defineConfig } from "vitest/config";

// Processes, not threads: native code that is loaded and left in one thread after the other has crashed the whole run.
// Two of them: the machine that we promise for has two cores.
// What tests print is a line each (counts of what was tried), as they print it.
export const common = {
  pool: "forks",
  maxWorkers: 2,
  slowTestThreshold: 10_000,
  disableConsoleIntercept: true,
} as const;

/** Tests with processes and sockets of their own. What these wait for takes longer when others want the cores. */
const ofProcesses = [
  "packages/cli/test/!(experiments|lab).test.ts",
  "packages/node/test/**/*.test.ts",
  "packages/environments/test/tutorial/*.test.ts",
  "test/{check,devnet,pack}/**/*.test.ts",
];
const exclude = ["**/node_modules/**", "**/*.long.test.ts"];

/** A group is begun when the one before it has ended. */
const projects = [
  { name: "processes", include: ofProcesses, exclude },
  {
    name: "rooms",
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: [...exclude, ...ofProcesses],
  },
].map((test, groupOrder) => ({ extends: true as const, test: { ...test, sequence: { groupOrder } } }));

export default defineConfig({
  test: {
    ...common,
    projects,
    // On a busy machine all takes longer, and is as right; what never ends is told all the same.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 60_000 } },
  },
});
