// One row for each way through a wall, with who must notice and what must be said. A name that the compiler does not
// know is found twice, by it and by the walls; what the language itself has (Date, Math) by the linter and the walls.

import { manifest, pureConfiguration } from "./clean.ts";

export interface Violation {
  readonly what: string;
  readonly path: string;
  readonly text: string;
  readonly line?: number;
  /** What the walls say of this line. */
  readonly walls?: string;
  /** What the compiler says of this line. */
  readonly compiler?: string;
  /** The linter's rule that this line breaks. */
  readonly linter?: string;
}

interface Told {
  readonly walls?: string;
  readonly compiler?: string;
  readonly linter?: string;
}

let count = 0;

/** One line of source in a pure room. */
function pure(what: string, text: string, told: Told, room = "shared"): Violation {
  return { what: `pure source: ${what}`, path: `packages/${room}/src/bad-${++count}.ts`, text: `${text}\n`, ...told };
}

function name(said: string, more: Told = {}): Told {
  return { walls: `impure-name: ${said}`, ...more };
}

const unknown = { compiler: "Cannot find name" };

const names: Violation[] = [
  pure("process", "export const id = process.pid;", name("process is Node", unknown)),
  pure("Buffer", 'export const bytes = Buffer.from("a");', name("Buffer is Node", unknown)),
  pure("a type of Node", "export type Bytes = Buffer;", name("Buffer is Node", unknown)),
  pure("setTimeout", "setTimeout(() => {}, 1);", name("setTimeout is a timer", unknown)),
  pure("setInterval", "setInterval(() => {}, 1);", name("setInterval is a timer", unknown)),
  pure("setImmediate", "setImmediate(() => {});", name("setImmediate is a timer", unknown)),
  pure("queueMicrotask", "queueMicrotask(() => {});", name("queueMicrotask is a timer", unknown)),
  pure("requestAnimationFrame", "requestAnimationFrame(() => {});", name("requestAnimationFrame is a timer", unknown)),
  pure("Date", "export const now = Date.now();", name("Date is a clock", { linter: "lint/style/noRestrictedGlobals" })),
  pure(
    "new Date",
    "export const now = new Date();",
    name("Date is a clock", { linter: "lint/style/noRestrictedGlobals" }),
  ),
  pure("performance", "export const now = performance.now();", name("performance is a clock", unknown)),
  pure("crypto", "export const bytes = crypto.randomUUID();", name("crypto is randomness", unknown)),
  pure("fetch", 'export const page = fetch("/");', name("fetch is I/O", unknown)),
  pure("console", 'console.log("a");', name("console is I/O", unknown)),
  pure(
    "Intl",
    "export const order = new Intl.Collator();",
    name("Intl depends", { linter: "lint/style/noRestrictedGlobals" }),
  ),
  pure("WeakRef", "export const weak = new WeakRef({});", name("WeakRef depends on the garbage collector")),
  pure(
    "Math.random",
    "export const dice = Math.random();",
    name("Math.random is random or inexact", { linter: "lint/nursery/noJsRestrictedProperties" }),
  ),
  pure("an inexact function", "export const log = Math.log2(8);", name("Math.log2 is random or inexact")),
];

