// The links between instances, each with its own stream of draws: the fate of a link's k-th message depends on the
// seed, the link and k alone.
//
// A message waits for its turn on the link (bandwidth), then takes the time between regions and a drawn delay. It may
// be lost, go twice, or be held up. Partitions drop at sending: what was under way arrives. Nothing keeps order.

import type { NetworkConfig, WorldConfig } from "./config.ts";
import type { Counters } from "./counts.ts";
import { longestUs, type Quantiles, quantilesOf, sample } from "./distribution.ts";
import type { Instance } from "./process.ts";
import { drawAt, scramble } from "./random.ts";
import { oneWayUs } from "./regions.ts";

/** What of a message is drawn, each apart from the others: without loss, the same messages still go twice. */
const draws = { delay: 0, loss: 1, duplicate: 2, reorder: 3, hold: 4, copy: 5 };
const drawsEach = 8;

/** What `send` answers for a message that does not arrive. */
export const fates = { cut: -1, congested: -2, lost: -3 };

/** Chances out of 2^32. */
interface Chances {
  loss: number;
  duplicate: number;
  reorder: number;
}

export class Network {
  /** When the copy of the message just sent arrives, if it goes twice. */
  copyArrivalUs = 0;
  /** The place of the message just sent in its link. */
  sequence = 0;
  readonly #config: NetworkConfig;
  readonly #size: number;
  readonly #counters: Counters;
  readonly #delay: Quantiles;
  readonly #chances: Chances = { loss: 0, duplicate: 0, reorder: 0 };
  // By link: from · size + to.
  readonly #keys: Int32Array;
  readonly #otherKeys: Int32Array;
  readonly #distancesUs: Float64Array;
  readonly #sent: Int32Array;
  readonly #latestSeen: Int32Array;
  readonly #freeAtUs: Float64Array;
  readonly #cuts: Uint8Array;
  readonly #cutsOneWay: Uint8Array;

  constructor(config: WorldConfig, counters: Counters) {
    const size = config.instances.length;
    const links = size * size;
    this.#config = config.network;
    this.#size = size;
    this.#counters = counters;
    this.#delay = quantilesOf(config.network.delay);
    const seed = scramble(config.seed | 0) ^ Math.floor(config.seed / 2 ** 32);
    this.#keys = Int32Array.from({ length: links }, (_, link) => scramble(scramble(seed ^ 0x1b873593) + link));
    this.#otherKeys = this.#keys.map((key) => scramble(key ^ seed ^ 0x2545f491));
    this.#distancesUs = distancesUs(config);
    this.#sent = new Int32Array(links);
    this.#latestSeen = new Int32Array(links).fill(-1);
    this.#freeAtUs = new Float64Array(links);
    this.#cuts = new Uint8Array(links);
    this.#cutsOneWay = new Uint8Array(links);
  }

