// What a payer who waits hears when the blob is not ordered in time: on a node as it answers then.

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { Keystore } from "../src/account/keystore.ts";
import { submitCommand } from "../src/blob/submit.ts";

const folder = mkdtempSync(join(tmpdir(), "tandem-pay-"));
const server = createServer((request, response) => {
  const fees = { base: "1", perByte: "1", perTouch: "1", perBudget: "1" };
  const [path] = (request.url as string).split("?");
  if (path === "/network") return response.end(JSON.stringify({ network: "00".repeat(32), fees, shards: [] }));
  if (path === "/blobs")
    return response.end(JSON.stringify({ blob: "11".repeat(32), status: "accepted", isNew: true }));
  return response.end(JSON.stringify({ payer: "", height: 0, balance: "9", nonce: 0 }));
});

afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test("that it was not ordered in time is told to whoever waits for it alone, after what came of it", async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  await new Keystore(folder).create("ann");
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const flags = { from: "ann", text: "a", keys: folder, api };
  const said: string[] = [];
  const print = (text: string) => said.push(text);
  const submit = (more: object) =>
    submitCommand.run({ positionals: [], flags: { ...flags, ...more }, json: true, print });
  await submit({});
  const advice = expect.stringContaining(`./tandem blob show ${"11".repeat(32)}`);
  await expect(submit({ wait: true })).rejects.toMatchObject({ code: "timeout", exitCode: 1, advice });
  expect(said.map((text) => JSON.parse(text).status)).toEqual(["accepted", "accepted"]);
});
