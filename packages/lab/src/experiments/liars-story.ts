// What is told of a committee of liars: plain data, for people and programs.

export interface LiarsStory {
  readonly seed: number;
  readonly keys: number;
  /** Whose account they book otherwise. */
  readonly receiver: string;
  readonly committee: readonly string[];
  readonly liars: readonly string[];
  /** The claim that a quorum of liars stands behind. */
  readonly lie: {
    readonly shard: string;
    readonly round: number;
    readonly claim: string;
    readonly attestHeight: number;
    readonly timeMs: number;
  };
  readonly witnesses: readonly Witness[];
  readonly after: After;
}

/** What an honest follower of the shard said of it. */
export interface Witness {
  readonly who: string;
  readonly divergedMs: number;
  readonly own: string;
  readonly theirs: string;
  readonly explained: string;
  readonly shownMs: number;
  /** Whether these are all keys that differ. */
  readonly end: string;
  readonly keys: readonly ShownKey[];
}

export interface ShownKey {
  readonly contract: string;
  readonly key: string;
  readonly own: string;
  readonly theirs: string;
  readonly steps: readonly ShownStep[];
}

export interface ShownStep {
  /** Of the program: where it was ordered. */
  readonly height: number;
  readonly index: number;
  readonly step: number;
  readonly access: string;
  readonly own: string;
  readonly theirs: string;
}

/** From the lie on, until the end. */
export interface After {
  readonly orderBlocks: number;
  readonly attestBlocks: number;
  /** By shard: attested claims. */
  readonly claims: Readonly<Record<string, number>>;
  /** Programs that were submitted after it and are attested. */
  readonly programs: { readonly submitted: number; readonly attested: number };
  /** Shards that stopped at honest nodes. */
  readonly stopped: readonly string[];
  /** Who said of which other shard that it uses what is disputed. */
  readonly builtOn: readonly { readonly who: string; readonly shard: string }[];
}
