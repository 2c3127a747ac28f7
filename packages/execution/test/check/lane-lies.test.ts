// C2: a lane that is not what comes out of its nodes, its record and its inputs is refused, and the refusal says where.

import {
  asBlobIndex,
  asStepIndex,
  type ContractRecord,
  type Export,
  encodeValue,
  type LaneInput,
  SparseMap,
  type Write,
  witnessKeys,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { LaneContent, LaneMaterial, RoundResult } from "../../src/index.ts";
import {
  checkClaimOf,
  checkStory,
  contentOf,
  type LaneStory,
  laneStory,
  otherRoot,
  refusal,
  withContent,
  withLane,
  withWitness,
} from "../support/lies.ts";
import { seats } from "../support/seats.ts";

const { first, second } = seats();
const desk = laneStory(second, "a/desk");
const till = laneStory(second, "a/till");

const value = (number: bigint) => ({ bytes: encodeValue(number), environment: "probe" }) as const;
const outcome = (number: bigint) => ({ kind: "value", value: value(number) }) as never;

function change<T>(items: readonly T[], index: number, changed: Partial<T>): readonly T[] {
  return items.with(index, { ...(items[index] as T), ...changed });
}

const without = <T>(items: readonly T[], index: number): readonly T[] => items.toSpliced(index, 1);

const inputs = (story: LaneStory, changed: (inputs: readonly LaneInput[]) => readonly LaneInput[]) =>
  withContent(story, { inputs: changed(contentOf(story).inputs) });
const exports = (story: LaneStory, changed: (exports: readonly Export[]) => readonly Export[]) =>
  withContent(story, { exports: changed(contentOf(story).exports) });

function inputAt(story: LaneStory, kind: string, from: string): number {
  const index = contentOf(story).inputs.findIndex((input) => input.content.kind === kind && input.from === from);
  expect(index).toBeGreaterThanOrEqual(0);
  return index;
}

function witnessOf(
  state: RoundResult["states"][number] | undefined,
  reads: readonly Uint8Array[],
  writes: readonly Uint8Array[],
) {
  const witness = witnessKeys(state?.map ?? SparseMap.empty, { reads, writes });
  if (!witness.ok) throw new Error(witness.error.message);
  return witness.value;
}

test("the lanes that the lies are made of are true", () => {
  expect([desk, till].map((story) => refusal(checkStory(story)))).toEqual(["accepted", "accepted"]);
  expect([desk, till].map((story) => refusal(checkClaimOf(story)))).toEqual(["accepted", "accepted"]);
});

describe("a lie about what came out", () => {
  test("another outcome", () => {
    const lie = exports(desk, (all) => change(all, 1, { content: { kind: "outcome", value: outcome(12n) } }));
    const verdict = checkStory(lie);
    expect(refusal(verdict)).toBe("claim: wrong-export at exports[1]");
    expect(!verdict.ok && verdict.error.message).toBe(
      "claimed is step 0 of program 2/0: 12 of probe; it is step 0 of program 2/0: 11 of probe",
    );
    expect(!verdict.ok && verdict.error.node).toEqual({ height: 2, index: 0, step: 0, kind: "step" });
  });

  test("another verdict", () => {
    const failed = { kind: "verdict", value: { failed: asStepIndex(0) } } as const;
    const lie = exports(desk, (all) => change(all, 0, { content: failed }));
    expect(refusal(checkStory(lie))).toBe("claim: wrong-export at exports[0]");
  });

  test("a tentative outcome as a final one", () => {
    const story = laneStory(first, "a/desk");
    const lie = exports(story, (all) => change(all, 0, { content: { kind: "outcome", value: outcome(11n) } }));
    expect(refusal(checkStory(lie))).toBe("claim: wrong-export at exports[0]");
  });

  test("an export left out, or one too many", () => {
    expect(refusal(checkStory(exports(desk, (all) => without(all, 0))))).toBe("claim: missing-export at exports[0]");
    expect(refusal(checkStory(exports(desk, (all) => without(all, 1))))).toBe("claim: missing-export at exports[1]");
    const [settle, read] = contentOf(desk).exports as [Export, Export];
    const more: Export = { ...read, node: { ...read.node, step: asStepIndex(1) } };
    const lie = withContent(desk, { exports: [settle, read, more] });
    expect(refusal(checkStory(lie))).toBe("claim: superfluous-export at exports[2]");
  });

  test("another state afterwards", () => {
    expect(refusal(checkStory(withLane(desk, { post: otherRoot })))).toBe("claim: wrong-post at post");
    expect(refusal(checkStory(withLane(desk, { post: desk.lane.pre })))).toBe("claim: wrong-post at post");
  });
});

describe("a lie about what was given", () => {
  test("another outcome: what comes out differs, or else the round says so", () => {
    const index = inputAt(till, "outcome", "source");
    const lie = inputs(till, (all) => change(all, index, { content: { kind: "outcome", value: outcome(8n) } }));
    expect(refusal(checkStory(lie))).toBe("claim: wrong-export at exports[0]");
    const whole = exports(lie, (all) => change(all, 0, { content: { kind: "outcome", value: outcome(8n) } }));
    expect(refusal(checkStory(whole))).toBe("claim: wrong-post at post");
    expect(refusal(checkClaimOf(whole))).toBe(`claim: wrong-input at lanes[1].inputs[${index}]`);
  });

  test("another tentative write", () => {
    const index = inputAt(desk, "write", "pending");
    const [write] = contentOf(desk).inputs.slice(index) as [LaneInput];
    const key = write.content.kind === "write" ? write.content.value.key : new Uint8Array();
    const other = { kind: "write", value: { key, value: encodeValue(99n) } } as const;
    const lie = inputs(desk, (all) => change(all, index, { content: other }));
    expect(refusal(checkStory(lie))).toBe("claim: wrong-export at exports[1]");
    expect(refusal(checkClaimOf(lie))).toBe(`claim: wrong-input at lanes[0].inputs[${index}]`);
  });

  test("a write where the group may not write, or of no group", () => {
    const index = inputAt(desk, "write", "pending");
    const other = { kind: "write", value: { key: Uint8Array.of(1), value: undefined } } as const;
    const beyond = inputs(desk, (all) => change(all, index, { content: other }));
    expect(refusal(checkStory(beyond))).toBe(`claim: wrong-input at inputs[${index}]`);
    const existence = { kind: "existence", value: { environment: "probe", status: "ended" } } as never;
    const ended = inputs(desk, (all) => change(all, index, { content: existence }));
    expect(refusal(checkStory(ended))).toBe(`claim: wrong-input at inputs[${index}]`);
    const { node } = contentOf(desk).inputs[index] as LaneInput;
    const ofNone = inputs(desk, (all) =>
      change(all, index, { node: { ...node, index: asBlobIndex(0), step: asStepIndex(2) } }),
    );
    expect(refusal(checkStory(ofNone))).toBe(`claim: wrong-input at inputs[${index}]`);
    const elsewhere = inputs(desk, (all) => change(all, index, { from: "lane" }));
    expect(refusal(checkStory(elsewhere))).toBe(`claim: wrong-input at inputs[${index}]`);
  });

  test("an input left out", () => {
    for (const index of contentOf(till).inputs.keys()) {
      const { node } = contentOf(till).inputs[index] as LaneInput;
      const verdict = checkStory(inputs(till, (all) => without(all, index)));
      expect(verdict).toMatchObject({ error: { fault: "claim", code: "missing-input", node } });
    }
  });

  test("a tentative write left out shows in what comes out", () => {
    const lie = inputs(desk, (all) => without(all, inputAt(desk, "write", "pending")));
    expect(refusal(checkStory(lie))).toBe("material: not-in-witness at nodes[1]");
    const state = witnessOf(second.result.states[0], [...lie.material.witness.state.writes], []);
    expect(refusal(checkStory(withWitness(lie, { state })))).toBe("claim: wrong-export at exports[1]");
  });

  test("one too many: of the lane itself, of a program without nodes here, of no step", () => {
    const given = contentOf(till).inputs[inputAt(till, "outcome", "lane")] as LaneInput;
    const own: LaneInput = { ...given, contract: till.lane.contract, from: "pending" };
    const atStep = (step: number) => ({ ...given.node, step: asStepIndex(step) });
    const ofLane = inputs(till, (all) => [...all, { ...own, node: atStep(1) }]);
    expect(refusal(checkStory(ofLane))).toBe("claim: superfluous-input at inputs[3]");
    const ofOther = inputs(till, (all) => [...all, { ...given, node: { ...given.node, index: 7 as never } }]);
    expect(refusal(checkStory(ofOther))).toBe("claim: superfluous-input at inputs[3]");
    const ofNone = inputs(till, (all) => [...all, { ...given, node: atStep(5) }]);
    expect(refusal(checkStory(ofNone))).toBe("claim: wrong-input at inputs[3]");
  });

  test("one that cannot come from where it is said to", () => {
    const source = inputAt(till, "outcome", "source");
    const pending = inputAt(till, "outcome", "pending");
    const at = (index: number, changed: Partial<LaneInput>) =>
      refusal(checkStory(inputs(till, (all) => change(all, index, changed))));
    expect(at(source, { from: "pending", round: 0 as never })).toBe(`claim: wrong-input at inputs[${source}]`);
    expect(at(pending, { from: "source" })).toBe(`claim: wrong-input at inputs[${pending}]`);
    expect(at(pending, { contract: "b/bank" as never })).toBe(`claim: wrong-input at inputs[${pending}]`);
    expect(at(pending, { contract: "a/other" as never })).toBe(`claim: wrong-input at inputs[${pending}]`);
    const own = inputAt(desk, "outcome", "pending");
    const lie = inputs(desk, (all) => change(all, own, { from: "lane" }));
    expect(refusal(checkStory(lie))).toBe(`claim: wrong-input at inputs[${own}]`);
  });

  test("more nodes than a round may run (R4): they are not run", () => {
    const { length } = contentOf(till).nodes;
    const within = (nodesMax: number) => {
      const { setting } = till.made;
      const bounds = { ...setting.bounds, nodesMax };
      return refusal(checkStory({ ...till, made: { ...till.made, setting: { ...setting, bounds } } }));
    };
    expect(within(length)).toBe("accepted");
    expect(within(length - 1)).toBe(`claim: overfull-round at nodes[${length - 1}]`);
  });

  test("attributed to what it might have come from: the lane alone cannot tell, the round does", () => {
    for (const [from, other] of [
      ["lane", "pending"],
      ["pending", "lane"],
    ] as const) {
      const index = inputAt(till, "outcome", from);
      const lie = inputs(till, (all) => change(all, index, { from: other }));
      expect(refusal(checkStory(lie))).toBe("accepted");
      expect(refusal(checkClaimOf(lie))).toBe(`claim: wrong-input at lanes[1].inputs[${index}]`);
    }
    const source = inputAt(till, "outcome", "source");
    const lie = inputs(till, (all) => change(all, source, { round: 9 as never }));
    expect(refusal(checkStory(lie))).toBe("accepted");
    expect(refusal(checkClaimOf(lie))).toBe(`claim: wrong-input at lanes[1].inputs[${source}]`);
  });

  test("P8: bytes that are no value are no outcome and no write", () => {
    const bytes = Uint8Array.of(255);
    const bad = { kind: "value", value: { bytes, environment: "probe" } } as never;
    const outcome = { content: { kind: "outcome", value: bad } } as const;
    const given = inputs(till, (all) => change(all, inputAt(till, "outcome", "source"), outcome));
    expect(refusal(checkStory(given))).toBe("material: malformed at material");
    const made = exports(desk, (all) => change(all, 1, outcome));
    expect(refusal(checkStory(made))).toBe("material: malformed at material");
    const index = inputAt(desk, "write", "pending");
    const { content } = contentOf(desk).inputs[index] as LaneInput;
    const write = { kind: "write", value: { ...(content.value as Write), value: bytes } } as const;
    const written = inputs(desk, (all) => change(all, index, { content: write }));
    expect(refusal(checkStory(written))).toBe("material: malformed at material");
  });
});

describe("a lie about the nodes", () => {
  const node = contentOf(desk).nodes[1] as LaneContent["nodes"][number];

  test("a node of another contract, of another kind, of no step", () => {
    for (const changed of [{ step: asStepIndex(1) }, { step: asStepIndex(40) }, { kind: "settle" }] as const) {
      const lie = withContent(desk, { nodes: change(contentOf(desk).nodes, 1, changed) });
      expect(refusal(checkStory(lie))).toBe("claim: no-such-node at nodes[1]");
    }
  });

  test("a node more, with nothing that it needs", () => {
    const story = laneStory(first, "a/till");
    const more = { ...contentOf(till).nodes[0], step: asStepIndex(2) } as typeof node;
    const lie = withContent(story, { nodes: [...contentOf(story).nodes, more] });
    const blobs = [...lie.material.blobs, ...till.material.blobs.slice(0, 1)];
    expect(refusal(checkStory({ ...lie, material: { ...lie.material, blobs } }))).toBe(
      "claim: missing-input at nodes[1]",
    );
    expect(refusal(checkClaimOf(lie))).toBe("claim: superfluous-node at nodes[4]");
  });

  test("a node less: another lane comes out, or a lane that the round refuses", () => {
    const lie = withContent(desk, { nodes: contentOf(desk).nodes.slice(1) });
    expect(refusal(checkStory(lie))).toBe("material: wrong-programs at blobs[0]");
    const blobs = lie.material.blobs.slice(1);
    expect(refusal(checkStory({ ...lie, material: { ...lie.material, blobs } }))).toBe(
      "claim: superfluous-input at inputs[0]",
    );
    expect(refusal(checkClaimOf(lie))).toBe("claim: missing-node at nodes[0]");
  });

  test("twice, or out of order", () => {
    const [before, after] = contentOf(desk).nodes as [typeof node, typeof node];
    for (const nodes of [
      [after, before],
      [before, before, after],
    ]) {
      const lie = withWitness(desk, { content: { ...contentOf(desk), nodes } });
      expect(refusal(checkStory(lie))).toBe("material: malformed at material");
      expect(refusal(checkClaimOf(lie))).toBe("material: malformed at material");
    }
  });
});

describe("material that is not what it should be", () => {
  const { witness, blobs } = desk.material;

  test("lists or a record that the lane does not commit to", () => {
    const kinds = ["nodes", "inputs", "exports"] as const;
    for (const kind of kinds) {
      const content = { ...contentOf(desk), [kind]: [] };
      expect(refusal(checkStory(withWitness(desk, { content })))).toBe(`material: wrong-root at ${kind}`);
    }
    const record = { ...(witness.record as ContractRecord), status: "ended" } as const;
    expect(refusal(checkStory(withWitness(desk, { record })))).toBe("material: wrong-root at record");
    expect(refusal(checkStory(withWitness(desk, { record: undefined })))).toBe("material: wrong-root at record");
    expect(refusal(checkStory(withLane(desk, { pre: otherRoot })))).toBe("material: wrong-root at record");
  });

  test("one changed value of the state, one changed hash", () => {
    const { proof } = laneStory(first, "a/desk").material.witness.state;
    const story = laneStory(first, "a/desk");
    const values = proof.values.with(0, encodeValue(11n));
    const state = { ...story.material.witness.state, proof: { ...proof, values } };
    expect(refusal(checkStory(withWitness(story, { state })))).toBe("material: wrong-witness at state");
  });

  test("a witness that lacks a key that is read, or its value, or one that is written", () => {
    const story = laneStory(first, "a/desk");
    const [state] = first.result.states;
    const { reads } = story.material.witness.state;
    const onlyThere = withWitness(story, { state: witnessOf(state, [], reads) });
    expect(refusal(checkStory(onlyThere))).toBe("material: not-in-witness at nodes[0]");
    const none = withWitness(story, { state: witnessOf(state, [], []) });
    expect(refusal(checkStory(none))).toBe("material: not-in-witness at nodes[0]");
    const unwritten = withWitness(desk, { state: witnessOf(second.result.states[0], [], []) });
    expect(refusal(checkStory(unwritten))).toBe("material: not-in-witness at state");
  });

  test("blobs of other places, too few or too many", () => {
    const given = (changed: LaneMaterial["blobs"]) =>
      refusal(checkStory({ ...desk, material: { witness, blobs: changed } }));
    expect(given([])).toBe("material: wrong-programs at blobs[0]");
    expect(given(blobs.slice(1))).toBe("material: wrong-programs at blobs[0]");
    expect(given(blobs.slice(0, 1))).toBe("material: wrong-programs at blobs[1]");
    expect(given(change(blobs, 1, { index: 5 as never }))).toBe("material: wrong-programs at blobs[1]");
    expect(given(blobs.toReversed())).toBe("material: malformed at material");
  });

  test("a void blob has no nodes", () => {
    const [settled, read] = blobs as [LaneMaterial["blobs"][number], LaneMaterial["blobs"][number]];
    const envelope = { ...read.blob.envelope, payload: Uint8Array.of(0) };
    const changed = [settled, { ...read, blob: { ...read.blob, envelope } }];
    expect(refusal(checkStory({ ...desk, material: { witness, blobs: changed } }))).toBe(
      "claim: no-such-node at nodes[1]",
    );
  });

  test("what only looks like bytes is taken for the bytes that it looks like", () => {
    const { state } = witness;
    const looks = { ...state, writes: state.writes.map((key) => [...key]) } as never;
    expect(refusal(checkStory(withWitness(desk, { state: looks })))).toBe("accepted");
  });

  test("no material at all", () => {
    for (const material of [undefined, null, {}, [], 7, { witness: {}, blobs: [] }, { witness, blobs: [undefined] }]) {
      expect(refusal(checkStory({ ...desk, material: material as never }))).toBe("material: malformed at material");
    }
    expect(refusal(checkStory({ ...desk, lane: {} as never }))).toBe("material: malformed at lane");
  });
});
