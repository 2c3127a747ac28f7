// One `Ordering` and its world: a store in memory, peers that give what they hold, and answers at once or when the test
// says so. Nothing is random, and time stands still unless the test moves it.

import {
  asTimeMs,
  asValidatorIndex,
  asView,
  attestHeaderCodec,
  limits,
  type OrderBlock,
  type Root,
  toHex,
  type ValidatorIndex,
  verifyFinalization,
} from "@tandem/shared";
import type { Candidate } from "../../src/candidate.ts";
import type { OrderNetwork } from "../../src/network.ts";
import { Ordering } from "../../src/ordering.ts";
import { type PoolLimits, poolLimits } from "../../src/pool/pool.ts";
import { keptPrefix } from "../../src/records.ts";
import type { BlockProblem, OrderEffect, OrderInput, OrderTask, OrderTimer, Peer } from "../../src/types.ts";
import { isTestSignature } from "./blobs.ts";
import { Forge, type Forged } from "./forge.ts";

export type Asking = Extract<OrderEffect, { kind: "read" | "verify" | "clock" | "prove-descent" }>;
export type Disk = ReadonlyMap<string, Uint8Array>;

export interface SingleOptions {
  readonly network: OrderNetwork;
  /** By default what belongs to this network; another's attest blocks can be proven only by that one. */
  readonly forge?: Forge;
  readonly disk?: Disk;
  readonly pool?: Partial<PoolLimits>;
  /** Asks of these kinds are not answered until `answer` is called. */
  readonly holds?: readonly Asking["kind"][];
  readonly seat?: number;
}

export interface Verdict {
  readonly root: Root;
  readonly verdict: "valid" | "invalid";
  readonly problem?: BlockProblem;
}

export class Single {
  readonly network: OrderNetwork;
  readonly forge: Forge;
  readonly store: Map<string, Uint8Array>;
  /** All that it ever said. */
  readonly effects: OrderEffect[] = [];
  /** What peers give when they are asked. Whatever is forged is theirs unless a test takes it away. */
  readonly theirs = new Map<string, Uint8Array>();
  readonly holds: Set<Asking["kind"]>;
  /** Asks that wait for the test. */
  readonly asked: Asking[] = [];
  readonly timers: { readonly timer: OrderTimer; readonly afterMs: number }[] = [];
  nowMs: number;
  /** Of the last block that was delivered. */
  finalHeight = 0;
  readonly #machine: Ordering;
  readonly #inputs: OrderInput[] = [];
  #isBusy = false;

