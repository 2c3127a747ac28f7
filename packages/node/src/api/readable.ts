// Values as JSON for whoever calls the API: bytes are lower-case hex, and integers beyond what JSON readers keep exact
// (amounts, weights) are decimal text.

import { toHex } from "@tandem/shared";

export function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return toHex(value);
  if (typeof value === "bigint") return `${value}`;
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toPlain(field)]));
}
