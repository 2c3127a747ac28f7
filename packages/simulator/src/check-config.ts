// A config that makes no sense is our own mistake: better found at the start than as a strange run.

import { assert } from "@tandem/shared";
import type { Fault, WorldConfig } from "./config.ts";
import { type Distribution, longestUs, spanUsMax } from "./distribution.ts";

/** Links are a table of all pairs. */
const instancesMax = 1024;
/** Clocks multiply times with drifts, exactly: 19 hours at most, one part in ten at most. */
const endMsMax = 2 ** 36 / 1000;
const driftPpmMax = 100_000;

export function checkConfig(config: WorldConfig): void {
  const { seed, instances, network, disk, answerDelay, inboxMessagesMax, faults, healAtMs, endAtMs } = config;
  assertWhole({ seed, inboxMessagesMax, healAtMs, endAtMs });
  assert(instances.length >= 1 && instances.length <= instancesMax, "a world has instances, and not too many");
  assert(endAtMs <= endMsMax, "a run ends within a day");
  for (const { seat, driftPpm, aheadMs } of instances) {
    assertWhole({ seat });
    assert(Number.isInteger(driftPpm) && Math.abs(driftPpm) <= driftPpmMax, "drift is whole and small");
    assert(Number.isInteger(aheadMs), "a clock is ahead by whole milliseconds");
  }
  const { delay, ...chances } = network;
  assertWhole({ ...chances, tornPpm: disk.tornPpm, diskBytesPerSecond: disk.bytesPerSecond });
  for (const distribution of [delay, disk.sync, answerDelay]) checkDistribution(distribution);
  for (const fault of faults) checkFault(fault, instances.length);
}

function checkDistribution(distribution: Distribution): void {
  assert(longestUs(distribution) <= spanUsMax, "nothing drawn takes more than 67 seconds");
  const { kind, ...rest } = distribution;
  for (const [name, value] of Object.entries(rest)) if (name !== "tail") assertWhole({ [`${kind} ${name}`]: value });
  if (distribution.kind === "uniform") assert(distribution.fromUs <= distribution.toUs, "a range goes upwards");
}

function checkFault(fault: Fault, instances: number): void {
  const { fromMs, toMs } = fault;
  assertWhole({ fromMs, toMs });
  const places = fault.kind === "partition" ? fault.side : "instance" in fault ? [fault.instance] : [];
  for (const place of places) {
    assert(Number.isInteger(place) && place >= 0 && place < instances, `a ${fault.kind} is of an instance that exists`);
  }
  if ("factor" in fault) assert(Number.isInteger(fault.factor) && fault.factor >= 1, "a factor is a whole number");
  if (fault.kind === "clock-jump") assert(Number.isInteger(fault.byMs), "a clock jumps by whole milliseconds");
  if (fault.kind === "weather") {
    const { lossPpm, duplicatePpm, reorderPpm } = fault;
    assertWhole({ lossPpm, duplicatePpm, reorderPpm });
  }
}

function assertWhole(numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    assert(Number.isSafeInteger(value) && (value as number) >= 0, `${name} is a whole number, 0 or more`);
  }
}
