// A node that does not run, as its operator works on it: its store, which nobody else has open meanwhile, and what its genesis
// and configuration say.

import { join } from "node:path";
import { type AttestNetwork, firstMarks, ownPrefix } from "@tandem/attestation";
import { useNative } from "@tandem/native";
import { blobPrefix } from "@tandem/ordering";
import { asEpoch, asRound, type ShardName, type SparseStore } from "@tandem/shared";
import { seatAt } from "../config/seating.ts";
import type { NodeConfig } from "../config/node-config.ts";
import { nodeErrorOf } from "../node-error.ts";
import { readSetup } from "../process/node-setup.ts";
import { networkOf } from "../replica/context.ts";
import { readFirstRound } from "../store/first-marks.ts";
import { openStore } from "../store/open-store.ts";
import type { Store } from "../store/store.ts";

export interface StoppedNode {
  readonly store: Store;
  readonly network: AttestNetwork;
  /** Shards that it executes. */
  readonly follows: readonly ShardName[];
  /** C4: whether it affirms claims of the shard: it sits in the committee, and has a record of what it signed there. */
  voiceIn(shard: ShardName): Promise<Voice>;
  close(): Promise<void>;
}

export type Voice = "no-seat" | "no-record" | "affirms";

export async function openStoppedNode(config: NodeConfig): Promise<StoppedNode> {
  useNative();
  const { checked, follows, seatings, validator } = await readSetup(config);
  const { network } = networkOf(checked).setting;
  const store = await openStore(config.store, join(config.data, "chain"), { blobPrefix }).catch((error: unknown) => {
    throw nodeErrorOf(error);
  });
  const voiceIn = async (shard: ShardName): Promise<Voice> => {
    const seating = seatings.shards.get(shard);
    if (seating === undefined || seatAt(seating, validator?.seat) === undefined) return "no-seat";
    const isRecorded = (await readFirstRound(config.data)) !== undefined || (await hasMark(store, shard));
    return isRecorded ? "affirms" : "no-record";
  };
  return { store, network, follows, voiceIn, close: () => store.close() };
}

/** There is one mark for each shard, and some affirmations that wait to be attested. */
const ownRecordsAtOnce = 4096;

async function hasMark(store: SparseStore, shard: ShardName): Promise<boolean> {
  const until = Uint8Array.of((ownPrefix[0] as number) + 1);
  // Marks come first: they have the lowest keys.
  const range = { from: ownPrefix, until, countMax: ownRecordsAtOnce, isReverse: false };
  const own = (await store.list(range)).map(({ value }) => value);
  return firstMarks(asEpoch(0), [shard], asRound(0), own).puts.length === 0;
}
