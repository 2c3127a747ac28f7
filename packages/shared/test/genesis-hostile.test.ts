// The genesis file as an attacker would write it: arbitrary bytes read as text, and a good file with something changed.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { formatGenesis, parseGenesis } from "../src/genesis/file.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { sampleGenesis } from "./support/genesis.ts";
import { mutate, Random } from "./support/hostile.ts";

const genesis = sampleGenesis(mockScheme);
const file = formatGenesis(genesis);
const pretty = new TextEncoder().encode(file);
const compact = new TextEncoder().encode(JSON.stringify(JSON.parse(file)));

/** The bytes of JSON itself, which arbitrary bytes rarely are. */
const tokens = new TextEncoder().encode('{}[],:"\\truefalsn0123456789eE+-. ');

function arbitrary(random: Random): Uint8Array {
  const bytes = random.bytes(random.below(200));
  return random.below(2) === 0 ? bytes : bytes.map((byte) => tokens[byte % tokens.length] as number);
}

/** One to three changes, so that some get past the first check. */
function changed(random: Random): Uint8Array {
  let bytes: Uint8Array = random.pick([pretty, compact]);
  for (let left = 1 + random.below(3); left > 0; left--) bytes = mutate(random, bytes);
  return bytes;
}

test("any 100,000 texts, half of them changes of a good file, give the same genesis or a typed error", () => {
  const random = new Random(73);
  const decoder = new TextDecoder();
  const refused = new Map<string, number>();
  let accepted = 0;
  for (let run = 0; run < 100_000; run++) {
    const text = decoder.decode(run % 2 === 0 ? arbitrary(random) : changed(random));
    const read = parseGenesis(mockScheme, text);
    if (read.ok) {
      accepted++;
      // The file states its own id: whatever is still accepted means what it meant.
      if (formatGenesis(read.value.genesis) !== file) expect.fail(`run ${run}: another genesis: ${text}`);
    } else {
      const { code, path, message } = read.error;
      if (![code, path, message].every((part) => typeof part === "string")) expect.fail(`run ${run}: ${text}`);
      refused.set(code, (refused.get(code) ?? 0) + 1);
    }
  }
  const codes = [...refused].sort().map(([code, count]) => `${code} ${count}`);
  console.log(`genesis file: 100000 texts; read: ${accepted} changes of a good one; refused: ${codes.join(", ")}`);
  expect(accepted, "changes that mean nothing, such as of spaces").toBeGreaterThan(0);
  expect(refused.size, "codes of refusals").toBeGreaterThan(8);
});

test("the file of a genesis is written as it was", () => {
  expect(createHash("sha256").update(file).digest("hex")).toBe(
    "366be23e7cced1333552eb54f64572d6ef4cc3ecee47559c88c8389b6f8912b2",
  );
});
