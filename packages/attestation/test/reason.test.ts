// O8: when consensus is told that there is something to propose, and how often that is looked for.

import { asHeight, exportsRootOf, type Source, zeroRoot } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { Core } from "../src/core.ts";
import { ReadyItems } from "../src/ready.ts";
import { Reason } from "../src/reason.ts";
import type { AttestEffect } from "../src/types.ts";
import { type ClaimPlan, shard, TwoChains } from "./support/two-chains.ts";

/** Order blocks up to height 20 that all cite the attest genesis, and are final here. */
class Desk {
  readonly chains = new TwoChains();
  readonly core: Core;
  readonly ready = new ReadyItems();
  readonly #reason: Reason;
  #asked: Extract<AttestEffect, { kind: "read" }>[] = [];

  constructor() {
    for (let height = 1; height <= 20; height++) this.chains.order(this.chains.genesis);
    const { setting } = this.chains;
    const order = {
      ...setting.places,
      *proveDescent() {},
      *ordered() {},
      *program() {},
    } as never;
    const nobody = { seat: undefined, self: undefined, peers: [], sign: undefined, seats: new Map(), follows: [] };
    this.core = new Core({ setting, order, ...nobody, deltaMs: 100 });
    this.core.citable = this.chains.orderAt(20);
    this.#reason = new Reason(this.core, this.ready);
  }

  add(name: string, plan: ClaimPlan = {}): void {
    this.ready.addAttestation(
      this.chains.attest(this.chains.claim(shard(name), plan)),
      this.chains.genesisClaim(shard(name)).round,
    );
  }

  /** What is said, and how many readings that takes. */
  look(): readonly (boolean | "read")[] {
    this.#reason.look();
    return this.#heard();
  }

  /** The store answers. */
  answer(): readonly (boolean | "read")[] {
    const asked = this.#asked;
    this.#asked = [];
    for (const { id, keys } of asked) this.core.jobs.answer(id, this.chains.store.readNow(keys));
    return [...this.#heard(), ...this.look()];
  }

  #heard(): readonly (boolean | "read")[] {
    return this.core.takeEffects().map((effect) => {
      if (effect.kind === "read") this.#asked.push(effect);
      return effect.kind === "reason" ? effect.has : (effect.kind as "read");
    });
  }
}

const unknownSource: Source = { shard: shard("hotel"), round: 1 as Source["round"], exports: zeroRoot };

describe("O8: that there is something to propose", () => {
  test("is found by the first item; what comes after it is told, and not looked for", () => {
    const desk = new Desk();
    expect(desk.look()).toEqual([]);
    desk.add("rail");
    expect(desk.look()).toEqual(["read"]);
    expect(desk.answer()).toEqual([true]);
    expect(desk.look()).toEqual([]);
    desk.add("bank");
    expect(desk.look()).toEqual([true]);
    expect(desk.look()).toEqual([]);
  });

  test("is looked for once, whatever comes meanwhile", () => {
    const desk = new Desk();
    desk.add("rail");
    expect(desk.look()).toEqual(["read"]);
    desk.add("bank");
    expect(desk.look()).toEqual([]);
    expect(desk.answer()).toEqual([true]);
  });

  test("is not said of what can never stand in a block, and is looked for again where more came meanwhile", () => {
    const desk = new Desk();
    desk.add("rail", { round: 2, sources: [unknownSource] });
    expect(desk.look()).toEqual(["read"]);
    expect(desk.answer()).toEqual([]);
    desk.add("bank", { round: 2, sources: [unknownSource] });
    expect(desk.look()).toEqual(["read"]);
    desk.add("hotel");
    expect(desk.look()).toEqual([]);
    expect(desk.answer()).toEqual(["read"]);
    expect(desk.answer()).toEqual([true]);
  });

  test("is not looked for again in what is hopeless", () => {
    const desk = new Desk();
    const { chains } = desk;
    const rail = chains.claim(shard("rail"));
    const next = chains.add(chains.genesis, [chains.item(rail)], { order: 20 });
    desk.core.chain.add(next);
    desk.core.chain.settle(chains.settle(next));
    const hidden: Source = { shard: shard("rail"), round: rail.round, exports: exportsRootOf(rail) };
    desk.add("bank", { round: 2, sources: [hidden] });
    desk.add("hotel", { round: 2, sources: [{ ...hidden, exports: zeroRoot }] });
    expect(desk.ready.counts.attestations).toBe(2);
    desk.look();
    expect(desk.answer()).toEqual([]);
    expect(desk.ready.counts.attestations).toBe(0);
  });

  test("is not looked for again where a source is not attested: its round sees nothing that comes later", () => {
    const desk = new Desk();
    desk.add("rail", { round: 2, sources: [unknownSource] });
    expect(desk.ready.counts.attestations).toBe(1);
    desk.look();
    expect(desk.answer()).toEqual([]);
    expect(desk.ready.counts.attestations).toBe(0);
  });

  test("is looked for anew on the next final block", () => {
    const desk = new Desk();
    const { chains, core, ready } = desk;
    desk.add("rail");
    desk.look();
    expect(desk.answer()).toEqual([true]);
    const next = chains.add(chains.genesis, [chains.item(chains.claim(shard("rail")))], { order: 20 });
    core.chain.add(next);
    core.chain.settle(chains.settle(next));
    ready.advance(shard("rail"), next.frontiers.of(shard("rail"))?.round as never);
    expect(desk.look()).toEqual([false]);
    desk.add("bank");
    expect(desk.look()).toEqual(["read"]);
    expect(desk.answer()).toEqual([true]);
  });

  test("holds for later order blocks, and not where only earlier ones can be cited", () => {
    const desk = new Desk();
    desk.core.citable = desk.chains.orderAt(10);
    desk.add("rail", { round: 5 });
    desk.look();
    expect(desk.answer()).toEqual([true]);
    desk.core.citable = desk.chains.orderAt(20);
    expect(desk.look()).toEqual([true]);
    // It cites an attest block that is not final here yet.
    const ahead = desk.chains.order({ height: asHeight(7), root: zeroRoot });
    desk.core.citable = desk.chains.orderAt(ahead);
    expect(desk.look()).toEqual([false]);
  });

  test("is over when a quorum finalized what cannot be", () => {
    const desk = new Desk();
    desk.add("rail");
    desk.look();
    expect(desk.answer()).toEqual([true]);
    desk.core.hasDiverged = true;
    expect(desk.look()).toEqual([false]);
    expect(desk.look()).toEqual([]);
  });
});
