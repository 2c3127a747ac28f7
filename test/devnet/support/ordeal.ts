// A network under load whose nodes are killed, and what has to be true of it all the same.

import { setTimeout as sleep } from "node:timers/promises";
import { decodeValue, fromHex } from "@tandem/shared";
import { expect } from "vitest";
import { type BlockAnswer, Fleet, type FleetPlan } from "./fleet.ts";
import { Load } from "./load.ts";
import { VoteBook } from "./votes.ts";

const chains = ["order", "attest"] as const;

/** What one validator signed. */
type Books = Readonly<Record<(typeof chains)[number], VoteBook>>;

const pollMs = 100;
/** What is not ordered so long after the last blow is lost. */
const patienceMs = 120_000;

/** The same numbers for the same seed (Lehmer); when the blows fall in the life of a process is never the same. */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

export class Ordeal {
  readonly fleet: Fleet;
  readonly #books: readonly Books[];
  #load: Load | undefined;

  constructor(plan: FleetPlan) {
    this.fleet = Fleet.create(plan);
    this.#books = Array.from({ length: this.fleet.size }, (_, seat) => {
      return { order: new VoteBook(seat), attest: new VoteBook(seat) };
    });
  }

  async begin(): Promise<void> {
    this.fleet.startAll();
    await this.allAbove(0);
    this.#load = new Load(this.fleet);
  }

  /** A node is killed, and comes back after a while. */
  async strike(node: number, awayMs: number): Promise<void> {
    await this.fleet.kill(node);
    this.#readVotes(node);
    await sleep(awayMs);
    this.fleet.start(node);
  }

  async strikeAll(): Promise<void> {
    await this.fleet.killAll();
    for (let node = 0; node < this.fleet.size; node++) this.#readVotes(node);
    this.fleet.startAll();
  }

  /** Every node has executed a higher block. */
  async allAbove(height: number): Promise<void> {
    for (let node = 0; node < this.fleet.size; node++) {
      while ((await this.fleet.height(node)) <= height) await sleep(pollMs);
    }
  }

  /** Ends the load and everything else, and judges. */
  async judge(): Promise<string> {
    const load = this.#load as Load;
    await load.untilProgram();
    await load.stop();
    const blocks = await this.#settle(load.accepted);
    const rounds = await this.#attested(
      blocks.flatMap((block) => block.blobs).filter((blob) => load.programs.has(blob)),
    );
    const statuses = await Promise.all(this.#books.map((_, node) => this.fleet.status(node)));
    await this.fleet.stopAll();
    for (const node of this.#books.keys()) this.#readVotes(node);

    const blobs = blocks.flatMap((block) => block.blobs);
    const ordered = new Set(blobs);
    expect(load.surprises).toEqual([]);
    expect([...load.accepted].filter((root) => !ordered.has(root))).toEqual([]);
    expect(blobs.length).toBe(ordered.size);
    expect(statuses.map(({ evidence }) => evidence)).toEqual(statuses.map(() => 0));
    const books = this.#books.flatMap((each) => [each.order, each.attest]);
    expect(books.flatMap(({ contradictions }) => contradictions)).toEqual([]);
    // Each final block took votes of a quorum, and each attested claim some.
    const [votes, attestVotes] = chains.map((chain) => this.#books.reduce((sum, each) => sum + each[chain].size, 0));
    expect(votes).toBeGreaterThan(blocks.length);
    expect(attestVotes).toBeGreaterThan(0);
    return `${load.accepted.size} blobs accepted, ${blocks.length} blocks, ${votes} votes; ${rounds} rounds attested, ${attestVotes} votes on them`;
  }

  /** Ends all that may still run. */
  async end(): Promise<void> {
    await this.fleet.killAll();
    this.fleet.remove();
  }

  #readVotes(node: number): void {
    for (const chain of chains) this.#books[node]?.[chain].read(this.fleet.votesFolderOf(node, chain));
  }

  /** All that was ordered is attested, the same for every node, and nothing was run twice or not at all. */
  async #attested(programs: readonly string[]): Promise<number> {
    const last = programs.at(-1) as string;
    const untilMs = performance.now() + patienceMs;
    const claims = new Set<string>();
    let rounds = 0;
    for (let node = 0; node < this.fleet.size; node++) {
      let program = await this.fleet.program(node, last);
      while (program.status !== "attested" && performance.now() < untilMs) {
        await sleep(pollMs);
        program = await this.fleet.program(node, last);
      }
      const total = decodeValue(fromHex(program.shards[0]?.ran[0]?.value ?? "") as Uint8Array);
      expect([node, program.status, total]).toMatchObject([node, "attested", { value: BigInt(programs.length) }]);
      const { attested, pending, dispute } = await this.fleet.shard(node, "main");
      expect([pending, dispute]).toEqual([0, null]);
      claims.add(`${attested.round} ${attested.claim}`);
      rounds = attested.round;
    }
    expect(claims.size).toBe(1);
    return rounds;
  }

  /** The blocks of all nodes, equal at equal heights, up to one that orders the last of what was accepted. */
  async #settle(accepted: ReadonlySet<string>): Promise<readonly BlockAnswer[]> {
    const waiting = new Set(accepted);
    const first: BlockAnswer[] = [];
    const untilMs = performance.now() + patienceMs;
    while (waiting.size > 0 && performance.now() < untilMs) {
      const from = first.length + 1;
      const height = await this.fleet.height(0);
      for (const block of await this.fleet.blocks(0, from, height)) {
        first.push(block);
        for (const blob of block.blobs) waiting.delete(blob);
      }
      if (height < from) await sleep(pollMs);
    }
    await this.allAbove(first.length - 1);
    for (let node = 1; node < this.fleet.size; node++) {
      const blocks = await this.fleet.blocks(node, 1, first.length);
      expect(blocks.map(({ root }) => root)).toEqual(first.map(({ root }) => root));
    }
    return first;
  }
}
