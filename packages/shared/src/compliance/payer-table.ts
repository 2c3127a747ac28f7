// Ed25519 signatures on which verifiers in the field disagree, and what the rule of `payer-scheme.ts` says.
//
// The curve has 8·L points. With T of order 8, each is n·B + i·T with n below L and i below 8; those with n = 0 are
// the eight of small order. For A = a·B + i·T, R = r·B + j·T and S = r + k·a the equation of rule 4,
//
//   S·B = R + k·A,   leaves   (j + k·i)·T = 0,
//
// so it holds if j + k·i is a multiple of 8, and with a cofactor it holds always. As k hashes the message, trying
// messages gives either kind. That is how these signatures are made, out of known a and r.

import { ed25519 } from "@noble/curves/ed25519.js";
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { sha512 } from "@noble/hashes/sha2.js";
import { assert } from "../assert.ts";
import { concatBytes, fromHex, utf8 } from "../bytes.ts";

export interface PayerTableRow {
  readonly name: string;
  readonly key: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
  /** Whether the rule accepts it. */
  readonly valid: boolean;
  /** Whether a verifier by ZIP-215 (cofactored, points in any encoding) would: shows what a row is about. */
  readonly lax: boolean;
}

export interface PayerTableFamily {
  readonly name: string;
  readonly rows: readonly PayerTableRow[];
}

const { Point } = ed25519;
const order = Point.Fn.ORDER;
const torsion = Point.fromHex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");
const eighths = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const secret = 0x5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5an;
const nonce = 0xc3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3n;

/** n·B + i·T, written canonically or as given. */
interface Part {
  readonly scalar: bigint;
  readonly eighth: number;
  readonly bytes: Uint8Array;
}

function part(scalar: bigint, eighth: number): Part {
  const point = Point.BASE.multiplyUnsafe(scalar).add(torsion.multiplyUnsafe(BigInt(eighth)));
  return { scalar, eighth, bytes: point.toBytes() };
}

/** The eight points of small order in all fourteen encodings that lax verifiers decode. */
const smallParts: readonly Part[] = [
  ...eighths.map((eighth) => part(0n, eighth)),
  rewritten(0, "01", "80"), // y = 1, x = 0 with a sign
  rewritten(0, "ee", "7f"), // y = p + 1
  rewritten(0, "ee", "ff"),
  rewritten(4, "ec", "ff"), // y = -1, x = 0 with a sign
  rewritten(2, "ed", "7f"), // y = p, which is 0
  rewritten(6, "ed", "ff"),
];

function rewritten(eighth: number, first: string, last: string): Part {
  const middle = first === "01" ? "00" : "ff";
  return { scalar: 0n, eighth, bytes: fromHex(first + middle.repeat(30) + last) as Uint8Array };
}

function littleEndian(number: bigint): Uint8Array {
  return numberToBytesLE(number, 32);
}

interface Wanted {
  readonly key: Part;
  readonly nonce: Part;
  /** Of the challenge before and after reduction modulo L. */
  choose(whole: bigint, reduced: bigint): boolean;
}

/** The first message whose challenge is as wanted, with its signature; `undefined` if none of many is. */
function forge(name: string, wanted: Wanted, valid: boolean): PayerTableRow | undefined {
  const { key, nonce: commitment, choose } = wanted;
  for (let attempt = 0; attempt < 200; attempt++) {
    const message = utf8(`message ${attempt}`);
    const whole = bytesToNumberLE(sha512(concatBytes(commitment.bytes, key.bytes, message)));
    const reduced = whole % order;
    if (!choose(whole, reduced)) continue;
    const scalar = (commitment.scalar + reduced * key.scalar) % order;
    const signature = concatBytes(commitment.bytes, littleEndian(scalar));
    return { name, key: key.bytes, message, signature, valid, lax: true };
  }
  return undefined;
}

/** Whether the equation holds without a cofactor. */
function holds(key: Part, commitment: Part, reduced: bigint): boolean {
  return (BigInt(commitment.eighth) + reduced * BigInt(key.eighth)) % 8n === 0n;
}

function forged(key: Part, commitment: Part, name: string, equation: boolean, valid: boolean): PayerTableRow[] {
  const choose = (_: bigint, reduced: bigint) => holds(key, commitment, reduced) === equation;
  const row = forge(name, { key, nonce: commitment, choose }, valid);
  return row === undefined ? [] : [row];
}

function label(each: Part): string {
  return `${each.scalar === 0n ? "" : "n·B + "}${each.eighth}·T`;
}

