import { assert } from "./assert.ts";

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
/** Codes of "0" to "f". */
const digitCodes = Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
/** Most of what is written in hexadecimal are hashes and keys of 32 bytes. */
const pieceBytes = 32;
const pieceCodes: number[] = new Array(2 * pieceBytes).fill(0);

export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of bytes; a prefix comes before what it begins. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether a sorted list has this among its items. */
export function includesBytes(sorted: readonly Uint8Array[], bytes: Uint8Array): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareBytes(sorted[middle] as Uint8Array, bytes) < 0) low = middle + 1;
    else high = middle;
  }
  return low < sorted.length && compareBytes(sorted[low] as Uint8Array, bytes) === 0;
}

/**
 * From codes a string comes out in one piece. Of pairs that are joined the engine makes a tree, and puts it together when
 * the text is first looked up: as a key of a map it takes five times as long.
 */
export function toHex(bytes: Uint8Array): string {
  if (bytes.length === pieceBytes) return pieceToHex(bytes, 0, pieceCodes);
  let text = "";
  for (let start = 0; start < bytes.length; start += pieceBytes) {
    const count = Math.min(pieceBytes, bytes.length - start);
    text += pieceToHex(bytes, start, count === pieceBytes ? pieceCodes : new Array(2 * count).fill(0));
  }
  return text;
}

/** Of as many bytes as `codes` has room for. */
function pieceToHex(bytes: Uint8Array, start: number, codes: number[]): string {
  for (let i = 0; 2 * i < codes.length; i++) {
    const byte = bytes[start + i] as number;
    codes[2 * i] = digitCodes[byte >> 4] as number;
    codes[2 * i + 1] = digitCodes[byte & 15] as number;
  }
  return String.fromCharCode(...codes);
}

/** Lower-case hex without prefix; anything else is `undefined`. */
export function fromHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** Text with a lone surrogate has no UTF-8 encoding: check `isWellFormed` first where text is not ours. */
export function utf8(text: string): Uint8Array {
  assert(text.isWellFormed(), "text has a lone surrogate, so it has no UTF-8 encoding");
  return encoder.encode(text);
}

/** Strict: what is not UTF-8 (overlong forms and surrogates included) is `undefined`. */
export function fromUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return undefined;
  }
}
