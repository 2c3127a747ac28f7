// The other process of the links bench: a validator that counts what it gets, and a bare noise stream beside it.
// Times are of the monotonic clock of the machine, which is one for all processes.

import type { Stream } from "@libp2p/interface";
import { createHost } from "../../src/network/host.ts";
import { createIdentity } from "../../src/network/index.ts";
import { networkLimits } from "../../src/network/network-config.ts";
import { startSeat } from "./seat.ts";

/** What is told to the parent process. */
export interface Report {
  readonly address?: string;
  readonly rawAddress?: string;
  /** One-way times of the small frames, microseconds. */
  readonly latenciesUs?: readonly number[];
  /** So many bytes of bulk, or of the bare stream, have come. */
  readonly bytes?: number;
}

export const rawProtocol = "/bench/raw";

function tell(report: Report): void {
  if (process.connected) process.send?.(report);
}

async function main(): Promise<void> {
  let latencies: number[] = [];
  let bulkBytes = 0;
  const network = await startSeat(1, undefined, (frame, lane) => {
    if (lane === "bulk") {
      bulkBytes += frame.length;
      return;
    }
    const view = new DataView(frame.buffer);
    const sentNs = view.getBigUint64(0);
    // A frame without a time asks for the times so far.
    if (sentNs > 0n) latencies.push(Number(process.hrtime.bigint() - sentNs) / 1000);
    else {
      tell({ latenciesUs: latencies });
      latencies = [];
    }
  });
  setInterval(() => tell({ bytes: bulkBytes + rawBytes }), 5);

  let rawBytes = 0;
  const raw = await createHost({
    identity: await createIdentity(),
    listen: ["/ip4/127.0.0.1/tcp/0"],
    validatorsMax: 4,
    limits: networkLimits,
  });
  await raw.handle(rawProtocol, (stream: Stream) => {
    stream.addEventListener("message", ({ data }) => {
      rawBytes += data.byteLength;
    });
  });
  tell({ address: network.addresses[0] ?? "", rawAddress: raw.getMultiaddrs()[0]?.toString() ?? "" });
}

if (process.send !== undefined) {
  process.on("disconnect", () => process.exit(0));
  await main();
}
