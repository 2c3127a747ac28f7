// Keys of state in parts: mostly text up to a slash, and then text, or whose it is, or both (`booked/`, 32 bytes, `seat`).

import { fromUtf8 } from "@tandem/shared";

const ownerBytes = 32;

/** Joined they are the key. */
export function keyParts(key: Uint8Array): readonly (string | Uint8Array)[] {
  const text = printable(key);
  if (text !== undefined) return [text];
  const start = key.indexOf("/".charCodeAt(0)) + 1;
  const prefix = printable(key.subarray(0, start));
  return prefix === undefined ? [key] : [prefix, ...partsAfter(key.subarray(start))];
}

function partsAfter(rest: Uint8Array): readonly (string | Uint8Array)[] {
  if (rest.length === 0) return [];
  const text = printable(rest);
  return text === undefined ? [rest.subarray(0, ownerBytes), ...partsAfter(rest.subarray(ownerBytes))] : [text];
}

function printable(bytes: Uint8Array): string | undefined {
  const text = fromUtf8(bytes);
  return text !== undefined && /^[\x20-\x7e]+$/.test(text) ? text : undefined;
}
