// `tandem lab replay`: what happened in one run.

import { readFileSync } from "node:fs";
import {
  drawLog,
  drawSetting,
  type Log,
  loadStage,
  override,
  readLog,
  readSetting,
  replay,
  type Setting,
  type StageName,
  timelineKinds,
  useNative,
} from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint, wrap } from "../terminal.ts";
import { countFlag, entryFlag, neededFlag, pathFlag, stageFlag } from "./flags.ts";
import { refuseOfWorlds, replayLog } from "./rounds.ts";

export const replayCommand: Command = {
  help: `./tandem lab replay --seed S|--file PATH [--node N] [--kind K] [--from MS] [--to MS] [--setting]
                    [--native] [--stage STAGE] [--entry PATH] [--json]

Runs one seed again and prints its timeline: time, instance, kind, what; in the rounds stage the
log, and what each shard claims of it. Exit code 1 if a checker fires.

  --seed S          the seed
  --file PATH       a setting that shrink printed with --json, instead of a seed
  --node N          only this instance, as receiver or sender
  --kind K          only this kind, or several: deliver,observe. There are
                    ${wrap(timelineKinds.join(", "), 76).join("\n                    ")}
  --from MS         only from this time on, in virtual milliseconds
  --to MS           only up to this time
  --setting         print the setting of the seed, and nothing else
  --native          BLS signatures instead of the mock
  --stage STAGE     consensus alone (usual); order: the order chain; whole: both chains; rounds:
                    execution
  --entry PATH      the index.ts of another copy of packages/consensus, packages/replica or
                    packages/execution
`,
  options: {
    seed: { type: "string" },
    file: { type: "string" },
    node: { type: "string" },
    kind: { type: "string" },
    from: { type: "string" },
    to: { type: "string" },
    setting: { type: "boolean" },
    native: { type: "boolean" },
    stage: { type: "string" },
    entry: { type: "string" },
  },
  async run({ flags, json, print }) {
    const scheme = flags["native"] === true ? "native" : "mock";
    const stage = stageFlag(flags);
    const log = logOf(flags, stage);
    if (log !== undefined) {
      refuseOfWorlds(flags, ["native", "node", "kind", "from", "to"]);
      if (flags["setting"] === true) return print(`${JSON.stringify({ log }, null, json ? 0 : 2)}\n`);
      return await replayLog(log, { entry: entryFlag(flags), json, print });
    }
    const setting = override(settingOf(flags, stage), { scheme, ...(stage && { stage }) });
    if (flags["setting"] === true) return print(`${JSON.stringify(setting, null, json ? 0 : 2)}\n`);
    useNative();
    const makeStage = await loadStage(setting.stage, entryFlag(flags));
    const { report, timeline } = replay(setting, makeStage, filterOf(flags));
    if (report.violation !== null) process.exitCode = 1;
    if (json) return print(`${JSON.stringify({ report, entries: timeline.entries })}\n`);
    const forgotten = timeline.forgotten > 0 ? `(${timeline.forgotten} earlier entries left out)\n` : "";
    const { violation, blocks, messages, hash } = report;
    const end = violation === null ? "no violation" : `${violation.checker}: ${violation.what}`;
    print(`${forgotten}${timeline.format()}\n\n${blocks} blocks, ${messages} messages, trace ${hash}\n${end}\n`);
  },
};

/** Nothing in other stages than rounds. */
function logOf(flags: Readonly<Record<string, unknown>>, stage: StageName | undefined): Log | undefined {
  const path = pathFlag(flags, "file");
  if (path !== undefined) return readFrom(path, readLog);
  return stage === "rounds" ? drawLog(neededFlag(flags, "seed")) : undefined;
}

function settingOf(flags: Readonly<Record<string, unknown>>, stage: StageName | undefined): Setting {
  const path = pathFlag(flags, "file");
  if (path !== undefined) return readFrom(path, readSetting);
  return drawSetting(neededFlag(flags, "seed"), stage === "rounds" ? undefined : stage);
}

function readFrom<T>(path: string, read: (text: string) => T): T {
  try {
    return read(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Complaint(
      "unreadable",
      `Cannot read a setting from ${path} (${(error as Error).message}).`,
      "Is it JSON that shrink printed?",
    );
  }
}

function filterOf(flags: Readonly<Record<string, unknown>>) {
  const node = countFlag(flags, "node");
  const fromMs = countFlag(flags, "from");
  const toMs = countFlag(flags, "to");
  return {
    ...(node !== undefined && { instances: [node] }),
    ...(typeof flags["kind"] === "string" && { kinds: flags["kind"].split(",").map(kindOf) }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  };
}

function kindOf(name: string) {
  const kind = timelineKinds.find((each) => each === name);
  if (kind !== undefined) return kind;
  throw new Complaint("bad-arguments", `There is no kind "${name}".`, `Kinds: ${timelineKinds.join(", ")}.`);
}
