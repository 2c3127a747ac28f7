// Seeds that found something, of worlds and of logs, each with a sentence on what it was. A seed stays here for good: what it draws changes
// when the drawing changes, and then it is one more seed; what it found has a test of its own beside the machine, where that can show it.

export interface FoundSeed {
  readonly seed: number;
  readonly found: string;
}

/** Of the consensus stage. */
export const foundSeeds: readonly FoundSeed[] = [
  {
    seed: 71,
    found:
      "Two nodes that helped each other because of old certificates among their best answered each other for ever.",
  },
  {
    seed: 1258,
    found:
      "Two open requests took turns in one list of peers: one always met the two liars, the other the honest ones, so a node never caught up.",
  },
  {
    seed: 4048,
    found: "The world's mistake: setting a clock right after a jump put its timers off by the jump, past the heal.",
  },
  {
    seed: 1059,
    found: "The checker of silence took the heartbeat of a node that had booted long before the heal for noise.",
  },
  {
    seed: 2108,
    found: "The checker of silence fired; other mends came before its cause was found, and it has not fired since.",
  },
  {
    seed: 1030,
    found:
      "A node that liars kept behind walked down from each of its finalizations at each input: half a minute for a run of half a second.",
  },
  {
    seed: 10170,
    found: "Blocks that came by repair did not set the heartbeat back, so who had caught up beat too early.",
  },
  {
    seed: 10791,
    found:
      "What a torn write left of a certificate decoded as one with fewer bits, which was believed and told: records now begin with their length.",
  },
  {
    seed: 1356,
    found:
      "A node lost the message by which a block became final, and entered later views by nullifications: with nothing to propose anywhere, nobody told it again and it did not ask.",
  },
  { seed: 1059, found: "The lab's own mistake: a heartbeat after a clock jump was taken for noise." },
  {
    seed: 10595,
    found: "The lab's own mistake: an observer that comes up in silence was held to what nobody told it.",
  },
  { seed: 11871, found: "The lab's own mistake: a heartbeat was counted from when a node last spoke." },
  {
    seed: 21857,
    found: "The lab's own mistake: the bound forgot that an old need asks each liar after the longest pause.",
  },
];

/** Of the rounds stage. */
export const foundLogs: readonly FoundSeed[] = [];

/** Of the whole stage. */
export const foundWholes: readonly FoundSeed[] = [
  {
    seed: 200,
    found:
      "Whoever was down while all became final came back into silence, and nobody told it until the next heartbeat.",
  },
  {
    seed: 5243,
    found:
      "The lab's own mistake: what was final at a crash of the only honest node, and told by nobody, was no part of the truth.",
  },
  {
    seed: 1902,
    found:
      "Who lost its archive finalized a view that it had nullified: the journal has the finalization above, and no longer the vote.",
  },
  {
    seed: 434,
    found:
      "The lab's own mistake: a vote that was in the journal and had not left yet was held to contents of a store that was lost.",
  },
  {
    seed: 961,
    found:
      "The lab's own mistake: of two outcomes of liars the true one was taken for what would follow from the false one.",
  },
  {
    seed: 20074,
    found:
      "The lab's own mistake: a vote in the journal of who is a quorum alone became a certificate at its start, and left in that alone.",
  },
];
