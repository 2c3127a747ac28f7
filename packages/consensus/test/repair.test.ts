// S7: asking for what is missing goes round all peers.

import { asHeight, asView } from "@tandem/shared";
import { expect, test } from "vitest";
import { Repair } from "../src/repair.ts";

const peers = [1, 2, 3, 4];
const limits = { needsMax: 16, firstPauseMs: 200, pauseMsMax: 3200 };

test("S7: each need asks every peer, however many needs take turns", () => {
  const repair = new Repair<never>(peers, limits);
  const asked = new Map<number, number[]>();
  const note = (effects: ReturnType<typeof repair.onTimer>) => {
    for (const effect of effects) {
      if (effect.kind !== "send" || effect.message.kind !== "request") continue;
      const { id } = effect.message;
      asked.set(id, [...(asked.get(id) ?? []), effect.to]);
    }
  };
  for (const from of [1, 2])
    note(repair.want({ request: { kind: "chain", from: asHeight(from) }, until: asView(9) }, undefined));
  for (let round = 1; round < peers.length; round++) for (const id of [1, 2]) note(repair.onTimer(id));
  for (const id of [1, 2]) expect(asked.get(id)?.toSorted()).toEqual(peers);
});
