// P10: a contract can end. Its name is never used again, so whoever relied on it is not deceived.

import { counterFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, bo, call, group, steps } from "./words.ts";

const tally = "a/tally";
const create = (at: string, start: bigint) => call(at, "create", counterFootprints.create(), "counter", start);

export const contractEnds: Story = {
  name: "contract-ends",
  title: "A contract ends",
  about:
    "A counter is created by a program, counts, and is closed. Who calls it later gets Nothing, and nobody can create another of that name. Two programs of one block meet at its end: their order decides.",
  contracts: { "b/tally": ["counter", 100n] },
  blocks: [
    {
      programs: [
        {
          payer: ada,
          about: "a new counter, and its first count",
          program: steps(create(tally, 0n), call(tally, "add", counterFootprints.add(), 5n)),
        },
      ],
    },
    {
      programs: [
        { payer: bo, about: "one more", program: steps(call(tally, "add", counterFootprints.add(), 1n)) },
        {
          payer: ada,
          about: "ends it, if the other one goes back to zero",
          program: group(
            call(tally, "close", counterFootprints.close()),
            call("b/tally", "reset", counterFootprints.reset()),
          ),
        },
        { payer: bo, about: "one more, too late", program: steps(call(tally, "add", counterFootprints.add(), 1n)) },
      ],
    },
    { programs: [{ payer: ada, about: "the same name again", program: steps(create(tally, 0n)) }] },
    {},
  ],
  seen: [
    "Round 1: the counter comes to life and counts 5. Round 2: Bo's first count is the last, 6; the end is tentative.",
    "Until the end is settled nobody can know whether the counter lives, so Bo's second count waits for round 3: Nothing{no-contract}.",
    "Nobody creates another of that name: Nothing{no-contract} too. The ended contract's state stays as it was.",
  ],
};
