// P5: a group is all or nothing across shards.

import { bookingConfig, bookingFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, bo, call, group, inn, rails } from "./words.ts";

const reserve = (at: string, item: string, places: bigint) =>
  call(at, "reserve", bookingFootprints.reserve(item), item, places, 10n);

const trip = () => group(reserve("rail/trains", "night-train", 2n), reserve("hotel/rooms", "double", 1n));

export const trainAndHotel: Story = {
  name: "train-and-hotel",
  title: "Train and hotel, both or neither",
  about:
    "Seats on a train are of no use without a room, nor the room without the seats. They are kept by two contracts in two shards. The hotel has one room, and two couples want it.",
  contracts: {
    "rail/trains": ["booking", bookingConfig({ operator: rails.key, longest: 20n, items: { "night-train": 4n } })],
    "hotel/rooms": ["booking", bookingConfig({ operator: inn.key, longest: 20n, items: { double: 1n } })],
  },
  blocks: [
    {
      programs: [
        { payer: ada, about: "two seats and the room", program: trip() },
        { payer: bo, about: "the same for himself", program: trip() },
      ],
    },
    {},
    {},
    {},
  ],
  seen: [
    "Round 1: Ada's two steps run side by side, each in its shard. Bo's wait for hers, for they want the same.",
    "Round 2: each shard has seen what the other did; Ada's group settles in both. Then Bo's steps run: seats are free, the room is not.",
    "Round 3: Bo's group settles as Nothing in both, and his two seats are free again.",
  ],
};
