// Yamux reads a data frame whole before it looks at its window: a header that says four gigabytes would fill the memory,
// and its sender need not even have said who it is. So a guard reads the headers first, and ends a connection whose frame
// is longer than any window.
//
// Header of a frame: version, type (0 is data), flags (2 bytes), stream (4 bytes), length (4 bytes, big endian). Only data
// frames have bytes after it.

import type { MessageStream, StreamMuxerFactory } from "@libp2p/interface";
import { type YamuxMuxerInit, yamux } from "@libp2p/yamux";

const headerBytes = 12;
const dataType = 0;

/** Reads the headers in a stream of frames, however it is cut. */
export class YamuxGuard {
  readonly #frameBytesMax: number;
  readonly #header = new Uint8Array(headerBytes);
  #filled = 0;
  #bodyLeft = 0;

  constructor(frameBytesMax: number) {
    this.#frameBytesMax = frameBytesMax;
  }

  /** False if a frame is too long. */
  read(piece: Uint8Array): boolean {
    let at = 0;
    while (at < piece.length) {
      if (this.#bodyLeft > 0) {
        const count = Math.min(this.#bodyLeft, piece.length - at);
        this.#bodyLeft -= count;
        at += count;
      } else {
        this.#header[this.#filled++] = piece[at++] as number;
        if (this.#filled === headerBytes && !this.#begin()) return false;
      }
    }
    return true;
  }

  #begin(): boolean {
    this.#filled = 0;
    if (this.#header[1] !== dataType) return true;
    const [a = 0, b = 0, c = 0, d = 0] = this.#header.subarray(8);
    this.#bodyLeft = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
    return this.#bodyLeft <= this.#frameBytesMax;
  }
}

/** As `yamux` of libp2p, with the guard before each of its multiplexers. */
export function guardedYamux(init: YamuxMuxerInit, frameBytesMax: number): () => StreamMuxerFactory {
  const createFactory = yamux(init);
  return () => {
    const factory = createFactory();
    const createUnguarded = factory.createStreamMuxer.bind(factory);
    factory.createStreamMuxer = (connection) => {
      guard(connection, frameBytesMax);
      return createUnguarded(connection);
    };
    return factory;
  };
}

/** Its listener is added before the muxer's, so it sees the bytes first. */
function guard(connection: MessageStream, frameBytesMax: number): void {
  const reader = new YamuxGuard(frameBytesMax);
  connection.addEventListener("message", ({ data }) => {
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      if (reader.read(piece)) continue;
      connection.abort(new Error("a frame is longer than any window"));
      return;
    }
  });
}
