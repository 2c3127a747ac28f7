// S8: what a node knows again after a crash. Its records are read back, oldest first; they are true, and nothing that
// follows from them is sent or persisted again.

import { asView, unreachable } from "@tandem/shared";
import type { Desk } from "./desk.ts";
import type { JournalRecord } from "./journal.ts";
import type { Proposal } from "./types.ts";
import type { Voice } from "./voice.ts";

export class Recovery<Block> {
  readonly #desk: Desk<Block>;
  readonly #voice: Voice<Block>;

  constructor(desk: Desk<Block>, voice: Voice<Block>) {
    this.#desk = desk;
    this.#voice = voice;
  }

  /** Of all records, those that are whole. */
  recall(journal: readonly Uint8Array[]): void {
    for (const record of this.#desk.records.read(journal)) this.#recall(record);
  }

  #recall(record: JournalRecord<Block>): void {
    const { knowledge } = this.#desk;
    switch (record.kind) {
      case "certificate":
        // What was signed below it may be dropped already: who lost its archive signs nothing there any more.
        if (record.value.kind === "finalization") this.#desk.mark(record.value.view);
        knowledge.hold(record.value);
        return this.#desk.reach(asView(record.value.view + 1));
      case "vote":
        if (record.value.view > knowledge.final.info.view) this.#voice.recall(record.value);
        return this.#desk.reach(record.value.view);
      case "proposal":
        return this.#recallBlock(record.value.block, record.value);
      case "block":
        return this.#recallBlock(record.value, undefined);
      case "mark":
        return this.#desk.mark(record.value);
      default:
        return unreachable(record);
    }
  }

  #recallBlock(block: Block, proposal: Proposal<Block> | undefined): void {
    const { knowledge, config } = this.#desk;
    const info = config.rules.infoOf(block);
    if (info.view <= knowledge.final.info.view) return;
    knowledge.blocks.add({ info, block });
    knowledge.blocks.markDurable(info.root);
    if (proposal !== undefined) knowledge.views.at(info.view).proposal ??= { ...proposal, info };
  }
}
