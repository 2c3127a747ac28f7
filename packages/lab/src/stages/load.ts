// The machine under test. Campaigns run on the workspace's own, or on another copy of its sources given by the path
// of its entry file: so a deliberate bug is a changed copy, and the machine has no switch for it.

import { pathToFileURL } from "node:url";
import type { ReplicaRoom } from "../nodes/order-node.ts";
import type { Execution } from "../rounds/rounds-world.ts";
import type { Setting, WorldStage } from "../setting.ts";
import type { Give } from "../work/work.ts";
import { ConsensusStage } from "./consensus-stage.ts";
import type { Stage } from "./stage.ts";

export type Consensus = typeof import("@tandem/consensus");

/** Makes the stage of one run. */
export type MakeStage = (setting: Setting, give: Give) => Stage;

/** `entry` is the path of an `index.ts`, of consensus or of the replica; without it, the workspace's own. */
export async function loadStage(name: WorldStage, entry?: string): Promise<MakeStage> {
  if (name === "consensus") {
    const consensus = entry === undefined ? await import("@tandem/consensus") : ((await load(entry)) as Consensus);
    return (setting, give) => new ConsensusStage(setting, consensus, give);
  }
  const room = (entry === undefined ? await import("@tandem/replica") : await load(entry)) as ReplicaRoom;
  if (name === "order") {
    const { OrderStage } = await import("./order-stage.ts");
    return (setting, give) => new OrderStage(setting, room, give);
  }
  const { WholeStage } = await import("./whole-stage.ts");
  return (setting, give) => new WholeStage(setting, room, give);
}

/** What the rounds stage runs; `entry` is the path of another copy of it. */
export async function loadExecution(entry?: string): Promise<Execution> {
  return entry === undefined ? await import("@tandem/execution") : ((await load(entry)) as Execution);
}

function load(entry: string): Promise<unknown> {
  return import(pathToFileURL(entry).href);
}
