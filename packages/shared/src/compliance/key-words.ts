// Keys of contract state in words, for whoever writes an environment: mostly a prefix in text, and then bytes.

import { fromUtf8, toHex } from "../bytes.ts";

export function keyWords(key: Uint8Array): string {
  const start = key.indexOf(slash) + 1;
  const [prefix, rest] = [printable(key.subarray(0, start)), key.subarray(start)];
  if (prefix === undefined) return `0x${toHex(key)}`;
  const text = printable(rest);
  if (text !== undefined) return `\`${prefix}${text}\``;
  return prefix === "" ? `0x${toHex(rest)}` : `\`${prefix}\` 0x${toHex(rest)}`;
}

const slash = 0x2f;

function printable(bytes: Uint8Array): string | undefined {
  const text = fromUtf8(bytes);
  return text !== undefined && /^[\x20-\x7e]*$/.test(text) ? text : undefined;
}
