// S7: what is asked of peers and what is taken of their answers; and what they are given.

import { asView, type Certificate } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import {
  type Block,
  certificatesIn,
  chainOf,
  createWorld,
  deliveredIn,
  followerOf,
  genesis,
  kindsIn,
  One,
  rootOf,
  rules,
  votesIn,
} from "./support/one.ts";

const world = createWorld();
const follower = followerOf(world, 3);
const [first, second, third] = chainOf(world, 3) as [Block, Block, Block];
const { notarization: notarized, finalization: final, nullification: nullified } = world;

let node: One;
beforeEach(() => {
  node = new One(world, follower);
  node.start();
});

const requests = () => node.asked.map(({ request }) => request);

describe("what is on its way is not asked for", () => {
  test("a parent whose certificate came with the proposal and is being checked", () => {
    node.hearCertificate(nullified(1));
    node.held.add("verify");
    node.hearProposal(world.proposal(second, notarized(first)));
    expect(requests()).toEqual([]);
  });

  test("what a leader would build on, below a block that is final: the chain up to that is", () => {
    node = new One(world, world.leader(3));
    node.start();
    node.hearCertificate(final(second));
    expect(kindsIn(node.give({ kind: "reason", has: true }))).not.toContain("build");
    expect(requests()).toEqual([{ kind: "chain", from: 1 }]);
  });

  test("a parent below a block that is final: the chain up to that is", () => {
    node.hearCertificate(final(second));
    node.hearProposal(world.proposal(third, final(second)));
    expect(requests()).toEqual([{ kind: "chain", from: 1 }]);
  });
});

test("what came is not asked for again, though nothing is final that needed it, nor what is final by now", () => {
  for (const certificate of [notarized(first), final(first)]) {
    node = new One(world, follower);
    node.start();
    node.hearCertificate(notarized(first));
    node.hearProposal(world.proposal(second, notarized(first)));
    const { id } = node.asked.at(-1) ?? { id: 0 };
    expect(requests()).toEqual([{ kind: "block", root: rootOf(first) }]);
    node.answer([{ block: first, certificate }]);
    expect(node.give({ kind: "timer", timer: { name: "repair", id } })).toEqual([]);
  }
});

