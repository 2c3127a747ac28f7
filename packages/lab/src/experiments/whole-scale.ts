// What both chains cost with many validators and shards on a good day: everybody follows the shards in whose committees it
// sits, and programs go from one shard to another. Of the checkers only agreement watches, so that the cost is that of the
// replicas and the simulated world.

import { toHex } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { sizeOf } from "../nodes/sizes.ts";
import type { Observation } from "../nodes/words.ts";
import { blockRules } from "../payload/block.ts";
import { probe } from "../rounds/probe.ts";
import { committeesAround, shardNames } from "./network.ts";
import { programOf } from "./programs.ts";
import { ExperimentWorld } from "./world.ts";

export interface WholeScalePlan {
  readonly validators: number;
  readonly shards: number;
  /** Seats of each committee. */
  readonly seats: number;
  /** Order blocks during which programs come. */
  readonly blocks: number;
  readonly onBlock?: (height: number) => void;
}

export interface WholeScale {
  readonly validators: number;
  readonly shards: number;
  readonly seats: number;
  readonly programs: number;
  /** Final, on each chain. */
  readonly orderBlocks: number;
  readonly attestBlocks: number;
  readonly claims: number;
  readonly virtualMs: number;
  /** From submitted to attested, of half of the programs. */
  readonly attestedMs: number;
  /** Of all validators together, with the world that they run in. */
  readonly cpuMs: number;
  /** Handed to a validator; and their bytes, by the sizes that links are simulated with. */
  readonly messages: number;
  readonly bytes: number;
  /** Where two validators do not agree. */
  readonly violation: string | null;
}

const programsPerSecond = 100;
const payers = 32;
const stepMs = 50;
const untilMs = 600_000;
const executeUs = 2000;

export function runWholeScale({ validators, shards: count, seats, blocks, onBlock }: WholeScalePlan): WholeScale {
  const start = process.threadCpuUsage();
  const shards = shardNames(count);
  const world = new ExperimentWorld({
    seed: validators,
    validators,
    payers,
    shards: committeesAround(validators, shards, seats),
    contracts: shards.map((shard) => ({ name: `${shard}/work`, environment: "probe", config: 0n })),
    environments: [probe],
    executeUs,
  });
  const { tracker } = world;
  const seen = new Seen(validators);
  world.watch = (observation) => seen.see(observation);
  const random = new Random(validators, "programs");
  let programs = 0;
  while (tracker.orders.length < blocks && world.nowMs < untilMs) {
    for (; (1000 * programs) / programsPerSecond < world.nowMs + stepMs; programs++)
      world.submit({
        payer: programs % payers,
        program: drawProgram(random, shards, programs),
        instance: programs % validators,
        atMs: Math.ceil(Math.max(world.nowMs, (1000 * programs) / programsPerSecond)),
      });
    world.run(Math.floor(world.nowMs) + stepMs);
    onBlock?.(Math.min(blocks, tracker.orders.length));
  }
  const isDone = () => tracker.programs.every((program) => tracker.attestedMs(program) !== undefined);
  const isAll = world.runUntil(isDone, { untilMs });
  const { user, system } = process.threadCpuUsage(start);
  const waits = tracker.programs
    .map((program) => (tracker.attestedMs(program) ?? untilMs) - program.submittedMs)
    .sort((a, b) => a - b);
  return {
    validators,
    shards: count,
    seats: Math.min(seats, validators),
    programs,
    orderBlocks: tracker.orders.length,
    attestBlocks: tracker.attestHeight,
    claims: tracker.claims.size,
    virtualMs: Math.floor(world.nowMs),
    attestedMs: Math.round(waits[waits.length >> 1] ?? 0),
    cpuMs: Math.round((user + system) / 1000),
    messages: world.counts.delivered,
    bytes: seen.bytes,
    violation: seen.violation ?? (isAll ? null : `programs are not attested after ${untilMs} ms`),
  };
}

function drawProgram(random: Random, shards: readonly string[], number: number) {
  const [first = "", second = first] = random.pickSome(shards, Math.min(2, shards.length));
  const key = `k${number}`;
  return programOf([
    { at: `${first}/work`, method: "add", args: [key, 1n], keys: [key] },
    { at: `${second}/work`, method: "add", args: [key], keys: [key], isChained: true },
  ]);
}

/** Bytes that left, and whether all say the same: final blocks by height, and claims by shard and round. */
class Seen {
  readonly #others: number;
  readonly #said = new Map<string, string>();
  bytes = 0;
  violation: string | undefined;

  constructor(validators: number) {
    this.#others = validators - 1;
  }

  see(observation: Observation): void {
    switch (observation.kind) {
      case "sent":
        this.bytes += sizeOf(observation.message) * (observation.to < 0 ? this.#others : 1);
        return;
      case "delivered":
        return this.#agree(`order block ${observation.info.height}`, toHex(observation.info.root));
      case "executed":
        if (observation.result === undefined) return;
        return this.#agree(`${observation.shard}, round ${observation.height}`, toHex(observation.result.root));
      case "attest":
        if (observation.observation.kind !== "delivered") return;
        return this.#agree(
          `attest block ${observation.observation.info.height}`,
          toHex(blockRules.infoOf(observation.observation.block).root),
        );
      default:
        return;
    }
  }

  #agree(what: string, root: string): void {
    const before = this.#said.get(what);
    if (before === undefined) this.#said.set(what, root);
    else if (before !== root) this.violation ??= `${what} is ${before} and ${root}`;
  }
}
