// Messages that travel as bytes arrive as they were: a run with the codec is the run without it.

import { useNative } from "@tandem/native";
import * as replica from "@tandem/replica";
import { expect, test } from "vitest";
import { drawSetting, runSetting, type Setting } from "../src/index.ts";
import { isWired } from "../src/nodes/wire.ts";
import { OrderStage } from "../src/stages/order-stage.ts";

useNative();

/** The first from a seed on whose messages travel as bytes, with Byzantine nodes or without. */
function drawWired(seedFrom: number, isHonest: boolean): Setting {
  for (let seed = seedFrom; ; seed++) {
    const setting = drawSetting(seed, "order");
    if (isWired(setting) && isHonest === (setting.habits.length === 0)) return { ...setting, blocksMax: 25 };
  }
}

function run(setting: Setting, room: typeof replica) {
  return runSetting(setting, (_, give) => new OrderStage(setting, room, give));
}

test.each([1, 2000])("all that honest nodes say, from seed %i on", (seedFrom) => {
  const setting = drawWired(seedFrom, true);
  const kinds = new Set<string>();
  const decodeMessage: typeof replica.decodeMessage = (bytes) => {
    const decoded = replica.decodeMessage(bytes);
    if (decoded.ok) kinds.add(decoded.value.kind);
    return decoded;
  };
  const wired = run(setting, { ...replica, decodeMessage });
  expect(wired.violation).toBeNull();
  expect([...kinds]).toEqual(expect.arrayContaining(["proposal", "vote", "certificate", "blobs", "received"]));
  const asTheyAre: Pick<typeof replica, "encodeMessage" | "decodeMessage"> = {
    encodeMessage: (message) => message as unknown as Uint8Array,
    decodeMessage: (bytes) => ({ ok: true, value: bytes as unknown as replica.ReplicaMessage }),
  };
  const unwired = run(setting, { ...replica, ...asTheyAre });
  expect(wired.hash).toBe(unwired.hash);
});

test("nodes that are lied to in bytes bear it", () => {
  const seeds = [3100, 3200];
  for (const seed of seeds) expect(run(drawWired(seed, false), replica).violation).toBeNull();
});
