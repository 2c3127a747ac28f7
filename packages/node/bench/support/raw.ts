// The raw limit of a network: as many processes as nodes, which do of the same blobs only what nobody can do without.
//
// limit       blobs a second when noise streams, signature checks and appends run beside each other in all processes, on
//             the cores that the nodes have, and disturbed by what disturbs the nodes.
// CPU         of each part, measured alone.

import { fileURLToPath } from "node:url";
import { Child } from "./child.ts";
import { type FromRaw, type RawPart, type RawWork, rawParts, type ToRaw } from "./raw-process.ts";

export interface RawFigures {
  readonly blobsPerSecond: number;
  /** CPU seconds of all processes for a megabyte of blobs. */
  readonly cpuPerMb: Readonly<Record<RawPart, number>>;
}

export class Raw {
  readonly #children: readonly Child<ToRaw, FromRaw>[];

  static async open(nodes: number): Promise<Raw> {
    const file = fileURLToPath(new URL("./raw-process.ts", import.meta.url));
    const children = Array.from({ length: nodes }, () => new Child<ToRaw, FromRaw>(file));
    const said = await Promise.all(children.map((child) => child.ask(undefined, "address")));
    const addresses = said.map(({ address }) => address);
    const others = (own: number) => addresses.filter((_, index) => index !== own);
    await Promise.all(children.map((child, own) => child.ask({ kind: "dial", addresses: others(own) }, "done")));
    return new Raw(children);
  }

  private constructor(children: readonly Child<ToRaw, FromRaw>[]) {
    this.#children = children;
  }

  async measure(blobs: number, bytes: number): Promise<RawFigures> {
    const { seconds } = await this.#run({ parts: rawParts, blobs, bytes });
    const alone: [RawPart, number][] = [];
    for (const part of rawParts) {
      const { cpuSeconds } = await this.#run({ parts: [part], blobs, bytes });
      alone.push([part, cpuSeconds / ((blobs * bytes) / 1e6)]);
    }
    return { blobsPerSecond: blobs / seconds, cpuPerMb: Object.fromEntries(alone) as Record<RawPart, number> };
  }

  async #run(work: RawWork): Promise<{ readonly seconds: number; readonly cpuSeconds: number }> {
    const startMs = performance.now();
    const done = await Promise.all(this.#children.map((child) => child.ask({ kind: "run", work }, "done")));
    const cpuSeconds = done.reduce((sum, each) => sum + each.cpuSeconds, 0);
    return { seconds: (performance.now() - startMs) / 1000, cpuSeconds };
  }

  stop(): void {
    for (const child of this.#children) child.stop();
  }
}
