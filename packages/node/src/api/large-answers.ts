// Answers of many megabytes: each is in memory until whoever asked has read it, or has gone. So there are only so many at a
// time, and who does not read is not waited for.

import type { FastifyReply } from "fastify";
import { ApiError } from "./api-error.ts";

/** Of up to 20 MiB each. */
const answersMax = 32;
/** A socket over which nothing moves for so long. */
const idleTimeoutMs = 30_000;

export class LargeAnswers {
  #open = 0;

  /** A place for this reply, which it holds to its end. */
  take({ raw }: FastifyReply): void {
    if (this.#open >= answersMax) {
      const what = `${answersMax} answers of this size are under way already.`;
      throw new ApiError(429, "busy", what, "Send it again in a moment.");
    }
    this.#open++;
    raw.once("close", () => this.#open--);
    raw.setTimeout(idleTimeoutMs, () => raw.destroy());
  }
}
