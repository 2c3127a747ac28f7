// P3: a failure flows forward to those who use its outcome, and no further.

import { counterFootprints, registryFootprints, tokenConfig, tokenFootprints } from "@tandem/environments";
import type { Story } from "./story.ts";
import { ada, bo, call, outcome, outcomeOr, pure, steps } from "./words.ts";

const add = counterFootprints.add();

export const firstStepFails: Story = {
  name: "first-step-fails",
  title: "The first step fails",
  about:
    "Ada pays more than she has. What uses that payment becomes Nothing and names the step that failed first, even in another shard; a step that says what to use instead goes on, and so does all that has nothing to do with it.",
  contracts: {
    "bank/coins": ["token", tokenConfig({ balances: [[ada.key, 10n]] })],
    "log/paid": ["counter", 0n],
    "log/tries": ["counter", 0n],
    "log/names": ["registry", null],
  },
  blocks: [
    {
      programs: [
        {
          payer: ada,
          about: "25 coins to Bo, though there are 10",
          program: steps(
            call("bank/coins", "transfer", tokenFootprints.transfer(ada.key, bo.key), bo.key, 25n),
            pure("add", outcome(0), 1n),
            call("log/paid", "add", add, outcome(1)),
            call("log/tries", "add", add, outcomeOr(0, 1n)),
            call("log/names", "register", registryFootprints.register("ada"), "ada", "was here"),
            call("bank/coins", "transfer", tokenFootprints.transfer(ada.key, bo.key), bo.key, 4n),
          ),
        },
      ],
    },
    {},
  ],
  seen: [
    "Round 1: step 0 is reverted. Step 4, in another shard, and step 5 have nothing to do with its outcome and run.",
    "Round 2: step 2 is Nothing{input, step 0} through the pure step 1; step 3 takes 1 instead.",
    "Bo has 4 coins, not 25; paid is 0, tries is 1.",
  ],
};
