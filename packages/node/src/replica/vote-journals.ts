// The journals of a node's votes, one for each chain, and whether it votes there (S8).
//
// A journal that has a record knows all that its key signed since it began. One without any is new, or was lost, and whoever
// goes on with a lost one may sign twice. So a journal begins with a mark, by what `first-marks` says, which is durable before
// anything is signed; and what was final stays in it (J4), so it is never without a record again. A node that finds none is
// `unmarked`: it follows the chain and does not vote there, for its machine is given a mark above all views. Nor does it write
// into that journal, and neither does who has no seat: what was not voted by must not be taken for the journal of a voter.

import { voteMark } from "@tandem/replica";
import { asView, type Chain } from "@tandem/shared";
import { type Seatings, seatAt } from "../config/seating.ts";
import { foldersIn } from "../store/data-folders.ts";
import type { FirstMarks } from "../store/first-marks.ts";
import { type Journal, type OpenedJournal, openJournal } from "../store/journal.ts";
import type { JournalOfVotes } from "./performer.ts";

export interface VoteJournals {
  readonly journals: Readonly<Record<Chain, JournalOfVotes>>;
  /** What the machines start with. */
  readonly records: Readonly<Record<Chain, readonly Uint8Array[]>>;
  /** Chains on which there is a seat, and no vote. */
  readonly unmarked: readonly Chain[];
  readonly cutBytes: number;
  close(): Promise<void>;
}

export interface VoteJournalsConfig {
  readonly dataFolder: string;
  readonly seatings: Seatings;
  /** Place in the genesis; nothing for an observer. */
  readonly place: number | undefined;
  readonly marks: FirstMarks | undefined;
}

/** No view is above it. */
const lastView = asView(Number.MAX_SAFE_INTEGER);

interface Opened {
  readonly chain: Chain;
  readonly journal: Journal;
  readonly voice: "votes" | "unmarked" | "no-seat";
  readonly records: readonly Uint8Array[];
  readonly cutBytes: number;
}

export async function openVoteJournals(config: VoteJournalsConfig): Promise<VoteJournals> {
  const order = await open(config, "order");
  const attest = await open(config, "attest").catch(async (error: unknown) => {
    await order.journal.close();
    throw error;
  });
  return {
    journals: { order: handOf(order), attest: handOf(attest) },
    records: { order: order.records, attest: attest.records },
    unmarked: [order, attest].filter(({ voice }) => voice === "unmarked").map(({ chain }) => chain),
    cutBytes: order.cutBytes + attest.cutBytes,
    close: async () => void (await Promise.all([order.journal.close(), attest.journal.close()])),
  };
}

async function open({ dataFolder, seatings, place, marks }: VoteJournalsConfig, chain: Chain): Promise<Opened> {
  const opened = await openJournal(foldersIn(dataFolder).votes[chain]);
  if (seatAt(seatings[chain], place) === undefined) return { ...opened, chain, voice: "no-seat" };
  const records = [...opened.records, ...(await begin(opened, chain, marks))];
  if (records.length > 0) return { ...opened, chain, records, voice: "votes" };
  return { ...opened, chain, records: [voteMark(chain, lastView)], voice: "unmarked" };
}

/** The mark, durable. It goes when a later view is final. */
async function begin({ journal }: OpenedJournal, chain: Chain, marks: FirstMarks | undefined): Promise<Uint8Array[]> {
  const view = chain === "order" ? marks?.orderView : marks?.attestView;
  if (view === undefined) return [];
  const mark = voteMark(chain, view);
  journal.append(view, mark);
  await journal.sync();
  return [mark];
}

/** Where nobody votes nothing is kept; files that earlier starts left go as ever. */
function handOf({ journal, voice }: Opened): JournalOfVotes {
  if (voice === "votes") return journal;
  return { append: () => undefined, sync: () => Promise.resolve(), prune: (below) => journal.prune(below) };
}
