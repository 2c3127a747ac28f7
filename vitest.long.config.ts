import { defineConfig } from "vitest/config";
import { common } from "./vitest.config.ts";

// Campaigns and soaks: files *.long.test.ts.
const hourMs = 3_600_000;

export default defineConfig({
  test: {
    ...common,
    include: ["packages/*/test/**/*.long.test.ts", "test/**/*.long.test.ts"],
    passWithNoTests: true,
    testTimeout: hourMs,
    hookTimeout: hourMs,
  },
});
