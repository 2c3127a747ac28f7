// A block that may not stand is refused by whoever checks it; one that a quorum made final all the same ends a node's attesting.

import {
  type Attestation,
  type AttestBlock,
  type AttestItem,
  asEpoch,
  asHeight,
  asValidatorIndex,
  asView,
  attestItemsCodec,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { program } from "../../../execution/test/support/programs.ts";
import { add } from "../../../execution/test/support/seats.ts";
import { certify } from "../../../shared/test/support/electorate.ts";
import { rootOf } from "../../../shared/test/support/samples.ts";
import { attestBlockRules } from "../../src/block.ts";
import type { AttestMessage } from "../../src/types.ts";
import { AttestWorld } from "../support/attest-world.ts";

const one = (at: string) => program([add(at, "k", 1n)]);

/** A world in which two claims are ready, and the good block of node 1 with them, which nobody has heard of. */
function ready(...away: readonly number[]) {
  const world = new AttestWorld();
  for (const place of away) world.at(place).isAway = true;
  return readyIn(world);
}

function readyIn(world: AttestWorld) {
  world.isQuiet = true;
  world.order([one("a/x"), one("b/x")]).run(3_000);
  const node = world.at(1);
  const { epoch, view, height, parent } = world.network.network.header;
  const genesis = { epoch, view, height, parent, root: world.network.attestGenesis.root };
  node.give({ kind: "build", view: asView(5), parent: genesis, ancestors: [], isWanted: false });
  world.run(1_000);
  const block = node.of("built").at(-1)?.block as AttestBlock;
  return { world, block };
}

/** What another says of it. */
function verdictOf(world: AttestWorld, block: AttestBlock, leader = 1) {
  const node = world.at(2);
  const info = attestBlockRules.infoOf(block);
  node.give({ kind: "check", block, info, ancestors: [], leader: asValidatorIndex(leader) });
  world.run(2_000);
  const { verdict, problem } = node.of("checked").at(-1) ?? {};
  return verdict === "valid" ? verdict : problem?.code;
}

function withItems({ header, body }: AttestBlock, items: readonly AttestItem[]): AttestBlock {
  return { header: { ...header, attestationsRoot: attestItemsCodec.root(items) }, body: { ...body, items } };
}

function withFirst(block: AttestBlock, change: Partial<Attestation>): AttestBlock {
  const [first, ...rest] = block.body.items;
  if (first?.kind !== "attestation") throw new Error("the first is an attestation");
  return withItems(block, [{ ...first, value: { ...first.value, ...change } }, ...rest]);
}

test("C5: whoever checks a block asks for all that it misses of it at once", () => {
  const isKept = (to: number, { kind }: AttestMessage) => to === 4 && (kind === "affirmations" || kind === "content");
  const world = new AttestWorld({
    nodes: [{ place: 4, follows: [] }],
    route: (_, to, message) => (isKept(to, message) ? [] : undefined),
  });
  const { block } = readyIn(world);
  const node = world.at(4);
  const info = attestBlockRules.infoOf(block);
  node.give({ kind: "check", block, info, ancestors: [], leader: asValidatorIndex(1) });
  world.run(100);
  const asked = node.of("send").flatMap(({ message }) => (message.kind === "want-content" ? toHex(message.claim) : []));
  expect(asked.length).toBe(2);
  expect(new Set(asked).size).toBe(2);
  expect(node.of("checked")).toEqual([]);
});

describe("a block", () => {
  test("that is good is found so, with both claims", () => {
    const { world, block } = ready();
    expect(block.body.items).toHaveLength(2);
    expect(verdictOf(world, block)).toBe("valid");
  });

  test("that cites what a node has not executed yet is judged when it has", () => {
    const { world, block } = ready(2);
    expect(verdictOf(world, block)).toBeUndefined();
    expect(world.at(2).of("checked")).toEqual([]);
    world.at(2).isAway = false;
    world.run(3_000);
    expect(world.at(2).of("checked")).toMatchObject([{ verdict: "valid" }]);
  });

  test("of another leader, with other signatures, an uncertified citation or other frontiers is refused", () => {
    const { world, block } = ready();
    const { header, body } = block;
    const { orderElectorate } = world.network;
    const cited = body.citation as NonNullable<typeof body.citation>;
    const ballot = { epoch: asEpoch(0), view: cited.header.view, block: header.order.root };
    const certificate = {
      ...certify(orderElectorate, "finalization", [0, 1, 2, 3], ballot),
      signature: new Uint8Array(96),
    };
    const [first] = body.items;
    expect(verdictOf(world, block, 3)).toBe("proposer");
    expect(verdictOf(world, withFirst(block, { signature: new Uint8Array(96).fill(1) }))).toBe("item");
    expect(verdictOf(world, withItems(block, [first as AttestItem, first as AttestItem]))).toBe("item");
    expect(verdictOf(world, { header, body: { ...body, citation: { ...cited, certificate } } })).toBe("citation");
    expect(verdictOf(world, { header: { ...header, frontiersRoot: zeroRoot }, body })).toBe("frontiers-root");
    expect(verdictOf(world, block)).toBe("valid");
  });

  test("has no signature verified twice that was true, and none taken for true that was false", () => {
    // The voter hears no affirmations: no quorum is known to it beforehand.
    const world = new AttestWorld({
      route: (_, to, { kind }) => (to === 2 && kind === "affirmations" ? [] : undefined),
    });
    const { block } = readyIn(world);
    const [first, second] = block.body.items as [AttestItem, Extract<AttestItem, { kind: "attestation" }>];
    const value = { ...second.value, signature: new Uint8Array(96).fill(1) };
    const forged = withItems(block, [first, { ...second, value }]);
    const later = { ...block, header: { ...block.header, view: asView(6) } };
    const verdicts = [forged, forged, block, later].map((each) => verdictOf(world, each));
    expect(verdicts).toEqual(["item", "item", "valid", "valid"]);
    const verified = world
      .at(2)
      .of("verify")
      .flatMap(({ task }) => (task.kind === "attest-block" ? [task.checks.signatures.length] : []));
    expect(verified).toEqual([2, 1, 1, 0]);
  });

  test("is built anew on what is certified and not final, with what is left", () => {
    const { world, block } = ready();
    world.order([one("c/x")], 0).run(3_000);
    const node = world.at(2);
    const info = attestBlockRules.infoOf(block);
    node.give({ kind: "build", view: asView(6), parent: info, ancestors: [block], isWanted: false });
    world.run(1_000);
    const built = node.of("built").at(-1)?.block;
    expect(built?.header.height).toBe(2);
    expect(built?.body.items).toMatchObject([{ value: { claim: { shard: "c", round: 2 } } }]);
    // Without what is new there is nothing to say.
    node.give({
      kind: "build",
      view: asView(7),
      parent: attestBlockRules.infoOf(built as AttestBlock),
      ancestors: [block, built as AttestBlock],
      isWanted: false,
    });
    world.run(1_000);
    expect(node.of("built").at(-1)).toEqual({ kind: "built", view: 7, block: undefined });
  });
});

test("what a quorum finalized and cannot be ends attesting, and is said again after a restart", () => {
  const { world, block } = ready();
  const bad = { ...block, header: { ...block.header, frontiersRoot: rootOf(7) } };
  const info = attestBlockRules.infoOf(bad);
  const ballot = { epoch: asEpoch(0), view: info.view, block: info.root };
  const certificate = certify(world.network.attestElectorate, "finalization", [0, 1, 2, 3, 4], ballot);
  world.final.push({ block: bad, info, certificate });
  world.run(3_000);
  for (const node of world.nodes) {
    expect(node.of("attest-diverged")).toMatchObject([{ problem: { code: "frontiers-root" } }]);
    expect(node.of("attested")).toEqual([]);
    expect(node.hasReason).toBe(false);
    expect(node.height).toBe(0);
  }
  const node = world.at(0);
  node.stop();
  node.start();
  world.run(3_000);
  expect(node.of("attest-diverged")).toHaveLength(2);
});

test("O3: whoever attests no more still proves to its order chain what that may cite, so that it can lead there", () => {
  const world = new AttestWorld();
  for (let height = 1; height <= 3; height++) world.order([one("a/x")]).settle();
  const last = world.final.at(-1);
  if (last === undefined) throw new Error("nothing is final");
  const { header, body } = last.block;
  const bad = { header: { ...header, height: asHeight(header.height + 1) }, body };
  const node = world.at(0);
  node.give({ kind: "prove-descent", id: 6, from: asHeight(0), header });
  node.give({ kind: "deliver", block: bad, info: attestBlockRules.infoOf(bad), certificate: last.certificate });
  world.run(100);
  expect(node.of("attest-diverged")).toHaveLength(1);
  node.give({ kind: "prove-descent", id: 7, from: asHeight(0), header });
  world.run(100);
  const [first, second] = node.of("descent");
  expect(second).toEqual({ kind: "descent", id: 7, proof: first?.proof });
  expect(first?.proof).toBeDefined();
});
