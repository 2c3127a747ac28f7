// P4, P11: a payment that rests on what another contract says, not on anybody's word.

import {
  bookingConfig,
  bookingFootprints,
  escrowConfig,
  escrowFootprints,
  escrowTerms,
  tokenConfig,
  tokenFootprints,
} from "@tandem/environments";
import { asContractName, type Value } from "@tandem/shared";
import type { Story } from "./story.ts";
import { ada, bo, call, expecting, group, outcome, pure, rails, steps } from "./words.ts";

const [coins, deals] = ["bank/coins", "bank/deals"].map(asContractName) as [never, never];

/** What `confirm` replies when Bo has booked a seat. */
const booked = new Map<string, Value>([
  ["item", "seat"],
  ["holder", bo.key],
  ["places", 1n],
]);
const done = { contract: "rail/trains", environment: "booking", method: "confirm", value: booked };
/** What Ada has promised, as the escrow tells it. */
const promised = new Map<string, Value>(
  Object.entries({ ...done, once: false, payee: bo.key, amount: 50n, until: 10n }),
);

const release = escrowFootprints.release(ada.key, "trip", bo.key);

const home = group(
  call(deals, "withdraw", escrowFootprints.withdraw(bo.key, coins), 50n),
  call(coins, "deposit", tokenFootprints.deposit(deals, bo.key), outcome(0), bo.key),
);

export const paidOnAResult: Story = {
  name: "paid-on-a-result",
  title: "Paid when it is done",
  about:
    "Ada pays Bo 50 for his seat once he has booked it, and neither trusts the other. The money lies with an escrow, which pays on one outcome: that the booking contract itself, in another shard, has confirmed the seat.",
  contracts: {
    [coins]: ["token", tokenConfig({ peers: { [deals]: "escrow" }, balances: [[ada.key, 80n]] })],
    [deals]: ["escrow", escrowConfig({ peers: { [coins]: "token" } })],
    "rail/trains": ["booking", bookingConfig({ operator: rails.key, longest: 20n, items: { seat: 1n } })],
  },
  blocks: [
    {
      programs: [
        {
          payer: ada,
          about: "50 coins into the escrow, and the deal",
          program: group(
            call(coins, "withdraw", tokenFootprints.withdraw(ada.key, deals), 50n),
            call(deals, "deposit", escrowFootprints.deposit(coins, ada.key), outcome(0), ada.key),
            call(deals, "open", escrowFootprints.open(ada.key, "trip"), "trip", bo.key, 50n, escrowTerms(done), 10n),
          ),
        },
        {
          payer: bo,
          about: "the money without the booking: he writes the receipt himself",
          program: steps(call(deals, "release", release, ada.key, "trip", booked)),
        },
      ],
    },
    {
      programs: [
        {
          payer: bo,
          about: "if the deal is as promised: books as many places as it says, and is paid on the receipt",
          program: steps(
            expecting(promised, call(deals, "deal", escrowFootprints.deal(ada.key, "trip"), ada.key, "trip")),
            pure("field", outcome(0), "value"),
            pure("field", outcome(1), "places"),
            call("rail/trains", "reserve", bookingFootprints.reserve("seat"), "seat", outcome(2), 10n),
            expecting(booked, call("rail/trains", "confirm", bookingFootprints.confirm(bo.key, "seat"), "seat")),
            expecting(50n, call(deals, "release", release, ada.key, "trip", outcome(4))),
          ),
        },
      ],
    },
    {},
    {},
    { programs: [{ payer: bo, about: "takes it home", program: home }] },
  ],
  seen: [
    "Round 1: the deal is open. Bo's own receipt is a literal, with no contract for an origin: reverted.",
    "Round 2: the deal is read, and is the expected one. Round 3: the seat is booked. Round 4: the escrow has seen the receipt where it comes from, and pays.",
    "Round 5: Bo moves the money from the escrow to the bank.",
  ],
};
