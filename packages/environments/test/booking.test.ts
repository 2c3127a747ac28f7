// Booking, as its first lines promise it.

import type { Value } from "@tandem/shared";
import { beforeEach, describe, expect, test } from "vitest";
import { literal, MemoryContract } from "../src/compliance/index.ts";
import { type BookingConfig, booking, bookingConfig, bookingFootprints as footprints } from "../src/index.ts";
import { alice, bob, carol, mint as operator } from "./support/people.ts";

let contract: MemoryContract;

function opened(config: Partial<BookingConfig> = {}): MemoryContract {
  const made = new MemoryContract(booking, "a/seats");
  const items = { "seat-1": 1n, train: 10n };
  expect(made.create(bookingConfig({ operator, longest: 20n, items, ...config })).kind).toBe("value");
  return made;
}

beforeEach(() => {
  contract = opened();
});

/** What somebody asks for, at a height of the order chain. */
function at(height: number, payer: Uint8Array) {
  const run = (method: string, footprint: ReturnType<typeof footprints.create>, ...args: readonly Value[]) =>
    contract.call({ method, payer, height, footprint, args: args.map(literal) });
  return {
    offer: (item: string, capacity: bigint) => run("offer", footprints.offer(item), item, capacity),
    reserve: (item: string, places: Value, until: Value) =>
      run("reserve", footprints.reserve(item), item, places, until),
    confirm: (item: string) => run("confirm", footprints.confirm(payer, item), item),
    release: (item: string) => run("release", footprints.release(item), item),
    status: (item: string) => run("status", footprints.status(item), item),
    booked: (item: string, holder: Uint8Array) => run("booked", footprints.booked(item, holder), item, holder),
  };
}

const refused = (code: string) => ({ kind: "nothing", why: "reverted", code });
const value = (entries: Record<string, Value>) => ({ kind: "value", value: new Map(Object.entries(entries)) });
const receipt = (item: string, holder: Uint8Array, places: bigint) => value({ item, holder, places });
const state = (item: string, capacity: bigint, booked: bigint, held: bigint) =>
  value({ item, capacity, booked, held, free: capacity - booked - held });

describe("a hold", () => {
  test("keeps places for its holder, and says so", () => {
    expect(at(5, alice).reserve("train", 4n, 10n)).toEqual(receipt("train", alice, 4n));
    expect(at(5, bob).status("train")).toEqual(state("train", 10n, 0n, 4n));
  });

  test("leaves to others what is free, and no more", () => {
    at(5, alice).reserve("train", 4n, 10n);
    expect(at(6, bob).reserve("train", 7n, 10n)).toMatchObject(refused("full"));
    expect(at(6, bob).reserve("train", 6n, 10n)).toEqual(receipt("train", bob, 6n));
    expect(at(6, carol).reserve("train", 1n, 10n)).toMatchObject(refused("full"));
  });

  test("is one for each payer and item", () => {
    at(5, alice).reserve("train", 4n, 10n);
    expect(at(6, alice).reserve("train", 1n, 10n)).toMatchObject(refused("held"));
    expect(at(6, alice).reserve("seat-1", 1n, 10n)).toEqual(receipt("seat-1", alice, 1n));
  });

  test("counts up to its height, that one included, and then as if it had never been", () => {
    at(5, alice).reserve("seat-1", 1n, 10n);
    expect(at(10, bob).reserve("seat-1", 1n, 12n)).toMatchObject(refused("full"));
    expect(at(10, bob).status("seat-1")).toEqual(state("seat-1", 1n, 0n, 1n));
    expect(at(11, bob).status("seat-1")).toEqual(state("seat-1", 1n, 0n, 0n));
    expect(at(11, bob).reserve("seat-1", 1n, 12n)).toEqual(receipt("seat-1", bob, 1n));
    expect(at(11, alice).confirm("seat-1")).toMatchObject(refused("no-hold"));
  });

  test("that is over leaves nothing behind once the item is written", () => {
    at(5, alice).reserve("train", 4n, 10n);
    at(11, bob).reserve("train", 1n, 12n);
    const here = contract.state;
    contract = opened();
    at(11, bob).reserve("train", 1n, 12n);
    expect(contract.state).toEqual(here);
  });

  test("does not begin in the past, nor last longer than the contract allows", () => {
    expect(at(5, alice).reserve("train", 1n, 4n)).toMatchObject(refused("bad-height"));
    expect(at(5, alice).reserve("train", 1n, 26n)).toMatchObject(refused("bad-height"));
    expect(at(5, alice).reserve("train", 1n, 25n)).toEqual(receipt("train", alice, 1n));
    expect(at(5, bob).reserve("train", 1n, 5n)).toEqual(receipt("train", bob, 1n));
  });

  test("is of some places of an item that there is", () => {
    expect(at(5, alice).reserve("plane", 1n, 10n)).toMatchObject(refused("no-item"));
    for (const places of [0n, -1n, "1"]) {
      expect(at(5, alice).reserve("train", places, 10n)).toMatchObject(refused("bad-arguments"));
    }
  });

  test("is one of 64 at a time, and places that are over make room", () => {
    contract = opened({ items: { train: 1000n } });
    const person = (place: number) => new Uint8Array(32).fill(place + 1, 1);
    for (let place = 0; place < 64; place++) at(5, person(place)).reserve("train", 1n, place === 0 ? 6n : 10n);
    expect(at(6, carol.with(0, 9)).reserve("train", 1n, 10n)).toMatchObject(refused("busy"));
    expect(at(7, carol.with(0, 9)).reserve("train", 1n, 10n).kind).toBe("value");
  });
});

