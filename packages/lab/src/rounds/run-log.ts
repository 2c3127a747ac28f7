// One run of the rounds stage. The oracle runs the log and says which node runs when; then shards run it, round by round,
// and every claim is looked at. Beside them runs a second set of shards, each given only what it needs (R6), and begun
// anew from claims in the middle (C3): it must claim the same, to the byte.

import type { RoundInput, RoundResult, VisibleClaim } from "@tandem/execution";
import { asShardName, equalBytes, type ShardName, sha256, toHex, utf8, zeroRoot } from "@tandem/shared";
import type { RunReport, Violation } from "../report.ts";
import { CheckedClaims } from "./checkers/checked.ts";
import { conserved } from "./checkers/conserved.ts";
import type { RoundChecker, RoundsContext } from "./checkers/context.ts";
import { createRoundCheckers } from "./checkers/index.ts";
import { labEnvironments, labFunctions } from "./code.ts";
import { coverageOf } from "./coverage.ts";
import { Followers } from "./followers.ts";
import { genesisOf, type Log, sliceOf } from "./log.ts";
import { Oracle } from "./oracle/oracle.ts";
import { contractsRoot } from "./oracle/roots.ts";
import { type Execution, RoundsShard, visibleClaimOf } from "./rounds-world.ts";

type Found = Omit<Violation, "timeMs">;

/** Called for each claim that is made, in order. */
export type OnClaim = (result: RoundResult) => void;

export function runLog(log: Log, room: Execution, onClaim?: OnClaim): RunReport {
  return new LogRun(log, room, onClaim).run();
}

class LogRun {
  readonly #log: Log;
  readonly #oracle: Oracle;
  readonly #shards: readonly RoundsShard[];
  readonly #followers: Followers;
  readonly #checked: CheckedClaims;
  readonly #checkers: readonly RoundChecker[];
  readonly #onClaim: OnClaim | undefined;
  #found: Violation | null = null;
  /** Of what is looked at last: others say more. */
  #late: Found | undefined;
  #given = 0;

  constructor(log: Log, room: Execution, onClaim: OnClaim | undefined) {
    this.#log = log;
    this.#onClaim = onClaim;
    this.#oracle = new Oracle(log);
    const rules = room.rulesOf(genesisOf(log), labEnvironments, labFunctions);
    const names = log.shards.map(({ name }) => asShardName(name));
    this.#shards = names.map((name) => new RoundsShard(room, log, rules, name));
    // In every second run the others hold no maps open, and read what they need in each round anew.
    const held = log.seed % 2 === 0 ? 0 : undefined;
    const followers = names.map((name) => new RoundsShard(room, log, rules, name, held));
    this.#followers = new Followers(log, this.#oracle, followers);
    this.#checked = new CheckedClaims(room, this.#oracle, log.seed);
    this.#checkers = createRoundCheckers(this.#context(names));
  }

