// P5, P11: money moves from one contract to another, and nobody vouches for it.

import { tokenConfig, tokenFootprints } from "@tandem/environments";
import { asContractName } from "@tandem/shared";
import type { Story } from "./story.ts";
import { ada, bo, call, group, outcome } from "./words.ts";

const [east, west] = ["east/coins", "west/coins"].map(asContractName) as [never, never];

const withdraw = (amount: bigint) => call(east, "withdraw", tokenFootprints.withdraw(ada.key, west), amount);
const depositTo = tokenFootprints.deposit(east, bo.key);

export const payAcross: Story = {
  name: "pay-across",
  title: "Pay in one contract with money from another",
  about:
    "Ada has coins in the east, Bo is paid in the west. The two contracts keep the same money and list each other as peers. What is withdrawn goes into one deposit of a peer, in one group, or it never left.",
  contracts: {
    [east]: ["token", tokenConfig({ peers: { [west]: "token" }, balances: [[ada.key, 100n]] })],
    [west]: ["token", tokenConfig({ peers: { [east]: "token" } })],
  },
  blocks: [
    {
      programs: [
        {
          payer: ada,
          about: "30 coins to Bo",
          program: group(withdraw(30n), call(west, "deposit", depositTo, outcome(0), bo.key)),
        },
      ],
    },
    {
      programs: [
        {
          payer: ada,
          about: "40 coins made of nothing: the deposit is a literal value",
          program: group(withdraw(40n), call(west, "deposit", depositTo, 40n, bo.key)),
        },
      ],
    },
    {},
    {},
  ],
  seen: [
    "Round 1: the withdrawal runs, tentatively. Round 2: the deposit, once the withdrawal is visible in the west, which settles at once. Round 3: the east settles.",
    "The second program withdraws what goes nowhere, and deposits what comes from nowhere: both refuse, and nothing is kept.",
    "100 coins before, 70 and 30 afterwards.",
  ],
};
