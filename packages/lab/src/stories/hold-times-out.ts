// P9: the only time that a contract knows is the height of the block that ordered the blob.

import { bookingConfig, bookingFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, bo, call, rails, steps } from "./words.ts";

const seats = "rail/trains";
const reserve = (until: bigint) => call(seats, "reserve", bookingFootprints.reserve("seat"), "seat", 1n, until);

export const holdTimesOut: Story = {
  name: "hold-times-out",
  title: "A hold that times out",
  about:
    "Ada holds the only seat up to height 3 and does nothing more. Up to there nobody else gets it; from height 4 on it is free, without anybody having to do anything at that height.",
  contracts: {
    [seats]: ["booking", bookingConfig({ operator: rails.key, longest: 20n, items: { seat: 1n } })],
  },
  blocks: [
    { programs: [{ payer: ada, about: "the seat, up to height 3", program: steps(reserve(3n)) }] },
    {},
    { programs: [{ payer: bo, about: "the seat, in the last block of her hold", program: steps(reserve(9n)) }] },
    {
      programs: [
        { payer: bo, about: "the seat, one block later", program: steps(reserve(9n)) },
        {
          payer: ada,
          about: "to confirm what she no longer holds",
          program: steps(call(seats, "confirm", bookingFootprints.confirm(ada.key, "seat"), "seat")),
        },
        {
          payer: bo,
          about: "to confirm his",
          program: steps(call(seats, "confirm", bookingFootprints.confirm(bo.key, "seat"), "seat")),
        },
      ],
    },
  ],
  seen: [
    "Height 3: Bo is refused, for a hold counts up to its height, that one included.",
    "Height 4: he gets it; Ada's confirmation comes too late, his does not.",
    "Round 2 is silent: the shard has no work, and makes no claim.",
  ],
};
