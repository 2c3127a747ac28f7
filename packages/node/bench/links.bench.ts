// Links between two processes: bulk beside a bare noise stream with the same bytes, and how long a vote takes from one to
// the other, alone and while bulk flows as fast as it can.

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { multiaddr } from "@multiformats/multiaddr";
import { type Bench, median } from "../../../scripts/bench/measure.ts";
import { createHost } from "../src/network/host.ts";
import { createIdentity, type Network } from "../src/network/index.ts";
import { networkLimits } from "../src/network/network-config.ts";
import { type Report, rawProtocol } from "./support/link-process.ts";
import { startSeat } from "./support/seat.ts";

export const area = "links";

const pushBytes = 512 * 1024;
/** Of a run: long enough that what fills the buffers does not count. */
const runBytes = 64 * pushBytes;
const queuedBytesMax = 16 * 1024 * 1024;
const voteBytes = 200;

class Other {
  readonly #child: ChildProcess;
  #onStart: (report: Report) => void = () => undefined;
  #onLatencies: (latenciesUs: readonly number[]) => void = () => undefined;
  bytes = 0;

  constructor() {
    this.#child = fork(fileURLToPath(new URL("./support/link-process.ts", import.meta.url)));
    this.#child.on("message", (report: Report) => {
      if (report.address !== undefined) this.#onStart(report);
      if (report.latenciesUs !== undefined) this.#onLatencies(report.latenciesUs);
      this.bytes = report.bytes ?? this.bytes;
    });
  }

  started(): Promise<Report> {
    return new Promise((resolve) => {
      this.#onStart = resolve;
    });
  }

  latencies(): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#onLatencies = resolve;
    });
  }

  async arrive(bytes: number): Promise<void> {
    while (this.bytes < bytes) await pause(1);
  }

  stop(): void {
    this.#child.disconnect();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function queuedBytes({ status }: Network): number {
  return status[0]?.queuedBytes ?? 0;
}

async function sendBulk(network: Network, other: Other): Promise<void> {
  const push = new Uint8Array(pushBytes);
  const end = other.bytes + runBytes;
  for (let sent = 0; sent < runBytes; sent += pushBytes) {
    while (queuedBytes(network) > queuedBytesMax) await pause(1);
    network.send(1, push, "bulk");
  }
  await other.arrive(end);
}

/** Median microseconds from one process to the other, for one vote after another. */
async function voteUs(network: Network, other: Other, count: number): Promise<number> {
  for (let i = 0; i < count; i++) {
    const vote = new Uint8Array(voteBytes);
    new DataView(vote.buffer).setBigUint64(0, process.hrtime.bigint());
    network.send(1, vote, "control");
    await pause(2);
  }
  const latencies = other.latencies();
  network.send(1, new Uint8Array(voteBytes), "control");
  return median(await latencies);
}

async function voteUnderBulkUs(network: Network, other: Other): Promise<number> {
  const push = new Uint8Array(pushBytes);
  let isOn = true;
  const flow = async () => {
    while (isOn) {
      while (queuedBytes(network) < queuedBytesMax) network.send(1, push, "bulk");
      await pause(1);
    }
  };
  const flowing = flow();
  await pause(200);
  const latencyUs = await voteUs(network, other, 300);
  isOn = false;
  await flowing;
  return latencyUs;
}

export default async function links(bench: Bench): Promise<void> {
  const other = new Other();
  const { address = "", rawAddress = "" } = await other.started();
  const network = await startSeat(0, address, () => undefined);
  while (network.status[0]?.connected !== true) await pause(5);
  const limits = networkLimits;
  const raw = await createHost({ identity: await createIdentity(), listen: [], validatorsMax: 4, limits });
  const connection = await raw.dial(multiaddr(rawAddress));
  const stream = await connection.newStream(rawProtocol);
  const sendRaw = async () => {
    const push = new Uint8Array(pushBytes);
    const end = other.bytes + runBytes;
    for (let sent = 0; sent < runBytes; sent += pushBytes) if (!stream.send(push)) await stream.onDrain();
    await other.arrive(end);
  };
  const items = runBytes / 1e6;
  await bench.rate(
    "bulk of 512 KiB, beside a bare noise stream",
    "MB/s",
    { items, run: () => sendBulk(network, other) },
    { items, run: sendRaw },
  );
  const report = (name: string, value: number) => bench.report({ name, value, unit: "us", limit: null, ratio: null });
  report("a vote of 200 bytes, one way (p50)", await voteUs(network, other, 500));
  report("a vote under full bulk, one way (p50)", await voteUnderBulkUs(network, other));
  await Promise.all([network.stop(), raw.stop()]);
  other.stop();
}
