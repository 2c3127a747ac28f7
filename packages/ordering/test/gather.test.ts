// O6: nobody votes without the blobs. What is missing is asked for, of the leader first; what is stored is found.

import { describe, expect, test } from "vitest";
import type { Candidate } from "../src/candidate.ts";
import type { OrderEffect } from "../src/types.ts";
import { blobOf, testNetwork } from "./support/blobs.ts";
import { Forge } from "./support/forge.ts";
import { codeOf, kindsOf, Single, verdictIn } from "./support/single.ts";

const network = testNetwork({ payers: 8 });
const blobs = Array.from({ length: 4 }, (_, payer) => blobOf(network, { payer, touches: ["bank"], tip: 3n }));
const [a, b, c, d] = blobs as [Candidate, Candidate, Candidate, Candidate];

/** Of each `want`: to whom, and how many roots. */
function wants(effects: readonly OrderEffect[]) {
  return effects.flatMap((effect) =>
    effect.kind === "send" && effect.message.kind === "want"
      ? [{ to: effect.to, id: effect.message.id, count: effect.message.roots.length }]
      : [],
  );
}

function world() {
  const forge = new Forge(network);
  const single = new Single({ network, forge });
  return { forge, single, block: forge.forge({ view: 2, blobs }) };
}

describe("O6: a check of a block with blobs that are missing", () => {
  test("asks the leader first, for what is missing alone", () => {
    const { single, block } = world();
    single.push([a, c]);
    single.ask(block);
    expect(wants(single.effects)).toEqual([{ to: 2, id: 1, count: 2 }]);
    const other = world();
    other.single.ask(other.forge.forge({ view: 3, blobs }));
    expect(wants(other.single.effects)).toEqual([{ to: 3, id: 1, count: 4 }]);
  });

  test("is answered when the last one is there, and not before", () => {
    const { single, block } = world();
    expect(single.ask(block)).toBeUndefined();
    const found = (id: number, from: number, some: readonly Candidate[]) =>
      single.give({ kind: "message", from, message: { kind: "found", id, blobs: some.map(({ bytes }) => bytes) } });
    expect(verdictIn(found(1, 2, [a, b, c]))).toBeUndefined();
    const [next] = wants(single.effects).slice(1);
    expect(next?.count).toBe(1);
    expect(verdictIn(found(next?.id as number, next?.to as number, [blobOf(network, { payer: 5 })]))).toBeUndefined();
    const [last] = wants(single.effects).slice(-1);
    expect(codeOf(verdictIn(found(last?.id as number, last?.to as number, [d])))).toBe("valid");
  });

  test("takes what peers push, whatever way it came", () => {
    const { single, block } = world();
    expect(single.ask(block)).toBeUndefined();
    single.push([a, b]);
    expect(verdictIn(single.push([d], 2))).toBeUndefined();
    expect(codeOf(verdictIn(single.push([c], 3)))).toBe("valid");
  });

  test("takes what the pool refuses", () => {
    const forge = new Forge(network);
    const single = new Single({ network, forge, pool: { blobsMax: 1 } });
    expect(single.ask(forge.forge({ blobs }))).toBeUndefined();
    expect(codeOf(verdictIn(single.push(blobs)))).toBe("valid");
  });

  test("asks for what is being examined only if that comes to nothing", () => {
    const forge = new Forge(network);
    const single = new Single({ network, forge, holds: ["verify"] });
    single.push([a, b]);
    expect(single.ask(forge.forge({ blobs: [a, b] }))).toBeUndefined();
    expect(wants(single.effects)).toEqual([]);
    expect(codeOf(verdictIn(single.answerAll()))).toBe("valid");
  });

  test("asks on after a pause", () => {
    const { single, block } = world();
    single.ask(block);
    single.offer(...blobs);
    expect(codeOf(verdictIn(single.fire("fetch")))).toBe("valid");
  });

  test("finds in the store what was stored for a vote before a restart", () => {
    const { forge, single, block } = world();
    expect(codeOf(single.check(block))).toBe("valid");
    const next = single.restarted();
    expect(codeOf(next.ask(forge.forge({ view: 3, blobs: [b, a] })))).toBe("valid");
    expect(wants(next.effects)).toEqual([]);
    expect(kindsOf(next.effects)).not.toContain("store");
  });

  test("checks each signature once, and those of a load together", () => {
    const { forge, single } = world();
    single.push([a]);
    single.check(forge.forge({ view: 2, blobs }));
    single.check(forge.forge({ view: 3, blobs: [c, b, a] }));
    const counts = single.effects.flatMap((effect) =>
      effect.kind === "verify" && effect.task.kind === "signatures" ? [effect.task.signatures.length] : [],
    );
    expect(counts).toEqual([1, 3]);
  });
});

describe("S8: before a vote", () => {
  test("blobs are stored, each once", () => {
    const { forge, single } = world();
    const stores = (effects: readonly OrderEffect[]) =>
      effects.flatMap((effect) => (effect.kind === "store" ? [effect.batch.puts.length] : []));
    const from = single.effects.length;
    single.check(forge.forge({ view: 2, blobs: [a, b] }));
    const effects = single.effects.slice(from);
    expect(stores(effects)).toEqual([2]);
    expect(kindsOf(effects).indexOf("store")).toBeLessThan(kindsOf(effects).indexOf("checked"));
    const again = single.effects.length;
    single.check(forge.forge({ view: 3, blobs: [c, b] }));
    expect(stores(single.effects.slice(again))).toEqual([1]);
  });

  test("nothing is stored for a block that is not good", () => {
    const { forge, single } = world();
    const from = single.effects.length;
    single.check(forge.forge({ view: 2, blobs: [a, blobOf(network, { nonce: 5 })] }));
    expect(kindsOf(single.effects.slice(from))).not.toContain("store");
  });
});
