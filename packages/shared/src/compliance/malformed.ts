// Encodings that no Scheme may take, and what it says of each. The points of BLS12-381 were computed by a few
// lines of arithmetic modulo p in another language, from the standard's generators and by trying small x.

import { fromHex, toHex, utf8 } from "../bytes.ts";
import type { KeyCode } from "../scheme.ts";

export interface MalformedCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: KeyCode;
}

export interface Malformed {
  readonly keys: readonly MalformedCase[];
  readonly signatures: readonly MalformedCase[];
}

type Row = readonly [name: string, hex: string, code: KeyCode];

function cases(rows: readonly Row[]): MalformedCase[] {
  return rows.map(([name, hex, code]) => ({ name, bytes: fromHex(hex) as Uint8Array, code }));
}

/** A coordinate of 48 bytes that ends as `last` says and begins with `first`; zeros between. */
function coordinate(first: string, last = ""): string {
  return first + last.padStart(94, "0");
}

const zero = coordinate("00");

// The prime, and points: the generator of G1 with and without a point of order 3, twice that generator with p added
// to its x; five times the generator of G2, and each of its two halves with p added.
const prime = "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
const one = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
const oneMixed = "85020378a6838af221e734b3a81940eb3ff19c2a7f8cf26150dfc38fc41c37551dc92bb5593d30d4dfc2ee4bb09ad05b";
const twoRaised = "bf73ddd4c9cd4de0d32470a193f4f1e3fb9926b584ad13e4aac0ffabba099c4f013b75ba40707c427d998c5529beb9f9";
const five = [
  "80fb837804dba8213329db46608b6c121d973363c1234a86dd183baff112709cf97096c5e9a1a770ee9d7dc641a894d6",
  "0411a5de6730ffece671a9f21d65028cc0f1102378de124562cb1ff49db6f004fcd14d683024b0548eff3d1468df2688",
] as const;
const fiveRaised = [
  "9afc95623e5b8ebb7e4582fca3d718e9820e7ee8b4a85d4644490e50e7c366c1181c96c49af5a770a89c7dc641a83f81",
  "1e12b7c8a0b0e687318d51a860b0af6425685ba86c632504c9fbf2959467e6291b7d4d66e178b05448fe3d1468ded133",
] as const;
const signatureMixed =
  "94df950e97744ef4227b453765551bda8da9cd349e68c0b4fe60dbe1dc7327ccf39e06fcfb0d026d6cec6dc0cdacb042" +
  "0221e7b9073686176a368a6a0708309128c4307d9078b11c4daf5ffd904d741a79192a9e9c02a46747461d4ad4e989be";

/** For schemes on BLS12-381. */
export const blsMalformed: Malformed = {
  keys: cases([
    ["infinity", coordinate("c0"), "infinity"],
    ["infinity with a sign", coordinate("e0"), "bad-encoding"],
    ["infinity with something after it", coordinate("c0", "01"), "bad-encoding"],
    ["infinity without the flag of compression", coordinate("40"), "bad-encoding"],
    ["infinity with a sign, without the flag of compression", coordinate("60"), "bad-encoding"],
    ["nothing but zeros", zero, "bad-encoding"],
    ["nothing but ones", "ff".repeat(48), "bad-encoding"],
    ["the generator without the flag of compression", `17${one.slice(2)}`, "bad-encoding"],
    ["the generator with the flag of infinity", `d7${one.slice(2)}`, "bad-encoding"],
    ["x = p", `9a${prime.slice(2)}`, "bad-encoding"],
    ["twice the generator with x + p for x", twoRaised, "bad-encoding"],
    ["x = 1, where the curve has no point", coordinate("80", "01"), "bad-encoding"],
    ["x = 4, of composite order", coordinate("80", "04"), "not-in-group"],
    ["x = 0, of order 3", coordinate("80"), "not-in-group"],
    ["the generator plus a point of order 3", oneMixed, "not-in-group"],
  ]),
  signatures: cases([
    ["infinity", coordinate("c0") + zero, "infinity"],
    ["infinity with a sign", coordinate("e0") + zero, "bad-encoding"],
    ["infinity with something after it", coordinate("c0") + coordinate("00", "01"), "bad-encoding"],
    ["infinity without the flag of compression", coordinate("40") + zero, "bad-encoding"],
    ["nothing but zeros", zero + zero, "bad-encoding"],
    ["nothing but ones", "ff".repeat(96), "bad-encoding"],
    ["a point without the flag of compression", `00${five[0].slice(2)}${five[1]}`, "bad-encoding"],
    ["a point with the flag of infinity", `c0${five[0].slice(2)}${five[1]}`, "bad-encoding"],
    ["p added to the first half of x", fiveRaised[0] + five[1], "bad-encoding"],
    ["p added to the second half of x", five[0] + fiveRaised[1], "bad-encoding"],
    ["x = 0, where the curve has no point", coordinate("80") + zero, "bad-encoding"],
    ["x = 2, of composite order", coordinate("80") + coordinate("00", "02"), "not-in-group"],
    ["the generator plus a point of the cofactor", signatureMixed, "not-in-group"],
  ]),
};

/** What the check word of `schemes/mock.ts` is for four zeros, and for one other choice of numbers. */
const mockZero = { numbers: "00".repeat(16), check: "75987c37" };
const mockOther = { numbers: "a756f4905b97ee1967e24d314177460d", check: "22d225e5" };

function mockCases(tag: string, zeros: number): MalformedCase[] {
  const name = toHex(utf8(tag));
  const gap = "00".repeat(zeros);
  const { numbers, check } = mockOther;
  return cases([
    ["infinity", name + mockZero.numbers + gap + mockZero.check, "infinity"],
    ["another tag", `00${name.slice(2)}${numbers}${gap}${check}`, "bad-encoding"],
    ["something where zeros must be", `${name}${numbers}${gap.slice(2)}01${check}`, "bad-encoding"],
    ["nothing but zeros", "00".repeat(36 + zeros), "bad-encoding"],
    ["nothing but ones", "ff".repeat(36 + zeros), "bad-encoding"],
    ["numbers that the check word is not for", name + numbers + gap + mockZero.check, "not-in-group"],
  ]);
}

/** For the mock: `schemes/mock.ts` describes its encoding. */
export const mockMalformed: Malformed = {
  keys: mockCases("tandem mock key ", 12),
  signatures: mockCases("tandem mock sign", 60),
};
