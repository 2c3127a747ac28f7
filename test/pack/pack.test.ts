// `shared` outside of this workspace: packed, installed in an empty project on plain Node 20, type-checked there, and
// bundled for a browser, where neither Node nor a polyfill is at hand.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { type BuildResult, build, transformSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packRoom } from "../../scripts/pack.ts";
import { type Facts, facts } from "./support/consumer.ts";
import { type Host, node20 } from "./support/node20.ts";

const project = resolve(import.meta.dirname, "../..");
const support = join(import.meta.dirname, "support");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "tandem-consumer-")));
const consumer = join(folder, "consumer");
let host: Host;

beforeAll(() => {
  host = node20(join(folder, "node20"));
  // The dependencies come from what is installed here, so that the test needs no registry.
  const installed = ["@noble/curves", "@noble/hashes"].map((name) => packInstalled(name));
  const tarballs = [packRoom("shared", folder), ...installed];
  mkdirSync(consumer);
  writeFileSync(join(consumer, "package.json"), '{ "type": "module" }');
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", ...tarballs]);
  const { code } = transformSync(readFileSync(join(support, "consumer.ts"), "utf8"), { loader: "ts" });
  writeFileSync(join(consumer, "consumer.mjs"), code);
  copyFileSync(join(support, "typed.txt"), join(consumer, "typed.ts"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function run(command: string, args: readonly string[], cwd = consumer): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env: host.env, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${error?.message ?? ""}${stdout}${stderr}`);
  return stdout;
}

function packInstalled(name: string): string {
  const path = realpathSync(join(project, "packages/shared/node_modules", name));
  run("npm", ["pack", path, "--pack-destination", folder, "--ignore-scripts"], folder);
  const { version } = JSON.parse(readFileSync(join(path, "package.json"), "utf8")) as { version: string };
  return join(folder, `${name.slice(1).replace("/", "-")}-${version}.tgz`);
}

/** By hand: the container of epoch 1, view 2 and block 0707… has three leaves, and a fourth of zeros. */
function rootByHand(): string {
  const leaf = (first: number) => Buffer.alloc(32).fill(first, 0, 1);
  const pair = (...parts: Buffer[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  return pair(pair(leaf(1), leaf(2)), pair(Buffer.alloc(32, 7), leaf(0))).toString("hex");
}

test("the workspace's own source gives the facts that the others are held to", () => {
  expect(facts()).toMatchObject({ root: rootByHand(), refused: "too-short", verified: true, forged: false });
});

test("the tarball holds JavaScript and declarations only, and its exports point to them", () => {
  const installed = join(consumer, "node_modules/@tandem/shared");
  const manifest = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as {
    exports: Record<string, { types: string; default: string }>;
  };
  expect(Object.keys(manifest.exports)).toEqual([".", "./compliance"]);
  for (const { types, default: code } of Object.values(manifest.exports)) {
    expect(readFileSync(join(installed, types), "utf8")).toContain("export");
    expect(readFileSync(join(installed, code), "utf8")).toContain("export");
  }
  const files = run("find", [installed, "-type", "f"]).trim().split("\n");
  expect(files.filter((file) => !/\/(?:LICENSE|package\.json|[a-z0-9-]+\.js|[a-z0-9-]+\.d\.ts)$/.test(file))).toEqual(
    [],
  );
});

test("plain Node 20 runs it, and gives the same", () => {
  expect(run(host.node, ["--version"])).toMatch(/^v20\./);
  const script = 'import { facts } from "./consumer.mjs"; console.log(JSON.stringify(facts()));';
  expect(JSON.parse(run(host.node, ["--input-type=module", "--eval", script]))).toEqual(facts());
});

test.each(["nodenext", "bundler"])("its declarations serve a strict consumer (%s), library checks on", (resolution) => {
  const options = {
    ...{ strict: true, skipLibCheck: false, noEmit: true, target: "es2024", lib: ["es2024"], types: [] },
    ...{ module: resolution === "nodenext" ? "nodenext" : "esnext", moduleResolution: resolution },
  };
  writeFileSync(join(consumer, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["typed.ts"] }));
  expect(run(join(project, "node_modules/.bin/tsc"), ["-p", consumer, "--pretty", "false"])).toBe("");
});

/** Free names that only Node has become words that the bundle then must not contain. */
const nodeNames = ["process", "Buffer", "global", "require", "module", "__dirname", "__filename"];

function bundle(code: string, minify: boolean): Promise<BuildResult<{ write: false }>> {
  return build({
    stdin: { contents: code, resolveDir: consumer },
    ...{
      bundle: true,
      minify,
      write: false,
      platform: "browser",
      format: "iife",
      globalName: "bundled",
      target: "es2022",
    },
    define: Object.fromEntries(nodeNames.map((name) => [name, `needs_node_${name}`])),
    logLevel: "silent",
  });
}

const everything = 'export * from "@tandem/shared"; export { facts } from "./consumer.mjs";';

test("a browser's bundle needs no polyfill: nothing of Node is imported or named", async () => {
  const { warnings, outputFiles } = await bundle(everything, false);
  expect(warnings).toEqual([]);
  expect(outputFiles[0]?.text.match(/needs_node_\w+/g) ?? []).toEqual([]);
});

test("the same bundle check finds Node where it is", async () => {
  await expect(bundle('export * from "node:fs";', false)).rejects.toThrow('Could not resolve "node:fs"');
  const { outputFiles } = await bundle("export const id = process.pid;", false);
  expect(outputFiles[0]?.text).toContain("needs_node_process");
});

test("the bundle runs where there are web globals only, and gives the same; its size", async () => {
  const { outputFiles } = await bundle(everything, true);
  const [file] = outputFiles;
  if (file === undefined) throw new Error("esbuild made nothing");
  // Made inside, so that its bytes are of the context's own kind, as in a browser.
  const web = `class TextEncoder { encode(text) { return Uint8Array.from(outside.encode(text)); } }
    class TextDecoder { decode(bytes) { return outside.decode(bytes); } }`;
  const outside = {
    encode: (text: string) => new TextEncoder().encode(text),
    decode: (bytes: Uint8Array) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
  };
  const result = runInNewContext(`${web}\n${file.text}\nJSON.stringify(bundled.facts());`, { outside }) as string;
  expect(JSON.parse(result) as Facts).toEqual(facts());
  const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(
    `shared in a browser: ${kilobytes(file.contents.length)} minified, ${kilobytes(gzipSync(file.contents).length)} gzipped`,
  );
});
