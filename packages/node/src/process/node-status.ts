// What a running node says of itself: one reading, which the API gives as JSON and as metrics.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Chain, toHex } from "@tandem/shared";
import { seatAt } from "../config/seating.ts";
import type { Network, PeerStatus } from "../network/index.ts";
import type { ReplicaThread } from "../replica/handle.ts";
import type { Finality, FinalityStatus } from "./finality.ts";
import type { NodeSetup } from "./node-setup.ts";
import type { OrderedFeed, OrderedTotals } from "./ordered-feed.ts";
import { type ShardStatus, shardStatus } from "./shard-status.ts";
import type { StageTwoFeed, StageTwoTotals } from "./stage-two-feed.ts";

export interface NodeStatus {
  readonly network: string;
  readonly role: "validator" | "observer";
  /** Of a validator: its place in the genesis. */
  readonly seat: number | null;
  readonly name: string | null;
  readonly uptimeMs: number;
  /** `executed` follows `final` when blobs are missing. */
  readonly heights: { readonly final: number; readonly executed: number };
  /** Of the last final block. */
  readonly view: number;
  readonly finality: FinalityStatus;
  /** Whether this node votes on each chain. */
  readonly votes: Readonly<Record<Chain, VoteStatus>>;
  readonly attest: AttestStatus;
  readonly shards: readonly ShardStatus[];
  /** Header time of the last block that was executed since the process began. */
  readonly blockTimeMs: number | null;
  /** Since the process began. */
  readonly ordered: OrderedTotals;
  readonly stageTwo: StageTwoTotals;
  readonly peers: readonly NamedPeer[];
  readonly observers: number;
  /** Submissions, by what became of them: `accepted`, or the code of the refusal. */
  readonly receipts: Readonly<Record<string, number>>;
  /** Validators that signed what contradicts itself (S10), each time that this was seen. */
  readonly evidence: number;
  readonly refusedConnections: number;
  readonly diskBytes: number;
  readonly memoryBytes: number;
  /** Of all threads. */
  readonly cpuMs: number;
  /** Of the main thread, in the last ten seconds or so. */
  readonly eventLoopDelay: Delay;
}

/** `no-vote`: it has a seat there and no record of what its key signed (S8). */
export type VoteStatus = "votes" | "no-vote" | "no-seat";

/** The attest chain here. */
export interface AttestStatus {
  /** Whose block is judged and counts; `final` runs ahead while contents are missing. */
  readonly height: number;
  readonly final: number;
  readonly view: number;
  /** False after a start until what was stored is read: programs are not known before, nor shards. */
  readonly isStarted: boolean;
  /** A quorum finalized what cannot be: this node attests no more. */
  readonly isDiverged: boolean;
}

export type NamedPeer = Omit<PeerStatus, "peer" | "rttMs"> & {
  readonly seat: number;
  readonly name: string;
  readonly rttMs: number | null;
};

export interface Delay {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** How often the loop is looked at. What is measured contains this pause, and it is taken off. */
const resolutionMs = 5;
const delayWindowMs = 10_000;
/** The size of the folder is asked of the disk no more often. */
const diskEveryMs = 2000;

/** What the parts of a node tell as it runs. */
export class Telemetry {
  readonly final: Readonly<Record<Chain, { height: number; view: number }>> = {
    order: { height: 0, view: 0 },
    attest: { height: 0, view: 0 },
  };
  isAttestDiverged = false;
  /** S8: it has a seat there, and does not vote. */
  unmarked: readonly Chain[] = [];
  evidence = 0;
  refusedConnections = 0;
  readonly receipts: Record<string, number> = {};
  readonly #histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  #window: NodeJS.Timeout | undefined;
  #delay: Delay | undefined;

  onFinal(chain: Chain, height: number, view: number): void {
    this.final[chain].height = height;
    this.final[chain].view = view;
  }

  /** Of the last whole window; of the first one as long as there is none. */
  get delay(): Delay {
    return this.#delay ?? delayOf(this.#histogram);
  }

  countReceipt(code: string): void {
    this.receipts[code] = (this.receipts[code] ?? 0) + 1;
  }

  /** When the node has started: to load and to start takes long, and nobody waits for the loop then. */
  watch(): void {
    this.#histogram.enable();
    this.#window = setInterval(() => this.#turn(), delayWindowMs);
    this.#window.unref();
  }

