// Values for people, in the diagnostic notation of RFC 8949, section 8.

import { toHex } from "../bytes.ts";
import { keysInOrder, type Value } from "./value.ts";

export function formatValue(value: Value): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (value instanceof Uint8Array) return `h'${toHex(value)}'`;
  if (value instanceof Map) return `{${formatEntries(value)}}`;
  if (Array.isArray(value)) return `[${value.map(formatValue).join(", ")}]`;
  return String(value);
}

function formatEntries(map: ReadonlyMap<string, Value>): string {
  return keysInOrder(map)
    .map((key) => `${JSON.stringify(key)}: ${formatValue(map.get(key) as Value)}`)
    .join(", ");
}
