// Nothing that others give makes a check throw, and no lie that holds together is accepted.

import {
  type Codec,
  concatBytes,
  equalBytes,
  type Lane,
  laneExportsCodec,
  laneInputsCodec,
  laneNodesCodec,
  pendingEntryCodec,
  positionCodec,
  SparseMap,
} from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkLane, checkRound, type LaneContent, laneMaterialCodec, roundMaterialCodec } from "../../src/index.ts";
import { anyBlocks, anyWorld } from "../support/any-world.ts";
import {
  checkClaimOf,
  checkStory,
  contentOf,
  type LaneStory,
  laneStory,
  refusal,
  withContent,
} from "../support/lies.ts";
import { checkMade, type MadeClaim, madeBy } from "../support/made-claims.ts";
import { seats } from "../support/seats.ts";
import { widestBounds } from "../support/world.ts";

const { first, second } = seats();

/** These claims, and some of worlds of all kinds. */
const claims: readonly MadeClaim[] = [
  first,
  second,
  ...fc.sample(anyBlocks, { numRuns: 20, seed: 5 }).flatMap(claimsOf),
];

function claimsOf(
  blocks: readonly { readonly blobs: never[] | readonly unknown[]; readonly silent: readonly string[] }[],
) {
  const world = anyWorld(widestBounds);
  return blocks.flatMap(({ blobs, silent }) => madeBy(world, blobs as never, world.citeAll(silent)));
}

const lanes: readonly LaneStory[] = claims.flatMap((made) =>
  made.result.lanes.map(({ lane }) => laneStory(made, lane.contract)),
);

const anyChange = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });

function changed(bytes: Uint8Array, changes: readonly (readonly [at: number, by: number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, by] of changes) copy[at % copy.length] = (copy[at % copy.length] as number) ^ by;
  return copy;
}

test("material with bytes changed at random", () => {
  const seen = new Map<string, number>();
  const property = fc.property(fc.nat(), anyChange, (pick, changes) => {
    const made = claims[pick % claims.length] as MadeClaim;
    const round = roundMaterialCodec.decode(changed(roundMaterialCodec.encode(made.material), changes));
    if (round.ok) note(seen, refusal(checkMade({ ...made, material: round.value })));
    const { lane, material } = lanes[pick % lanes.length] as LaneStory;
    const alone = laneMaterialCodec.decode(changed(laneMaterialCodec.encode(material), changes));
    if (alone.ok) note(seen, refusal(checkLane(made.setting, lane, alone.value)));
  });
  fc.assert(property, { numRuns: 4_000, seed: 11 });
  expect(seen.size).toBeGreaterThan(10);
});

function note(seen: Map<string, number>, text: string): void {
  const kind = text.replaceAll(/\[\d+\]/g, "[]");
  seen.set(kind, (seen.get(kind) ?? 0) + 1);
}

const lists: { readonly [Name in keyof LaneContent]: Codec<LaneContent[Name]> } = {
  nodes: laneNodesCodec,
  inputs: laneInputsCodec,
  exports: laneExportsCodec,
};

function withChanged<Name extends keyof LaneContent>(
  story: LaneStory,
  name: Name,
  changes: readonly (readonly [number, number])[],
): LaneStory | undefined {
  const before = lists[name].encode(contentOf(story)[name]);
  if (before.length === 0) return undefined;
  const after = lists[name].decode(changed(before, changes));
  return after.ok ? withContent(story, { [name]: after.value }) : undefined;
}

test("lists of lanes with bytes changed at random, and all roots above made to fit: no round is accepted", () => {
  const seen = new Map<string, number>();
  const names = ["nodes", "inputs", "inputs", "exports", "exports"] as const;
  const property = fc.property(fc.nat(), fc.constantFrom(...names), anyChange, (pick, name, changes) => {
    const lie = withChanged(lanes[pick % lanes.length] as LaneStory, name, changes);
    if (lie === undefined) return;
    const alone = refusal(checkStory(lie));
    const round = checkClaimOf(lie);
    note(seen, `${name}: ${alone.startsWith("claim") ? "refuted" : alone} alone`);
    expect(round.ok || round.error.fault).toBe("claim");
    if (name === "exports") expect(alone).toMatch(/^claim: .*-export/);
  });
  fc.assert(property, { numRuns: 3_000, seed: 12 });
  expect(seen.get("inputs: refuted alone")).toBeGreaterThan(20);
});

test("entries of a claim before with bytes changed at random, to which that claim commits", () => {
  const waiting = claims.filter(({ pending }) => pending.length > 0);
  const seen = new Map<string, number>();
  const property = fc.property(fc.nat(), fc.nat(), anyChange, (pick, place, changes) => {
    const made = waiting[pick % waiting.length] as MadeClaim;
    const at = place % made.pending.length;
    const { entry, placed } = made.material.pending[at] as MadeClaim["material"]["pending"][number];
    const bytes = pendingEntryCodec.encode(entry);
    // An entry begins with the root of its blob; that it has to fit is seen at once.
    const decoded = pendingEntryCodec.decode(concatBytes(bytes.subarray(0, 32), changed(bytes.subarray(32), changes)));
    if (!decoded.ok || equalBytes(pendingEntryCodec.root(decoded.value), pendingEntryCodec.root(entry))) return;
    const pending = made.material.pending.with(at, { entry: decoded.value, placed });
    const { setting, prev, result, facts, material } = made;
    const root = rootOf(pending);
    const before = { ...prev, pending: { ...prev.pending, root } };
    note(seen, refusal(checkRound(setting, before, result.claim, facts, { ...material, pending })));
  });
  fc.assert(property, { numRuns: 12_000, seed: 13 });
  // What no node uses may be anything: a claim is conditional on the one before.
  const kinds = ["basis: bad-entry at pending[].entry", "claim: wrong-input at lanes[].inputs[]"];
  expect([...seen.keys()]).toEqual(expect.arrayContaining([...kinds, "claim: wrong-pending-root at pending.root"]));
});

function rootOf(pending: MadeClaim["material"]["pending"]) {
  const changes = pending.map(({ entry, placed: { height, index } }) => {
    return { key: positionCodec.encode({ height, index }), value: pendingEntryCodec.root(entry) };
  });
  const map = SparseMap.empty.apply(changes);
  if (!map.ok) throw new Error(map.error.message);
  return map.value.root;
}

test("lanes of one claim with the material of another", () => {
  for (const { lane, material, made } of lanes.slice(0, 30)) {
    for (const other of lanes.slice(0, 30)) {
      const isSame = equalBytes(laneRoot(lane), laneRoot(other.lane));
      expect(checkLane(made.setting, lane, other.material).ok || lane === other.lane).toBe(
        isSame || lane === other.lane,
      );
    }
    expect(checkLane(made.setting, lane, material).ok).toBe(true);
  }
});

const laneRoot = ({ nodes, pre, post, inputs, exports }: Lane) =>
  Uint8Array.from([nodes, pre, post, inputs, exports].flatMap((root) => [...root]));
