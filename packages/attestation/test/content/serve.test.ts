import { claimCodec, type Records, type Root } from "@tandem/shared";
import { expect, test } from "vitest";
import { claimContentCodec } from "../../src/content/claim-content.ts";
import { ContentServer } from "../../src/content/serve.ts";
import { contentKey } from "../../src/records.ts";
import { claimOf, contentOf, hashOf, outcomeAt, rail } from "../support/claims.ts";

const content = contentOf(claimOf(rail, 1), [[outcomeAt(1, 0, 0)]]);
const root = claimCodec.root(content.claim);
const bytes = claimContentCodec.encode(content);

function records(keys: readonly Uint8Array[]): Records {
  return keys.map((key) => (key.join() === contentKey(root).join() ? bytes : undefined));
}

/** Begins an answer, and stops where it reads. */
function begin(server: ContentServer, from: number, id: number, claim: Root = root) {
  const reading = server.answer(from, id, claim);
  const step = reading.next();
  return { reading, step, end: () => (step.done === true ? step : reading.next(records(step.value))).value };
}

test("a content goes out as it is stored; what is not here is said not to be", () => {
  const server = new ContentServer();
  expect(begin(server, 1, 7).end()).toEqual({ kind: "content", id: 7, content: bytes });
  expect(begin(server, 1, 8, hashOf("unknown")).end()).toEqual({ kind: "content", id: 8, content: undefined });
});

test("S11: each peer has two answers under way, and all together eight", () => {
  const server = new ContentServer();
  const first = [1, 2].map((id) => begin(server, 1, id));
  expect(begin(server, 1, 3).end()).toBeUndefined();
  const others = [2, 3, 4, 5, 6, 7].map((peer) => begin(server, peer, 1));
  expect(begin(server, 9, 1).end()).toBeUndefined();
  for (const { end } of [...first, ...others]) expect(end()).toBeDefined();
  expect(begin(server, 1, 4).end()).toBeDefined();
});

test("one that is broken off leaves room", () => {
  const server = new ContentServer();
  const begun = [1, 2].map((id) => begin(server, 1, id));
  begun[0]?.reading.return(undefined);
  expect(begin(server, 1, 3).end()).toBeDefined();
});