describe("confirming", () => {
  test("books for good what the payer holds", () => {
    at(5, alice).reserve("train", 4n, 10n);
    expect(at(10, alice).confirm("train")).toEqual(receipt("train", alice, 4n));
    expect(at(99, bob).status("train")).toEqual(state("train", 10n, 4n, 0n));
    expect(at(99, bob).booked("train", alice)).toEqual({ kind: "value", value: 4n });
  });

  test("adds to what was booked before", () => {
    for (const places of [4n, 3n]) {
      at(5, alice).reserve("train", places, 10n);
      at(6, alice).confirm("train");
    }
    expect(at(7, bob).booked("train", alice)).toEqual({ kind: "value", value: 7n });
    expect(at(7, bob).reserve("train", 4n, 10n)).toMatchObject(refused("full"));
  });

  test("is the holder's, once", () => {
    at(5, alice).reserve("train", 4n, 10n);
    expect(at(6, bob).confirm("train")).toMatchObject(refused("no-hold"));
    expect(at(6, operator).confirm("train")).toMatchObject(refused("no-hold"));
    at(6, alice).confirm("train");
    expect(at(6, alice).confirm("train")).toMatchObject(refused("no-hold"));
    expect(at(6, bob).booked("train", bob)).toEqual({ kind: "value", value: 0n });
  });
});

test("releasing gives back what the payer holds; it is the holder's, and not of what is booked", () => {
  at(5, alice).reserve("seat-1", 1n, 10n);
  expect(at(6, bob).release("seat-1")).toMatchObject(refused("no-hold"));
  expect(at(6, alice).release("seat-1")).toEqual(receipt("seat-1", alice, 1n));
  at(7, bob).reserve("seat-1", 1n, 10n);
  at(7, bob).confirm("seat-1");
  expect(at(8, bob).release("seat-1")).toMatchObject(refused("no-hold"));
  expect(at(8, alice).reserve("seat-1", 1n, 10n)).toMatchObject(refused("full"));
});

describe("items", () => {
  test("are offered, and changed, by the operator alone", () => {
    expect(at(5, alice).offer("plane", 100n)).toMatchObject(refused("no-right"));
    expect(at(5, operator).offer("plane", 100n)).toEqual({ kind: "value", value: 100n });
    expect(at(5, alice).status("plane")).toEqual(state("plane", 100n, 0n, 0n));
    expect(at(5, operator).offer("plane", 50n)).toEqual({ kind: "value", value: 50n });
  });

  test("never have fewer places than are booked or held", () => {
    at(5, alice).reserve("train", 4n, 10n);
    at(5, alice).confirm("train");
    at(5, bob).reserve("train", 3n, 10n);
    expect(at(6, operator).offer("train", 6n)).toMatchObject(refused("taken"));
    expect(at(11, operator).offer("train", 3n)).toMatchObject(refused("taken"));
    expect(at(11, operator).offer("train", 4n)).toEqual({ kind: "value", value: 4n });
    expect(at(11, bob).status("train")).toEqual(state("train", 4n, 4n, 0n));
  });

  test("do not wait for each other (P6)", () => {
    const writes = ["seat-1", "seat-2"].map((item) => footprints.reserve(item));
    expect(writes[0]).not.toEqual(writes[1]);
  });
});

test("a booking contract is created with an operator, a longest hold and perhaps items", () => {
  const create = (config: Value) => new MemoryContract(booking, "a/seats").create(config);
  const whole = { operator, longest: 20n, items: new Map([["seat", 1n]]) };
  const wrong: Record<string, Value>[] = [
    {},
    { operator },
    { longest: 20n },
    { ...whole, operator: "me" },
    { ...whole, longest: -1n },
    { ...whole, items: new Map([["", 1n]]) },
    { ...whole, items: new Map([["seat", -1n]]) },
    { ...whole, items: ["seat"] },
    { ...whole, more: null },
  ];
  expect(create(new Map<string, Value>(Object.entries(whole))).kind).toBe("value");
  expect(create(bookingConfig({ operator, longest: 0n })).kind).toBe("value");
  for (const each of [...wrong.map((entries) => new Map(Object.entries(entries))), null, []]) {
    expect(create(each)).toMatchObject(refused("bad-arguments"));
  }
});
