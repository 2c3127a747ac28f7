// One thread that checks signatures: tasks in, verdicts out.

import { parentPort, workerData } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { performReplicaVerify } from "@tandem/replica";
import { assert } from "@tandem/shared";
import { readGenesis, verifyContextOf } from "./context.ts";
import type { VerifyRequest } from "./verify-pool.ts";

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
useNative();
const context = verifyContextOf(readGenesis((workerData as { readonly genesis: Uint8Array }).genesis));
port.on("message", (requests: readonly VerifyRequest[]) => {
  port.postMessage(requests.map(({ id, task }) => performReplicaVerify(context, id, task)));
});
