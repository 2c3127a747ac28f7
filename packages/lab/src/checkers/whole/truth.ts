// What Stage 2 has to come to, from the two chains alone: the serial executor runs the final order log (R5), and the plan
// says which node runs in which round (R1-R4) by what each order block cites. Each claim that an honest node makes is
// compared with both in all its parts, by the checkers of the rounds stage; a claim that passed stands for its shard and
// round from then on, and everyone has to make that one.
//
// A committee of liars can have false outcomes attested. Then all other shards are told these, and come to what follows from
// them; who is honest in that shard itself comes to the truth, until it stops there (C6): so two lines are run.
//
// An order block is looked at when the attest block that it cites is known. Who executes a round without that, because
// nothing in it waits for other shards, is looked at then.

import {
  asBlobIndex,
  asEpoch,
  asRound,
  asShardName,
  blobCodec,
  type Claim,
  claimCodec,
  type Export,
  type Frontier,
  type Genesis,
  type OrderHeader,
  type ShardName,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import { conserved } from "../../rounds/checkers/conserved.ts";
import type { MadeRound, RoundChecker, RoundsContext } from "../../rounds/checkers/context.ts";
import { createRoundCheckers } from "../../rounds/checkers/index.ts";
import type { Log } from "../../rounds/log.ts";
import { type LineProgram, readProgram } from "../../rounds/oracle/line.ts";
import { type Cited, type Plan, Planner } from "../../rounds/oracle/plan.ts";
import { contractsRoot } from "../../rounds/oracle/roots.ts";
import type { SerialContract, SerialProgram } from "../../rounds/oracle/serial.ts";
import { placeName } from "./attest-oracle.ts";
import { SerialLine } from "./serial-line.ts";

type TruthGenesis = Pick<Genesis, "shards" | "contracts" | "startMs">;

export interface TruthFacts {
  readonly genesis: TruthGenesis;
  readonly bounds: Log["bounds"];
  /** Shards whose committees are liars: nothing is attested of them (R8), or what need not be true. */
  readonly lost?: ReadonlySet<string>;
  /** What is attested of them. */
  attestedClaim?(shard: string, round: number): Claim | undefined;
  /** And what that exports. */
  attestedExports?(shard: string, round: number): readonly Export[];
  /** R2: of each shard the round up to which the final attest block of a height attests; nothing where it is unknown. */
  frontiersAt(height: number): Cited | undefined;
}

/** A final order block with its blobs, encoded. */
export interface OrderedFacts {
  readonly header: Pick<OrderHeader, "height" | "timeMs" | "attested">;
  readonly blobs: readonly Uint8Array[];
}

/** What an honest node did in one round of a shard. */
export interface ExecutedFacts {
  readonly shard: ShardName;
  readonly height: number;
  readonly result: MadeRound | undefined;
}

export interface Forecast extends Pick<Plan, "roundOf"> {
  readonly rounds: number;
}

const nothingLost: ReadonlySet<string> = new Set();

interface Block {
  readonly programs: readonly LineProgram[];
  /** Shards with a blob in it. */
  readonly touched: ReadonlySet<string>;
}

export class Truth {
  readonly #facts: TruthFacts;
  readonly #planner: Planner;
  /** As all shards see it but those that are lost. */
  readonly #line: SerialLine;
  /** As it truly is: the same one, if no shard is lost. */
  readonly #truly: SerialLine;
  readonly #checkers: readonly RoundChecker[];
  /** Of shards that are lost. */
  readonly #checkersOfLost: readonly RoundChecker[];
  readonly #genesisContracts: ReadonlyMap<string, SerialContract>;
  readonly #genesisFrontiers: ReadonlyMap<string, Frontier>;
  /** Of shards that are lost, the round up to which the others were told. */
  readonly #toldTo = new Map<string, number>();
  /** Final order blocks that wait for the attest block that they cite. */
  readonly #waiting = new Map<number, OrderedFacts>();
  readonly #blocks: Block[] = [];
  readonly #claims = new Map<string, MadeRound>();
  /** By shard: what was executed and not looked at yet, as it came. */
  readonly #unseen = new Map<string, ExecutedFacts[]>();
  /** Blobs whose payload is no program. */
  voids = 0;

  constructor(facts: TruthFacts) {
    const { shards } = facts.genesis;
    this.#facts = facts;
    const named = shards.map(({ name }) => ({ name, creators: "anyone" as const }));
    this.#planner = new Planner({ shards: named, bounds: facts.bounds });
    this.#line = new SerialLine(facts.genesis);
    this.#truly = this.lost.size === 0 ? this.#line : new SerialLine(facts.genesis);
    this.#genesisContracts = new Map(this.#line.contracts);
    this.#genesisFrontiers = new Map(shards.map(({ name }) => [name, this.#genesisFrontier(name)]));
    const names = shards.map(({ name }) => name);
    this.#checkers = createRoundCheckers(this.#context(names, this.#line));
    this.#checkersOfLost = createRoundCheckers(this.#context(names, this.#truly));
  }

  #context(shards: readonly ShardName[], { programs }: SerialLine): RoundsContext {
    return {
      shards,
      plan: this.#planner.plan,
      serial: programs,
      genesis: this.#genesisContracts,
      genesisClaimOf: (shard) => this.genesisFrontierOf(shard).claim,
      claimOf: (shard, round) => this.#attestedAt(shard, round) ?? this.#claims.get(placeName(shard, round)),
    };
  }

  #attestedAt(shard: string, round: number): Pick<MadeRound, "claim"> | undefined {
    const claim = this.lost.has(shard) ? this.#facts.attestedClaim?.(shard, round) : undefined;
    return claim && { claim };
  }

  /** A3: where the claims of a shard begin. */
  genesisFrontierOf(shard: string): Frontier {
    const frontier = this.#genesisFrontiers.get(shard);
    if (frontier === undefined) throw new Error(`no shard ${shard}`);
    return frontier;
  }

  #genesisFrontier(shard: ShardName): Frontier {
    const contracts = contractsRoot(this.#line.contracts, shard);
    const place = { epoch: asEpoch(0), shard, round: asRound(0), prev: zeroRoot, sources: [], lanes: [] };
    const pending = { count: 0, root: zeroRoot };
    const claim: Claim = { ...place, contracts, pending };
    return { round: claim.round, claim: claimCodec.root(claim), contracts, pending };
  }

  /** Of the order chain, as far as the attest chain is known too. */
  get height(): number {
    return this.#blocks.length;
  }

  get plan(): Omit<Plan, "drained"> {
    return this.#planner.plan;
  }

  get programs(): ReadonlyMap<LineProgram, SerialProgram> {
    return this.#line.programs;
  }

  /** False outcomes that shards were told. */
  get lies(): number {
    return this.#line.lies;
  }

  /** The round up to which a round's order block shows claims of a shard. */
  citedAt(shard: string, height: number): number {
    return this.plan.cited[height - 1]?.[shard] ?? 0;
  }

  /** Nodes of known programs that have not run by now. */
  get left(): number {
    return this.#planner.left;
  }

  /** Shards and rounds whose outcomes a node uses that has not run. */
  neededPlaces(): readonly string[] {
    return this.#planner.awaited().map(({ shard, round }) => placeName(shard, round));
  }

  /** What comes of all that is known, if each round cites all that came before: which node runs when, in how many rounds. */
  forecast(): Forecast {
    const fork = this.#planner.fork();
    const rounds = fork.drain(this.lost);
    return { rounds, roundOf: fork.plan.roundOf };
  }

  get lost(): ReadonlySet<string> {
    return this.#facts.lost ?? nothingLost;
  }

  /** The claim that stands for a round, once an honest node made it. */
  claimAt(shard: string, round: number): MadeRound | undefined {
    return this.#claims.get(placeName(shard, round));
  }

  /** The last round up to now in which the shard must make a claim; 0 for the genesis. */
  lastRoundOf(shard: string): number {
    for (let height = this.height; height > 0; height--) if (this.mustClaim(shard, height)) return height;
    return 0;
  }

  /** C1. */
  mustClaim(shard: string, height: number): boolean {
    const ran = this.plan.rounds.get(shard)?.[height - 1]?.ran ?? [];
    return ran.length > 0 || this.#blocks[height - 1]?.touched.has(shard) === true;
  }

  /** Final order blocks, in any order and more than once. Says what is wrong with what was executed before. */
  onOrdered(block: OrderedFacts): string | undefined {
    const { height } = block.header;
    if (height > this.height) this.#waiting.set(height, block);
    return this.advance();
  }

  /** Goes on with what is known; also to be called when the attest chain grew. */
  advance(): string | undefined {
    for (;;) {
      const block = this.#waiting.get(this.height + 1);
      const cited = block && this.#facts.frontiersAt(block.header.attested.height);
      if (block === undefined || cited === undefined) return undefined;
      this.#waiting.delete(block.header.height);
      this.#enter(block, cited);
      const wrong = this.#lookBack();
      if (wrong !== undefined) return wrong;
    }
  }

  #enter({ header, blobs }: OrderedFacts, cited: Cited): void {
    const touched = new Set<string>();
    const programs: LineProgram[] = [];
    for (const [index, bytes] of blobs.entries()) {
      const blob = blobCodec.decode(bytes);
      if (!blob.ok) throw new Error("final blocks are made of blobs");
      const { envelope } = blob.value;
      for (const shard of envelope.touches) touched.add(shard);
      const placed = { index: asBlobIndex(index), root: blobCodec.root(blob.value), envelope };
      const program = readProgram(placed, { height: header.height, timeMs: header.timeMs });
      if (program === undefined) this.voids++;
      else programs.push(program);
    }
    this.#planner.round(programs, cited);
    for (const shard of this.lost) this.#tell(shard, cited[shard] ?? 0);
    for (const line of new Set([this.#line, this.#truly])) for (const program of programs) line.run(program);
    this.#blocks.push({ programs, touched });
  }

  /** What a round's order block shows of a shard that is lost, from then on. */
  #tell(shard: string, upTo: number): void {
    for (let round = (this.#toldTo.get(shard) ?? 0) + 1; round <= upTo; round++) {
      this.#line.tell(this.#facts.attestedExports?.(shard, round) ?? []);
      this.#toldTo.set(shard, round);
    }
  }

  #lookBack(): string | undefined {
    for (const unseen of this.#unseen.values()) {
      for (let next = unseen[0]; next !== undefined && next.height <= this.height; next = unseen[0]) {
        unseen.shift();
        const wrong = this.#look(next);
        if (wrong !== undefined) return wrong;
      }
    }
    return undefined;
  }

  /** An honest node executed this: what is wrong with it, or nothing so far. */
  onExecuted(executed: ExecutedFacts): string | undefined {
    const { shard, height } = executed;
    const unseen = this.#unseen.get(shard) ?? [];
    this.#unseen.set(shard, unseen);
    if (height <= this.height && unseen.length === 0) return this.#look(executed);
    unseen.push(executed);
    return undefined;
  }

  #look({ shard, height, result }: ExecutedFacts): string | undefined {
    const name = `${shard} in round ${height}`;
    const known = this.#claims.get(placeName(shard, height));
    if (known !== undefined) {
      if (result === undefined) return `${name}: no claim, where others claim`;
      return toHex(result.root) === toHex(known.root) ? undefined : `${name}: another claim than others make`;
    }
    const { programs, touched } = this.#blocks[height - 1] as Block;
    const planned = this.plan.rounds.get(shard)?.[height - 1] ?? { ran: [], exceeded: [], pending: [] };
    const added = programs.filter(({ nodes }) => nodes.some((node) => node.shard === shard));
    const round = { shard, round: height, planned, added, result, hasBlobs: touched.has(shard) };
    for (const checker of this.lost.has(shard) ? this.#checkersOfLost : this.#checkers) {
      const what = checker.onRound(round);
      if (what !== undefined) return `${name}, ${checker.name}: ${what}`;
    }
    if (result !== undefined) this.#claims.set(placeName(shard, height), result);
    return undefined;
  }

  /** R5, P11: with nothing left, the contracts that these roots stand for are the serial executor's. */
  endProblem(contractsOf: (shard: ShardName) => Uint8Array | undefined): string | undefined {
    for (const { name } of this.#facts.genesis.shards) {
      if (this.lost.has(name)) continue;
      const root = contractsOf(asShardName(name));
      const expected = toHex(contractsRoot(this.#line.contracts, name));
      if (root === undefined || toHex(root) !== expected) return `${name} ends with other contracts`;
    }
    return conserved(this.#genesisContracts, this.#truly.contracts, this.#truly.programs.values());
  }
}
