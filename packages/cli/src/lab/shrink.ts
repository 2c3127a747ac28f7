// `tandem lab shrink`: what is left of a failing setting when all that does not matter is taken away.

import { drawSetting, loadStage, runSetting, shrinkSetting, useNative } from "@tandem/lab";
import type { Command } from "../command.ts";
import { Complaint } from "../terminal.ts";
import { entryFlag, neededFlag, stageFlag } from "./flags.ts";
import { shrinkRounds } from "./rounds.ts";

export const shrinkCommand: Command = {
  help: `./tandem lab shrink --seed S [--stage STAGE] [--entry PATH] [--json]

Takes faults, habits and time away from a run that fails, as long as the same checker fires, and
prints the setting that is left. In the rounds stage: blocks, programs and steps, and what is left
is a log.

  --seed S          the seed of a run that fails
  --stage STAGE     consensus alone (usual); order: the order chain; whole: both chains; rounds:
                    execution
  --entry PATH      the index.ts of another copy of packages/consensus, packages/replica or
                    packages/execution
`,
  options: { seed: { type: "string" }, stage: { type: "string" }, entry: { type: "string" } },
  async run({ flags, json, print }) {
    const seed = neededFlag(flags, "seed");
    const stage = stageFlag(flags);
    if (stage === "rounds") return await shrinkRounds(seed, { entry: entryFlag(flags), json, print });
    useNative();
    const drawn = drawSetting(seed, stage);
    const makeStage = await loadStage(drawn.stage, entryFlag(flags));
    let tries = 0;
    const shrunk = shrinkSetting(drawn, makeStage, () => process.stderr.write(`\rtry ${++tries}`));
    if (tries > 0) process.stderr.write("\r");
    if (shrunk === undefined)
      throw new Complaint("no-violation", `Seed ${seed} does not fail.`, "./tandem lab check finds seeds that do.", 1);
    const { config: setting, steps, isSmallest } = shrunk;
    const { violation } = runSetting(setting, makeStage);
    if (json) return print(`${JSON.stringify({ setting, violation, tries, steps, isSmallest })}\n`);
    print(
      `${JSON.stringify(setting, null, 2)}\n${tries} tries, ${steps} steps${isSmallest ? "" : ", not at the end"}\n`,
    );
    print(`${violation?.checker}: ${violation?.what}\n`);
  },
};
