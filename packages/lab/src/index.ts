export { useNative } from "@tandem/native";
export { Random } from "@tandem/simulator";
export { type CampaignOptions, runCampaign } from "./campaign/campaign.ts";
export { type CampaignSummary, type Coverage, summarize } from "./campaign/summary.ts";
export type { Bug } from "./controls/bug.ts";
export { bugs } from "./controls/bugs.ts";
export { type Catch, catchBugs } from "./controls/catch.ts";
export { drawSetting } from "./draw-setting.ts";
export { svgChart, textChart } from "./experiments/chart.ts";
export { type ChainReport, type HopsReport, type LoadFigures, runHops } from "./experiments/hops.ts";
export { type LagSeries, lagChart, runLag } from "./experiments/lag.ts";
export { runLiars } from "./experiments/liars.ts";
export type { LiarsStory, ShownKey, Witness } from "./experiments/liars-story.ts";
export { runWholeScale, type WholeScale } from "./experiments/whole-scale.ts";
export { replay, timelineKinds } from "./replay/replay.ts";
export { shrinkSetting } from "./replay/shrink.ts";
export type { RunReport, Violation } from "./report.ts";
export { describeClaim, describeLog } from "./rounds/describe-log.ts";
export { drawLog } from "./rounds/draw/draw-log.ts";
export { type Log, readLog } from "./rounds/log.ts";
export { runLog } from "./rounds/run-log.ts";
export { shrinkLog } from "./rounds/shrink-log.ts";
export { runSetting } from "./run.ts";
export { scaleSetting } from "./scale.ts";
export { allSchedules, drawSchedule, type Schedule } from "./scope/schedule.ts";
export { ScopeSettings } from "./scope/setting.ts";
export {
  type Overrides,
  override,
  plainBlobs,
  readSetting,
  type Setting,
  type StageName,
  stageNames,
  type WorldStage,
} from "./setting.ts";
export { loadExecution, loadStage, type MakeStage } from "./stages/load.ts";
export { measureTrace, type TraceFigures } from "./trace/figures.ts";
export { withoutHottest } from "./trace/hottest.ts";
export { readTrace, type TraceBlock } from "./trace/read.ts";
