// A3 against the plain rules: random chains with claims of all shards, sources from anywhere, and items that are wrong in
// one thing or another. Blocks become final at any time, which must change nothing.

import {
  type Attestation,
  type AttestItem,
  asEpoch,
  asRound,
  asValidatorIndex,
  asView,
  type Claim,
  type Evidence,
  equalBytes,
  exportsRootOf,
  readNow,
  type ShardName,
  type Source,
} from "@tandem/shared";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rootOf } from "../../shared/test/support/samples.ts";
import { buildBlock } from "../src/build.ts";
import type { AttestState } from "../src/state.ts";
import { AttestRules } from "./oracles/attest-rules.ts";
import { frontiersRootOf, seatsOf, shard, shardNames, TwoChains, weightsOf } from "./support/two-chains.ts";

type Draw = (count: number) => number;

/** Numbers below `count` from one list, over and over. */
function drawFrom(numbers: readonly number[]): Draw {
  let at = 0;
  return (count) => (numbers[at++ % numbers.length] as number) % count;
}

const counts = { good: 0, bad: 0, built: 0, sources: 0, hidden: 0, evidence: 0 };

class Run {
  readonly chains = new TwoChains();
  readonly rules: AttestRules;
  readonly draw: Draw;
  /** The newest block, and those of which order blocks may cite. */
  readonly states: AttestState[] = [this.chains.genesis];
  readonly made: Claim[] = [];
  #final = 0;

  constructor(draw: Draw) {
    this.draw = draw;
    const shards = shardNames.map((name) => ({
      name,
      weights: weightsOf(name),
      genesis: this.chains.genesisClaim(name),
    }));
    this.rules = new AttestRules(shards, { order: 4, attest: 4 });
  }

  get tip(): AttestState {
    return this.states.at(-1) as AttestState;
  }

  /** O3: what order blocks cite does not go back. */
  order(): void {
    const last = this.rules.cites.at(-1) as number;
    const next = last + this.draw(this.states.length - last);
    this.rules.cites.push(next);
    this.chains.order(this.states[next] as AttestState);
  }