/** Rule 2: the equation holds in every row. */
function smallOrderFamilies(): PayerTableFamily[] {
  const honestNonce = part(nonce, 0);
  const mixedKey = part(secret, 1);
  return [
    {
      name: "rule 2: a key of small order",
      rows: smallParts.flatMap((key, at) => forged(key, honestNonce, `A = ${label(key)}, encoding ${at}`, true, false)),
    },
    {
      name: "rule 2: a nonce of small order",
      rows: smallParts.flatMap((each, at) => forged(mixedKey, each, `R = ${label(each)}, encoding ${at}`, true, false)),
    },
    {
      name: "rule 2: key and nonce of small order",
      rows: smallParts.flatMap((key, at) =>
        smallParts.flatMap((each, place) =>
          forged(key, each, `A = ${label(key)}, R = ${label(each)}, encodings ${at} and ${place}`, true, false),
        ),
      ),
    },
  ];
}

/** Rule 4: points with both parts are accepted exactly where the equation holds without a cofactor. */
function mixedOrderFamilies(): PayerTableFamily[] {
  const pairs = eighths.flatMap((i) => eighths.map((j) => [part(secret, i), part(nonce, j)] as const));
  const rows = (equation: boolean) =>
    pairs.flatMap(([key, each]) => forged(key, each, `A = ${label(key)}, R = ${label(each)}`, equation, equation));
  return [
    { name: "rule 4: the equation holds, with points of mixed order", rows: rows(true) },
    { name: "rule 4: the equation holds only with a cofactor", rows: rows(false) },
    { name: "rule 4: the challenge is reduced before it meets torsion", rows: reductionRows() },
  ];
}

function reductionRows(): PayerTableRow[] {
  const [key, commitment] = [part(secret, 1), part(nonce, 0)];
  const chosen = (name: string, valid: boolean) => {
    const choose = (whole: bigint, reduced: bigint) =>
      (reduced % 8n === 0n) === valid && (whole % 8n === 0n) === !valid;
    const row = forge(name, { key, nonce: commitment, choose }, valid);
    assert(row !== undefined, name);
    return row;
  };
  return [
    chosen("holds for k modulo L, not for all of k", true),
    chosen("holds for all of k, not for k modulo L", false),
  ];
}

function honestRow(): PayerTableRow {
  const [row] = forged(part(secret, 0), part(nonce, 0), "an honest signature", true, true);
  assert(row !== undefined, "an honest signature");
  return row;
}

/** Rule 3: the same S modulo L, written with a larger number. */
function scalarFamily(): PayerTableFamily {
  const honest = honestRow();
  const commitment = honest.signature.subarray(0, 32);
  const scalar = bytesToNumberLE(honest.signature.subarray(32));
  const refused = (name: string, number: bigint): PayerTableRow => {
    const signature = concatBytes(commitment, littleEndian(number));
    return { ...honest, name, signature, valid: false, lax: false };
  };
  const multiples = Array.from({ length: 15 }, (_, index) => BigInt(index + 1));
  return {
    name: "rule 3: S in another form",
    rows: [
      honest,
      ...multiples.map((times) => refused(`S + ${times}·L`, scalar + times * order)),
      refused("S = L", order),
      refused("S = 0", 0n),
      refused("S = 2^256 - 1", 2n ** 256n - 1n),
      ...[253n, 254n, 255n].map((bit) => refused(`bit ${bit} of S set`, scalar | (1n << bit))),
    ],
  };
}

/** Rule 1, where nobody knows a scalar with which the equation would hold: they must not be taken, nor throw. */
function encodingFamily(): PayerTableFamily {
  const honest = honestRow();
  const encodings = Array.from({ length: 38 }, (_, index) => {
    // y = p + 0 … p + 18, each with and without a sign.
    const bytes = new Uint8Array(32).fill(0xff);
    bytes[0] = 0xed + (index >> 1);
    bytes[31] = index % 2 === 0 ? 0x7f : 0xff;
    return bytes;
  });
  const offCurve = new Uint8Array(32).fill(2, 0, 1);
  const rows = [...encodings, offCurve, new Uint8Array(32).fill(0xff)].flatMap((bytes, at) => [
    { ...honest, name: `a key that is no canonical point, ${at}`, key: bytes, valid: false, lax: false },
    {
      ...honest,
      name: `a nonce that is no canonical point, ${at}`,
      signature: concatBytes(bytes, honest.signature.subarray(32)),
      valid: false,
      lax: false,
    },
  ]);
  return { name: "rule 1: no canonical points", rows };
}

/** The table of cases. It is computed anew at each call, in some hundred milliseconds. */
export function payerTable(): PayerTableFamily[] {
  return [...smallOrderFamilies(), ...mixedOrderFamilies(), scalarFamily(), encodingFamily()];
}
