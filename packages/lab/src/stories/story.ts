// What a story is: an example of what programs do across contracts and shards, written to be read first and run second.
// `tell.ts` runs one; tests compare it with what is to be seen, and `tandem story` prints it.

import type { Program, Value } from "@tandem/shared";

export interface Story {
  /** By which it is called. */
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** What genesis creates: environment and configuration, by name. The shards are those that it names. */
  readonly contracts: Readonly<Record<string, readonly [environment: string, config: Value]>>;
  /** Height 1 and so on. */
  readonly blocks: readonly StoryBlock[];
  /** What is to be seen, in sentences. */
  readonly seen: readonly string[];
}

export interface StoryBlock {
  /** In the order of the block. */
  readonly programs?: readonly StoryProgram[];
  /** R2: every claim made before is visible, but for new ones of these shards, which the citation does not reach yet. */
  readonly behind?: readonly string[];
}

export interface StoryProgram {
  readonly payer: Person;
  /** What the payer wants with it. */
  readonly about: string;
  readonly program: Program;
}

/** Who signs blobs in stories, and has accounts. */
export interface Person {
  readonly name: string;
  readonly key: Uint8Array;
}