  #context(shards: readonly ShardName[]): RoundsContext {
    const { plan, serial, genesis } = this.#oracle;
    const of = (name: string) => this.#shards.find((shard) => shard.name === name);
    return {
      ...{ shards, plan, serial, genesis },
      genesisClaimOf: (name) => of(name)?.begun.claim ?? zeroRoot,
      claimOf: (name, round) => of(name)?.results.find(({ claim }) => claim.round === round),
    };
  }

  run(): RunReport {
    const start = process.threadCpuUsage();
    const rounds = this.#oracle.plan.cited.length;
    try {
      // One more, in which nobody has anything to do.
      for (let round = 1; round <= rounds + 1 && this.#found === null; round++) this.#round(round);
      if (this.#found === null) this.#end(rounds + 1);
    } catch (error) {
      const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#find({ checker: "threw", what, instance: 0 }, this.#shards[0]?.execution.height ?? 0);
    }
    return this.#report(process.threadCpuUsage(start));
  }

  #find(found: Found, round: number): void {
    this.#found ??= { ...found, timeMs: round };
  }

  #round(round: number): void {
    const blobs = this.#oracle.blobsAt(round);
    const fresh = this.#freshAt(round);
    const inputs = this.#shards.map(({ name }): RoundInput => {
      const visible = fresh.filter(({ shard }) => shard !== name);
      this.#given += visible.length;
      return { slice: sliceOf(blobs, round, name), visible };
    });
    const results = this.#shards.map((shard, at) => this.#runShard(shard, at, round, inputs[at] as RoundInput));
    for (const [at, result] of results.entries()) this.#look(round, at, inputs[at] as RoundInput, result);
    for (const [at, result] of results.entries()) {
      const found = this.#followers.round(at, round, inputs[at] as RoundInput, result);
      if (found !== undefined) this.#find({ ...found, instance: at }, round);
    }
    if (this.#late !== undefined) this.#find(this.#late, round);
  }

  #runShard(shard: RoundsShard, at: number, round: number, input: RoundInput): RoundResult | undefined {
    this.#checked.begin(shard, input);
    const result = shard.round(input);
    const what = this.#checked.end(shard, result);
    if (what !== undefined)
      this.#late ??= { checker: "checked", what: `${shard.name} in round ${round}: ${what}`, instance: at };
    return result;
  }

  /** R2: the claims that this round's citation made visible. */
  #freshAt(round: number): readonly VisibleClaim[] {
    const { cited } = this.#oracle.plan;
    return this.#shards.flatMap(({ name, results }) => {
      const before = cited[round - 2]?.[name] ?? 0;
      const now = cited[round - 1]?.[name] ?? before;
      return results.filter(({ claim }) => claim.round > before && claim.round <= now).map(visibleClaimOf);
    });
  }

  #look(round: number, at: number, { slice }: RoundInput, result: RoundResult | undefined): void {
    const shard = (this.#shards[at] as RoundsShard).name;
    if (result !== undefined) this.#onClaim?.(result);
    if (this.#found !== null) return;
    const planned = this.#oracle.plan.rounds.get(shard)?.[round - 1] ?? { ran: [], exceeded: [], pending: [] };
    const added = this.#oracle.addedAt(round).filter(({ nodes }) => nodes.some((node) => node.shard === shard));
    const facts = { shard, round, planned, added, result, hasBlobs: slice.blobs.length > 0 };
    for (const { name, onRound } of this.#checkers) {
      const what = onRound(facts);
      if (what === undefined) continue;
      this.#find({ checker: name, what: `${shard} in round ${round}: ${what}`, instance: at }, round);
      return;
    }
  }

  /** R5: everything ran, and the shards hold what the serial executor holds. */
  #end(round: number): void {
    const { contracts, genesis, serial } = this.#oracle;
    for (const [at, { name, begun, results, execution }] of this.#shards.entries()) {
      const claim = results.at(-1)?.claim;
      const isDone = execution.pendingCount === 0 && (claim === undefined || equalBytes(claim.pending.root, zeroRoot));
      if (!isDone)
        this.#find({ checker: "drained", what: `${name} is left with pending programs`, instance: at }, round);
      const isSame = equalBytes(claim?.contracts ?? begun.contracts, contractsRoot(contracts, name));
      if (!isSame) this.#find({ checker: "state", what: `${name} ends with other contracts`, instance: at }, round);
    }
    const what = conserved(genesis, contracts, serial.values());
    if (what !== undefined) this.#find({ checker: "conserved", what, instance: 0 }, round);
  }

  #report({ user, system }: NodeJS.CpuUsage): RunReport {
    const { drained } = this.#oracle.plan;
    const roots = this.#shards.flatMap(({ results }) => results.map(({ root }) => toHex(root)));
    return {
      seed: this.#log.seed,
      violation: this.#found,
      hash: toHex(sha256(utf8(roots.join(" ")))).slice(0, 16),
      blocks: this.#oracle.plan.cited.length,
      messages: this.#given,
      virtualMs: 0,
      cpuMs: Math.round((user + system) / 1000),
      validators: this.#shards.length,
      demands: 1,
      slowestPercent: drained.nodes === 0 ? 0 : Math.ceil((100 * drained.rounds) / drained.nodes),
      faults: {},
      habits: {},
      ofStage: {
        ...coverageOf(this.#log, this.#oracle, this.#followers),
        ...{ "claim checked": this.#checked.rounds, "lane checked": this.#checked.lanes },
      },
      followed: this.#followers.followed,
    };
  }
}
