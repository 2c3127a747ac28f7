// S8 in bad weather: four validators crash in the midst of their effects, and what they come back with is all of it, or the
// journal without the archive, or neither, above a view that is named by hand as docs/running.md says. Whatever happens,
// nobody signs what contradicts itself, no two blocks of one height are final, and in good weather it goes on.

import { asValidatorIndex, asView, mockScheme, type Root, sha256, toHex, type View } from "@tandem/shared";
import { expect, test } from "vitest";
import {
  type CertifiedBlock,
  type Effect,
  type Input,
  type Message,
  markRecord,
  performVerify,
  Simplex,
} from "../src/index.ts";
import { type Block, createWorld, genesis, rootOf, rules } from "./support/one.ts";

const world = createWorld();
const deltaMs = 100;
const badUntilMs = 60_000;
const endMs = 66_000;
const config = { electorate: world.electorate, rules, seed: sha256(new Uint8Array(1)) as Root, deltaMs };

/** One file of a journal; each start begins one. */
interface Segment {
  readonly records: { readonly view: View; readonly record: Uint8Array }[];
}

interface Life {
  readonly machine: Simplex<Block>;
}

class Seat {
  readonly seat: number;
  /** None while it is down. */
  life: Life | undefined;
  /** Lost, until a view is named. */
  segments: Segment[] | undefined = [{ records: [] }];
  archive: CertifiedBlock<Block>[] = [];
  endedMs = 0;

  constructor(seat: number) {
    this.seat = seat;
  }

  persist(view: View, record: Uint8Array): void {
    this.segments?.at(-1)?.records.push({ view, record });
  }

  /** As a journal does: from the oldest file on, and never the one that is written to. */
  prune(below: View): void {
    const { segments = [] } = this;
    while (segments.length > 1 && segments[0]?.records.every(({ view }) => view < below)) segments.shift();
  }
}

