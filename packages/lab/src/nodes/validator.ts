// One node without its shell: the consensus machine under test with the room above it.

import type { Effect, Input } from "@tandem/consensus";
import type { Machine } from "@tandem/shared";
import type { Block } from "../payload/block.ts";
import type { Room } from "../payload/room.ts";
import type { LabEffect, LabInput } from "./words.ts";

export class Validator implements Machine<LabInput, LabEffect> {
  readonly #consensus: Machine<Input<Block>, Effect<Block>>;
  readonly #room: Room;

  constructor(consensus: Machine<Input<Block>, Effect<Block>>, room: Room) {
    this.#consensus = consensus;
    this.#room = room;
  }

  handle(input: LabInput): readonly LabEffect[] {
    if (input.kind === "later") return input.effects;
    // The shell of this stage gives no others.
    if (input.kind !== "item") return this.#deliver(this.#consensus.handle(input as Input<Block>));
    this.#room.add(input.item);
    // Said again for each item: a leader who found nothing to propose may look again (O8).
    return this.#room.hasWork ? this.#deliver(this.#consensus.handle({ kind: "reason", has: true })) : [];
  }

  /** What is ordered waits no more, and the machine is told when nothing is left. */
  #deliver(effects: readonly Effect<Block>[]): readonly LabEffect[] {
    const hadWork = this.#room.hasWork;
    for (const effect of effects) if (effect.kind === "deliver") this.#room.deliver(effect.block);
    if (!hadWork || this.#room.hasWork) return effects;
    return [...effects, ...this.#consensus.handle({ kind: "reason", has: false })];
  }
}