  /** When a message sent now arrives, or its fate if it does not. See `copyArrivalUs` and `sequence`. */
  send(from: Instance, to: Instance, bytes: number, nowUs: number): number {
    const link = from * this.#size + to;
    this.copyArrivalUs = -1;
    if ((this.#cuts[link] as number) + (this.#cutsOneWay[link] as number) > 0) return this.#dropCut(link, to);
    const sequence = this.#sent[link] as number;
    this.sequence = sequence;
    this.#sent[link] = sequence + 1;
    const sentUs = this.#config.bytesPerSecond > 0 ? this.#transmit(link, to, bytes, nowUs) : nowUs;
    if (sentUs < 0) return sentUs;
    const draw = drawAt(this.#keys[link] as number, this.#otherKeys[link] as number, sequence * drawsEach);
    const arrivalUs = sentUs + (this.#distancesUs[link] as number) + sample(this.#delay, draw);
    const { loss, duplicate, reorder } = this.#chances;
    return loss + duplicate + reorder === 0 ? arrivalUs : this.#suffer(link, to, sequence, sentUs, arrivalUs);
  }

  /** Whether a message sent later on the link was heard before. */
  isOvertaken(from: Instance, to: Instance, sequence: number): boolean {
    const link = from * this.#size + to;
    if (sequence < (this.#latestSeen[link] as number)) return true;
    this.#latestSeen[link] = sequence;
    return false;
  }

  setChances(lossPpm: number, duplicatePpm: number, reorderPpm: number): void {
    this.#chances.loss = ofAll(lossPpm);
    this.#chances.duplicate = ofAll(duplicatePpm);
    this.#chances.reorder = ofAll(reorderPpm);
  }

  /** Cuts (1) or joins (-1) the link. Cuts add up. */
  cut(from: Instance, to: Instance, by: 1 | -1, isOneWay: boolean): void {
    const cuts = isOneWay ? this.#cutsOneWay : this.#cuts;
    const link = from * this.#size + to;
    cuts[link] = (cuts[link] as number) + by;
  }

  #dropCut(link: number, to: Instance): number {
    const { partitioned, partitionedOneWay } = this.#counters;
    const column = (this.#cuts[link] as number) > 0 ? partitioned : partitionedOneWay;
    column[to] = (column[to] as number) + 1;
    return fates.cut;
  }

  /** When the last byte has left; `congested` if the queue is full. */
  #transmit(link: number, to: Instance, bytes: number, nowUs: number): number {
    const { bytesPerSecond, queueBytesMax } = this.#config;
    const freeAtUs = this.#freeAtUs[link] as number;
    const waitUs = freeAtUs - nowUs;
    if (waitUs > 0) {
      const isFull = (waitUs * bytesPerSecond) / 1e6 + bytes > queueBytesMax;
      const column = isFull ? this.#counters.congested : this.#counters.queued;
      column[to] = (column[to] as number) + 1;
      if (isFull) return fates.congested;
    }
    const sentUs = (waitUs > 0 ? freeAtUs : nowUs) + Math.ceil((bytes * 1e6) / bytesPerSecond);
    this.#freeAtUs[link] = sentUs;
    return sentUs;
  }

  #suffer(link: number, to: Instance, sequence: number, sentUs: number, arrivalUs: number): number {
    const { lost, duplicated } = this.#counters;
    if (this.#draw(link, sequence, draws.loss) < this.#chances.loss) {
      lost[to] = (lost[to] as number) + 1;
      return fates.lost;
    }
    if (this.#draw(link, sequence, draws.duplicate) < this.#chances.duplicate) {
      duplicated[to] = (duplicated[to] as number) + 1;
      const delayUs = sample(this.#delay, this.#draw(link, sequence, draws.copy));
      this.copyArrivalUs = sentUs + (this.#distancesUs[link] as number) + delayUs;
    }
    if (this.#draw(link, sequence, draws.reorder) >= this.#chances.reorder) return arrivalUs;
    return arrivalUs + Math.floor((this.#draw(link, sequence, draws.hold) * this.#config.holdUsMax) / 2 ** 32);
  }

  #draw(link: number, sequence: number, purpose: number): number {
    return drawAt(this.#keys[link] as number, this.#otherKeys[link] as number, sequence * drawsEach + purpose);
  }
}

function ofAll(ppm: number): number {
  return Math.floor((Math.min(ppm, 1_000_000) * 2 ** 32) / 1_000_000);
}

function distancesUs({ instances }: WorldConfig): Float64Array {
  const size = instances.length;
  return Float64Array.from({ length: size * size }, (_, link) => {
    const from = instances[Math.floor(link / size)]?.region ?? null;
    const to = instances[link % size]?.region ?? null;
    return from === null || to === null ? 0 : oneWayUs(from, to);
  });
}

/** The longest way of a message that is neither held up nor waits for bandwidth: what Δ must cover. */
export function longestDelayUs(config: WorldConfig): number {
  return distancesUs(config).reduce((a, b) => Math.max(a, b), 0) + longestUs(config.network.delay);
}
