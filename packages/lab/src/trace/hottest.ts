// The slot of a trace that most transactions write. Where one slot is written far more often than others, as by a
// popular mint, that slot alone decides how long the slowest wait.

import type { TraceBlock, TraceTransaction } from "./read.ts";

export interface HottestSlot {
  /** As text. */
  readonly slot: string;
  readonly transactions: number;
}

export function hottestSlot(trace: readonly TraceBlock[]): HottestSlot {
  const counts = new Map<string, number>();
  for (const transaction of trace.flatMap(({ transactions }) => transactions)) {
    for (const slot of slotsOf(transaction)) counts.set(slot, (counts.get(slot) ?? 0) + 1);
  }
  let hottest: HottestSlot = { slot: "", transactions: 0 };
  for (const [slot, transactions] of counts) if (transactions > hottest.transactions) hottest = { slot, transactions };
  return hottest;
}

/** The same blocks without the transactions that write it. */
export function withoutHottest(trace: readonly TraceBlock[]): readonly TraceBlock[] {
  const { slot } = hottestSlot(trace);
  return trace.map(({ number, transactions }) => {
    return { number, transactions: transactions.filter((transaction) => !slotsOf(transaction).includes(slot)) };
  });
}

function slotsOf({ writes }: TraceTransaction): readonly string[] {
  return writes.flatMap(({ contract, slots }) =>
    slots.map((slot) => `${contract} ${Buffer.from(slot).toString("hex")}`),
  );
}