  stop(): void {
    clearInterval(this.#window);
    this.#histogram.disable();
  }

  #turn(): void {
    this.#delay = delayOf(this.#histogram);
    this.#histogram.reset();
  }
}

function delayOf(histogram: ReturnType<typeof monitorEventLoopDelay>): Delay {
  const toMs = (nanoseconds: number) => Math.max(0, Math.round(nanoseconds / 1e4 - resolutionMs * 100) / 100);
  if (histogram.count === 0) return { p50Ms: 0, p99Ms: 0, maxMs: 0 };
  return { p50Ms: toMs(histogram.percentile(50)), p99Ms: toMs(histogram.percentile(99)), maxMs: toMs(histogram.max) };
}

export interface StatusParts {
  readonly setup: NodeSetup;
  readonly telemetry: Telemetry;
  readonly finality: Finality;
  readonly feed: OrderedFeed;
  readonly stageTwo: StageTwoFeed;
  readonly thread: ReplicaThread;
  readonly network: Network;
  /** Height of the last executed block when the process began. */
  readonly startHeight: number;
}

export class StatusReader {
  readonly #parts: StatusParts;
  readonly #startMs = performance.now();
  #disk = { bytes: 0, atMs: Number.NEGATIVE_INFINITY };

  constructor(parts: StatusParts) {
    this.#parts = parts;
  }

  async read(): Promise<NodeStatus> {
    const { setup, telemetry, finality, feed, stageTwo, startHeight } = this.#parts;
    const { checked, validator, names } = setup;
    const { user, system } = process.cpuUsage();
    const executed = feed.last?.height ?? startHeight;
    return {
      network: toHex(checked.network),
      role: validator === undefined ? "observer" : "validator",
      seat: validator?.seat ?? null,
      name: (validator === undefined ? undefined : names[validator.seat]) ?? null,
      uptimeMs: Math.round(performance.now() - this.#startMs),
      heights: { final: Math.max(telemetry.final.order.height, executed), executed },
      view: telemetry.final.order.view,
      finality: finality.status,
      votes: { order: this.#voteOn("order"), attest: this.#voteOn("attest") },
      ...(await this.#readStageTwo(executed)),
      blockTimeMs: feed.last?.timeMs ?? null,
      ordered: feed.totals,
      stageTwo: stageTwo.totals,
      ...this.#peers(),
      receipts: { ...telemetry.receipts },
      evidence: telemetry.evidence,
      refusedConnections: telemetry.refusedConnections,
      diskBytes: await this.#diskBytes(),
      memoryBytes: process.memoryUsage.rss(),
      cpuMs: Math.round((user + system) / 1000),
      eventLoopDelay: telemetry.delay,
    };
  }

  #voteOn(chain: Chain): VoteStatus {
    const { setup, telemetry } = this.#parts;
    if (seatAt(setup.seatings[chain], setup.validator?.seat) === undefined) return "no-seat";
    return telemetry.unmarked.includes(chain) ? "no-vote" : "votes";
  }

  /** `executed` is the height of the order chain here. */
  async #readStageTwo(executed: number): Promise<Pick<NodeStatus, "attest" | "shards">> {
    const { thread, telemetry, setup, stageTwo } = this.#parts;
    const answer = await thread.query({ kind: "progress" });
    if (answer.kind !== "progress") throw new Error("progress is always answered");
    const { height, view } = telemetry.final.attest;
    const { progress, attestHeights } = answer;
    const { isStarted } = progress;
    const attest = { height: progress.height, final: Math.max(height, progress.height), view, isStarted };
    const shards = progress.shards.map((shard, i) => {
      const affirmed = stageTwo.affirmedIn(shard.shard);
      const hasNoMark = stageTwo.hasNoMark(shard.shard);
      const facts = { executed, affirmed, attestHeight: attestHeights[i] ?? 0, hasNoMark };
      return shardStatus(shard, setup, facts);
    });
    return { attest: { ...attest, isDiverged: telemetry.isAttestDiverged }, shards };
  }

  #peers(): Pick<NodeStatus, "peers" | "observers"> {
    const { network, setup } = this.#parts;
    const peers = network.status.flatMap(({ peer, rttMs, ...rest }) => {
      const name = setup.names[peer];
      return name === undefined ? [] : [{ seat: peer, name, ...rest, rttMs: rttMs ?? null }];
    });
    return { peers, observers: network.status.length - peers.length };
  }

  async #diskBytes(): Promise<number> {
    const nowMs = performance.now();
    if (nowMs - this.#disk.atMs < diskEveryMs) return this.#disk.bytes;
    this.#disk = { ...this.#disk, atMs: nowMs };
    const answer = await this.#parts.thread.query({ kind: "disk" });
    if (answer.kind === "disk") this.#disk = { ...this.#disk, bytes: answer.bytes };
    return this.#disk.bytes;
  }
}
