// `tandem lab lag`: O10 under twice the load that saturates.

import { writeFileSync } from "node:fs";
import { type LagSeries, lagChart, runLag, svgChart, textChart, useNative } from "@tandem/lab";
import type { Command } from "../command.ts";
import { countBetween, countFlag, pathFlag } from "../flags.ts";
import { Complaint, formatTable } from "../terminal.ts";
import { ProgressBar } from "./progress-bar.ts";

const secondsUsual = 30;
const overloadUsual = 2;

export const lagCommand: Command = {
  help: `./tandem lab lag [--seconds N] [--overload X] [--seed S] [--svg FILE] [--json]

Four validators, four shards, programs from one shard to another. Each node of a program takes the
core of its shard 50 ms, so 40 programs a second saturate; ${overloadUsual} times as many are offered, once
with O10 (blobs are refused while a shard that they touch is behind) and once with its limits as
wide as they may be. Drawn: final heights that touched a shard and that no attested claim covers,
second by second. The same seed gives the same picture. docs/experiments.md has the model.

  --seconds N       virtual seconds of load, from 2 to 600 (${secondsUsual})
  --overload X      load for each that saturates, from 1 to 10 (${overloadUsual})
  --seed S          decides delays, leaders and programs (1)
  --svg FILE        writes the picture there, too
`,
  options: {
    seconds: { type: "string" },
    overload: { type: "string" },
    seed: { type: "string" },
    svg: { type: "string" },
  },
  run({ flags, json, print }) {
    const seconds = countBetween(flags, "seconds", [2, 600], secondsUsual);
    const overload = countBetween(flags, "overload", [1, 10], overloadUsual);
    const seed = countFlag(flags, "seed") ?? 1;
    const svg = pathFlag(flags, "svg");
    // Whoever cannot write there learns so before the run.
    if (svg !== undefined) writePicture(svg, "");
    useNative();
    const bar = new ProgressBar(2 * seconds);
    const [first, second] = [true, false].map((hasLimits, run) => {
      const said = hasLimits ? "virtual seconds with O10" : "virtual seconds without O10";
      const onSecond = (done: number) => bar.show(run * seconds + done, said);
      return runLag({ seed, seconds, overload, hasLimits, onSecond });
    }) as [LagSeries, LagSeries];
    bar.end();
    const chart = lagChart([first, second]);
    if (svg !== undefined) writePicture(svg, svgChart(chart));
    print(json ? `${JSON.stringify([first, second])}\n` : `${textChart(chart)}\n${table([first, second])}`);
  },
};

function writePicture(file: string, picture: string): void {
  try {
    writeFileSync(file, picture);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unwritable", `Cannot write ${file} (${code ?? message}).`, "Is the path right?");
  }
}

function table(all: readonly LagSeries[]): string {
  const head = ["", "offered", "ordered", "attested", "refused", "lag grows by", "wait p50", "p99"];
  const rows = all.map(({ hasLimits, offered, ordered, attested, refused, growth, waitMs }) => [
    hasLimits ? "with O10" : "without",
    ...[offered, ordered, attested].map((rate) => `${rate} /s`),
    String(refused),
    `${growth} /s`,
    `${waitMs.p50} ms`,
    `${waitMs.p99} ms`,
  ]);
  return formatTable(head, rows, [1, 2, 3, 4, 5, 6, 7]);
}
