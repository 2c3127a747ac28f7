// Random worlds of blocks, forks, citations and pools: what one node builds is what oracles would make of the same blobs and
// what another finds good; and what is wrong with a block is found, whatever it is.

import { asRound, type OrderBlock, toHex } from "@tandem/shared";
import { expect, test } from "vitest";
import { Random, runsFactor } from "../../shared/test/support/hostile.ts";
import { rootOf } from "../../shared/test/support/samples.ts";
import { type Candidate, readCandidate } from "../src/candidate.ts";
import type { AttestedBlock } from "../src/types.ts";
import { faultsOf } from "./oracles/block.ts";
import { blobOf, payerKey, testNetwork, testShards } from "./support/blobs.ts";
import { Forge, type Forged, type ForgePlan } from "./support/forge.ts";
import { codeOf, Single } from "./support/single.ts";

const network = testNetwork({
  payers: 5,
  balance: 4000n,
  limits: { blockBlobs: 5, shardBudget: 100, lagMax: 3, pendingMax: 5 },
});

function candidateOf(bytes: Uint8Array): Candidate {
  const candidate = readCandidate(network, bytes);
  if (!candidate.ok) throw new Error(candidate.error.message);
  return candidate.value;
}

class World {
  readonly random: Random;
  readonly forge = new Forge(network);
  readonly attested: AttestedBlock[] = [];
  readonly verdicts = new Map<string, number>();
  /** Builds, and checks. */
  builder = new Single({ network, forge: this.forge });
  checker = new Single({ network, forge: this.forge });
  /** Good blocks that can still be final, and the last final one. */
  tips: (Forged | undefined)[] = [undefined];
  #view = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  step(): void {
    const { random } = this;
    if (random.below(5) === 0) this.attest();
    if (random.below(12) === 0) this.checker = this.checker.restarted();
    if (random.below(12) === 0) this.builder = this.builder.restarted();
    this.tell();
    const parent = random.pick(this.tips);
    this.builder.push(Array.from({ length: random.below(6) }, () => this.blob(parent)));
    if (random.below(2) === 0) this.build(parent);
    else this.mutate(parent);
    if (random.below(4) === 0) this.finalize();
  }

  attest(): void {
    const { random } = this;
    const heights = this.tips.map((tip) => tip?.info.height ?? 0);
    const shard = random.pick(testShards);
    const known = this.attested.flatMap(({ changes }) => [...changes]).filter(([name]) => name === shard);
    const round = Math.max(random.below(Math.max(...heights) + 1), ...known.map(([, progress]) => progress.round));
    this.attested.push(this.forge.attest({ [shard]: { round: asRound(round), pending: random.below(8) } }));
  }

  /** What was told before changes nothing. */
  tell(): void {
    for (const single of [this.builder, this.checker])
      for (const block of this.attested) single.give({ kind: "attested", block });
  }

  blob(parent: Forged | undefined): Candidate {
    const { random } = this;
    const payer = random.below(7);
    const next = this.forge.ledgerAfter(parent).nonceOf(payerKey(payer));
    return blobOf(network, {
      payer,
      nonce: Math.max(0, next + random.pick([0, 0, 0, 0, 0, 1, 2, -1])),
      tip: BigInt(random.below(50)),
      expires: random.pick([1000, 1000, 1000, 3, 5, 8]),
      budget: random.pick([0, 0, 30, 60, 60, 101]),
      touches: random.below(2) === 0 ? [] : [random.pick([...testShards, ...testShards, ...testShards, "zoo"])],
      transfers: random.below(3) === 0 ? [{ to: random.below(7), amount: BigInt(random.pick([5, 500, 3000])) }] : [],
      payload: new Uint8Array(random.pick([0, 10, 100])),
      forged: random.below(12) === 0,
    });
  }

  build(parent: Forged | undefined): void {
    this.#view += 4;
    const built = this.builder.build(parent, this.#view, this.random.below(3) === 0);
    if (built === undefined) return;
    const forged = this.remade(built, parent);
    expect(built).toEqual(forged.block);
    this.builder.offer(...forged.blobs);
    expect(codeOf(this.checker.check(forged))).toBe("valid");
    this.count("built");
    this.tips.push(forged);
  }

  /** By oracles, from the raw blobs that the builder stored for it. */
  remade(built: OrderBlock, parent: Forged | undefined): Forged {
    const { view, proposer, timeMs, attested } = built.header;
    const stored = built.body.blobs.map((root) => this.builder.store.get(`04${toHex(root)}`) as Uint8Array);
    const blobs = stored.map(candidateOf);
    const isNew = attested.height > this.forge.citedBy(parent).height;
    const cites = isNew ? { cites: this.attested[attested.height - 1] as AttestedBlock } : {};
    return this.forge.forge({ parent, blobs, view, proposer, timeMs, ...cites });
  }

  mutate(parent: Forged | undefined): void {
    const { random, forge } = this;
    const later = this.attested.filter(({ ref }) => ref.height > forge.citedBy(parent).height);
    const plan: ForgePlan = {
      parent,
      view: ++this.#view,
      blobs: this.fitting(parent),
      timeMs:
        (parent?.block.header.timeMs ?? network.header.timeMs) +
        random.pick([1, 1, 1, 1, 2, 50, 50, 50, 50, 50, 50, 0, -1]),
      ...(later.length > 0 && random.below(2) === 0 ? { cites: random.pick(later) } : {}),
    };
    const good = forge.forge(plan);
    const field = random.pick(["history", "touchesRoot", "ledgerRoot", "blobsRoot", "validatorsRoot", "attested"]);
    const wrong = field === "attested" ? { height: good.info.height, root: rootOf(1) } : rootOf(1);
    const given = random.below(6) === 0 ? forge.forge({ ...plan, header: { [field]: wrong } }) : good;
    const faults = faultsOf(forge, given, good, this.attested);
    const code = codeOf(this.checker.check(given)) as string;
    const plain = code.replace(/^blob \d+ /, "");
    this.count(plain);
    expect(faults.size === 0 ? ["valid"] : [...faults], `${[...faults]}`).toContain(plain);
    if (plain === "valid") this.tips.push(given);
  }

  /** Some that fit, and sometimes one that may not. */
  fitting(parent: Forged | undefined): Candidate[] {
    const { random, forge } = this;
    const ledger = forge.ledgerAfter(parent);
    const blobs: Candidate[] = [];
    for (let tries = random.below(9); tries > 0; tries--) {
      const blob = this.blob(parent);
      const { envelope } = blob.blob;
      const isLoose = random.below(15) === 0;
      if (ledger.apply({ envelope, bytes: blob.bytes.length }) === undefined || isLoose) blobs.push(blob);
    }
    return blobs;
  }

  /** Any good block, with all below it. */
  finalize(): void {
    const tip = this.random.pick(this.tips);
    if (tip === undefined) return;
    for (const single of [this.builder, this.checker]) {
      single.deliver(tip);
      expect(single.effects.some(({ kind }) => kind === "diverged")).toBe(false);
    }
    this.tips = this.tips.filter((each) => this.forge.lineOf(each).includes(tip));
    this.count("final");
  }

  count(what: string): void {
    this.verdicts.set(what, (this.verdicts.get(what) ?? 0) + 1);
  }
}

test("whatever is built is good, and whatever is wrong is found", () => {
  const counts = new Map<string, number>();
  for (let seed = 1; seed <= 30 * runsFactor; seed++) {
    const world = new World(seed);
    for (let step = 0; step < 25; step++) world.step();
    for (const [what, count] of world.verdicts) counts.set(what, (counts.get(what) ?? 0) + count);
  }
  console.log(`blocks: ${[...counts].map(([what, count]) => `${what} ${count}`).join(", ")}`);
  // Each kind of fault came about, and not everything was wrong.
  const all = ["valid", "built", "final", "time", "history", "sets", "body", "count", "shard-budget"];
  const more = ["touches-root", "ledger-root", "citation", "nonce-gap", "nonce-too-low", "balance", "shard-behind"];
  for (const what of [...all, ...more, "expired", "signature", "unknown-shard", "over-budget"])
    expect(counts.get(what) ?? 0, what).toBeGreaterThan(0);
});
