// Bulk work gives way to the main thread: each thread has a priority of its own, on Linux.

import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const thread = `
  import { parentPort, workerData } from "node:worker_threads";
  import { getPriority } from "node:os";
  const { giveWay } = await import(workerData);
  giveWay(3);
  parentPort.postMessage(getPriority(0));
`;

test.runIf(process.platform === "linux")(
  "a thread that gives way has a lower priority, and only that thread",
  async () => {
    const own = getPriority(process.pid);
    const source = new URL("../src/replica/give-way.ts", import.meta.url).href;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(thread)}`), { workerData: source });
    const priority = await new Promise((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
    });
    expect(priority).toBe(Math.min(19, own + 3));
    expect(getPriority(process.pid)).toBe(own);
  },
);
