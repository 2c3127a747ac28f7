// Faults begin and end. They may overlap: each counts how many of its kind act on an instance.

import type { Fault, PartitionFault, WorldConfig } from "./config.ts";
import type { Core } from "./core.ts";
import { eventKinds } from "./event-queue.ts";
import type { Node } from "./node.ts";
import type { Instance } from "./process.ts";

export class Faults<Input, Effect, Message, Observation> {
  readonly #core: Core<Input, Effect, Message, Observation>;
  readonly #nodes: readonly Node<Input, Effect, Message, Observation>[];
  readonly #chances: { lossPpm: number; duplicatePpm: number; reorderPpm: number };

  constructor(
    core: Core<Input, Effect, Message, Observation>,
    nodes: readonly Node<Input, Effect, Message, Observation>[],
  ) {
    const { lossPpm, duplicatePpm, reorderPpm } = core.config.network;
    this.#core = core;
    this.#nodes = nodes;
    this.#chances = { lossPpm, duplicatePpm, reorderPpm };
    this.#setChances();
    this.#schedule(core.config);
  }

  begin(index: number): void {
    const fault = this.#faultAt(index);
    this.#core.note("fault", placeOf(fault), describeFault(fault));
    this.#change(fault, 1);
  }

  end(index: number): void {
    const fault = this.#faultAt(index);
    this.#core.note("heal", placeOf(fault), describeFault(fault));
    this.#change(fault, -1);
  }

  /** All others ended by themselves; what links do at all times ends here. */
  heal(): void {
    const { lossPpm, duplicatePpm, reorderPpm } = this.#core.config.network;
    this.#core.note("heal", -1, "no link loses, repeats or holds up a message any more");
    this.#addChances({ lossPpm, duplicatePpm, reorderPpm }, -1);
  }

  #schedule({ faults, healAtMs }: WorldConfig): void {
    const { queue } = this.#core;
    for (const [index, { fromMs, toMs }] of faults.entries()) {
      const endMs = Math.min(toMs, healAtMs);
      if (fromMs >= endMs) continue;
      queue.push(fromMs * 1000, eventKinds.begin, -1, 0, index, undefined);
      queue.push(endMs * 1000, eventKinds.end, -1, 0, index, undefined);
    }
    queue.push(healAtMs * 1000, eventKinds.heal, -1, 0, 0, undefined);
  }

  #faultAt(index: number): Fault {
    return this.#core.config.faults[index] as Fault;
  }

  /** Each fault begins (1) and ends (-1). */
  #change(fault: Fault, by: 1 | -1): void {
    if (fault.kind === "partition") return this.#cut(fault, by);
    if (fault.kind === "weather") return this.#addChances(fault, by);
    const node = this.#nodes[fault.instance] as Node<Input, Effect, Message, Observation>;
    switch (fault.kind) {
      case "crash":
        if (fault.moment === "while-writing") return by > 0 ? node.beginCrashDue() : node.endCrashDue();
        return by > 0 ? node.beginDown() : node.endDown();
      case "lost-archive":
        return by > 0 ? node.beginLoss() : node.endDown();
      case "pause":
        return by > 0 ? node.beginPause() : node.endPause();
      case "stalled-disk":
        return by > 0 ? node.beginStall() : node.endStall();
      case "full-disk":
        return by > 0 ? node.beginFull() : node.endFull();
      case "slow-disk":
        node.hands.diskFactor = scale(node.hands.diskFactor, fault.factor, by);
        return;
      case "slow-answers":
        node.hands.answerFactor = scale(node.hands.answerFactor, fault.factor, by);
        return;
      case "clock-jump":
        return this.#setClock(node, by * fault.byMs, by > 0);
    }
  }

  #cut({ side, direction }: PartitionFault, by: 1 | -1): void {
    const inside = new Set(side);
    const outside = [...this.#nodes.keys()].filter((instance) => !inside.has(instance));
    const isOneWay = direction !== "both";
    for (const one of inside) {
      for (const other of outside) {
        if (direction !== "in") this.#core.network.cut(one, other, by, isOneWay);
        if (direction !== "out") this.#core.network.cut(other, one, by, isOneWay);
      }
    }
  }

  #addChances(weather: { lossPpm: number; duplicatePpm: number; reorderPpm: number }, by: 1 | -1): void {
    this.#chances.lossPpm += weather.lossPpm * by;
    this.#chances.duplicatePpm += weather.duplicatePpm * by;
    this.#chances.reorderPpm += weather.reorderPpm * by;
    this.#setChances();
  }

  #setChances(): void {
    const { lossPpm, duplicatePpm, reorderPpm } = this.#chances;
    this.#core.network.setChances(lossPpm, duplicatePpm, reorderPpm);
  }

  /**
   * Timers come earlier when the clock goes forward, never before now, and later when it goes back. The end of a jump
   * makes none later: what is over does not reach past its end.
   */
  #setClock(node: Node<Input, Effect, Message, Observation>, byMs: number, isBeginning: boolean): void {
    const { queue, counters, nowUs } = this.#core;
    node.clock.set(byMs);
    const earlierUs = isBeginning ? byMs * 1000 : Math.max(0, byMs * 1000);
    if (earlierUs === 0) return;
    const moved = queue.move(eventKinds.timer, node.instance, (timeUs) => Math.max(nowUs, timeUs - earlierUs));
    counters.movedTimers[node.instance] = (counters.movedTimers[node.instance] as number) + moved;
  }
}

/** Dividing undoes multiplying exactly; multiplying by the reciprocal would not. */
function scale(total: number, factor: number, by: 1 | -1): number {
  return by > 0 ? total * factor : total / factor;
}

function placeOf(fault: Fault): Instance {
  return "instance" in fault ? fault.instance : -1;
}

function describeFault(fault: Fault): string {
  const { kind, fromMs, toMs, ...rest } = fault;
  const details = Object.entries(rest).filter(([name]) => name !== "instance");
  const words = details.map(([name, value]) => `${name} ${Array.isArray(value) ? value.join("+") : value}`);
  return [kind, ...words, `(${fromMs} to ${toMs} ms)`].join(" ");
}