const tricks: Violation[] = [
  pure("globalThis", "export const all = globalThis;", name("globalThis reaches every global")),
  pure("globalThis[…]", 'export const id = (globalThis as never)["process"];', name("globalThis reaches every global")),
  pure('Math["random"]', 'export const dice = Math["random"]();', name("Math.random is random or inexact")),
  pure("Math[computed]", 'export const dice = Math[("ran" + "dom") as "random"]();', name("Math as a value")),
  pure("{ random } = Math", "export const { random } = Math;", name("Math as a value")),
  pure("Math passed on", "export const calculator = [Math];", name("Math as a value")),
  pure("Date under another name", "export const Clock = Date;", name("Date is a clock")),
  pure(
    "eval",
    'export const id = eval("process.pid");',
    name("eval reaches every global", { linter: "lint/security/noGlobalEval" }),
  ),
  pure(
    "new Function",
    'export const id = new Function("return process.pid")();',
    name("Function reaches every global"),
  ),
  pure("constructor.constructor", 'export const id = (() => {}).constructor("return process")();', {
    walls: "impure-member: .constructor reaches the Function constructor",
  }),
  pure('["constructor"]', 'export const make = (() => {})["constructor"];', { walls: "impure-member: .constructor" }),
  pure("{ constructor } = f", "export const { constructor } = () => {};", { walls: "impure-member: .constructor" }),
  pure("localeCompare", 'export const order = "a".localeCompare("b");', {
    walls: "impure-member: .localeCompare depends",
  }),
  pure("normalize", 'export const text = "a".normalize();', {
    walls: "impure-member: .normalize depends on the engine's version of Unicode",
  }),
  pure("import.meta", "export const here = import.meta;", name("import.meta is Node")),
  pure("declare const", "export declare const process: { pid: number };", {
    walls: "ambient: declare makes up a global",
  }),
  pure("declare global", "declare global { const pid: number }", { walls: "ambient: declare makes up a global" }),
  pure("@ts-ignore", "// @ts-ignore\nexport const id = pid;", {
    walls: "silenced: @ts-ignore",
    linter: "lint/suspicious/noTsIgnore",
  }),
  pure("@ts-expect-error", "// @ts-expect-error: hush\nexport const id = pid;", {
    walls: "silenced: @ts-expect-error",
  }),
  pure("@ts-nocheck", "// @ts-nocheck\nexport const id = pid;", { walls: "silenced: @ts-nocheck" }),
  pure("a lint rule switched off", "// biome-ignore lint: hush\nexport const now = Date.now();", {
    line: 2,
    ...name("Date is a clock"),
  } as Told),
  pure("what does not parse", "export const = 1;", { walls: "syntax: ", compiler: "error TS" }, "ordering"),
  ...references(),
  {
    what: "pure source: a global of Node declared for the platform",
    path: "packages/consensus/src/platform.d.ts",
    text: "declare class Buffer {}\n",
    walls: "ambient: declare makes up a global",
  },
  {
    what: "pure source: declarations in a file of their own",
    path: "packages/shared/src/globals.d.ts",
    text: "declare const pid: number;\n",
    walls: "not-typescript",
  },
  {
    what: "a room: a file beside its source",
    path: "packages/native/scratch.ts",
    text: "export const scratch = 1;\n",
    walls: "stray: a room holds src, test and bench",
  },
  {
    what: "pure source: JavaScript, which the compiler does not see",
    path: "packages/shared/src/plain.mjs",
    text: "export const now = Date.now();\n",
    walls: "not-typescript",
  },
];

/** In a room of their own: they let the compiler accept all that it refuses elsewhere. */
function references(): Violation[] {
  const toTypes = '/// <reference types="node" />\nexport const id = 1;';
  const toFile = '/// <reference path="../../../node_modules/@types/node/index.d.ts" />\nexport const id = 1;';
  const walls = "reference: a reference to";
  const linter = "lint/nursery/noTripleSlashReference";
  return [
    pure("a reference to Node's types", toTypes, { walls: `${walls} "node"` }, "light"),
    pure("a reference to a file", toFile, { walls: `${walls} "../../../node_modules`, linter }, "light"),
  ];
}

