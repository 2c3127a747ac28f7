// A link with one peer: first the hello of each side, then two lanes until it ends.
//
// Each lane has a connection of its own, for what the kernel holds of one connection leaves in order: on a shared one a
// vote would wait for a window of bulk.
//
// 1. Who dialled opens the control lane and says hello. Who was dialled checks it, admits the peer, and answers with its
//    own hello; from there on it may send. Who dialled checks that, and dials once more for the bulk lane, which belongs
//    to the link of the same libp2p identity: noise proves that it is the same.
// 2. Who is refused is told why by one frame, and the connection is closed.
// 3. Each side pings; when nothing at all came for several pings, the link is over.

import type { Connection, Stream } from "@libp2p/interface";
import { Channel } from "./channel.ts";
import { type LinkCode, type RefusalCode, refusalFromByte, refusalToByte } from "./codes.ts";
import { FrameWriter } from "./frame-writer.ts";
import { type FrameKind, frameKinds, headerBytes, writeHeader } from "./framing.ts";
import type { Greeting } from "./hello.ts";
import type { Intake } from "./intake.ts";
import type { Lane } from "./network-config.ts";
import type { SendQueue } from "./send-queue.ts";
import type { Turns } from "./turns.ts";

/** What a link is given when its peer is admitted. */
export interface Admission {
  readonly messageBytesMax: number;
  readonly queues: Readonly<Record<Lane, SendQueue>>;
  readonly intakes: Readonly<Record<Lane, Intake>>;
  onFrame(frame: Uint8Array, lane: Lane): Promise<void> | undefined;
}

export interface BulkLane {
  readonly connection: Connection;
  readonly stream: Stream;
}

export interface LinkOwner {
  readonly turns: Turns;
  readonly helloTimeoutMs: number;
  readonly silentPingsMax: number;
  makeHello(connection: Connection): Uint8Array;
  /** The peer's hello: what it is admitted with, or why not. */
  onHello(link: Link, hello: Uint8Array): Admission | RefusalCode;
  /** A second connection, to where the first one leads. */
  openBulk(link: Link): Promise<BulkLane>;
  onRefusedByPeer(link: Link, code: RefusalCode): void;
  onEnd(link: Link, code: LinkCode | RefusalCode): void;
}

const nothing = new Uint8Array(0);
/** For a refusal to leave before the connection does. */
const partingMs = 100;

export class Link {
  readonly connection: Connection;
  /** Whether we dialled. */
  readonly isDialled: boolean;
  /** The seat that must answer, where we dialled one. */
  readonly expectedSeat: number | undefined;
  /** Of the peer, when its hello was believed. */
  greeting: Greeting | undefined;
  readonly #owner: LinkOwner;
  readonly #control: Channel;
  #bulk: Channel | undefined;
  #bulkConnection: Connection | undefined;
  #admission: Admission | undefined;
  #writers: Readonly<Record<Lane, FrameWriter>> | undefined;
  #ended = false;
  #scheduled = false;
  readonly #timer: NodeJS.Timeout;
  #pingSentMs: number | undefined;
  #pongWaits = false;
  #silentPings = 0;
  #heardBytes = 0;
  rttMs: number | undefined;

  constructor(owner: LinkOwner, connection: Connection, control: Stream, expectedSeat?: number) {
    this.#owner = owner;
    this.connection = connection;
    this.isDialled = expectedSeat !== undefined;
    this.expectedSeat = expectedSeat;
    this.#timer = setTimeout(() => this.end("late-hello"), owner.helloTimeoutMs);
    this.#control = this.#channel(control, "control");
    if (this.isDialled) this.#sendHello();
  }

  get receivedBytes(): number {
    return this.#control.receivedBytes + (this.#bulk?.receivedBytes ?? 0);
  }

  get sentBytes(): number {
    return this.#control.sentBytes + (this.#bulk?.sentBytes ?? 0);
  }

  /** Whether the other side may open the bulk lane now. */
  get awaitsBulk(): boolean {
    return !this.isDialled && this.#bulk === undefined && this.#admission !== undefined && !this.#ended;
  }

  attachBulk({ connection, stream }: BulkLane): void {
    const admission = this.#admission;
    const writers = this.#writers;
    if (admission === undefined || writers === undefined) return;
    this.#bulkConnection = connection;
    this.#bulk = this.#channel(stream, "bulk");
    this.#bulk.open(admission.messageBytesMax, writers.bulk, admission.intakes.bulk);
    this.wake();
  }