class Weather {
  readonly seats = Array.from({ length: world.size }, (_, seat) => new Seat(seat));
  readonly counts = { crashes: 0, archives: 0, journals: 0, final: 0 };
  readonly #random: () => number;
  readonly #queue: { readonly atMs: number; readonly run: () => void }[] = [];
  readonly #signed = new Map<string, string>();
  /** Of each height, in order, with the time at which it was built. */
  readonly #final: { readonly root: string; readonly view: View; readonly builtMs: number }[] = [];
  readonly #builtMs = new Map<string, number>();
  #nowMs = 0;
  #loss = 0;
  #isolated: number | undefined;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  run(): void {
    for (const seat of this.seats) this.#start(seat);
    this.#change();
    while (this.#nowMs < endMs) {
      const next = this.#queue.reduce((first, each) => (each.atMs < first.atMs ? each : first));
      this.#queue.splice(this.#queue.indexOf(next), 1);
      this.#nowMs = next.atMs;
      next.run();
    }
    this.counts.final = this.#final.length;
  }

  #after(ms: number, run: () => void): void {
    this.#queue.push({ atMs: this.#nowMs + ms, run });
  }

  get #isBad(): boolean {
    return this.#nowMs < badUntilMs;
  }

  #change(): void {
    this.#loss = this.#isBad && this.#random() < 0.4 ? 0.4 * this.#random() : 0;
    this.#isolated = this.#isBad && this.#random() < 0.4 ? Math.floor(this.#random() * world.size) : undefined;
    this.#after(500 + 3000 * this.#random(), () => this.#change());
  }

  #start(seat: Seat): void {
    if (!this.#hasJournal(seat)) return this.#after(500, () => this.#start(seat));
    const key = mockScheme.deriveSecretKey(new Uint8Array(32).fill(seat.seat + 1));
    const signer = { seat: asValidatorIndex(seat.seat), sign: (message: Root) => mockScheme.sign(key, message) };
    const life = { machine: new Simplex({ ...config, signer, heartbeatMs: 10_000 }, genesis) };
    seat.life = life;
    const { segments = [] } = seat;
    const journal = segments.flatMap(({ records }) => records.map(({ record }) => record));
    segments.push({ records: [] });
    const last = seat.archive.at(-1);
    const final = { info: last === undefined ? genesis : rules.infoOf(last.block), certificate: last?.certificate };
    this.#give(seat, life, { kind: "start", final, journal });
    this.#give(seat, life, { kind: "reason", has: true });
  }

  /** One that is lost begins again above the view of a final block that was built when the seat had ended. */
  #hasJournal(seat: Seat): boolean {
    if (seat.segments !== undefined) return true;
    const { view } = this.#final.find(({ builtMs }) => builtMs > seat.endedMs) ?? {};
    if (view === undefined) return false;
    seat.segments = [{ records: [{ view, record: markRecord(rules, view) }] }];
    return true;
  }

  #crash(seat: Seat): void {
    seat.life = undefined;
    seat.endedMs = this.#nowMs;
    this.counts.crashes++;
    const luck = this.#random();
    // A block that all archives have lost is nobody's to give back.
    const isRare = this.seats.every((each) => each === seat || each.archive.length < seat.archive.length);
    if (luck < 0.3 && !isRare) {
      seat.archive = [];
      this.counts.archives++;
    }
    // Where the others make no block, no view can be named.
    if (luck > 0.2 && luck < 0.4 && this.seats.every(({ segments }) => segments !== undefined)) {
      seat.segments = undefined;
      this.counts.journals++;
    }
    this.#after(3000 * this.#random(), () => this.#start(seat));
  }

  #give(seat: Seat, life: Life, input: Input<Block>): void {
    if (seat.life !== life) return;
    const effects = life.machine.handle(input);
    const isCrash = this.#isBad && this.#random() < 0.006;
    const done = isCrash ? Math.floor(this.#random() * (effects.length + 1)) : effects.length;
    for (const effect of effects.slice(0, done)) this.#perform(seat, life, effect);
    if (isCrash) this.#crash(seat);
  }

  #perform(seat: Seat, life: Life, effect: Effect<Block>): void {
    const back = (ms: number, input: Input<Block>) => this.#after(ms, () => this.#give(seat, life, input));
    const soonMs = 30 * this.#random();
    switch (effect.kind) {
      case "persist":
        return seat.persist(effect.view, effect.record);
      case "prune":
        return seat.prune(effect.below);
      case "send":
        return this.#send(seat.seat, effect.to, effect.message);
      case "broadcast":
        this.#note(seat.seat, effect.message);
        for (const to of this.seats) if (to !== seat) this.#send(seat.seat, to.seat, effect.message);
        return;
      case "set-timer":
        return back(effect.afterMs, { kind: "timer", timer: effect.timer });
      case "verify":
        return back(soonMs, { kind: "verified", ...performVerify(world.electorate, effect.id, effect.task) });
      case "check":
        return back(soonMs, { kind: "checked", root: effect.info.root, verdict: "valid" });
      case "build": {
        const block = world.block(effect.view, effect.parent, Math.floor(1e6 * this.#random()));
        this.#builtMs.set(toHex(rootOf(block)), this.#nowMs);
        return back(soonMs, { kind: "built", view: effect.view, block });
      }
      case "deliver":
        return this.#deliver(seat, effect);
      case "serve": {
        const blocks = seat.archive.slice(effect.from - 1, effect.from - 1 + effect.blocksMax);
        return this.#send(seat.seat, effect.to, { kind: "answer", id: effect.id, blocks, certificates: [] });
      }
      case "evidence":
        throw new Error("nobody lies here");
    }
  }

  #send(from: number, to: number, message: Message<Block>): void {
    if ((from === this.#isolated) !== (to === this.#isolated) || this.#random() < this.#loss) return;
    const seat = this.seats[to] as Seat;
    this.#after(1 + (this.#isBad ? 250 : 60) * this.#random(), () => {
      if (seat.life !== undefined) this.#give(seat, seat.life, { kind: "message", from, message });
    });
  }

  #deliver(seat: Seat, { block, info, certificate }: Extract<Effect<Block>, { kind: "deliver" }>): void {
    const root = toHex(info.root);
    seat.archive.push({ block, certificate });
    expect(seat.archive.length).toBe(info.height);
    const known = this.#final[info.height - 1];
    if (known !== undefined) return expect(root).toBe(known.root);
    this.#final.push({ root, view: info.view, builtMs: this.#builtMs.get(root) as number });
  }

  /** S4, S5, S7: what its key has signed, over all its lives. */
  #note(seat: number, message: Message<Block>): void {
    if (message.kind === "proposal") {
      const { block } = message.proposal;
      this.#noteVote(seat, "notarize", asView(block.view), rootOf(block));
    } else if (message.kind === "vote") {
      this.#noteVote(seat, message.vote.kind, message.vote.view, message.vote.block);
    }
  }

  #noteVote(seat: number, kind: string, view: View, block: Root): void {
    // No honest seat both nullifies and finalizes: the two stand for one.
    const name = `${kind === "notarize" ? "first" : "second"} vote of ${seat} in view ${view}`;
    const vote = `${name}: ${kind} ${toHex(block)}`;
    expect(vote).toBe(this.#signed.get(name) ?? vote);
    this.#signed.set(name, vote);
  }
}

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    const mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    const more = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((more ^ (more >>> 14)) >>> 0) / 2 ** 32;
  };
}

test("S8: whoever loses its archive, or its journal too, contradicts nobody, and all go on", () => {
  const sum = { crashes: 0, archives: 0, journals: 0 };
  for (let seed = 1; seed <= 4; seed++) {
    const weather = new Weather(seed);
    weather.run();
    const { final, crashes, archives, journals } = weather.counts;
    for (const { archive } of weather.seats) expect(archive.length).toBeGreaterThan(final - 5);
    expect(final).toBeGreaterThan(30);
    sum.crashes += crashes;
    sum.archives += archives;
    sum.journals += journals;
  }
  expect(sum.crashes).toBeGreaterThan(60);
  expect(sum.archives).toBeGreaterThan(15);
  expect(sum.journals).toBeGreaterThan(5);
});
