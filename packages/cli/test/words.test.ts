// Words of commands for what is not as it was hoped for.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { OrderedProgramAnswer, ProgramPart } from "../src/api-client.ts";
import { openFolder, placesIn } from "../src/devnet/folder.ts";
import { apiLines } from "../src/devnet/status.ts";
import { quorumWords } from "../src/node.ts";
import { farWords } from "../src/program/follow.ts";

test("an observer does not wait for a quorum of links, a validator does", () => {
  const few = { kind: "quorum", linked: 2, of: 4, hasQuorum: false } as const;
  expect(quorumWords(few, false)).toBe("2 of 4 linked, waiting for a quorum");
  expect(quorumWords(few, true)).toBe("2 of 4 linked, enough to follow by");
  expect(quorumWords({ ...few, linked: 0 }, true)).toBe("0 of 4 linked, waiting for one to follow by");
  expect(quorumWords({ ...few, linked: 3, hasQuorum: true }, true)).toBe("3 of 4 linked, which is a quorum");
});

test("how far a program is when patience ends", () => {
  const part = (shard: string, status: ProgramPart["status"], isKnown = true): ProgramPart => {
    return { shard, status, isKnown, isFollowed: isKnown, nodes: 1, ran: [] };
  };
  const blob = "11".repeat(32);
  const shards = [part("bank", "affirmed"), part("rail", "ordered", false)];
  const ordered: OrderedProgramAnswer = { blob, status: "ordered", height: 7, index: 0, shards };
  expect(farWords(ordered)).toBe("it is ordered in block 7; bank affirmed, rail not known here");
  expect(farWords({ blob, status: "waiting" })).toMatch(/^the node has accepted it/);
  expect(farWords({ blob, status: "unknown" })).toMatch(/neither ordered nor accepted/);
});

test("another terminal reads from a devnet's folder where its nodes' APIs are", async () => {
  const folder = mkdtempSync(join(tmpdir(), "tandem-words-"));
  const usual = { delayMs: 0, isFresh: false, isLevel: false, json: false, forSeconds: 0 };
  const { nodes, release } = await openFolder({ ...usual, folder, validators: 2 });
  expect(apiLines(await placesIn(folder))).toEqual(nodes.map(({ name, api }) => `API of ${name}: ${api}`));
  await release();
  rmSync(folder, { recursive: true });
});
