// An API that answers as a node's does, but where a test bends an answer; and it remembers what was asked.

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Gives the bytes of another answer than the node's, or the same. */
export type Bend = (path: string, bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

export class Relay {
  readonly asked: string[] = [];
  readonly #server: Server;

  static async start(node: string, bend: Bend = (_, bytes) => bytes): Promise<Relay> {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      const path = request.url ?? "";
      asked.push(path);
      const answer = await fetch(`${node}${path}`);
      const bytes = await bend(path, new Uint8Array(await answer.arrayBuffer()));
      response.writeHead(answer.status).end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    return new Relay(server, asked);
  }

  private constructor(server: Server, asked: string[]) {
    this.#server = server;
    this.asked = asked;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
