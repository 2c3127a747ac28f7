// How calls of each environment are drawn for the compliance suite.

import { asContractName, asMethodName, asStepIndex, type Delivered, type Use, type Value } from "@tandem/shared";
import { type Draw, type EnvironmentSubject, literal, type PlannedCall, payers } from "../../src/compliance/index.ts";
import {
  booking,
  bookingConfig,
  bookingFootprints,
  counter,
  counterFootprints,
  escrow,
  escrowConfig,
  escrowFootprints,
  escrowTerms,
  registry,
  registryFootprints,
  token,
  tokenConfig,
  tokenFootprints,
} from "../../src/index.ts";

const [first, second] = payers as [Uint8Array, Uint8Array];
const peer = asContractName("a/peer");
const peers = { [peer]: "token" };
const balances = payers.map((payer) => [payer, 50n] as const);

function planned(footprint: PlannedCall["footprint"], ...args: readonly Value[]): PlannedCall {
  return { args: args.map(literal), footprint };
}

const anyone = (draw: Draw) => draw.pick(payers);
const amount = (draw: Draw) => BigInt(1 + draw.below(30));

function made(value: Value, method: string, draw: Draw): Delivered {
  const environment = draw.oneIn(8) ? "counter" : "token";
  const by = { contract: peer, environment: environment as never, method: asMethodName(method) };
  return {
    value,
    origin: { kind: "contract", ...by, step: asStepIndex(0), uses: draw.oneIn(8) ? 2 : 1, grouped: true },
  };
}

const moving: EnvironmentSubject["plans"] = {
  withdraw(draw, { payer }) {
    const to = { step: asStepIndex(1), argument: 0, contract: peer, method: asMethodName("deposit") };
    const uses: Use[] = [{ ...to, direct: true, grouped: true }];
    return { ...planned(tokenFootprints.withdraw(payer, peer), amount(draw)), uses, grouped: !draw.oneIn(8) };
  },
  deposit(draw) {
    const to = anyone(draw);
    const args = [made(amount(draw), "withdraw", draw), literal(to)];
    return { args, footprint: tokenFootprints.deposit(peer, to), grouped: true };
  },
  balance(draw) {
    const holder = anyone(draw);
    return planned(tokenFootprints.balance(holder), holder);
  },
};

const counterSubject: EnvironmentSubject = {
  environment: counter,
  configs: [0n, -5n],
  badConfigs: [null, "0", [0n]],
  refusals: ["bad-arguments", "out-of-range"],
  endings: ["close"],
  plans: {
    add: (draw) => planned(counterFootprints.add(), draw.integer()),
    read: () => planned(counterFootprints.read()),
    reset: () => planned(counterFootprints.reset()),
    close: () => planned(counterFootprints.close()),
  },
};

const tokenSubject: EnvironmentSubject = {
  environment: token,
  configs: [
    tokenConfig({ minters: [first], peers, balances }),
    tokenConfig({ minters: [...payers], most: 200n, peers, balances }),
  ],
  badConfigs: [
    null,
    new Map([["minters", null]]),
    new Map([["other", []]]),
    tokenConfig({ most: 1n, balances }),
    tokenConfig({ peers: { nowhere: "token" } }),
  ],
  refusals: ["bad-arguments", "too-little", "too-much", "no-right", "not-allowed", "bad-use", "bad-origin", "no-peer"],
  endings: [],
  plans: {
    ...moving,
    mint(draw) {
      const to = anyone(draw);
      return planned(tokenFootprints.mint(to), to, amount(draw));
    },
    burn: (draw, { payer }) => planned(tokenFootprints.burn(payer), amount(draw)),
    transfer(draw, { payer }) {
      const to = anyone(draw);
      return planned(tokenFootprints.transfer(payer, to), to, amount(draw));
    },
    approve(draw, { payer }) {
      const spender = anyone(draw);
      return planned(tokenFootprints.approve(payer, spender), spender, BigInt(draw.below(50)));
    },
    "transfer-from"(draw, { payer }) {
      const [owner, to] = [anyone(draw), anyone(draw)];
      return planned(tokenFootprints.transferFrom(payer, owner, to), owner, to, amount(draw));
    },
    allowance(draw) {
      const [owner, spender] = [anyone(draw), anyone(draw)];
      return planned(tokenFootprints.allowance(owner, spender), owner, spender);
    },
    supply: () => planned(tokenFootprints.supply()),
  },
};

