// Frames on a stream: one byte of kind, four bytes of length (little endian), and so many bytes.
//
// A reader is given pieces as they come, of any size, and gives whole frames that are copies of their own: they can be
// transferred to another thread. It refuses a frame by its header, before there is room for it.

export const frameKinds = { message: 0, hello: 1, refusal: 2, ping: 3, pong: 4 } as const;
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds];

export const headerBytes = 5;

/** What is not a message is at most a hello. */
const serviceBytesMax = 256;

const kindMax = frameKinds.pong;

export function writeHeader(output: Uint8Array, offset: number, kind: FrameKind, length: number): void {
  output[offset] = kind;
  output[offset + 1] = length & 0xff;
  output[offset + 2] = (length >>> 8) & 0xff;
  output[offset + 3] = (length >>> 16) & 0xff;
  output[offset + 4] = length >>> 24;
}

function readLength(header: Uint8Array): number {
  const [, a = 0, b = 0, c = 0, d = 0] = header;
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

export class FrameReader {
  /** Of a message. It starts with none, and is raised when the peer has shown who it is. */
  messageBytesMax = -1;
  readonly #onFrame: (kind: FrameKind, frame: Uint8Array) => void;
  readonly #header = new Uint8Array(headerBytes);
  #headerFilled = 0;
  #frame: Uint8Array | undefined;
  #filled = 0;
  #stopped = false;

  constructor(onFrame: (kind: FrameKind, frame: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** Nothing more is given, not even from the piece that is being read. */
  stop(): void {
    this.#stopped = true;
    this.#frame = undefined;
  }

  /** False for bytes that are no frames; the reader then stands still for good. */
  read(piece: Uint8Array): boolean {
    let at = 0;
    while (at < piece.length && !this.#stopped) {
      at += this.#frame === undefined ? this.#readHeader(piece, at) : this.#readBody(this.#frame, piece, at);
      if (this.#headerFilled === headerBytes && this.#frame === undefined && !this.#begin()) return false;
      this.#give();
    }
    return true;
  }

  #readHeader(piece: Uint8Array, at: number): number {
    const count = Math.min(headerBytes - this.#headerFilled, piece.length - at);
    for (let i = 0; i < count; i++) this.#header[this.#headerFilled + i] = piece[at + i] as number;
    this.#headerFilled += count;
    return count;
  }

  #readBody(frame: Uint8Array, piece: Uint8Array, at: number): number {
    const count = Math.min(frame.length - this.#filled, piece.length - at);
    frame.set(piece.subarray(at, at + count), this.#filled);
    this.#filled += count;
    return count;
  }

  #begin(): boolean {
    const kind = this.#header[0] as number;
    const length = readLength(this.#header);
    const allowed = kind === frameKinds.message ? this.messageBytesMax : serviceBytesMax;
    if (kind > kindMax || length > allowed) {
      this.stop();
      return false;
    }
    // Memory of its own, not zeroed: every byte is written before anybody sees it.
    this.#frame = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
    this.#filled = 0;
    return true;
  }

  #give(): void {
    const frame = this.#frame;
    if (frame === undefined || this.#filled < frame.length) return;
    this.#frame = undefined;
    this.#headerFilled = 0;
    this.#onFrame(this.#header[0] as FrameKind, frame);
  }
}
