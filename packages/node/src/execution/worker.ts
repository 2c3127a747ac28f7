// One thread that executes shards.

import { parentPort, workerData } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { Executions, orderReads } from "@tandem/replica";
import { asEpoch, assert } from "@tandem/shared";
import { readGenesis, rulesIn } from "../replica/context.ts";
import { giveWay, niceness } from "../replica/give-way.ts";
import { serveExecutions } from "./serve.ts";

assert(parentPort !== null, "a worker has a parent");
useNative();
giveWay(niceness.execute);
const { genesis } = readGenesis((workerData as { readonly genesis: Uint8Array }).genesis);
serveExecutions(parentPort, new Executions({ genesis, epoch: asEpoch(0), rules: rulesIn(genesis), order: orderReads }));
