// All checkers of a run.

import { Losses } from "../losses.ts";
import type { Block } from "../payload/block.ts";
import type { Setting } from "../setting.ts";
import { bounds } from "./bounds.ts";
import { certificates } from "./certificates.ts";
import type { CheckContext, Checker } from "./checker.ts";
import { commitOrder } from "./commit-order.ts";
import { durableFirst } from "./durable-first.ts";
import { evidence } from "./evidence.ts";
import { justified } from "./justified.ts";
import { oneChain } from "./one-chain.ts";
import { quiet } from "./quiet.ts";
import { signedOnce } from "./signed-once.ts";

/** `signed-once` stands before those that read the votes which it enters. */
export function createCheckers(context: CheckContext, setting: Setting, blocks: ReadonlyMap<string, Block>): Checker[] {
  const { world, heartbeatMs } = setting;
  const isClockSteady = !world.faults.some((fault) => fault.kind === "clock-jump");
  const checkers = [
    oneChain(),
    commitOrder(context, new Losses(setting)),
    signedOnce(context),
    durableFirst(context),
    certificates(context),
    justified(context, blocks),
    evidence(context),
    bounds(context, isClockSteady),
  ];
  // A Byzantine node can keep others awake: that is its right as long as work goes on.
  const isQuietTold = setting.stage !== "whole";
  if (context.byzantine.size === 0 && isClockSteady && isQuietTold)
    checkers.push(quiet(context, world.healAtMs, heartbeatMs));
  return checkers;
}
