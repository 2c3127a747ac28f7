// Jobs of the order chain: work that takes several inputs (shared's jobs.ts), asking for this machine's effects.

import { type Job as AnyJob, ask as askAny } from "@tandem/shared";
import type { OrderEffect } from "./types.ts";

export { Jobs, read, readKeys, until, untilEach } from "@tandem/shared";

export type Job<T = void> = AnyJob<T, OrderEffect>;

export function ask<Answer>(effectOf: (id: number) => OrderEffect): Job<Answer> {
  return askAny<Answer, OrderEffect>(effectOf);
}
