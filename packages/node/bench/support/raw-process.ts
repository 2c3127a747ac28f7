// One of the processes that do, of what a node does, only what nobody can do without: noise streams to all others, the
// check of every signature, and every byte appended to a file and synced. The three run beside each other.

import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { nativePayerScheme, useNative } from "@tandem/native";
import { createHost } from "../../src/network/host.ts";
import { createIdentity } from "../../src/network/index.ts";
import { networkLimits } from "../../src/network/network-config.ts";

export const rawParts = ["noise", "signatures", "appends"] as const;
export type RawPart = (typeof rawParts)[number];

export interface RawWork {
  readonly parts: readonly RawPart[];
  /** Blobs of all nodes together, and bytes of each. */
  readonly blobs: number;
  readonly bytes: number;
}

export type ToRaw =
  /** Where the others listen. */
  { readonly kind: "dial"; readonly addresses: readonly string[] } | { readonly kind: "run"; readonly work: RawWork };

export type FromRaw =
  | { readonly kind: "address"; readonly address: string }
  | { readonly kind: "done"; readonly cpuSeconds: number };

const protocol = "/bench/raw";
/** As much as a node pushes at once, and syncs at once under load. */
const chunkBytes = 512 * 1024;
/** Checks without a look at what came meanwhile. */
const checksAtOnce = 64;
const messageBytes = 32;

class Noise {
  readonly #streams: Stream[] = [];
  #received = 0;
  #expected = 0;
  #onAll: () => void = () => undefined;

  async open(): Promise<{ readonly address: string; dial(addresses: readonly string[]): Promise<void> }> {
    const host = await createHost({
      identity: await createIdentity(),
      listen: ["/ip4/127.0.0.1/tcp/0"],
      validatorsMax: 4,
      limits: networkLimits,
    });
    await host.handle(protocol, (stream: Stream) => {
      stream.addEventListener("message", ({ data }) => this.#onBytes(data.byteLength));
    });
    return {
      address: host.getMultiaddrs()[0]?.toString() ?? "",
      dial: async (addresses) => {
        for (const address of addresses) {
          this.#streams.push(await (await host.dial(multiaddr(address))).newStream(protocol));
        }
      },
    };
  }

  #onBytes(count: number): void {
    this.#received += count;
    if (this.#received >= this.#expected) this.#onAll();
  }

  /** To each, and as much from each. */
  async run(bytes: number): Promise<void> {
    this.#expected += bytes * this.#streams.length;
    const received = new Promise<void>((resolve) => (this.#onAll = resolve));
    if (this.#received >= this.#expected) this.#onAll();
    await Promise.all([received, ...this.#streams.map((stream) => send(stream, bytes))]);
  }
}

async function send(stream: Stream, bytes: number): Promise<void> {
  const chunk = new Uint8Array(chunkBytes);
  for (let sent = 0; sent < bytes; sent += chunk.length) {
    if (!stream.send(chunk.subarray(0, Math.min(chunk.length, bytes - sent)))) await stream.onDrain();
  }
}

async function checkAll(count: number): Promise<void> {
  const seed = new Uint8Array(32).fill(1);
  const key = nativePayerScheme.publicKeyOf(seed);
  const signed = Array.from({ length: checksAtOnce }, (_, index) => {
    const message = new Uint8Array(messageBytes).fill(index);
    return { message, signature: nativePayerScheme.sign(seed, message) };
  });
  for (let done = 0; done < count; done += checksAtOnce) {
    for (const { message, signature } of signed.slice(0, count - done)) {
      if (!nativePayerScheme.verify(key, message, signature)) throw new Error("it was signed");
    }
    await nextTurn();
  }
}

async function append(bytes: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tandem-raw-"));
  const file = await open(join(folder, "appended"), "w");
  const chunk = new Uint8Array(chunkBytes).fill(1);
  for (let at = 0; at < bytes; at += chunk.length) {
    await file.write(chunk, 0, Math.min(chunk.length, bytes - at), at);
    await file.datasync();
  }
  await file.close();
  rmSync(folder, { recursive: true });
}

async function main(): Promise<void> {
  useNative();
  const noise = new Noise();
  const { address, dial } = await noise.open();
  const works: Readonly<Record<RawPart, (work: RawWork, nodes: number) => Promise<void>>> = {
    noise: ({ blobs, bytes }, nodes) => noise.run(Math.ceil((blobs * bytes) / nodes)),
    signatures: ({ blobs }) => checkAll(blobs),
    appends: ({ blobs, bytes }) => append(blobs * bytes),
  };
  let nodes = 1;
  process.on("message", async (message: ToRaw) => {
    const cpu = process.cpuUsage();
    if (message.kind === "dial") {
      nodes = message.addresses.length + 1;
      await dial(message.addresses);
    } else {
      await Promise.all(message.work.parts.map((part) => works[part](message.work, nodes)));
    }
    const { user, system } = process.cpuUsage(cpu);
    tell({ kind: "done", cpuSeconds: (user + system) / 1e6 });
  });
  process.on("disconnect", () => process.exit(0));
  tell({ kind: "address", address });
}

function tell(message: FromRaw): void {
  process.send?.(message);
}

if (process.send !== undefined) await main();
