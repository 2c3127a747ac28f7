// What a message adds to the plain types: a rule, an order, a narrower type, a word for a number.

import { assert } from "../assert.ts";
import { uint8 } from "./basic.ts";
import { list } from "./list.ts";
import { DecodeFault, type Type } from "./type.ts";

/** What a rule finds wrong, or nothing. */
export type Problem = string | undefined;

/** A rule that what is written keeps by the way it is made: only what is read has to be looked at. */
export function refineRead<T>(type: Type<T>, code: "bad-value", problemOf: (value: T) => Problem): Type<T> {
  return {
    ...type,
    read(input, start, end) {
      const value = type.read(input, start, end);
      const problem = problemOf(value);
      if (problem !== undefined) throw new DecodeFault(code, problem);
      return value;
    },
  };
}

/** `type` with a rule: checked after reading, and asserted of what is written or rooted. */
export function refine<T>(
  type: Type<T>,
  code: "bad-value" | "bad-order" | "out-of-range",
  problemOf: (value: T) => Problem,
): Type<T> {
  const check = (value: T) => {
    const problem = problemOf(value);
    assert(problem === undefined, problem ?? "");
  };
  return {
    ...type,
    write(value, output, offset) {
      check(value);
      return type.write(value, output, offset);
    },
    read(input, start, end) {
      const value = type.read(input, start, end);
      const problem = problemOf(value);
      if (problem !== undefined) throw new DecodeFault(code, problem);
      return value;
    },
    rootInto(value, output, offset) {
      check(value);
      type.rootInto(value, output, offset);
    },
  };
}

/** `type` in at most so many encoded bytes, where it could have more by itself. More are refused unread. */
export function bounded<T>(type: Type<T>, bytesMax: number): Type<T> {
  const problemOf = (bytes: number) => `${bytes} bytes where ${bytesMax} are allowed`;
  return {
    ...type,
    sizeMax: Math.min(type.sizeMax, bytesMax),
    write(value, output, offset) {
      const end = type.write(value, output, offset);
      assert(end - offset <= bytesMax, problemOf(end - offset));
      return end;
    },
    read(input, start, end) {
      if (end - start > bytesMax) throw new DecodeFault("over-limit", problemOf(end - start));
      return type.read(input, start, end);
    },
  };
}

/** `list` whose items are in strictly rising order. */
export function sortedList<T>(type: Type<T>, itemsMax: number, compare: (a: T, b: T) => number): Type<readonly T[]> {
  return refine(list(type, itemsMax), "bad-order", (items) => {
    for (let i = 1; i < items.length; i++) {
      if (compare(items[i - 1] as T, items[i] as T) >= 0) return `items ${i - 1} and ${i} are not in rising order`;
    }
    return undefined;
  });
}

/** The same type under a branded name. */
export function branded<Branded>(type: Type<unknown>): Type<Branded> {
  return type as Type<Branded>;
}

/** One of a few words, numbered from 1 on the wire in the order given. */
export function oneOf<const Word extends string>(...words: readonly Word[]): Type<Word> {
  const numberOf = (word: Word) => {
    const index = words.indexOf(word);
    assert(index >= 0, () => `${word} is none of ${words.join(", ")}`);
    return index + 1;
  };
  return {
    fixedSize: 1,
    sizeMin: 1,
    sizeMax: 1,
    isBasic: true,
    sizeOf: () => 1,
    write: (value, output, offset) => uint8.write(numberOf(value), output, offset),
    read(input, start, end) {
      const number = uint8.read(input, start, end);
      const word = words[number - 1];
      if (word === undefined) throw new DecodeFault("out-of-range", `${number} is none of ${words.join(", ")}`);
      return word;
    },
    rootInto: (value, output, offset) => uint8.rootInto(numberOf(value), output, offset),
  };
}
