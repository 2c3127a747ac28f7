// One lane of a link: frames over a libp2p stream, in both directions.
//
// - Sending: chunk by chunk, as the stream takes them. When it says that it is full, the rest waits in the queue, where
//   it counts and can be dropped, and not inside libp2p, where it could not.
// - Receiving: paused while the intake is full. The pause is made in a microtask of its own: a stream that is paused
//   inside `resume()` goes on widening the window of the other side.
// - Whatever comes, nothing is thrown: a listener of a stream that throws would end the process.

import type { Stream, StreamMessageEvent } from "@libp2p/interface";
import type { FrameWriter } from "./frame-writer.ts";
import { type FrameKind, FrameReader } from "./framing.ts";
import type { Intake } from "./intake.ts";
import type { Turns } from "./turns.ts";

export interface ChannelEvents {
  onFrame(kind: FrameKind, frame: Uint8Array): void;
  /** Once. `fault`: what came is no frame. */
  onEnd(fault: boolean): void;
  /** It may take more. */
  onDrain(): void;
}

export class Channel {
  readonly #stream: Stream;
  readonly #turns: Turns;
  readonly #events: ChannelEvents;
  readonly #reader: FrameReader;
  #writer: FrameWriter | undefined;
  #intake: Intake | undefined;
  #ended = false;
  #waiting = false;
  receivedBytes = 0;
  sentBytes = 0;

  constructor(stream: Stream, turns: Turns, events: ChannelEvents) {
    this.#stream = stream;
    this.#turns = turns;
    this.#events = events;
    this.#reader = new FrameReader((kind, frame) => events.onFrame(kind, frame));
    stream.addEventListener("drain", () => events.onDrain());
    stream.addEventListener("close", () => this.#end(false));
    stream.addEventListener("remoteCloseWrite", () => this.#end(false));
    stream.addEventListener("message", (event) => this.#onMessage(event));
    // It may have been closed before anybody listened.
    if (stream.status !== "open" || stream.remoteWriteStatus !== "writable") queueMicrotask(() => this.#end(false));
  }

  get isPaused(): boolean {
    return this.#stream.readStatus === "paused";
  }

  /** The peer is known: from here on frames of so many bytes are read, and what `writer` has is sent. */
  open(messageBytesMax: number, writer: FrameWriter, intake: Intake): void {
    this.#reader.messageBytesMax = messageBytesMax;
    this.#writer = writer;
    this.#intake = intake;
    intake.onRoom = () => this.#regulate();
  }

  /** Outside the queues, before the peer is known. */
  sendNow(bytes: Uint8Array): void {
    this.#send(bytes);
  }

  /** True if everything was sent. */
  pump(): boolean {
    const writer = this.#writer;
    if (writer === undefined) return true;
    while (!writer.isEmpty) {
      if (this.#ended || this.#stream.writableNeedsDrain || this.#waiting) return false;
      if (writer.isLarge && !this.#turns.isOpen) return this.#waitForTurn();
      const chunk = writer.nextChunk();
      this.#turns.take(chunk.length);
      this.#send(chunk);
    }
    return true;
  }

  end(): void {
    this.#end(false);
  }

  #waitForTurn(): false {
    this.#waiting = true;
    this.#turns.wait(() => {
      this.#waiting = false;
      if (!this.#ended) this.#events.onDrain();
    });
    return false;
  }

  #send(bytes: Uint8Array): void {
    if (this.#ended) return;
    this.sentBytes += bytes.length;
    try {
      this.#stream.send(bytes);
    } catch {
      // It was closed in the same moment.
      this.#end(false);
    }
  }

  #onMessage({ data }: StreamMessageEvent): void {
    if (this.#ended) return;
    this.receivedBytes += data.byteLength;
    for (const piece of data instanceof Uint8Array ? [data] : data) {
      if (!this.#reader.read(piece)) return this.#end(true);
    }
    if (this.#intake?.isFull) queueMicrotask(() => this.#regulate());
  }

  #regulate(): void {
    if (this.#ended || this.#intake === undefined) return;
    const { readStatus } = this.#stream;
    try {
      if (this.#intake.isFull && readStatus === "readable") this.#stream.pause();
      if (!this.#intake.isFull && readStatus === "paused") this.#stream.resume();
    } catch {
      this.#end(false);
    }
  }

  #end(fault: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#reader.stop();
    this.#writer?.abandon();
    this.#events.onEnd(fault);
  }
}
