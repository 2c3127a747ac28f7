import type { NodeSetup } from "../process/node-setup.ts";
import type { StatusReader, Telemetry } from "../process/node-status.ts";
import type { OrderedFeed } from "../process/ordered-feed.ts";
import type { StageTwoFeed } from "../process/stage-two-feed.ts";
import type { ReplicaThread } from "../replica/handle.ts";
import type { LargeAnswers } from "./large-answers.ts";

/** What the API rests on. */
export interface ApiServices {
  readonly setup: NodeSetup;
  readonly thread: Pick<ReplicaThread, "submit" | "query">;
  readonly feed: OrderedFeed;
  readonly stageTwo: StageTwoFeed;
  readonly status: StatusReader;
  readonly telemetry: Telemetry;
  readonly large: LargeAnswers;
}
