// What follows from what is known of the chain above the last final block, without a machine around it.

import { asView, type Certificate, zeroRoot } from "@tandem/shared";
import { beforeEach, expect, test, vi } from "vitest";
import { Knowledge } from "../src/knowledge.ts";
import { type Block, chainOf, createWorld, genesis, rootOf, rules } from "./support/one.ts";

const world = createWorld();
const [first, second] = chainOf(world, 2) as [Block, Block];
const certified = (kind: "notarization" | "finalization", block: Block) =>
  world.certificate(kind, block.view, rootOf(block));

let knowledge: Knowledge<Block>;
beforeEach(() => {
  knowledge = new Knowledge({ electorate: world.electorate, rules }, { info: genesis, certificate: undefined });
});

function add(block: Block): void {
  knowledge.blocks.add({ info: rules.infoOf(block), block });
}

function judged(block: Block, parent: Certificate | undefined): string {
  return knowledge.judge({ ...world.proposal(block, parent), info: rules.infoOf(block) }).kind;
}

test.each([2, 3])("S4: a parent of view 3 is none for a proposal of view %d, notarized or not", (view) => {
  const parent = world.block(3, genesis);
  const certificate = certified("notarization", parent);
  const child = world.block(view, rules.infoOf(parent));
  expect(judged(child, certificate)).toBe("invalid");
  add(parent);
  knowledge.hold(certificate);
  expect(judged(child, certificate)).toBe("invalid");
});

test("S4: a parent that its certificate does not name is none, before that is checked too", () => {
  expect(judged(second, certified("notarization", world.block(1, genesis, 7)))).toBe("invalid");
});

test("S4: what stands beside or below the last final block is no parent, though it is notarized", () => {
  knowledge.settle({ info: rules.infoOf(second), certificate: certified("finalization", second) });
  const stray = world.block(3, rules.infoOf(first));
  const rival = { ...second, salt: 7 };
  for (const parent of [first, rival, stray]) {
    add(parent);
    knowledge.hold(certified("notarization", parent));
    const child = world.block(4, rules.infoOf(parent));
    expect(judged(child, certified("notarization", parent))).toBe("invalid");
  }
  expect(knowledge.extension(asView(4)).kind).toBe("wait");
});

test("S4: a parent whose certificate is being checked defers the vote", () => {
  expect(judged(second, certified("notarization", first))).toBe("wait");
});

test("S6: who is far behind goes down the final chain once, and again only when it knows more", () => {
  const [oldest, ...later] = chainOf(world, 50) as [Block, ...Block[]];
  for (const block of later) {
    add(block);
    knowledge.hold(certified("finalization", block));
  }
  const goDown = vi.spyOn(knowledge.blocks, "branch");
  for (let i = 0; i < 3; i++) expect(knowledge.settled()).toBeUndefined();
  expect(goDown).toHaveBeenCalledTimes(1);
  for (let i = 0; i < 3; i++) {
    add(oldest);
    expect(knowledge.settled()).toBeUndefined();
  }
  expect(goDown).toHaveBeenCalledTimes(2);
  knowledge.hold(certified("notarization", oldest));
  expect(knowledge.settled()?.blocks).toHaveLength(50);
});

test("S6: a finalization that no honest quorum makes, of what is final already, changes nothing", () => {
  knowledge.hold(world.certificate("finalization", 5, genesis.root));
  expect(knowledge.settled()).toBeUndefined();
});

test("S7: the best finalization is of the highest view, in whatever order they came", () => {
  for (const block of [second, first]) knowledge.hold(certified("finalization", block));
  expect(knowledge.bestFinalization?.view).toBe(2);
});

test("S7: nullifications that are missing are asked for in parts, as many as one answer brings", () => {
  const nullify = (view: number) => knowledge.hold(world.certificate("nullification", view, zeroRoot));
  const wanted = () => {
    const extension = knowledge.extension(asView(101));
    return extension.kind === "wait" ? extension.want?.request : extension.kind;
  };
  nullify(100);
  expect(wanted()).toEqual({ kind: "certificates", from: 1, to: 64 });
  for (let view = 1; view <= 64; view++) nullify(view);
  expect(wanted()).toEqual({ kind: "certificates", from: 65, to: 99 });
});

test("S11: of what is settled nothing is kept", () => {
  for (const block of [first, second]) {
    add(block);
    knowledge.hold(certified("notarization", block));
  }
  knowledge.hold(world.certificate("nullification", 1, zeroRoot));
  const { root } = rules.infoOf(first);
  expect([knowledge.blocks.markDurable(root), knowledge.blocks.markDurable(root)]).toEqual([true, false]);
  knowledge.settle({ info: rules.infoOf(second), certificate: certified("finalization", second) });
  for (const block of [first, second]) expect(knowledge.blocks.get(rootOf(block))).toBeUndefined();
  expect(knowledge.blocks.markDurable(root)).toBe(true);
  expect([...knowledge.views.all()]).toEqual([]);
});
