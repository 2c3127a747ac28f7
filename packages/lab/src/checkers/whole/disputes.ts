// C6, where a committee has a quorum of liars: whoever follows its shard honestly, and comes to another claim than is attested,
// stops there, says so, and disputes nothing else. At the latest it does so before a round whose order block cites the other
// claim: then both are known to it.

import type { Alarm } from "@tandem/attestation";
import { toHex } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Observation } from "../../nodes/words.ts";
import type { Checker } from "../checker.ts";
import { placeName } from "./attest-oracle.ts";
import type { ExecutedFacts } from "./truth.ts";
import type { WholeWatch } from "./whole-watch.ts";

type Diverged = Extract<Alarm, { what: "diverged" }>;

export class Disputes implements Checker {
  readonly name = "alarm";
  readonly #watch: WholeWatch;
  /** Of shards that are lost, by instance: the claim of each round. */
  readonly #own = new Map<Instance, Map<string, string>>();
  /** Instances and the shards that each disputes. */
  readonly #stopped = new Set<string>();
  /** Alarms that say, or show, where two claims differ. */
  #explained = 0;

  constructor(watch: WholeWatch) {
    this.#watch = watch;
  }

  onObservation(observation: Observation, instance: Instance): string | undefined {
    if (observation.kind === "executed") return this.#execute(observation, instance);
    if (observation.kind !== "news" || observation.news.kind !== "alarm") return undefined;
    const { alarm } = observation.news;
    if (alarm.what === "explained" || alarm.what === "shown") this.#explained++;
    return alarm.what === "diverged" ? this.#dispute(alarm, instance) : undefined;
  }

  #execute({ shard, height, result }: ExecutedFacts, instance: Instance): string | undefined {
    const { truth } = this.#watch;
    if (!truth.lost.has(shard)) return undefined;
    const name = `round ${height} of ${shard}`;
    if (this.#stopped.has(`${instance} ${shard}`)) return `executed ${name}, which it disputes`;
    const contradicted = this.#contradictedOf(instance, shard).find((round) => round <= truth.citedAt(shard, height));
    if (contradicted !== undefined) return `executed ${name}, which cites another claim of round ${contradicted}`;
    if (result !== undefined) this.#ownOf(instance).set(placeName(shard, height), toHex(result.root));
    return undefined;
  }

  #dispute({ shard, own, theirs }: Diverged, instance: Instance): string | undefined {
    this.#stopped.add(`${instance} ${shard}`);
    if (this.#watch.madeClaim(toHex(theirs)) !== undefined)
      return `disputes a claim of ${shard} that honest nodes make`;
    const genesis = toHex(this.#watch.truth.genesisFrontierOf(shard).claim);
    const isOwn = own === undefined || [genesis, ...this.#ownOf(instance).values()].includes(toHex(own));
    return isOwn ? undefined : `disputes in the name of a claim of ${shard} that it did not make`;
  }

  /**
   * Who of these does not say yet that what is attested up to a height of the attest chain is not what it came to. Each of them
   * knows that chain so far.
   */
  missing(instances: readonly Instance[], attestHeight: number): string | undefined {
    const { truth, final } = this.#watch;
    for (const instance of instances) {
      for (const shard of truth.lost) {
        if (this.#stopped.has(`${instance} ${shard}`)) continue;
        const isKnown = (round: number) => (final.claims.get(placeName(shard, round))?.height ?? 0) <= attestHeight;
        const round = this.#contradictedOf(instance, shard).find(isKnown);
        if (round !== undefined) return `instance ${instance} does not dispute round ${round} of ${shard}`;
      }
    }
    return undefined;
  }

  /** Rounds of which another claim is attested than the instance made. */
  #contradictedOf(instance: Instance, shard: string): readonly number[] {
    const { claims } = this.#watch.final;
    return [...claims.values()]
      .filter((claim) => claim.shard === shard)
      .filter(({ round, root }) => (this.#ownOf(instance).get(placeName(shard, round)) ?? root) !== root)
      .map(({ round }) => round);
  }

  #ownOf(instance: Instance): Map<string, string> {
    const own = this.#own.get(instance) ?? new Map<string, string>();
    this.#own.set(instance, own);
    return own;
  }

  get counts() {
    return {
      "outcomes of liars told to others": this.#watch.truth.lies,
      "shards stopped by who follows them": this.#stopped.size,
      "lies explained": this.#explained,
    };
  }
}
