// Ports of nodes on loopback. They lie below those that systems give to outgoing connections (from 32,768 on), so that a
// node that was stopped finds its own free when it comes back.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { Complaint } from "./terminal.ts";

export const host = "127.0.0.1";

const lowest = 20_000;
const highest = 32_000;
const attemptsMax = 50;

/** The first of so many ports that are free now. */
export async function findPorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const first = randomInt(lowest, highest - count);
    if (await areFree(Array.from({ length: count }, (_, index) => first + index))) return first;
  }
  throw new Complaint("no-ports", `There are no ${count} free ports in a row.`, "Stop some of what listens here.", 1);
}

export async function areFree(ports: readonly number[]): Promise<boolean> {
  const free = await Promise.all(ports.map(isFree));
  return free.every((each) => each);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
