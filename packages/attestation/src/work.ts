// Jobs of Stage 2's machine: work that takes several inputs (shared's jobs.ts), asking for this machine's effects.

import { ask as askAny } from "@tandem/shared";
import type { Job } from "./core.ts";
import type { AttestEffect } from "./types.ts";

export { read, until, untilEach } from "@tandem/shared";

export function ask<Answer>(effectOf: (id: number) => AttestEffect): Job<Answer> {
  return askAny<Answer, AttestEffect>(effectOf);
}
