// Rules of a program's shape that the grammar does not say by itself.

import { compareBytes } from "../bytes.ts";
import { limits } from "../limits.ts";
import type { StepIndex } from "../numbers.ts";
import type { Argument, Program, Step } from "./program.ts";
import { refuse } from "./record.ts";

/** The steps that an argument refers to, alternatives included. */
export function referencesOf(argument: Argument): readonly StepIndex[] {
  if (argument.kind === "literal") return [];
  if (argument.kind === "step" || argument.or.kind === "literal") return [argument.step];
  return [argument.step, argument.or.step];
}

/** P2: references are to earlier steps. */
export function checkReferences(steps: readonly Step[]): void {
  for (const [index, { args }] of steps.entries()) {
    for (const [place, argument] of args.entries()) {
      const later = referencesOf(argument).find((step) => step >= index);
      if (later !== undefined) {
        refuse("bad-reference", `step ${later} is not earlier than step ${index}`, `steps[${index}].args[${place}]`);
      }
    }
  }
}

/** P5: groups are runs of steps, in order, and do not overlap. */
export function checkGroups({ steps, groups }: Program): void {
  let free = 0;
  for (const [index, { first, count }] of groups.entries()) {
    const path = `groups[${index}]`;
    if (count === 0) refuse("empty-group", "a group has a step", path);
    if (first < free) refuse("bad-group-order", `step ${first} does not come after the group before`, path);
    free = first + count;
    if (free > steps.length) refuse("bad-group-range", `${count} steps from ${first} on, of ${steps.length}`, path);
  }
}

/** P6: keys are sorted and unique, and a written key is not listed among those read. */
export function checkFootprint(reads: readonly Uint8Array[], writes: readonly Uint8Array[]): void {
  const count = reads.length + writes.length;
  if (count > limits.footprintKeysMax) {
    refuse("too-many-keys", `${count} keys where ${limits.footprintKeysMax} are allowed`);
  }
  checkKeyOrder(reads, "reads");
  checkKeyOrder(writes, "writes");
  let read = 0;
  for (const key of writes) {
    while (read < reads.length && compareBytes(reads[read] as Uint8Array, key) < 0) read++;
    if (read < reads.length && compareBytes(reads[read] as Uint8Array, key) === 0) {
      refuse("key-twice", "a written key may be read; it stands in writes alone", `reads[${read}]`);
    }
  }
}

function checkKeyOrder(keys: readonly Uint8Array[], path: string): void {
  for (let index = 1; index < keys.length; index++) {
    if (compareBytes(keys[index - 1] as Uint8Array, keys[index] as Uint8Array) >= 0) {
      refuse("bad-key-order", "keys are sorted and unique", `${path}[${index}]`);
    }
  }
}
