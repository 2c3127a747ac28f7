// Seeds that found something, each with a sentence on what it was. A seed stays here for good: what it draws changes
// when the drawing changes, and then it is one more seed; what it found has a test of its own beside the machine.

export interface FoundSeed {
  readonly seed: number;
  readonly found: string;
}

export const foundSeeds: readonly FoundSeed[] = [
  {
    seed: 1258,
    found:
      "Two open requests took turns in one list of peers: one always met the two liars, the other the honest ones, so a node never caught up.",
  },
];
