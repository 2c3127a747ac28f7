// Decoded values for people and for JSON. Bytes are hexadecimal, and integers beyond 2^53 are text.

import { toHex } from "@tandem/shared";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

export function toJson(value: unknown): Json {
  if (value instanceof Uint8Array) return `0x${toHex(value)}`;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (value instanceof Map) return fieldsToJson([...value]);
  if (typeof value === "object" && value !== null) return fieldsToJson(Object.entries(value));
  return value === undefined ? null : (value as Json);
}

/** One field a line, what belongs to it indented below. */
export function toLines(value: Json, indent = ""): string {
  if (typeof value !== "object" || value === null) return `${indent}${scalar(value)}\n`;
  const fields = Array.isArray(value)
    ? value.map((item, index): [string, Json] => [`[${index}]`, item])
    : Object.entries(value);
  if (fields.length === 0) return `${indent}(empty)\n`;
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, field]) => fieldLines(name.padEnd(width), field as Json, indent)).join("");
}

function fieldLines(name: string, field: Json, indent: string): string {
  const isInner = typeof field === "object" && field !== null && Object.keys(field).length > 0;
  return isInner
    ? `${indent}${name.trimEnd()}\n${toLines(field, `${indent}  `)}`
    : `${indent}${name}  ${toLines(field)}`;
}

function scalar(value: null | boolean | number | string): string {
  return typeof value === "string" && !/^[\x21-\x7e]+$/.test(value) ? JSON.stringify(value) : String(value);
}

function fieldsToJson(fields: readonly [string, unknown][]): Json {
  return Object.fromEntries(fields.map(([name, field]) => [name, toJson(field)]));
}
