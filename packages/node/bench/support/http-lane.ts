// One connection with the API of a node: requests leave one behind the other, without a wait for the answers, which come
// in the same order.

import { connect, type Socket } from "node:net";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

export class HttpLane {
  readonly #socket: Socket;
  readonly #host: string;
  readonly #waiting: ((answer: Answer) => void)[] = [];
  #received: Buffer = Buffer.alloc(0);

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#host = `${hostname}:${port}`;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on("data", (data) => this.#onData(data));
    this.#socket.on("error", (error) => {
      throw error;
    });
  }

  get(path: string): Promise<Answer> {
    return this.#ask(`GET ${path} HTTP/1.1\r\nhost: ${this.#host}\r\n\r\n`, undefined);
  }

  post(path: string, body: Uint8Array): Promise<Answer> {
    const head = `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\ncontent-type: application/octet-stream\r\n`;
    return this.#ask(`${head}content-length: ${body.length}\r\n\r\n`, body);
  }

  close(): void {
    this.#socket.destroy();
  }

  #ask(head: string, body: Uint8Array | undefined): Promise<Answer> {
    this.#socket.cork();
    this.#socket.write(head);
    if (body !== undefined) this.#socket.write(body);
    process.nextTick(() => this.#socket.uncork());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #onData(data: Buffer): void {
    this.#received = this.#received.length === 0 ? data : Buffer.concat([this.#received, data]);
    for (let answer = this.#next(); answer !== undefined; answer = this.#next()) this.#waiting.shift()?.(answer);
  }

  /** Each has a length: so nodes answer. */
  #next(): Answer | undefined {
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const head = this.#received.toString("latin1", 0, headEnd);
    const bodyStart = headEnd + 4;
    const bodyEnd = bodyStart + Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < bodyEnd) return undefined;
    const body = this.#received.subarray(bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    return { status: Number(head.slice(9, 12)), body };
  }
}
