// What payers of the whole stage submit: programs of all environments, as the rounds stage draws them, with the envelope
// that fits; and, for a share of the blobs, what is no program.

import { asBudget, asShardName, fromHex } from "@tandem/shared";
import type { Random } from "@tandem/simulator";
import { drawProgram } from "../rounds/draw/draw-log.ts";
import { type Ground, payers } from "../rounds/draw/ground.ts";
import type { DrawProgram } from "./blobs.ts";

export interface ProgramDraw {
  readonly ground: Ground;
  readonly random: Random;
  /** Share of good blobs, in parts per million. */
  readonly programsPpm: number;
  /** Of the order chain: programs have deadlines some heights above. */
  height(): number;
}

export function programDraw({ ground, random, programsPpm, height }: ProgramDraw): DrawProgram {
  return (payer) => {
    if (!payers.includes(payer) || !random.chance(programsPpm)) return undefined;
    const { payload, touches, budget } = drawProgram(random, ground, height() + 1, payer);
    return {
      payload: fromHex(payload) as Uint8Array,
      touches: touches.map(asShardName),
      budget: asBudget(budget),
    };
  };
}
