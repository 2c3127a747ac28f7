// An execution thread whose shards do as their names say: it tells on the results of tasks how many were under way in it.

import { parentPort, threadId } from "node:worker_threads";
import type { ExecutionTask } from "@tandem/attestation";
import type { ExecutionAnswer } from "@tandem/replica";
import { assert, type Frontier, type Reading, StoreFault, utf8 } from "@tandem/shared";
import { serveExecutions } from "../../src/execution/serve.ts";

assert(parentPort !== null, "a worker has a parent");
let underWay = 0;

function* perform(task: ExecutionTask): Reading<ExecutionAnswer> {
  if (task.shard === "broken") throw new Error("a bug");
  if (task.shard === "ended") process.exit();
  const atOnce = ++underWay;
  const [value, missing] = yield [utf8(task.shard), utf8("nothing")];
  if (task.shard === "damaged") throw new StoreFault("missing-record", "a page of a map");
  const [again] = yield [utf8(`${task.shard} again`)];
  underWay--;
  const told = { put: [value, missing, again], task, atOnce, threadId };
  const opened = { frontier: told as unknown as Frontier, batch: { puts: [], deletes: [] }, waiting: [] };
  return { kind: "opened", id: task.id, opened };
}

serveExecutions(parentPort, { perform });
