// What the encodings are today. A difference means that nodes of two versions no longer understand each other.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { table } from "../support/table.ts";

interface Golden {
  readonly bytes: number;
  /** SHA-256 of the encoding. */
  readonly encoding: string;
  readonly root: string;
}

const path = join(import.meta.dirname, "golden.json");
const variable = "TANDEM_GOLDEN";

const advice = `
If this one is new, go to 1: the difference may only add it. Otherwise:
The encoding or root of a sample changed. Every node, client and stored block of before is cut off by that.
If you did not mean to change a format, find what changed it. If you did, or changed a sample:
1. write anew what is expected:  ${variable}=write npm test -- packages/shared/test/messages/golden.test.ts
2. read the difference of golden.json: only what you meant to change may differ;
3. commit both together, and say in CHANGELOG.md which formats changed and why.
`;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const actual: Readonly<Record<string, readonly Golden[]>> = Object.fromEntries(
  table.map(({ name, codec, samples }) => [
    name,
    samples.map((value): Golden => {
      const bytes = codec.encode(value);
      const encoding = createHash("sha256").update(bytes).digest("hex");
      return { bytes: bytes.length, encoding, root: hex(codec.root(value)) };
    }),
  ]),
);

if (process.env[variable] === "write") {
  test(`golden.json is written anew, because ${variable}=write`, () => {
    writeFileSync(path, `${JSON.stringify(actual, null, 2)}\n`);
  });
} else {
  const golden = JSON.parse(readFileSync(path, "utf8")) as typeof actual;

  test.each(table)("$name is encoded as it was", ({ name }) => {
    expect(actual[name], advice).toEqual(golden[name]);
  });

  test("golden.json has nothing else", () => {
    expect(Object.keys(golden), advice).toEqual(Object.keys(actual));
  });
}
