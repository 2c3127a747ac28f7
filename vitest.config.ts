import { defineConfig } from "vitest/config";

// Threads: they end with the process, whatever ends it. Two workers: the machine that we promise for has two cores.
// What tests print is a line each (counts of what was tried), as they print it.
export const common = {
  pool: "threads",
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