const names = ["bakery", "butcher", "ü"];

const registrySubject: EnvironmentSubject = {
  environment: registry,
  configs: [null],
  badConfigs: [0n, "", new Map()],
  refusals: ["bad-arguments", "no-name", "ended", "no-right", "name-taken"],
  endings: [],
  plans: {
    register(draw) {
      const name = draw.pick(names);
      return planned(registryFootprints.register(name), name, draw.value());
    },
    update(draw) {
      const name = draw.pick(names);
      return planned(registryFootprints.update(name), name, draw.value());
    },
    transfer(draw) {
      const name = draw.pick(names);
      return planned(registryFootprints.transfer(name), name, anyone(draw));
    },
    end(draw) {
      // Seldom of a name that is registered: names do not come back.
      const name = draw.oneIn(8) ? draw.pick(names) : "nobody's";
      return planned(registryFootprints.end(name), name);
    },
    lookup(draw) {
      const name = draw.pick(names);
      return planned(registryFootprints.lookup(name), name);
    },
  },
};

const items = { "seat-1": 1n, train: 10n };
const item = (draw: Draw) => draw.pick(["seat-1", "train", "plane"]);

const bookingSubject: EnvironmentSubject = {
  environment: booking,
  configs: [bookingConfig({ operator: first, longest: 10n, items }), bookingConfig({ operator: second, longest: 0n })],
  badConfigs: [null, new Map(), bookingConfig({ operator: new Uint8Array(3), longest: 1n })],
  refusals: ["bad-arguments", "no-right", "taken", "bad-height", "no-item", "held", "full", "busy", "no-hold"],
  endings: [],
  plans: {
    offer(draw) {
      const name = item(draw);
      return planned(bookingFootprints.offer(name), name, BigInt(draw.below(20)));
    },
    reserve(draw, { height }) {
      const name = item(draw);
      const until = BigInt(Math.max(0, height + draw.below(14) - 1));
      return planned(bookingFootprints.reserve(name), name, BigInt(1 + draw.below(4)), until);
    },
    confirm(draw, { payer }) {
      const name = item(draw);
      return planned(bookingFootprints.confirm(payer, name), name);
    },
    release(draw) {
      const name = item(draw);
      return planned(bookingFootprints.release(name), name);
    },
    status(draw) {
      const name = item(draw);
      return planned(bookingFootprints.status(name), name);
    },
    booked(draw) {
      const [name, holder] = [item(draw), anyone(draw)];
      return planned(bookingFootprints.booked(name, holder), name, holder);
    },
  },
};

/** Deals are of the first payer with the second, so that drawn calls find them. */
const deal = (draw: Draw) => draw.pick(["one", "two"]);
const expected = new Map<string, Value>([["item", "seat-1"]]);

const escrowSubject: EnvironmentSubject = {
  environment: escrow,
  configs: [escrowConfig({ peers })],
  badConfigs: [null, [], new Map([["peers", null]]), new Map([["peer", new Map()]])],
  refusals: [
    ...["bad-arguments", "too-little", "too-much", "bad-use", "bad-origin", "no-peer"],
    ...["no-deal", "deal-open", "bad-height", "too-late", "not-so", "too-early"],
  ],
  endings: [],
  plans: {
    ...moving,
    open(draw, { payer, height }) {
      const label = deal(draw);
      const by = { contract: peer, environment: "token", method: "confirm", value: expected };
      const terms = escrowTerms(draw.oneIn(2) ? by : { ...by, once: true });
      const until = BigInt(Math.max(0, height + draw.below(6) - 1));
      return planned(escrowFootprints.open(payer, label), label, second, amount(draw), terms, until);
    },
    release(draw) {
      const label = deal(draw);
      const outcome = made(draw.oneIn(4) ? null : expected, "confirm", draw);
      const opener = anyone(draw);
      const args = [literal(opener), literal(label), outcome];
      return { args, footprint: escrowFootprints.release(opener, label, second) };
    },
    refund(draw) {
      const [opener, label] = [anyone(draw), deal(draw)];
      return planned(escrowFootprints.refund(opener, label), opener, label);
    },
    deal(draw) {
      const [opener, label] = [anyone(draw), deal(draw)];
      return planned(escrowFootprints.deal(opener, label), opener, label);
    },
  },
};

export const subjects: readonly EnvironmentSubject[] = [
  bookingSubject,
  counterSubject,
  escrowSubject,
  registrySubject,
  tokenSubject,
];
