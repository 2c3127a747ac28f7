// Section 2: every conflict is settled by position in the log before anything runs, so nothing can wait in a circle.

import { bookingConfig, bookingFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, bo, call, group, rails } from "./words.ts";

const seat = (at: string) => call(at, "reserve", bookingFootprints.reserve("seat"), "seat", 1n, 10n);
const config = bookingConfig({ operator: rails.key, longest: 20n, items: { seat: 1n } });

export const sameTwoSeats: Story = {
  name: "same-two-seats",
  title: "The same two seats, in opposite order",
  about:
    "Ada wants the seat out and the seat back, Bo the seat back and the seat out: with locks, each could hold one and wait for the other for ever. Here Ada's program stands first in the block, which decides it in both shards.",
  contracts: { "out/train": ["booking", config], "back/train": ["booking", config] },
  blocks: [
    {
      programs: [
        { payer: ada, about: "out, then back", program: group(seat("out/train"), seat("back/train")) },
        { payer: bo, about: "back, then out", program: group(seat("back/train"), seat("out/train")) },
      ],
    },
    {},
    {},
    {},
  ],
  seen: [
    "Round 1: Ada's steps run in both shards. Bo's wait in both until her group has settled there.",
    "Round 2: her group settles; his steps run, and both are refused.",
    "Round 3: his group settles as Nothing. Nobody waits any more.",
  ],
};
