// Ports for nodes that have to find each other again. They lie below those that the system gives to outgoing connections, so
// that a node that was stopped finds its own free when it comes back.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const lowest = 20_000;
const highest = 32_000;

/** It was free a moment ago. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) return port;
  }
}

/** Of so many, none twice. */
export async function freeAddresses(count: number): Promise<readonly string[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports].map((port) => `/ip4/127.0.0.1/tcp/${port}`);
}

/** For the configuration of a seat. */
export function others(addresses: readonly string[], own: number) {
  return addresses.map((address, seat) => ({ seat, address })).filter(({ seat }) => seat !== own);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