const imports: Violation[] = [
  pure("node:fs", 'export { readFileSync } from "node:fs";', {
    walls: "node-import: node:fs is Node",
    compiler: "Cannot find",
    linter: "lint/correctness/noNodejsModules",
  }),
  pure("fs without its prefix", 'import "fs";', { walls: "node-import: fs is Node" }),
  pure("a type of node:fs", 'export type { Stats } from "node:fs";', { walls: "node-import: node:fs" }),
  pure("an inline type of node:fs", 'export type Stats = import("node:fs").Stats;', { walls: "node-import: node:fs" }),
  pure('import("node:fs")', 'export const files = import("node:fs");', { walls: "node-import: node:fs" }),
  pure("a template", "export const files = import(`node:fs`);", { walls: "node-import: node:fs" }),
  pure("import(computed)", 'export const files = import("node" + ":fs");', { walls: "computed-import" }),
  pure("import = require", 'import files = require("node:fs"); export { files };', { walls: "node-import: node:fs" }),
  pure("require", 'export const files = require("node:fs");', { walls: "node-import: node:fs", ...unknown }),
  pure("code in a URL", 'import "data:text/javascript,0";', { walls: "strange-import" }),
  pure("an absolute path", 'import "/etc/module.ts";', { walls: "strange-import" }),
  pure("an undeclared package", 'import "fast-check";', { walls: "undeclared: package.json does not list fast-check" }),
  pure("a room that it must not", 'import "@tandem/consensus";', {
    walls: "wall: shared may not import @tandem/consensus",
  }),
  pure("another room by path", 'import "../../consensus/src/index.ts";', { walls: "escape" }),
  pure("tests", 'import "../test/oracles/twice.ts";', { walls: "escape" }),
  pure("what lies in node_modules, by path", 'import "../../../node_modules/vitest/index.cjs";', { walls: "escape" }),
  {
    what: "source: another room's inside",
    path: "packages/consensus/src/deep.ts",
    text: 'export { double } from "@tandem/shared/src/double.ts";\n',
    walls: 'deep-import: @tandem/shared exports no "./src/double.ts"',
    compiler: "Cannot find module",
  },
  {
    what: "source: a room that may only be loaded on demand",
    path: "packages/light/src/eager.ts",
    text: 'import "@tandem/execution";\n',
    walls: "wall: light may not import @tandem/execution but by import(), when it is needed",
  },
  {
    what: "source on Node: a room that it must not",
    path: "packages/native/src/wrong.ts",
    text: 'import "@tandem/consensus";\n',
    walls: "wall: native may not import @tandem/consensus",
  },
  {
    what: "a test: another room's inside by path",
    path: "packages/consensus/test/inside.test.ts",
    text: 'import "../../shared/src/double.ts";\n',
    walls: "escape",
  },
  {
    what: "a test: a room that it must not",
    path: "packages/shared/test/wrong.test.ts",
    text: 'import "@tandem/native";\n',
    walls: "wall: shared may not import @tandem/native",
  },
  {
    what: "test/: a room by path",
    path: "test/inside.test.ts",
    text: 'import "../packages/shared/src/double.ts";\n',
    walls: "escape",
  },
];

/** A second oracle beside the clean one. */
function oracle(what: string, text: string, file = "oracles/bad.ts"): Violation {
  const path = `packages/shared/test/${file.replace("bad", `bad-${++count}`)}`;
  const walls = file.startsWith("oracles/") ? "oracle: an oracle imports only types" : "oracle-place";
  return { what: `an oracle: ${what}`, path, text: `${text}\n`, walls };
}

const oracles: Violation[] = [
  oracle("a value from the room under test", 'export { double } from "../../src/double.ts";'),
  oracle(
    "a value among types",
    'import { double, type Doubled } from "../../src/double.ts"; export type D = Doubled; double(1);',
  ),
  oracle("the room by its name", 'export { double } from "@tandem/shared";'),
  oracle("the room on demand", 'export const room = import("../../src/index.ts");'),
  oracle("through a test's support", 'export { helper } from "../support/helper.ts";'),
  oracle("outside of its folder", "export const twice = 2;", "support/oracle-bad.ts"),
];

export const violations: readonly Violation[] = [...names, ...tricks, ...imports, ...oracles];

