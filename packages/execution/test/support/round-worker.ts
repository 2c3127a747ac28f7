// A shard's execution on a thread of its own. It has no store: it asks for the records that a round needs, batch by
// batch, and tells the claim and what is to be written.

import { parentPort } from "node:worker_threads";
import { asEpoch, assert, type Frontier, type Genesis, type Reading, type Records, type Root } from "@tandem/shared";
import {
  type RoundBounds,
  type RoundInput,
  type RoundResult,
  rulesOf,
  ShardExecution,
  type ShardSetting,
} from "../../src/index.ts";
import { probe } from "./probe.ts";

/** What is said to the thread. Environments are code, so it brings its own. */
export type Asked =
  | {
      readonly kind: "begin";
      readonly shard: ShardSetting["shard"];
      readonly genesis: Genesis;
      readonly frontier: Frontier;
      readonly bounds: RoundBounds;
    }
  | { readonly kind: "round"; readonly input: RoundInput }
  | { readonly kind: "records"; readonly records: Records };

/** What it answers. */
export type Answer =
  | { readonly kind: "begun" }
  | { readonly kind: "wanted"; readonly keys: readonly Uint8Array[] }
  | { readonly kind: "idle" }
  | { readonly kind: "claimed"; readonly root: Root; readonly batch: RoundResult["batch"] };

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
let execution: ShardExecution | undefined;
let reading: Reading<RoundResult | undefined> | undefined;

function answerTo(asked: Asked): Answer {
  if (asked.kind === "begin") {
    const { shard, genesis, frontier, bounds } = asked;
    // No map stays open, so that each round asks.
    const setting = { shard, epoch: asEpoch(0), rules: rulesOf(genesis, [probe], []), bounds, heldBytesMax: 0 };
    execution = new ShardExecution(setting, frontier);
    return { kind: "begun" };
  }
  if (asked.kind === "round") reading = execution?.round(asked.input);
  assert(reading !== undefined, "a round is under way");
  const step = asked.kind === "round" ? reading.next() : reading.next(asked.records);
  if (step.done !== true) return { kind: "wanted", keys: step.value };
  if (step.value === undefined) return { kind: "idle" };
  return { kind: "claimed", root: step.value.root, batch: step.value.batch };
}

port.on("message", (asked: Asked) => port.postMessage(answerTo(asked)));
