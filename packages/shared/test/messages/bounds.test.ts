// What lists of claims hold is bounded by what programs pay (R4, P2, P7): a place pays for the longest names and the
// frame around any bytes, and the bytes pay for themselves. So whatever a round runs can be encoded.

import { describe, expect, test } from "vitest";
import { limits } from "../../src/limits.ts";
import {
  type EncodedOutcome,
  type Export,
  type LaneInput,
  laneExportsCodec,
  laneInputsCodec,
} from "../../src/messages/lane.ts";
import type { Node } from "../../src/messages/node.ts";
import { pendingEntryCodec } from "../../src/messages/pending.ts";
import { asBlobIndex, asContractName, asEnvironmentName, asHeight, asRound, asStepIndex } from "../../src/numbers.ts";

const longest = "x".repeat(limits.nameBytesMax);
const contract = asContractName(`${longest}/${longest}`);
const environment = asEnvironmentName(longest);
const node = (step: number, kind: Node["kind"] = "step"): Node => ({
  height: asHeight(2 ** 53 - 1),
  index: asBlobIndex(2 ** 32 - 1),
  step: asStepIndex(step),
  kind,
});

/** The bytes of a value: they are paid apart. */
const payload = new Uint8Array(limits.valueBytesMax);
const key = new Uint8Array(limits.keyBytesMax);
const value: EncodedOutcome = { kind: "value", value: { bytes: payload, environment } };
const nothing: EncodedOutcome = { kind: "nothing", value: { why: "trapped", step: asStepIndex(63) } };
const tentative = (outcome: EncodedOutcome): Export["content"] => ({
  kind: "tentative",
  value: { outcome, settlesAt: asStepIndex(63), settlesIn: contract },
});
const verdict: Export = { node: node(63, "settle"), content: { kind: "verdict", value: { failed: asStepIndex(63) } } };

const input = (step: Node, content: LaneInput["content"]): LaneInput => ({
  ...{ node: step, contract, from: "source", round: asRound(2 ** 53 - 1), content },
});

const exportsBytes = (...list: readonly Export[]) => laneExportsCodec.encode(list).length;
const inputBytes = (step: Node, content: LaneInput["content"]) => laneInputsCodec.encode([input(step, content)]).length;

describe("a place pays for all that stands beside keys and values", () => {
  const placeBytes = limits.placeCost / limits.byteCost;
  const outcome = { kind: "outcome", value } as const;

  test.each([
    ["an outcome", exportsBytes({ node: node(0), content: outcome }) - payload.length],
    ["an outcome that is Nothing", exportsBytes({ node: node(0), content: { kind: "outcome", value: nothing } })],
    // There are no more settles than calls, so a call's place pays for a verdict too.
    [
      "a tentative outcome, and a verdict",
      exportsBytes({ node: node(0), content: tentative(value) }, verdict) - payload.length,
    ],
    ["a tentative Nothing, and a verdict", exportsBytes({ node: node(0), content: tentative(nothing) }, verdict)],
    ["an outcome used", inputBytes(node(0), outcome) - payload.length],
    [
      "a tentative write used",
      inputBytes(node(0, "settle"), { kind: "write", value: { key, value: payload } }) - key.length - payload.length,
    ],
    [
      "a tentative deletion used",
      inputBytes(node(0, "settle"), { kind: "write", value: { key, value: undefined } }) - key.length,
    ],
    [
      "tentative existence used",
      inputBytes(node(0, "settle"), { kind: "existence", value: { environment, status: "ended" } }),
    ],
  ])("%s", (_, bytes) => {
    expect(bytes).toBeLessThanOrEqual(placeBytes);
  });
});

describe("the largest budget pays for less than the lists hold", () => {
  test("items that are outcomes or writes", () => {
    expect(limits.budgetMax / limits.placeCost).toBeLessThanOrEqual(limits.laneItemsMax);
    expect(limits.shardBudgetMax).toBeLessThanOrEqual(limits.budgetMax);
  });

  test("bytes of a lane", () => {
    expect(limits.budgetMax / limits.byteCost).toBeLessThanOrEqual(limits.laneBytesMax);
  });

  test("bytes of a pending entry, with the frame of the largest program", () => {
    const contracts = Array.from({ length: limits.stepsMax }, (_, at) =>
      asContractName(`${longest}/${`${at}`.padStart(limits.nameBytesMax, "0")}`),
    );
    const frame = pendingEntryCodec.encode({
      blob: new Uint8Array(32) as never,
      ran: contracts.map((_, at) => ({ step: asStepIndex(at), outcome: nothing })),
      settled: contracts.map((each, at) => ({ step: asStepIndex(at), contract: each })),
      writes: contracts.map((each) => ({ contract: each, existence: { environment, status: "live" }, writes: [] })),
    });
    expect(frame.length + limits.budgetMax / limits.byteCost).toBeLessThanOrEqual(limits.pendingEntryBytesMax);
  });
});
