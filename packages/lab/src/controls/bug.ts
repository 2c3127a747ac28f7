// A deliberate bug, as data: what is to be found in copies of the sources, and what is to stand there instead.

import type { HabitName } from "../habits/index.ts";
import type { Setting, StageName } from "../setting.ts";

/** Rooms of the machine. */
export type Room = "consensus" | "ordering" | "attestation" | "replica" | "execution";

export interface Edit {
  readonly room: Room;
  /** In `src` of the room. */
  readonly file: string;
  /** Stands exactly once in its file, so that a bug cannot get lost when the sources change. */
  readonly find: string;
  readonly replace: string;
}

export interface Bug {
  readonly name: string;
  /** What runs with it. */
  readonly stage: StageName;
  /** What a validator with this bug does. */
  readonly what: string;
  readonly edits: readonly Edit[];
  /** A drawn setting in which a checker catches it; often one that has the habit or fault that the bug needs. */
  readonly seed: number;
  /** Only in such settings it can be shown: others are not tried. */
  readonly needs?: Need;
}

type Need = (setting: Setting) => boolean;

/** For the list of one stage. */
export function bugOf(stage: StageName, needs?: Need) {
  return (name: string, what: string, seed: number, ...edits: readonly Edit[]): Bug => ({
    name,
    stage,
    what,
    edits,
    seed,
    ...(needs && { needs }),
  });
}

export function habit(name: HabitName): Need {
  return ({ habits }) => habits.some((plan) => plan.habit === name);
}

/** For edits of one room. */
export function editOf(room: Room) {
  return (file: string, find: string, replace: string): Edit => ({ room, file, find, replace });
}
