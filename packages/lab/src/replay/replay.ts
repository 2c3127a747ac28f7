// One run again, with its timeline. Recording changes nothing: the trace hash is the same.

import { Timeline, type TimelineFilter, type TimelineKind } from "@tandem/simulator";
import type { Consensus } from "../consensus.ts";
import type { RunReport } from "../report.ts";
import { runSetting } from "../run.ts";
import type { Setting } from "../setting.ts";
import { describeInput, describeMessage, describeObservation } from "./describe.ts";

export const timelineKinds = [
  "boot",
  "deliver",
  "drop",
  "timer",
  "answer",
  "given",
  "write",
  "durable",
  "observe",
  "fault",
  "heal",
  "violation",
] as const satisfies readonly TimelineKind[];

export interface Replay {
  readonly report: RunReport;
  readonly timeline: Timeline;
}

export function replay(setting: Setting, consensus: Consensus, filter: TimelineFilter): Replay {
  const timeline = new Timeline(filter);
  const report = runSetting(setting, consensus, {
    onEntry: (entry) => timeline.add(entry),
    describeMessage,
    describeInput,
    describeObservation,
  });
  return { report, timeline };
}
