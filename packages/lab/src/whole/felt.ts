// What happened in a run of the whole stage, counted: a campaign in which something of this never happens has tried less
// than it says.

import { toHex } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { WholeWatch } from "../checkers/whole/whole-watch.ts";
import type { Observation } from "../nodes/words.ts";
import { attested } from "../payload/block.ts";

const names = [
  ...["attested claims", "attested without work", "claims with sources", "several claims of a shard in one block"],
  ...["affirmations said again", "contents asked for", "evidence included"],
  ...["rounds with claims of others", "rounds with claims of others, fetched ahead"],
  ...["programs", "void payloads", "programs over shards", "groups over shards", "groups dropped", "waited for hops"],
] as const;

type Name = (typeof names)[number];

export class Felt {
  readonly #watch: WholeWatch;
  readonly #counts = new Map<Name, number>(names.map((name) => [name, 0]));
  readonly #affirmed = new Set<string>();
  /** By node: contents that it asked for, and how many that were when each order block was executed. */
  readonly #asked = new Map<Instance, number>();
  readonly #askedAt = new Map<string, number>();

  constructor(watch: WholeWatch) {
    this.#watch = watch;
  }

  /** Of honest nodes, before the watch sees it. */
  see(observation: Observation, instance: Instance): void {
    if (observation.kind === "sent") this.#seeSent(observation.message, instance);
    if (observation.kind === "ordered") {
      this.#askedAt.set(`${instance} ${observation.info.height}`, this.#asked.get(instance) ?? 0);
    }
    if (observation.kind === "executed" && observation.visible > 0) {
      this.#count("rounds with claims of others");
      // Since the citation is known here, nothing was asked for: all of it was, before.
      const before = this.#askedAt.get(`${instance} ${observation.height}`);
      if (before === (this.#asked.get(instance) ?? 0)) this.#count("rounds with claims of others, fetched ahead");
    }
    if (observation.kind !== "attest" || observation.observation.kind !== "delivered") return;
    const { block, info } = observation.observation;
    if (info.height > this.#watch.final.height) this.#seeItems(attested(block).body.items);
  }

  #seeSent(message: Extract<Observation, { kind: "sent" }>["message"], instance: Instance): void {
    if (message.kind === "want-content") {
      this.#count("contents asked for");
      this.#asked.set(instance, (this.#asked.get(instance) ?? 0) + 1);
    }
    if (message.kind !== "affirmations") return;
    for (const { claim } of message.affirmations) {
      const name = `${instance} ${toHex(claim)}`;
      if (this.#affirmed.has(name)) this.#count("affirmations said again");
      this.#affirmed.add(name);
    }
  }

  #seeItems(items: ReturnType<typeof attested>["body"]["items"]): void {
    const shards = new Set<string>();
    for (const item of items) {
      if (item.kind === "evidence") {
        this.#count("evidence included");
        continue;
      }
      const { claim } = item.value;
      this.#count("attested claims");
      if (claim.lanes.length === 0) this.#count("attested without work");
      if (claim.sources.length > 0) this.#count("claims with sources");
      if (shards.has(claim.shard)) this.#count("several claims of a shard in one block");
      shards.add(claim.shard);
    }
  }

  #count(name: Name, count = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  get counts(): Readonly<Record<string, number>> {
    const { truth } = this.#watch;
    this.#counts.set("programs", truth.programs.size);
    this.#counts.set("void payloads", truth.voids);
    for (const name of ["programs over shards", "groups over shards", "groups dropped", "waited for hops"] as const)
      this.#counts.set(name, 0);
    for (const [line, { failed }] of truth.programs) {
      const shardsOf = (some: typeof line.nodes) => new Set(some.map(({ shard }) => shard)).size;
      if (shardsOf(line.nodes) > 1) this.#count("programs over shards");
      const rounds = line.nodes.map((_, place) => truth.plan.roundOf(line, place));
      if (rounds.some((round) => round > line.height)) this.#count("waited for hops");
      for (const [group, step] of failed.entries()) {
        if (step !== undefined) this.#count("groups dropped");
        if (shardsOf(line.nodes.filter((node) => node.group === group)) > 1) this.#count("groups over shards");
      }
    }
    return Object.fromEntries(this.#counts);
  }
}
