// Blocks as all nodes have executed them, by their streams of events.

import { get } from "node:http";
import { orderBlockCodec } from "@tandem/shared";
import type { HttpLane } from "./http-lane.ts";

/** When each node told of it, in the order in which they did. */
export type Told = readonly { readonly node: number; readonly atMs: number }[];

type OnBlock = (roots: readonly Uint8Array[], told: Told) => void;

export class BlockWatch {
  readonly #lanes: readonly HttpLane[];
  readonly #onBlock: OnBlock;
  readonly #told = new Map<number, { node: number; atMs: number }[]>();
  readonly #streams: { destroy(): void }[] = [];

  private constructor(lanes: readonly HttpLane[], onBlock: OnBlock) {
    this.#lanes = lanes;
    this.#onBlock = onBlock;
  }

  /** Resolves when all listen. `onBlock` is called when the last node has told of a block. */
  static async open(apis: readonly string[], lanes: readonly HttpLane[], onBlock: OnBlock): Promise<BlockWatch> {
    const watch = new BlockWatch(lanes, onBlock);
    await Promise.all(apis.map((api, node) => watch.#follow(api, node)));
    return watch;
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
  }

  #follow(api: string, node: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const request = get(`${api}/events`, (response) => {
        this.#streams.push(response);
        let text = "";
        response.setEncoding("utf8").on("data", (data: string) => {
          const events = (text + data).split("\n\n");
          text = events.pop() ?? "";
          for (const event of events) this.#onEvent(event, node);
        });
        response.on("error", () => undefined);
        resolve();
      });
      request.on("error", reject);
    });
  }

  #onEvent(event: string, node: number): void {
    const height = /^id: (\d+)$/m.exec(event)?.[1];
    if (height === undefined) return;
    const told = this.#told.get(Number(height)) ?? [];
    this.#told.set(Number(height), told);
    told.push({ node, atMs: performance.now() });
    if (told.length === this.#lanes.length) void this.#read(Number(height), told);
  }

  /** Nodes take turns: what it costs to tell the blobs of a block is a part of each node's work. */
  async #read(height: number, told: Told): Promise<void> {
    this.#told.delete(height);
    const lane = this.#lanes[height % this.#lanes.length] as HttpLane;
    const { status, body } = await lane.get(`/blocks/${height}?raw`);
    if (status !== 200) throw new Error(`block ${height}: ${status} ${body.toString()}`);
    const block = orderBlockCodec.decode(new Uint8Array(body));
    if (!block.ok) throw new Error(`block ${height}: ${block.error.message}`);
    this.#onBlock(block.value.body.blobs, told);
  }
}