  settle(): void {
    if (this.#final + 1 < this.states.length) this.chains.settle(this.states[++this.#final] as AttestState);
  }

  attest(): void {
    const newest = this.rules.cites.length - 1;
    const before = this.tip.header.order.height;
    const order = before + this.draw(newest - before + 1);
    const tips = new Map<ShardName, Claim>();
    const items = Array.from({ length: this.draw(5) }, () => this.#item(order, tips));
    const block = this.chains.block(this.tip, items, { order });
    const refused = this.rules.add(items, order);
    const judged = this.chains.judge(block, this.tip);
    if (refused === undefined) {
      counts.good++;
      expect(judged.kind, JSON.stringify(judged)).toBe("good");
      if (judged.kind === "good") this.#take(judged.state, items);
      return;
    }
    counts.bad++;
    if (judged.kind !== "bad") throw new Error(`item ${refused} was taken`);
    if (judged.problem.item?.code === "hidden-source") counts.hidden++;
    expect(judged.problem.item?.path).toMatch(new RegExp(`^\\[${refused}\\]`));
  }

  /** A5: what a leader builds of all that it has, good or not, is good. */
  build(): void {
    const newest = this.rules.cites.length - 1;
    const { order: cited } = this.tip.header;
    const tips = new Map<ShardName, Claim>();
    const ready = { chains: new Map<ShardName, Attestation[]>(), evidence: [] as Evidence[] };
    for (let count = this.draw(7); count > 0; count--) {
      const item = this.#item(newest, tips);
      if (item.kind === "evidence") ready.evidence.push(item.value);
      // Claims of another shard's name cannot stand in a chain, nor can those without a quorum: who keeps chains sees to that.
      else ready.chains.set(item.value.claim.shard, [...(ready.chains.get(item.value.claim.shard) ?? []), item.value]);
    }
    const view = asView(this.tip.header.view + 1);
    const seat = asValidatorIndex(view % 4);
    const citation = newest > cited.height ? this.chains.citation(newest, cited.height) : undefined;
    const plan = { view, seat, parent: this.tip, isWanted: true, newest: citation, ready };
    const reading = buildBlock(this.chains.setting, plan);
    const built = readNow((keys) => this.chains.store.readNow(keys), reading);
    if (built === undefined) throw new Error("a block is wanted");
    const judged = this.chains.judge(built.block, this.tip, seat);
    if (judged.kind !== "good") throw new Error(JSON.stringify(judged));
    expect(equalBytes(judged.state.root, built.state.root)).toBe(true);
    const { items } = built.block.body;
    expect(this.rules.add(items, built.block.header.order.height)).toBeUndefined();
    counts.built += items.length;
    this.#take(built.state, items);
  }

  #take(state: AttestState, items: readonly AttestItem[]): void {
    this.states.push(state);
    for (const item of items) {
      if (item.kind === "evidence") counts.evidence++;
      else this.made.push(item.value.claim);
    }
    const frontiers = this.chains.frontiersAfter(state, []);
    expect(equalBytes(frontiersRootOf(frontiers), state.frontiers.root)).toBe(true);
  }

  /** Mostly one that would be good, going on from what the items before it leave. */
  #item(order: number, tips: Map<ShardName, Claim>): AttestItem {
    const { chains, draw } = this;
    if (draw(8) === 0) return this.#evidence();
    const name = shardNames[draw(shardNames.length)] as ShardName;
    const prev = tips.get(name) ?? this.made.findLast((claim) => claim.shard === name) ?? chains.genesisClaim(name);
    const round = prev.round + 1 + draw(3);
    const sources = this.#sources(round <= order ? round : 0);
    const claim = chains.claim(name, { prev, round, sources, exports: 1 + draw(3) });
    const wrong = this.#spoil(claim, order);
    if (wrong === claim) tips.set(name, claim);
    const all = seatsOf(name);
    const item = chains.attest(wrong, draw(6) === 0 ? all.filter(() => draw(3) > 0) : all);
    return { kind: "attestation", value: this.#spoilBitmap(item) };
  }

  /** Of claims that were attested some time: visible, hidden, or with other exports. */
  #sources(round: number): readonly Source[] {
    const { draw, made } = this;
    const visible = this.rules.blocks[this.rules.cites[round] ?? 0];
    const pool = draw(4) === 0 ? made : made.filter((claim) => this.#isIn(claim, visible));
    const found = new Map<string, Source>();
    for (let count = draw(3); count > 0 && pool.length > 0; count--) {
      const claim = pool[draw(pool.length)] as Claim;
      const exports = draw(12) === 0 ? rootOf(99) : exportsRootOf(claim);
      const shift = draw(16) === 0 ? 1 : 0;
      const source = { shard: claim.shard, round: asRound(claim.round + shift), exports };
      found.set(`${source.shard} ${String(source.round).padStart(9, "0")}`, source);
      counts.sources++;
    }
    return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, source]) => source);
  }

  #isIn(claim: Claim, block: AttestRules["blocks"][number] | undefined): boolean {
    return (block?.claims.get(claim.shard) ?? []).some(({ round }) => round === claim.round);
  }

  #spoil(claim: Claim, order: number): Claim {
    switch (this.draw(40)) {
      case 0:
        return { ...claim, epoch: asEpoch(1) };
      case 1:
        return { ...claim, shard: shard("casino") };
      case 2:
        return { ...claim, prev: rootOf(5) };
      case 3:
        return { ...claim, round: asRound(order + 1) };
      case 4:
        return { ...claim, round: asRound(Math.max(0, claim.round - 1 - this.draw(3))) };
      case 5:
        return this.made[this.draw(Math.max(1, this.made.length))] ?? claim;
      default:
        return claim;
    }
  }

  #spoilBitmap(attestation: Attestation): Attestation {
    const { bitmap } = attestation;
    switch (this.draw(30)) {
      case 0:
        return { ...attestation, bitmap: [...bitmap, false] };
      case 1:
        return { ...attestation, bitmap: bitmap.slice(1) };
      default:
        return attestation;
    }
  }

  #evidence(): AttestItem {
    const { chains, draw } = this;
    const seat = draw(5);
    if (draw(2) === 0) {
      const item = chains.votes(draw(2) === 0 ? "order" : "attest", Math.min(seat, 3), ["finalize", "finalize"]);
      return seat < 4 ? item : outOfSet(item);
    }
    const name = shardNames[draw(shardNames.length)] as ShardName;
    const change = draw(6) === 0 ? { epoch: asEpoch(1) } : {};
    const claims = [1, 2].map((exports) => chains.claim(name, { exports, change })) as [Claim, Claim];
    return chains.claims(...claims, seat);
  }
}

function outOfSet(item: AttestItem): AttestItem {
  if (item.kind !== "evidence" || item.value.kind !== "votes") return item;
  const { chain, first, second } = item.value.value;
  const signer = asValidatorIndex(4);
  const value = { chain, first: { ...first, signer }, second: { ...second, signer } };
  return { kind: "evidence", value: { kind: "votes", value } };
}

test("A3: an item is good exactly if the rules say so, whatever is final by then", () => {
  const numbers = fc.array(fc.nat(5039), { minLength: 900, maxLength: 900 });
  fc.assert(
    fc.property(numbers, (drawn) => {
      const run = new Run(drawFrom(drawn));
      for (let step = 0; step < 40; step++) {
        const what = run.draw(8);
        if (what < 2) run.order();
        else if (what < 3) run.settle();
        else if (what < 4) run.build();
        else run.attest();
      }
    }),
    { seed: 7, numRuns: 60 },
  );
  console.log(`attest blocks: ${JSON.stringify(counts)}`);
  expect(counts.good).toBeGreaterThan(300);
  expect(counts.built).toBeGreaterThan(250);
  expect(counts.hidden).toBeGreaterThan(10);
  expect(counts.evidence).toBeGreaterThan(50);
});