  constructor(options: SingleOptions) {
    const { network, forge = new Forge(network), disk = new Map(), pool = {}, holds = [], seat = 0 } = options;
    this.network = network;
    this.forge = forge;
    this.store = new Map(disk);
    this.holds = new Set(holds);
    this.nowMs = network.genesis.startMs + 1_000_000;
    const peers = network.proposers.map((_, peer) => peer).filter((peer) => peer !== seat);
    const { deltaMs } = network.genesis.limits;
    this.#machine = new Ordering({
      network,
      seat: asValidatorIndex(seat),
      peers,
      deltaMs,
      pool: { ...poolLimits, ...pool },
    });
    const prefix = toHex(keptPrefix);
    const kept = [...this.store].filter(([key]) => key.startsWith(prefix)).map(([, value]) => value);
    this.give({ kind: "start", kept });
    const started = this.effects.find((effect) => effect.kind === "started");
    this.finalHeight = started?.block?.header.height ?? 0;
  }

  /** All that it keeps in memory. */
  get counts() {
    return this.#machine.counts;
  }

  /** The same node after a crash, with what was durable. */
  restarted(options: Partial<SingleOptions> = {}): Single {
    return new Single({ network: this.network, forge: this.forge, disk: this.store, ...options });
  }

  /** Its effects, and those of all answers that are not held back. */
  give(...inputs: readonly OrderInput[]): readonly OrderEffect[] {
    const from = this.effects.length;
    this.#inputs.push(...inputs);
    if (this.#isBusy) return [];
    this.#isBusy = true;
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) {
      for (const effect of this.#machine.handle(input)) this.#perform(effect);
    }
    this.#isBusy = false;
    return this.effects.slice(from);
  }

  #perform(effect: OrderEffect): void {
    this.effects.push(effect);
    switch (effect.kind) {
      case "store":
        for (const key of effect.batch.deletes) this.store.delete(toHex(key));
        for (const { key, value } of effect.batch.puts) this.store.set(toHex(key), value);
        return;
      case "read":
      case "verify":
      case "clock":
      case "prove-descent":
        if (this.holds.has(effect.kind)) this.asked.push(effect);
        else this.give(this.answerTo(effect));
        return;
      case "set-timer":
        this.timers.push(effect);
        return;
      case "send":
        if (effect.message.kind === "want") this.#find(effect.to, effect.message.id, effect.message.roots);
        return;
      default:
        return;
    }
  }

  #find(from: Peer, id: number, roots: readonly Root[]): void {
    const blobs: Uint8Array[] = [];
    let room: number = limits.foundBytesMax;
    for (const root of roots) {
      const bytes = this.theirs.get(toHex(root));
      if (bytes !== undefined && bytes.length <= room) blobs.push(bytes);
      room -= bytes?.length ?? 0;
    }
    if (blobs.length > 0) this.give({ kind: "message", from, message: { kind: "found", id, blobs } });
  }

  /** The right one, as things stand now. */
  answerTo(asking: Asking): OrderInput {
    const { kind, id } = asking;
    switch (kind) {
      case "read":
        return { kind, id, records: asking.keys.map((key) => this.store.get(toHex(key))) };
      case "verify":
        return { kind: "verified", id, valid: this.verify(asking.task) };
      case "clock":
        return { kind, id, nowMs: asTimeMs(this.nowMs) };
      case "prove-descent":
        return { kind: "descent", id, proof: { path: this.forge.descent(asking.from, asking.header) } };
    }
  }

  verify(task: OrderTask): readonly boolean[] {
    if (task.kind === "signatures") return task.signatures.map(isTestSignature);
    const { header, certificate } = task.citation;
    return [verifyFinalization(this.forge.attestElectorate, certificate, header, attestHeaderCodec.root(header)).ok];
  }

  /** Answers what is held back, the first of it or that of an index, as the store is by now. */
  answer(index = 0): readonly OrderEffect[] {
    const [asking] = this.asked.splice(index, 1);
    return asking === undefined ? [] : this.give(this.answerTo(asking));
  }

  answerAll(): readonly OrderEffect[] {
    const from = this.effects.length;
    this.holds.clear();
    while (this.asked.length > 0) this.answer();
    return this.effects.slice(from);
  }

  /** Fires all timers of a name, once. */
  fire(name: OrderTimer["name"]): readonly OrderEffect[] {
    const due = this.timers.filter(({ timer }) => timer.name === name);
    for (const each of due) this.timers.splice(this.timers.indexOf(each), 1);
    return this.give(...due.map(({ timer }): OrderInput => ({ kind: "timer", timer })));
  }

  /** Peers have these from now on. */
  offer(...blobs: readonly Candidate[]): void {
    for (const { key, bytes } of blobs) this.theirs.set(key, bytes);
  }

  /** A peer pushes these. */
  push(blobs: readonly Candidate[], from: Peer = 1): readonly OrderEffect[] {
    const message = { kind: "blobs" as const, batch: this.effects.length, blobs: blobs.map(({ bytes }) => bytes) };
    return this.give({ kind: "message", from, message });
  }

  submit(blob: Candidate, id = 0): readonly OrderEffect[] {
    return this.give({ kind: "submit", id, bytes: blob.bytes });
  }

  /** Blocks above the last delivered one, up to this one's parent. */
  ancestorsOf(parent: Forged | undefined): readonly OrderBlock[] {
    return this.forge
      .lineOf(parent)
      .filter(({ info }) => info.height > this.finalHeight)
      .map(({ block }) => block);
  }

  check(forged: Forged, leader: ValidatorIndex = forged.block.header.proposer): Verdict | undefined {
    for (const { blobs } of this.forge.lineOf(forged)) this.offer(...blobs);
    return this.ask(forged, leader);
  }

  /** The same, where peers have no more than the test gave them. */
  ask({ block, info, parent }: Forged, leader: ValidatorIndex = block.header.proposer): Verdict | undefined {
    const ancestors = this.ancestorsOf(parent);
    return verdictIn(this.give({ kind: "check", block, info, ancestors, leader }));
  }

  build(parent: Forged | undefined, view: number, isWanted = false): OrderBlock | undefined {
    const effects = this.give(this.buildInput(parent, view, isWanted));
    return effects.find((effect) => effect.kind === "built")?.block;
  }

  buildInput(parent: Forged | undefined, view: number, isWanted = false): OrderInput {
    const { epoch, height, parent: before } = this.network.header;
    const info = parent?.info ?? {
      epoch,
      view: this.network.header.view,
      height,
      parent: before,
      root: this.network.root,
    };
    const ancestors = this.ancestorsOf(parent);
    return { kind: "build", view: asView(view), parent: info, ancestors, isWanted };
  }

  /** All blocks up to this one are final. */
  deliver(last: Forged): readonly OrderEffect[] {
    const from = this.effects.length;
    for (const forged of this.forge.lineOf(last)) {
      const { block, info, blobs } = forged;
      if (info.height <= this.finalHeight) continue;
      this.finalHeight = info.height;
      this.offer(...blobs);
      this.give({ kind: "deliver", block, info, certificate: this.forge.certificateOf(forged) });
    }
    return this.effects.slice(from);
  }

  holdsBytesOf({ root }: Candidate): boolean {
    return this.store.has(`04${toHex(root)}`);
  }
}

export function verdictIn(effects: readonly OrderEffect[]): Verdict | undefined {
  return effects.findLast((effect) => effect.kind === "checked");
}

export function kindsOf(effects: readonly OrderEffect[]): readonly string[] {
  return effects.map(({ kind }) => kind);
}

/** The code of what is wrong, and for a blob that of its refusal. */
export function codeOf(verdict: Verdict | undefined): string | undefined {
  const { problem } = verdict ?? {};
  return problem?.refusal === undefined
    ? (problem?.code ?? verdict?.verdict)
    : `blob ${problem.index} ${problem.refusal.code}`;
}
