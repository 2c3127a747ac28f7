// Answers of many megabytes, which are in memory until they are read: so many at a time, and no longer than somebody reads.

import { EventEmitter } from "node:events";
import type { FastifyReply } from "fastify";
import { expect, test } from "vitest";
import { LargeAnswers } from "../src/api/large-answers.ts";

class Raw extends EventEmitter {
  onIdle: () => void = () => undefined;

  setTimeout(_: number, onIdle: () => void): void {
    this.onIdle = onIdle;
  }

  destroy(): void {
    this.emit("close");
  }
}

function open(answers: LargeAnswers): Raw {
  const raw = new Raw();
  answers.take({ raw } as unknown as FastifyReply);
  return raw;
}

test("beyond so many whoever asks is told to come again; who is answered, goes or does not read gives its place back", () => {
  const answers = new LargeAnswers();
  const [first, second] = Array.from({ length: 32 }, () => open(answers));
  for (let again = 0; again < 3; again++) expect(() => open(answers)).toThrow("32 answers of this size");
  first?.emit("close");
  expect(() => open(answers)).not.toThrow();
  expect(() => open(answers)).toThrow();
  second?.onIdle();
  expect(() => open(answers)).not.toThrow();
});
