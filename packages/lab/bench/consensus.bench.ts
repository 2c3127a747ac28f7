// What agreement costs beside the signatures that it cannot do without: a set of honest machines with native BLS, each
// told everything at once, so that a block takes no time but work. The limit beside it is that work bare: each
// validator signs a notarize and a finalize, and for both kinds sums a quorum of signatures, each parsed and checked,
// and verifies the sum.

import { type Effect, type Input, type Message, performVerify, Simplex } from "@tandem/consensus";
import { nativeScheme } from "@tandem/native";
import { type Root, sha256, utf8 } from "@tandem/shared";
import type { Bench } from "../../../scripts/bench/measure.ts";
import { createKeys, type Keys } from "../src/nodes/keys.ts";
import { type Block, blockRules, genesis, toyBlock } from "../src/payload/block.ts";

export const area = "consensus";

const sizes = [4, 16, 64];
const blocks = 2;

/** All machines of a set, wired together. */
class Network {
  readonly #keys: Keys;
  readonly #machines: readonly Simplex<Block>[];
  readonly #queue: { readonly to: number; readonly input: Input<Block> }[] = [];
  #delivered = 0;
  votes = 0;

  constructor(keys: Keys) {
    this.#keys = keys;
    this.#machines = keys.signers.map((signer) => {
      const { electorate, leaderSeed: seed } = keys;
      return new Simplex({ electorate, rules: blockRules, signer, seed, deltaMs: 1000, heartbeatMs: 1e9 }, genesis);
    });
    for (const to of this.#machines.keys()) {
      this.#give(to, { kind: "start", final: { info: genesis, certificate: undefined }, journal: [] });
      this.#give(to, { kind: "reason", has: true });
    }
  }

  /** Works until every machine has delivered so many more blocks. */
  run(count: number): void {
    const until = this.#delivered + count * this.#machines.length;
    while (this.#delivered < until) {
      const next = this.#queue.shift();
      if (next === undefined) throw new Error("the machines have nothing left to do");
      this.#give(next.to, next.input);
    }
  }

  #give(to: number, input: Input<Block>): void {
    const machine = this.#machines[to] as Simplex<Block>;
    for (const effect of machine.handle(input)) this.#perform(to, effect);
  }

  #perform(from: number, effect: Effect<Block>): void {
    switch (effect.kind) {
      case "send":
        return this.#tell(from, effect.to, effect.message);
      case "broadcast":
        for (const to of this.#machines.keys()) if (to !== from) this.#tell(from, to, effect.message);
        return;
      case "verify": {
        const input = { kind: "verified", ...performVerify(this.#keys.electorate, effect.id, effect.task) } as const;
        this.#queue.push({ to: from, input });
        return;
      }
      case "build": {
        const { view, parent } = effect;
        const block = toyBlock({ view, parent, salt: 0, items: [] });
        this.#queue.push({ to: from, input: { kind: "built", view, block } });
        return;
      }
      case "check":
        this.#queue.push({ to: from, input: { kind: "checked", root: effect.info.root, verdict: "valid" } });
        return;
      case "deliver":
        this.#delivered++;
        return;
      default:
        return;
    }
  }

  #tell(from: number, to: number, message: Message<Block>): void {
    if (message.kind === "vote" || message.kind === "proposal") this.votes++;
    this.#queue.push({ to, input: { kind: "message", from, message } });
  }
}

/** The bare signature work of one block at all validators. */
function bareWork({ electorate, signers }: Keys): () => void {
  const messages = ["notarize", "finalize"].map((kind) => sha256(utf8(kind)) as Root);
  const quorum = Math.floor((2 * signers.length) / 3) + 1;
  const keys = electorate.committee.seats.slice(0, quorum).map((seat) => seat.key);
  return () => {
    for (const message of messages) {
      const signatures = signers.map((signer) => signer.sign(message)).slice(0, quorum);
      for (let validator = 0; validator < signers.length; validator++) {
        const aggregate = nativeScheme.aggregate(signatures);
        if (!aggregate.ok || !nativeScheme.verifyAggregate(keys, message, aggregate.value))
          throw new Error("no quorum");
      }
    }
  };
}

export default async function consensus(bench: Bench): Promise<void> {
  for (const size of sizes) {
    const keys = createKeys({ weights: Array.from({ length: size }, () => 1), scheme: "native", leaderSeed: 1 });
    const network = new Network(keys);
    const bare = bareWork(keys);
    const raw = { items: 1, run: bare };
    const block = { items: blocks, run: () => network.run(blocks) };
    await bench.cost(`a final block at all of ${size} validators`, block, raw);
    const votes = 2 * size * (size - 1);
    const perVote = { items: blocks * votes, run: () => network.run(blocks) };
    await bench.cost(`a vote received, ${size} validators`, perVote, { items: votes, run: bare });
  }
}
