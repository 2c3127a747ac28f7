// The table of codecs is complete, and each entry is bounded and sampled.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codecs } from "../../src/codecs.ts";
import * as shared from "../../src/index.ts";
import { limits } from "../../src/limits.ts";
import { validatorSetsCodec } from "../../src/messages/validator-sets.ts";
import { orderHeaderProofCodec } from "../../src/proofs/chain.ts";
import { setsProofCodec } from "../../src/proofs/order.ts";
import { table } from "../support/table.ts";

const source = join(import.meta.dirname, "../../src");

/** Made for their roots alone: nobody sends or stores their bytes. */
const rootsOnly: Readonly<Record<string, string>> = {
  "public key": "a proof of possession signs the key's root",
  sources: "a claim's summary has the list's root in its place",
  lanes: "a claim's summary has the list's root in its place",
  exports: "a source names the root over the exports of all lanes",
  "attestation-summary": "a block's item by its root",
};

/** The names given to `codec(...)` anywhere in the room. */
function namesInSource(): string[] {
  const names: string[] = [];
  for (const path of globSync("**/*.ts", { cwd: source }).sort()) {
    if (path === join("ssz", "codec.ts")) continue;
    const calls = readFileSync(join(source, path), "utf8").matchAll(/\bcodec(?:<[^()]*?>)?\(\s*("[^"]*")?/g);
    for (const [call, name] of calls) {
      expect(name, `${path}: "${call}" does not begin with a name that this test can read`).toBeDefined();
      names.push(JSON.parse(name as string));
    }
  }
  return names;
}

/** Notes for each path of a value whether anything but zero, empty, false or absent was seen there. */
function noteFields(value: unknown, path: string, set: Map<string, boolean>): void {
  const isSet = value instanceof Uint8Array ? value.some((byte) => byte !== 0) : Boolean(value) && !isEmptyList(value);
  set.set(path, isSet || set.get(path) === true);
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  const isList = Array.isArray(value);
  for (const [key, inner] of Object.entries(value)) noteFields(inner, isList ? `${path}[]` : `${path}.${key}`, set);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

describe("the table of codecs", () => {
  test("has every codec that is made anywhere, but those made for roots alone", () => {
    const expected = namesInSource().filter((name) => rootsOnly[name] === undefined);
    const advice =
      "Add it to src/codecs.ts and export it from src/index.ts, or list it in rootsOnly here with the reason.";
    expect(codecs.map((codec) => codec.name).sort(), advice).toEqual(expected.sort());
  });

  test("can be had by name from the room's door", () => {
    const exported = new Set<unknown>(Object.values(shared));
    const hidden = codecs.filter((codec) => !exported.has(codec)).map((codec) => codec.name);
    expect(hidden, "Export it from src/index.ts.").toEqual([]);
  });

  test("has no exception that is not there", () => {
    expect(Object.keys(rootsOnly).filter((name) => !namesInSource().includes(name))).toEqual([]);
  });

  test("gives each codec a name of its own, in kebab-case", () => {
    const names = codecs.map((codec) => codec.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$/.test(name))).toEqual([]);
  });

  test.each(table)("$name has samples, which between them set each of its fields", ({ samples }) => {
    expect(samples.length).toBeGreaterThan(0);
    const set = new Map<string, boolean>();
    for (const value of samples) noteFields(value, "", set);
    expect([...set].filter(([, isSet]) => !isSet).map(([path]) => path)).toEqual([]);
  });

  test.each(table)("$name: a decoder takes no more bytes than the largest thing of ours", ({ codec }) => {
    expect(codec.bytesMax).toBeLessThanOrEqual(Math.max(limits.genesisFileBytesMax, limits.witnessBytesMax));
  });

  test("the proof of the largest sets that a genesis may have fits", () => {
    const offsets = 2 * 4;
    const needed = validatorSetsCodec.bytesMax + orderHeaderProofCodec.bytesMax + offsets;
    expect(setsProofCodec.bytesMax).toBeGreaterThanOrEqual(needed);
  });
});
