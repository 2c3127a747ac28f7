export { type Consensus, loadConsensus } from "./consensus.ts";
export { drawSetting } from "./draw-setting.ts";
export type { RunReport, Violation } from "./report.ts";
export { type LabRecorder, runSetting } from "./run.ts";
export type { Setting } from "./setting.ts";