  /** There is more to send; it leaves at the end of the current step of the thread, together. */
  wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  ping(): void {
    if (this.#writers === undefined || this.#ended) return;
    this.#listen();
    if (this.#pingSentMs !== undefined || this.#ended) return;
    this.#pingSentMs = performance.now();
    this.#sendService(frameKinds.ping);
  }

  end(code: LinkCode | RefusalCode): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#control.end();
    this.#bulk?.end();
    this.connection.abort(new Error(code));
    this.#bulkConnection?.abort(new Error(code));
    this.#owner.onEnd(this, code);
  }

  #channel(stream: Stream, lane: Lane): Channel {
    return new Channel(stream, this.#owner.turns, {
      onFrame: (kind, frame) => this.#onFrame(kind, frame, lane),
      onEnd: (fault) => this.end(fault ? "bad-frame" : "lost"),
      onDrain: () => this.#pump(),
    });
  }

  #pump(): void {
    if (this.#ended) return;
    if (this.#control.pump()) this.#pongWaits = false;
    this.#bulk?.pump();
  }

  #onFrame(kind: FrameKind, frame: Uint8Array, lane: Lane): void {
    if (this.#ended) return;
    if (this.#admission === undefined) this.#onGreeting(kind, frame);
    else if (kind === frameKinds.message) this.#onMessage(this.#admission, frame, lane);
    else if (lane === "control" && kind === frameKinds.ping) this.#onPing();
    else if (lane === "control" && kind === frameKinds.pong) this.#onPong();
    else if (kind === frameKinds.refusal) this.#onRefusal(frame);
    else this.end("bad-frame");
  }

  #onMessage({ intakes, onFrame }: Admission, frame: Uint8Array, lane: Lane): void {
    const done = onFrame(frame, lane);
    if (done !== undefined) intakes[lane].hold(frame.length, done);
  }

  #onGreeting(kind: FrameKind, frame: Uint8Array): void {
    if (kind === frameKinds.refusal) return this.#onRefusal(frame);
    if (kind !== frameKinds.hello) return this.#refuse("bad-hello");
    const admission = this.#owner.onHello(this, frame);
    if (typeof admission === "string") return this.#refuse(admission);
    if (this.#ended) return;
    clearTimeout(this.#timer);
    this.#admit(admission);
  }

  #admit(admission: Admission): void {
    const { queues, intakes, messageBytesMax } = admission;
    this.#admission = admission;
    const writers = { control: new FrameWriter(queues.control), bulk: new FrameWriter(queues.bulk) };
    this.#writers = writers;
    if (!this.isDialled) this.#sendHello();
    this.#control.open(messageBytesMax, writers.control, intakes.control);
    this.wake();
    if (this.isDialled) void this.#openBulk();
  }

  async #openBulk(): Promise<void> {
    try {
      const lane = await this.#owner.openBulk(this);
      if (this.#ended) lane.connection.abort(new Error("lost"));
      else this.attachBulk(lane);
    } catch {
      this.end("lost");
    }
  }

  #sendHello(): void {
    this.#control.sendNow(frameOf(frameKinds.hello, this.#owner.makeHello(this.connection)));
  }

  #refuse(code: RefusalCode): void {
    this.#control.sendNow(frameOf(frameKinds.refusal, Uint8Array.of(refusalToByte(code))));
    // No further frame is looked at; the connection goes when the refusal has left.
    clearTimeout(this.#timer);
    this.#ended = true;
    this.#control.end();
    setTimeout(() => this.connection.abort(new Error(code)), partingMs).unref();
    this.#owner.onEnd(this, code);
  }

  #onRefusal(frame: Uint8Array): void {
    const code = refusalFromByte(frame[0]);
    if (code === undefined) return this.end("bad-frame");
    this.#owner.onRefusedByPeer(this, code);
    this.end("lost");
  }

  #onPing(): void {
    // One answer waits at most, however many pings come.
    if (this.#pongWaits) return;
    this.#pongWaits = true;
    this.#sendService(frameKinds.pong);
  }

  #onPong(): void {
    if (this.#pingSentMs === undefined) return;
    this.rttMs = performance.now() - this.#pingSentMs;
    this.#pingSentMs = undefined;
  }

  #sendService(kind: FrameKind): void {
    this.#writers?.control.pushService(kind, nothing);
    this.wake();
  }

  /** A peer whose bytes we do not read at the moment cannot be heard: that is no silence. */
  #listen(): void {
    const isDeaf = this.#control.isPaused || this.#bulk?.isPaused === true;
    const heard = this.receivedBytes !== this.#heardBytes;
    this.#heardBytes = this.receivedBytes;
    this.#silentPings = heard || isDeaf ? 0 : this.#silentPings + 1;
    if (this.#silentPings > this.#owner.silentPingsMax) this.end("silent");
  }
}

function frameOf(kind: FrameKind, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerBytes + bytes.length);
  writeHeader(frame, 0, kind, bytes.length);
  frame.set(bytes, headerBytes);
  return frame;
}