describe("of an answer", () => {
  test("certificates are not told on: whoever gave them is not alone with them", () => {
    node.hearCertificate(nullified(2));
    node.hearProposal(world.proposal(world.block(3, genesis), undefined));
    expect(certificatesIn(node.answer([], [nullified(1)]))).toEqual([]);
  });

  test("certificates that cannot be are not checked", () => {
    node.hearCertificate(final(third));
    const before = node.checks.length;
    const few = world.certificate("notarization", 1, rootOf(first), [0, 1]);
    node.answer([{ block: first, certificate: few }]);
    expect(node.checks).toHaveLength(before);
  });

  test("a block beside one whose certificate is held is not taken; and other answers are", () => {
    node.hearCertificate(notarized(first));
    node.hearCertificate(final(third));
    const { id } = node.asked.at(-1) ?? { id: 0 };
    const rival = world.block(1, genesis, 7);
    node.answer([{ block: rival, certificate: notarized(rival) }]);
    expect(requests().at(-1)).toEqual({ kind: "chain", from: 1 });
    node.give({ kind: "timer", timer: { name: "repair", id } });
    const chain = [first, second].map((block) => ({ block, certificate: notarized(block) }));
    expect(deliveredIn(node.answer([...chain, { block: third, certificate: final(third) }]))).toEqual([1, 2, 3]);
  });

  test("certificates that come after its blocks hold up nothing: the next of the chain is asked for", () => {
    node.hearCertificate(final(third));
    node.held.add("verify");
    node.answer([{ block: first, certificate: notarized(first) }], [nullified(9), nullified(8)]);
    node.found([true]);
    expect(requests().at(-1)).toEqual({ kind: "chain", from: 2 });
    // And their end is not the end of what is checked of the next answer.
    const { id } = node.asked.at(-1) ?? { id: 0 };
    const trailing = node.checks.at(-1);
    const next = [{ block: second, certificate: notarized(second) }];
    node.answer(next);
    node.found([false], trailing);
    const before = node.checks.length;
    node.give({ kind: "timer", timer: { name: "repair", id } });
    node.answer(next);
    expect(node.checks).toHaveLength(before);
  });

  test("without blocks nothing holds up the chain", () => {
    node.hearCertificate(final(second));
    const { id } = node.asked.at(-1) ?? { id: 0 };
    node.held.add("verify");
    node.answer([], [nullified(9)]);
    node.give({ kind: "timer", timer: { name: "repair", id } });
    node.answer([{ block: first, certificate: notarized(first) }]);
    expect(node.checks.at(-1)?.task).toEqual({ kind: "certificate", certificate: notarized(first) });
  });

  test("to a request for certificates no blocks are taken", () => {
    node.hearCertificate(nullified(2));
    node.hearProposal(world.proposal(world.block(3, genesis), undefined));
    const block = { block: first, certificate: notarized(first) };
    expect(votesIn(node.answer([block], [nullified(1)]))).toEqual(["notarize 3"]);
  });

  test("blocks are taken as long as each stands on the one before", () => {
    node.hearCertificate(final(third));
    const other = world.block(2, { ...rules.infoOf(first), root: rootOf(third) });
    const high = { ...second, height: 3 };
    for (const next of [other, high]) {
      node.answer([first, next].map((block) => ({ block, certificate: notarized(block) })));
      expect(requests().at(-1)).toEqual({ kind: "chain", from: 2 });
      node.answer([]);
      expect(requests().at(-1)).toEqual({ kind: "chain", from: 1 });
    }
  });

  test("a single block says nothing of how far the chain is known", () => {
    node.hearCertificate(notarized(second));
    node.hearProposal(world.proposal(third, notarized(second)));
    node.answer([{ block: second, certificate: notarized(second) }]);
    node.hearCertificate(world.certificate("finalization", 4, rootOf(world.block(4, rules.infoOf(third)))));
    expect(requests().at(-1)).toEqual({ kind: "chain", from: 1 });
  });

  test("a block whose certificate says another view is not taken", () => {
    node.hearCertificate(final(second));
    const before = node.checks.length;
    node.answer([{ block: first, certificate: world.certificate("notarization", 2, rootOf(first)) }]);
    expect(node.checks).toHaveLength(before);
  });

  test("a run that proved dead is left for the final chain, even as high as that", () => {
    const dead = world.block(1, genesis, 7);
    const alive = world.block(2, genesis);
    const next = world.block(3, rules.infoOf(alive));
    node.hearCertificate(final(next));
    node.answer([{ block: dead, certificate: notarized(dead) }]);
    node.hearCertificate(final(alive));
    node.hearProposal(world.proposal(alive, undefined));
    expect(deliveredIn(node.effects)).toEqual([1]);
    expect(deliveredIn(node.answer([{ block: next, certificate: final(next) }]))).toEqual([2]);
  });
});

test("each asks first whoever comes after it, and an observer asks a seat too", () => {
  const asks = [0, 1, 2, 3, undefined].map((seat) => {
    const one = new One(world, seat);
    one.start();
    one.hearCertificate(final(second));
    return one.asked[0]?.to;
  });
  expect(asks).toEqual([1, 2, 3, 0, 0]);
});

test("asked for certificates, it gives those of the views that were asked for, of 64 at most", () => {
  for (let view = 1; view <= 100; view++) node.hearCertificate(nullified(view));
  const given = (from: number, to: number) => {
    const request = { kind: "certificates", from: asView(from), to: asView(to) } as const;
    const effects = node.hear(node.other, { kind: "request", id: 5, request });
    const views = effects.flatMap((effect) =>
      effect.kind === "send" && effect.message.kind === "answer" ? effect.message.certificates : [],
    );
    // And where it is itself.
    expect(views.at(-1)?.view).toBe(100);
    return views.slice(0, -1).map(({ view }) => view);
  };
  expect(given(50, 52)).toEqual([50, 51, 52]);
  expect(given(1, 100)).toEqual(Array.from({ length: 64 }, (_, i) => i + 1));
});

describe("asked for a block", () => {
  const given = (root = rootOf(first)): readonly { readonly block: Block; readonly certificate: Certificate }[] => {
    const effects = node.hear(node.other, { kind: "request", id: 5, request: { kind: "block", root } });
    const answers = effects.flatMap((effect) =>
      effect.kind === "send" && effect.message.kind === "answer" ? [effect.message.blocks] : [],
    );
    expect(answers).toHaveLength(1);
    return answers[0] ?? [];
  };

  test("it gives it with a certificate that names it, and without one it gives none", () => {
    expect(given()).toEqual([]);
    node.hearProposal(world.proposal(first, undefined));
    expect(given()).toEqual([]);
    node.hearCertificate(notarized(first));
    expect(given()).toEqual([{ block: first, certificate: notarized(first) }]);
  });
});
