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

export default defineConfig({
  test: {
    ...common,
    include: ["packages/*/test/**/*.test.ts", "test/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/*.long.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
