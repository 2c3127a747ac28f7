import { test } from "vitest";
import { attackDecoder } from "./hostile.ts";
import type { Entry } from "./table.ts";

/** A test for each of the codecs: 100,000 byte strings, half arbitrary, half changed samples. */
export function attackCodecs(entries: readonly Entry[]): void {
  test.each(entries)("$name: any bytes give a value with exactly these bytes, or a typed error", (entry) => {
    const { name, codec, samples } = entry;
    attackDecoder({ ...codec, name, valid: samples.map(codec.encode) });
  });
}

/** Proofs and messages are attacked in files of their own, which run side by side. */
export function isOfProofs({ name }: Entry): boolean {
  return /proof$|witness$|^history$/.test(name);
}
