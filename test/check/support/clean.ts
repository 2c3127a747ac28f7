// A workspace in which nothing is wrong: a pure room, another that imports it, one on Node, tests and an oracle.

export function manifest(name: string, more: object = {}): string {
  const said = { name: `@tandem/${name}`, version: "0.1.0", private: true, type: "module", ...more };
  return `${JSON.stringify(said, null, 2)}\n`;
}

const entry = { exports: { ".": "./src/index.ts" } };
const onShared = { dependencies: { "@tandem/shared": "workspace:*" } };

export const pureConfiguration = `{
  "extends": "../../tsconfig.base.json",
  "include": ["src"]
}
`;

const nodeConfiguration = `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "types": ["node"] },
  "include": ["src"]
}
`;

export const cleanFiles: Readonly<Record<string, string>> = {
  "package.json": `${JSON.stringify({ name: "tandem", private: true, type: "module", devDependencies: { "@types/node": "24.19.2", vitest: "5.1.0" } }, null, 2)}\n`,

  "packages/shared/package.json": manifest("shared", entry),
  "packages/shared/tsconfig.json": pureConfiguration,
  "packages/shared/src/index.ts": `export { double, sizeOf } from "./double.ts";\n`,
  "packages/shared/src/double.ts": `declare const brand: unique symbol;

export type Doubled = number & { readonly [brand]: true };

export interface Clock {
  readonly process: string;
}

export function double(value: number, clock: Clock = { process: "a key is no name" }): Doubled {
  return (Math.max(value, clock.process.length) * 2) as Doubled;
}

export function sizeOf(bytes: Uint8Array): number {
  return bytes.constructor === Uint8Array ? new TextEncoder().encode("x").length : 0;
}
`,
  "packages/shared/src/platform.d.ts": `declare class TextEncoder {
  encode(text: string): Uint8Array;
}
`,
  // A copy with a deliberate bug: git ignores it, and so does the check.
  "packages/consensus/.bugs/buggy/index.ts": "export const late = Date.now()",
  "packages/shared/test/double.test.ts": `import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { double } from "../src/index.ts";
import { twice } from "./oracles/twice.ts";

test("doubles", () => {
  expect(double(readFileSync(import.meta.filename).length)).toBeGreaterThan(twice(1));
});
`,
  "packages/shared/test/oracles/twice.ts": `import type { Doubled } from "../../src/double.ts";

export function twice(value: number): Doubled {
  return (value + value) as Doubled;
}
`,

  "packages/consensus/package.json": manifest("consensus", { ...entry, ...onShared }),
  "packages/consensus/tsconfig.json": `{
  "extends": "../../tsconfig.base.json",
  "include": ["src", "../shared/src/platform.d.ts"]
}
`,
  "packages/consensus/src/index.ts": `import { double } from "@tandem/shared";

export const four = double(2);
`,

  "packages/native/package.json": manifest("native", { ...entry, ...onShared }),
  "packages/native/tsconfig.json": nodeConfiguration,
  "packages/native/src/index.ts": `import { cpus } from "node:os";
import { double } from "@tandem/shared";

export const cores = double(cpus().length + process.pid + Date.now());
`,
};

export const cleanLinks: Readonly<Record<string, readonly string[]>> = { consensus: ["shared"], native: ["shared"] };
