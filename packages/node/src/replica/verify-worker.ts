// One thread that checks signatures: tasks in, verdicts out.

import { parentPort, workerData } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { performReplicaVerify, type ReplicaTask } from "@tandem/replica";
import { assert } from "@tandem/shared";
import { readGenesis, verifyContextOf } from "./context.ts";
import { giveWay, niceness } from "./give-way.ts";
import { unpackSignatures } from "./packed-signatures.ts";
import type { VerifyRequest } from "./verify-pool.ts";

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
useNative();
giveWay(niceness.verify);
const context = verifyContextOf(readGenesis((workerData as { readonly genesis: Uint8Array }).genesis));
port.on("message", (request: VerifyRequest) => {
  const task: ReplicaTask =
    "task" in request ? request.task : { kind: "signatures", signatures: unpackSignatures(request.packed) };
  port.postMessage(performReplicaVerify(context, request.id, task));
});
