import { expect } from "vitest";
import type { Failure, Result } from "../../src/result.ts";

/** 32 bytes that differ by number. */
export function rootOf(number: number): Uint8Array {
  const bytes = new Uint8Array(32).fill(0xa5);
  new DataView(bytes.buffer).setUint32(0, number);
  return bytes;
}

export function rootsUpTo(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => rootOf(i));
}

export function expectRefused(result: Result<unknown, Failure>, code: string): void {
  expect(result.ok ? "accepted" : result.error.code).toBe(code);
}

/** Sizes around the powers of two, where the shape of a tree changes. */
export const turningSizes = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65];
