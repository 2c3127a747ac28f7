// C6: whoever is asked for the state behind a claim can refuse, and can show what the claim commits to. Nothing else is
// taken.

import { type MapPart, sha256 } from "@tandem/shared";
import { expect, test } from "vitest";
import type { ClaimContent } from "../../src/content/claim-content.ts";
import {
  disputedOf,
  type Explained,
  explain,
  type PeerHabit,
  servesFrom,
  shownKeys,
  sidesOf,
  usualWorld,
} from "../support/two-states.ts";

const world = usualWorld();
const plans = [{}, { states: { "a/x": { k2: 5n }, "a/z": { k3: 5n } } }] as const;
const sides = sidesOf(world, ...plans);
const expected = [
  ["a/x", "k2", undefined, 5n],
  ["a/z", "k3", undefined, 5n],
];

async function explainedBy(habits: (honest: PeerHabit, own: PeerHabit) => readonly PeerHabit[]): Promise<Explained> {
  const { own, theirs } = await sides;
  const disputed = disputedOf(own.contentAt(2), theirs.contentAt(2));
  const peers = habits(servesFrom(theirs), servesFrom(own));
  return explain(world, own, disputed, new Map(peers.map((habit, peer) => [peer, habit])));
}

const refuses: PeerHabit = () => ({ part: undefined });
const silent: PeerHabit = () => "silent";
const truncates =
  (honest: PeerHabit): PeerHabit =>
  (question) => {
    const answer = honest(question);
    if (answer === "silent" || answer.part === undefined) return answer;
    const { part } = answer;
    const cut: MapPart =
      part.kind === "nodes"
        ? { kind: "nodes", value: part.value.slice(0, -32) }
        : { kind: "entry", value: { ...part.value, value: part.value.value.slice(0, -1) } };
    return { part: cut };
  };
/** It has that map, and shows another state of it. */
const showsOwn =
  (_: PeerHabit, own: PeerHabit): PeerHabit =>
  (question) =>
    own({ ...question, map: { kind: "contracts" }, root: ownContracts });
/** Whatever is asked for, it shows the first part that it was asked for. */
const repeats = (honest: PeerHabit): PeerHabit => {
  let first: ReturnType<PeerHabit> | undefined;
  return (question) => {
    first ??= honest(question);
    return first;
  };
};
const ownContracts = (await sides).own.contentAt(2).claim.contracts;

test("who refuse leave it at what the contents say, and that is said", async () => {
  for (const habit of [refuses, silent]) {
    const { explanation } = await explainedBy(() => [habit, habit]);
    expect(explanation).toMatchObject({
      keys: [],
      end: "not-shown",
      difference: { what: "export", contract: "a/x" },
    });
  }
});

test.each<[string, (honest: PeerHabit, own: PeerHabit) => PeerHabit]>([
  ["refuse", () => refuses],
  ["are silent", () => silent],
  ["give a part of it", truncates],
  ["show another contract", repeats],
  ["show another state than that behind the claim", showsOwn],
])("who %s are passed over for one who shows it", async (_, habit) => {
  const { explanation, asked } = await explainedBy((honest, own) => [habit(honest, own), habit(honest, own), honest]);
  expect([shownKeys(explanation), explanation.end]).toEqual([expected, "all"]);
  expect(asked.get(0)).toBeLessThanOrEqual(5);
});

test("what is not behind the claim is refused even if all of them say it", async () => {
  const { explanation } = await explainedBy((honest, own) => [truncates(honest), showsOwn(honest, own)]);
  expect(explanation).toMatchObject({ keys: [], end: "not-shown" });
});

test("who are away now and then, and begin anew, are asked again", async () => {
  let turn = 0;
  const flaky =
    (honest: PeerHabit): PeerHabit =>
    (question) =>
      turn++ % 3 === 0 ? honest(question) : "silent";
  const { explanation } = await explainedBy((honest) => [flaky(honest), flaky(honest)]);
  expect([shownKeys(explanation), explanation.end]).toEqual([expected, "all"]);
});

test("who show a part of the way leave what was found", async () => {
  const { explanation } = await explainedBy((honest) => [
    (question) =>
      question.map.kind === "state" && question.map.contract === "a/z" ? { part: undefined } : honest(question),
  ]);
  expect([shownKeys(explanation), explanation.end]).toEqual([expected.slice(0, 1), "not-shown"]);
});

test("who refuse one part are not asked for the next", async () => {
  const asked = new Set<string>();
  const { explanation } = await explainedBy((honest) => [
    (question) => {
      if (question.map.kind !== "state") return honest(question);
      asked.add(question.map.contract);
      return question.map.contract === "a/x" ? { part: undefined } : honest(question);
    },
  ]);
  expect([explanation.keys, explanation.end, [...asked]]).toEqual([[], "not-shown", ["a/x"]]);
});

test("no map behind a root", async () => {
  const { own, theirs } = await sides;
  const content = theirs.contentAt(2);
  const below = new Uint8Array(64).fill(1, 0, 32);
  // The hash of an inner node over a leaf and nothing.
  const root = sha256(below).map((byte, at) => (at === 31 ? byte & 0xfe : byte)) as ClaimContent["claim"]["contracts"];
  const claim = { ...content.claim, contracts: root };
  const lies: PeerHabit = () => ({ part: { kind: "nodes", value: below } });
  const disputed = disputedOf(own.contentAt(2), { ...content, claim });
  const { explanation } = explain(world, own, disputed, new Map([[1, lies]]));
  expect(explanation).toMatchObject({ keys: [], end: "no-map" });
});