/** What is wrong with a manifest, a configuration, or the whole. */
export const otherViolations: readonly { readonly what: string; readonly step: string; readonly says: string }[] = [
  {
    what: "a manifest: a room that it must not depend on",
    step: "walls between rooms",
    says: "packages/ordering/package.json:1: dependency: may not depend on @tandem/consensus",
  },
  {
    what: "a manifest: a package in a pure room",
    step: "walls between rooms",
    says: "packages/ordering/package.json:1: dependency: a pure room may not depend on lodash; allowed: none",
  },
  {
    what: "a manifest: an alias under an allowed name",
    step: "walls between rooms",
    says: 'packages/ordering/package.json:1: dependency: @tandem/shared must be "workspace:*", not "npm:lodash@4.17.21"',
  },
  {
    what: "a manifest: a version that is not exact",
    step: "walls between rooms",
    says: 'packages/ordering/package.json:1: dependency: cborg must have one exact version, not "^6.1.5"',
  },
  {
    what: "a manifest: an inside that it exports",
    step: "walls between rooms",
    says: 'packages/ordering/package.json:1: room-exports: exports must be files of src, not "./test/secret.ts"',
  },
  {
    what: "a manifest: a room in the root",
    step: "walls between rooms",
    says: "package.json:1: dependency: @tandem/shared here would let every room import it",
  },
  {
    what: "a room that nobody planned",
    step: "walls between rooms",
    says: 'packages/mystery/package.json:1: unknown-room: no room is called "mystery"',
  },
  {
    what: "a reference that brings in Node's types",
    step: "types of light",
    says: "packages/light/tsconfig.json: impure-types: a pure room compiles with @types/node",
  },
  {
    what: "a configuration: Node's types in a pure room",
    step: "types of attestation",
    says: "packages/attestation/tsconfig.json: impure-types: a pure room compiles with @types/node",
  },
  {
    what: "a configuration: the browser's types in a pure room",
    step: "types of attestation",
    says: "impure-types: a pure room compiles with typescript/lib/lib.dom.d.ts",
  },
  {
    what: "a configuration: a file hidden from the compiler",
    step: "types of replica",
    says: "packages/replica/src/hidden.ts: unseen: the compiler does not see this file",
  },
  { what: "a file that nothing uses", step: "unused code", says: "packages/native/src/unused.ts" },
  { what: "an export that nothing uses", step: "unused code", says: "forgotten" },
  {
    what: "a type error in a test",
    step: "types of tests and scripts",
    says: "packages/native/test/typed.test.ts(3,14)",
  },
  { what: "a format that is not ours", step: "lint and format", says: "packages/native/src/format.ts format" },
];

export const dirtyFiles: Readonly<Record<string, string>> = {
  ...Object.fromEntries(violations.map(({ path, text }) => [path, text])),
  "package.json": manifest("root", {
    dependencies: { "@tandem/shared": "workspace:*" },
    devDependencies: { "@types/node": "24.19.2", vitest: "5.1.0" },
  }),
  "packages/shared/test/support/helper.ts": `export { double as helper } from "../../src/double.ts";\n`,
  "packages/ordering/package.json": manifest("ordering", {
    exports: { ".": "./test/secret.ts" },
    dependencies: { "@tandem/shared": "npm:lodash@4.17.21", "@tandem/consensus": "workspace:*", lodash: "4.17.21" },
    devDependencies: { cborg: "^6.1.5" },
  }),
  "packages/ordering/tsconfig.json": pureConfiguration,
  "packages/ordering/src/index.ts": "export const order = 1;\n",
  "packages/light/package.json": manifest("light", { dependencies: { "@tandem/execution": "workspace:*" } }),
  "packages/light/tsconfig.json": pureConfiguration,
  "packages/mystery/package.json": manifest("mystery"),
  "packages/mystery/tsconfig.json": pureConfiguration,
  "packages/mystery/src/index.ts": "export const mystery = 1;\n",
  "packages/attestation/package.json": manifest("attestation"),
  "packages/attestation/tsconfig.json": `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": { "types": ["node"], "lib": ["es2024", "dom"] },
  "include": ["src"]
}
`,
  "packages/attestation/src/index.ts": "export const attestation = 1;\n",
  "packages/replica/package.json": manifest("replica"),
  "packages/replica/tsconfig.json": `{ "extends": "../../tsconfig.base.json", "include": ["src/index.ts"] }\n`,
  "packages/replica/src/index.ts": "export const replica = 1;\n",
  "packages/replica/src/hidden.ts": "export const hidden = 1;\n",
  "packages/native/src/unused.ts": "export const unused = 1;\n",
  "packages/native/src/format.ts": "export const forgotten = 1; export const  used = 2\n",
  "packages/native/test/typed.test.ts": `import { used } from "../src/format.ts";

export const text: string = used;
`,
};
