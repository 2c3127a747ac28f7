// The thread's side: tasks in, answers out, and in between the records that an execution asks for. Tasks of several shards
// can be under way at once: while one waits for records, another runs.

import type { MessagePort } from "node:worker_threads";
import type { ExecutionTask } from "@tandem/attestation";
import type { ExecutionAnswer } from "@tandem/replica";
import { assert, type Reading, type Records } from "@tandem/shared";
import { failureOf } from "../replica/failure.ts";
import { buffersOf, packRecords, unpackRecords } from "./packed-records.ts";
import type { FromExecution, ToExecution } from "./words.ts";

export interface PerformsTasks {
  perform(task: ExecutionTask): Reading<ExecutionAnswer>;
}

export function serveExecutions(port: MessagePort, executions: PerformsTasks): void {
  const readings = new Map<number, Reading<ExecutionAnswer>>();
  const tell = (message: FromExecution, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);

  function goOn(number: number, records?: Records): void {
    const reading = readings.get(number);
    assert(reading !== undefined, "records are for a task that is under way");
    const step = records === undefined ? reading.next() : reading.next(records);
    if (step.done === true) {
      readings.delete(number);
      return tell({ kind: "done", number, answer: step.value });
    }
    const keys = packRecords(step.value);
    tell({ kind: "wanted", number, keys }, buffersOf(keys));
  }

  function hear(message: ToExecution): void {
    if (message.kind === "records") return goOn(message.number, unpackRecords(message.records));
    readings.set(message.number, executions.perform(message.task));
    goOn(message.number);
  }

  port.on("message", (message: ToExecution) => {
    try {
      hear(message);
    } catch (error) {
      // What is half done is not to be gone on with: the node ends, and begins again from its store.
      tell({ kind: "failed", ...failureOf(error, "execution-failed") });
    }
  });
}
