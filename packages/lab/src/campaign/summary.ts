// What came of a campaign, as plain data.

import { sha256, toHex, utf8 } from "@tandem/shared";
import type { Hazard } from "@tandem/simulator";
import { type HabitName, habitNames, habitNamesOf } from "../habits/index.ts";
import type { RunReport } from "../report.ts";

/** Of one hazard or habit. */
export interface Coverage {
  readonly name: string;
  readonly kind: "fault" | "habit" | "work";
  /** Runs that list it. */
  readonly listed: number;
  /** Runs in which an honest node felt it, and how often in all. */
  readonly felt: number;
  readonly times: number;
}

export interface CampaignSummary {
  readonly runs: number;
  readonly messages: number;
  readonly blocks: number;
  /** How often progress was demanded, and made in time. */
  readonly demands: number;
  /** Of its bound, what the slowest took. */
  readonly slowestPercent: number;
  /** O5: what followers of one shard were given, in percent of all that the same blocks hold. */
  readonly followedPercent: number;
  /** Processor time of the runs, all processes together. */
  readonly cpuSeconds: number;
  readonly messagesPerCpuSecond: number;
  /** Over the traces of all runs, in order of their seeds. */
  readonly hash: string;
  readonly coverage: readonly Coverage[];
  /** Listed by enough runs, and never felt: the campaign tried less than it says. */
  readonly unfelt: readonly string[];
  readonly violations: readonly RunReport[];
}

/** Runs that list something before it has to be felt: some faults need luck to hurt. */
const listedMin = 20;

export function summarize(reports: readonly RunReport[]): CampaignSummary {
  const sum = (of: (report: RunReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  const coverage = [...coverFaults(reports), ...coverHabits(reports), ...coverStage(reports)];
  const messages = sum((report) => report.messages);
  const cpuSeconds = sum((report) => report.cpuMs) / 1000;
  return {
    runs: reports.length,
    messages,
    blocks: sum((report) => report.blocks),
    demands: sum((report) => report.demands),
    slowestPercent: Math.max(0, ...reports.map((report) => report.slowestPercent)),
    followedPercent: percentOf(
      sum(({ followed }) => followed?.bytes ?? 0),
      sum(({ followed }) => followed?.bytesOfAll ?? 0),
    ),
    cpuSeconds,
    messagesPerCpuSecond: Math.round(messages / Math.max(cpuSeconds, 0.001)),
    hash: toHex(sha256(utf8(reports.map((report) => report.hash).join(" ")))).slice(0, 16),
    coverage,
    unfelt: coverage.filter(({ listed, felt }) => listed >= listedMin && felt === 0).map(({ name }) => name),
    violations: reports.filter((report) => report.violation !== null),
  };
}

function percentOf(part: number, all: number): number {
  return Math.round((100 * part) / Math.max(1, all));
}

function coverFaults(reports: readonly RunReport[]): Coverage[] {
  const names = [...new Set(reports.flatMap((report) => Object.keys(report.faults) as Hazard[]))].sort();
  return names.map((name) =>
    cover(
      name,
      "fault",
      timesOf(reports, (report) => report.faults[name]),
    ),
  );
}

/** All of consensus, and of the order stage those that some run lists. */
function coverHabits(reports: readonly RunReport[]): Coverage[] {
  const isListed = (name: HabitName) => reports.some(({ habits }) => habits[name] !== undefined);
  const names = habitNames.filter((name) => habitNamesOf.consensus.includes(name) || isListed(name));
  return names.map((name) =>
    cover(
      name,
      "habit",
      timesOf(reports, (report) => report.habits[name]),
    ),
  );
}

function coverStage(reports: readonly RunReport[]): Coverage[] {
  const names = [...new Set(reports.flatMap((report) => Object.keys(report.ofStage)))].sort();
  return names.map((name) =>
    cover(
      name,
      "work",
      timesOf(reports, (report) => report.ofStage[name]),
    ),
  );
}

/** Of the runs that list it. */
function timesOf(reports: readonly RunReport[], of: (report: RunReport) => number | undefined): number[] {
  return reports.map(of).filter((times) => times !== undefined);
}

function cover(name: Coverage["name"], kind: Coverage["kind"], times: readonly number[]): Coverage {
  const felt = times.filter((each) => each > 0).length;
  return { name, kind, listed: times.length, felt, times: times.reduce((total, each) => total + each, 0) };
}
