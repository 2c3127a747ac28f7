// One shard on a thread of its own: it is told how many rounds to run, and answers when they have run.

import { parentPort } from "node:worker_threads";
import { useNative } from "@tandem/native";
import { assert } from "@tandem/shared";
import { BenchShard, transferLoad } from "./bench-shard.ts";

assert(parentPort !== null, "a worker has a parent");
const port = parentPort;
useNative();
const shard = new BenchShard(transferLoad(500, 5_000));
port.on("message", (rounds: number) => {
  for (let round = 0; round < rounds; round++) {
    shard.prepare();
    shard.run();
  }
  port.postMessage("done");
});
port.postMessage("ready");
