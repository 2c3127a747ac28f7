// One run again, with its timeline. Recording changes nothing: the trace hash is the same.

import { Timeline, type TimelineFilter, type TimelineKind } from "@tandem/simulator";
import type { RunReport } from "../report.ts";
import { runSetting } from "../run.ts";
import type { Setting } from "../setting.ts";
import type { MakeStage } from "../stages/load.ts";
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

export function replay(setting: Setting, makeStage: MakeStage, filter: TimelineFilter): Replay {
  const timeline = new Timeline(filter);
  const report = runSetting(setting, makeStage, {
    onEntry: (entry) => timeline.add(entry),
    describeMessage,
    describeInput,
    describeObservation,
  });
  return { report, timeline };
}
