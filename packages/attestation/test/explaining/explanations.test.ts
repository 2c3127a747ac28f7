// C6: nodes of both sides, each with what a machine has of explanations, its store, and jobs.

import { asShardName, type Job, Jobs, type ReadEffect, toHex, until } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { ClaimContent } from "../../src/content/claim-content.ts";
import type { Peer } from "../../src/content/types.ts";
import { Explanations } from "../../src/explaining/explanations.ts";
import type { Explanation, StateEffect, StateMessage } from "../../src/explaining/types.ts";
import { contentKey, contentRecords } from "../../src/records.ts";
import { disputedOf, ordersOf, type Side, shard, shownKeys, sidesOf, usualWorld } from "../support/two-states.ts";

const world = usualWorld();
const theirKey = ["a/x", "k2", undefined, 5n];

class Node {
  readonly side: Side;
  readonly explanations: Explanations<never>;
  readonly jobs: Jobs<ReadEffect>;
  readonly reads: ReadEffect[] = [];
  readonly sent: { readonly to: Peer; readonly message: StateMessage }[] = [];
  readonly timers: number[] = [];
  readonly said: Explanation[] = [];

  constructor(side: Side, sources: readonly Peer[] = []) {
    this.side = side;
    this.jobs = new Jobs<ReadEffect>((effect) => this.reads.push(effect));
    const { store } = side;
    this.explanations = new Explanations<never>({
      order: ordersOf(world),
      shards: side.places,
      deltaMs: 100,
      jobs: this.jobs,
      push: (effect) => this.#perform(effect),
      hold: (_, claim): Job<void, never> => until(() => store.readNow([contentKey(claim)])[0] !== undefined),
      sourcesOf: (of) => (of === shard ? sources : []),
      onExplained: (explanation) => void this.said.push(explanation),
    });
  }

  #perform(effect: StateEffect): void {
    if (effect.kind === "send") this.sent.push(effect);
    else this.timers.push(effect.timer.id);
  }

  /** Reads are answered until nothing is read any more. */
  work(): this {
    for (let read = this.reads.shift(); read !== undefined; read = this.reads.shift()) {
      this.jobs.answer(read.id, this.side.store.readNow(read.keys));
      this.jobs.poll();
    }
    return this;
  }

  take(from: Peer, message: StateMessage): this {
    this.explanations.onMessage(from, message);
    this.jobs.poll();
    return this.work();
  }

  learn(content: ClaimContent, root: Parameters<typeof contentKey>[0]): this {
    this.side.store.write(contentRecords(root, content));
    this.jobs.poll();
    return this.work();
  }
}

/** Node 0 and those of the other side, until nothing is sent any more. */
function talk(own: Node, others: ReadonlyMap<Peer, Node>): void {
  own.work();
  for (let turn = 0; own.said.length === 0 && turn < 1000; turn++) {
    const [question] = own.sent.splice(0, 1);
    if (question === undefined) {
      own.explanations.onTimer(own.timers.shift() ?? -1);
      own.jobs.poll();
      own.work();
      continue;
    }
    const other = others.get(question.to);
    other?.take(0, question.message);
    for (const { message } of other?.sent.splice(0) ?? []) own.take(question.to, message);
  }
}

describe("a dispute", () => {
  async function nodes() {
    const sides = await sidesOf(world, {}, { states: { "a/x": { k2: 5n } } });
    const disputed = disputedOf(sides.own.contentAt(2), sides.theirs.contentAt(2));
    return { disputed, own: new Node(sides.own, [3, 4]), others: new Map([[4, new Node(sides.theirs)]]) };
  }

  test("is explained when both contents are there, and what came out stays", async () => {
    const { own, others, disputed } = await nodes();
    own.explanations.begin(disputed.dispute, disputed.difference);
    own.work();
    expect([own.sent, own.explanations.of(shard)]).toEqual([[], undefined]);
    own.learn(disputed.theirs, disputed.dispute.theirs);
    expect(own.sent.map(({ to }) => to)).toEqual([3]);
    talk(own, others);
    const [said] = own.said;
    expect(said && [shownKeys(said), said.end, toHex(said.dispute.theirs)]).toEqual([
      [theirKey],
      "all",
      toHex(disputed.dispute.theirs),
    ]);
    expect(own.explanations.of(shard)).toBe(said);
    expect(own.explanations.of(asShardName("b"))).toBeUndefined();
    expect(own.explanations.counts).toEqual({ asked: 0, rests: 0, explained: 1 });
  });

  test("is explained once more after it was begun anew, and the first asking is not heard", async () => {
    const { own, others, disputed } = await nodes();
    own.learn(disputed.theirs, disputed.dispute.theirs);
    own.explanations.begin(disputed.dispute, disputed.difference);
    own.work();
    own.explanations.begin(disputed.dispute, disputed.difference);
    own.work();
    expect(own.explanations.counts.asked).toBe(1);
    talk(own, others);
    expect(own.said.map(shownKeys)).toEqual([[theirKey]]);
  });

  test("about the first round of all, in which the own side had no work, begins at the genesis", async () => {
    const { own, others, disputed } = await nodes();
    const { dispute, theirs } = disputedOf(undefined, disputed.theirs);
    own.learn(theirs, dispute.theirs);
    own.explanations.begin(dispute, { what: "idle" });
    talk(own, others);
    const [said] = own.said;
    expect(said?.end).toBe("all");
    expect(said?.keys.map(({ own: mine }) => mine)).toEqual([undefined, undefined, undefined]);
  });

  test("nobody shows anything: that is said, after a while", async () => {
    const { own, disputed } = await nodes();
    own.learn(disputed.theirs, disputed.dispute.theirs);
    own.explanations.begin(disputed.dispute, disputed.difference);
    talk(own, new Map());
    expect(own.said).toMatchObject([{ keys: [], end: "not-shown" }]);
  });
});

test("S11: a peer's third question at a time is not heard", async () => {
  const sides = await sidesOf(world, {}, {});
  const node = new Node(sides.own);
  const { contracts: root, round } = sides.own.contentAt(2).claim;
  const place = { path: new Uint8Array(32), depth: 0 };
  for (const id of [1, 2, 3]) {
    node.explanations.onMessage(5, { kind: "want-state", id, shard, round, map: { kind: "contracts" }, root, place });
  }
  node.work();
  expect(node.sent.map(({ to, message }) => [to, message.kind, message.id])).toEqual([
    [5, "state", 1],
    [5, "state", 2],
  ]);
});
