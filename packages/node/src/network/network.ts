// The network of a node, on its main thread: a link with every validator that can be reached, and with observers.
//
// 1. `from` can be trusted: a link speaks for a seat only if the seat's key signed for its libp2p identity (hello.ts).
// 2. `send` never waits and never throws. A frame goes into the bounded queue of its peer and lane (send-queue.ts says
//    what is dropped when one is full). Control overtakes bulk; within a lane and a link, order is kept.
// 3. Nothing is promised to arrive: what was under way when a link ended is lost. Consensus repeats, blobs are re-sent.
// 4. Both sides of a pair dial; of two links of one seat one stays (rivals.ts).
// 5. Observers have numbers beyond the set, never used again, and send no frame longer than a push of blobs. Of what is
//    broadcast they are told what is said to be for them too: certificates, by which they find out what to ask for. What
//    waits for them is bounded for all together.

import type { Connection, Libp2p, Stream } from "@libp2p/interface";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { assert } from "@tandem/shared";
import { describeCode, type LinkCode, type RefusalCode } from "./codes.ts";
import { Dialer } from "./dialer.ts";
import {
  createSession,
  type Ends,
  type Greeting,
  type HelloChecker,
  type HelloSigner,
  makeHello,
  readHello,
} from "./hello.ts";
import { createHost, protocols } from "./host.ts";
import { type Admission, type BulkLane, Link, type LinkOwner } from "./link.ts";
import {
  controlBytesMax,
  type Lane,
  type NetworkConfig,
  type NetworkHandlers,
  type NetworkLimits,
  networkLimits,
  type Peer,
  type PeerStatus,
  type Refusal,
} from "./network-config.ts";
import { PeerState } from "./peer-state.ts";
import { takesPlace } from "./rivals.ts";
import { Turns } from "./turns.ts";

/** Refusals that are remembered so that each is told once: a peer that changes its identity fills no memory. */
const refusalsMax = 1024;

export class Network {
  readonly #handlers: NetworkHandlers;
  readonly #limits: NetworkLimits;
  readonly #host: Libp2p;
  readonly #ownSeat: number | undefined;
  readonly #validatorsCount: number;
  readonly #signer: HelloSigner;
  readonly #checker: HelloChecker;
  readonly #owner: LinkOwner;
  readonly #peers = new Map<Peer, PeerState>();
  readonly #dialers = new Map<Peer, Dialer>();
  /** By the id of the connection. */
  readonly #links = new Map<string, Link>();
  readonly #peerOf = new Map<Link, PeerState>();
  readonly #refusals = new Set<string>();
  readonly #pings: NodeJS.Timeout;
  readonly #delayMs: number;
  #observers = 0;
  #nextObserver: Peer;
  #stopped = false;

  static async start(config: NetworkConfig, handlers: NetworkHandlers): Promise<Network> {
    const limits = { ...networkLimits, ...config.limits };
    const { identity, listen, keys } = config;
    // An address that is none is told before anything runs.
    const peers = config.peers.map(({ seat, address }) => ({ seat, address: multiaddr(address) }));
    const host = await createHost({ identity, listen, validatorsMax: keys.length, limits });
    const network = new Network(config, limits, handlers, host);
    await network.#open(peers);
    return network;
  }

  private constructor(config: NetworkConfig, limits: NetworkLimits, handlers: NetworkHandlers, host: Libp2p) {
    const { network, scheme, validator, keys, delayMs = 0 } = config;
    this.#delayMs = delayMs;
    this.#handlers = handlers;
    this.#limits = limits;
    this.#host = host;
    this.#ownSeat = validator?.seat;
    this.#validatorsCount = keys.length;
    this.#nextObserver = keys.length;
    this.#signer = { network, scheme, validator, session: createSession() };
    this.#checker = { network, scheme, keys, ownSeat: validator?.seat };
    this.#owner = this.#createOwner();
    for (const seat of keys.keys()) {
      if (seat !== this.#ownSeat) this.#peers.set(seat, new PeerState(seat, limits));
    }
    this.#pings = setInterval(() => this.#ping(), limits.pingEveryMs);
  }

  /** Where others can dial, with the identity. */
  get addresses(): readonly string[] {
    return this.#host.getMultiaddrs().map((each) => each.toString());
  }

  /** Of every validator, and of the observers that are connected. */
  get status(): readonly PeerStatus[] {
    return Array.from(this.#peers.values(), (peer) => peer.status);
  }

  /**
   * Without a lane, short frames are control. A frame must not be changed after it was given. To a peer that is gone, or to
   * ourselves, nothing is sent.
   */
  send(to: Peer, frame: Uint8Array, lane: Lane = laneOf(frame)): void {
    assert(frame.length <= this.#limits.frameBytesMax, `a frame of ${frame.length} bytes`);
    const peer = this.#peers.get(to);
    if (this.#stopped || peer === undefined) return;
    if (to < this.#validatorsCount || this.#hasRoomForObservers(frame)) peer.send(frame, lane);
    else peer.drop(lane);
  }

  #hasRoomForObservers({ length }: Uint8Array): boolean {
    let bytes = length;
    for (const { peer, queuedBytes } of this.#peers.values()) if (peer >= this.#validatorsCount) bytes += queuedBytes;
    return bytes <= this.#limits.observersQueueBytesMax;
  }

  /** To all validators but ourselves, or to everybody. */
  broadcast(frame: Uint8Array, lane: Lane = laneOf(frame), isForObservers = false): void {
    for (const peer of this.#peers.keys()) {
      if (isForObservers || peer < this.#validatorsCount) this.send(peer, frame, lane);
    }
  }

  /** Within a second, whatever the peers do. No handler is called afterwards. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    clearInterval(this.#pings);
    for (const dialer of this.#dialers.values()) dialer.stop();
    for (const link of [...new Set(this.#links.values())]) link.end("stopped");
    for (const connection of this.#host.getConnections()) connection.abort(new Error("stopped"));
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#limits.stopTimeoutMs);
    });
    try {
      await Promise.race([this.#host.stop(), timeout]);
    } catch {
      // Its connections are gone already; there is nothing that a caller could do.
    }
    clearTimeout(timer);
  }

  async #open(peers: readonly { readonly seat: Peer; readonly address: Multiaddr }[]): Promise<void> {
    const once = { maxInboundStreams: 1, maxOutboundStreams: 1 };
    await this.#host.handle(protocols.control, (stream, connection) => this.#onControl(stream, connection), once);
    await this.#host.handle(protocols.bulk, (stream, connection) => this.#onBulk(stream, connection), once);
    this.#host.addEventListener("connection:open", ({ detail }) => this.#onConnection(detail));
    this.#host.addEventListener("connection:close", ({ detail }) => void this.#forget(detail));
    for (const { seat, address } of peers) this.#startDialer(seat, address);
  }

  #startDialer(seat: Peer, address: Multiaddr): void {
    const peer = this.#peers.get(seat);
    if (peer === undefined) return;
    const dialer = new Dialer({
      limits: this.#limits,
      isPatient: this.#ownSeat !== undefined && seat < this.#ownSeat,
      isLinked: () => peer.link !== undefined,
      dial: () => this.#dial(peer, address),
    });
    this.#dialers.set(seat, dialer);
    dialer.start();
  }

  async #dial(peer: PeerState, address: Multiaddr): Promise<void> {
    const signal = AbortSignal.timeout(this.#limits.dialTimeoutMs);
    const connection = await this.#host.dial(address, { signal, force: true });
    try {
      if (this.#stopped || peer.link !== undefined) throw new Error("it is not needed any more");
      const stream = await connection.newStream(protocols.control, { signal });
      this.#addLink(new Link(this.#owner, connection, stream, peer.peer));
    } catch (cause) {
      connection.abort(new Error("there is no link", { cause }));
      throw cause;
    }
  }

  #addLink(link: Link): void {
    this.#links.set(link.connection.id, link);
    if (this.#stopped) link.end("stopped");
  }

  /** Who does not even open a lane has as long as a hello may take. */
  #onConnection(connection: Connection): void {
    if (connection.direction === "outbound") return;
    const end = () => {
      if (!this.#links.has(connection.id)) connection.abort(new Error("late-hello"));
    };
    setTimeout(end, this.#limits.helloTimeoutMs).unref();
  }

  /** libp2p remembers whom it has met; here identities mean nothing without a hello, and whoever comes has a new one. */
  async #forget({ remotePeer }: Connection): Promise<void> {
    try {
      if (!this.#stopped) await this.#host.peerStore.delete(remotePeer);
    } catch {
      // It stays, until it is the oldest.
    }
  }

  #onControl(stream: Stream, connection: Connection): void {
    if (this.#stopped || connection.direction === "outbound" || this.#links.has(connection.id)) {
      stream.abort(new Error("one control lane for a connection"));
    } else {
      this.#addLink(new Link(this.#owner, connection, stream));
    }
  }

  /** It belongs to the link of the same identity. */
  #onBulk(stream: Stream, connection: Connection): void {
    const isDue = (link: Link) => link.awaitsBulk && link.connection.remotePeer.equals(connection.remotePeer);
    const link = this.#links.has(connection.id) ? undefined : [...this.#peerOf.keys()].find(isDue);
    if (link === undefined) {
      connection.abort(new Error("no bulk lane is due"));
    } else {
      this.#links.set(connection.id, link);
      connection.addEventListener("close", () => this.#links.delete(connection.id), { once: true });
      link.attachBulk({ connection, stream });
    }
  }

  async #openBulk({ connection: { remoteAddr } }: Link): Promise<BulkLane> {
    const signal = AbortSignal.timeout(this.#limits.dialTimeoutMs);
    const connection = await this.#host.dial(remoteAddr, { signal, force: true });
    try {
      return { connection, stream: await connection.newStream(protocols.bulk, { signal }) };
    } catch (cause) {
      connection.abort(new Error("there is no bulk lane", { cause }));
      throw cause;
    }
  }

  #createOwner(): LinkOwner {
    const { helloTimeoutMs, silentPingsMax } = this.#limits;
    return {
      turns: new Turns(),
      helloTimeoutMs,
      silentPingsMax,
      makeHello: (connection) => makeHello(this.#signer, this.#endsOf(connection, "us")),
      onHello: (link, hello) => this.#onHello(link, hello),
      openBulk: (link) => this.#openBulk(link),
      onRefusedByPeer: (link, code) => this.#refuse(link, code, "us"),
      onEnd: (link, code) => this.#onEnd(link, code),
    };
  }

  #endsOf({ remotePeer }: Connection, speaker: "us" | "them"): Ends {
    const own = this.#host.peerId.toMultihash().bytes;
    const remote = remotePeer.toMultihash().bytes;
    return speaker === "us" ? { speaker: own, listener: remote } : { speaker: remote, listener: own };
  }

  #onHello(link: Link, hello: Uint8Array): Admission | RefusalCode {
    const greeting = readHello(this.#checker, this.#endsOf(link.connection, "them"), hello);
    if (typeof greeting === "string") return greeting;
    if (link.isDialled && greeting.seat !== link.expectedSeat) return "other-seat";
    link.greeting = greeting;
    const peer = greeting.seat === undefined ? this.#admitObserver() : this.#admitSeat(link, greeting, greeting.seat);
    return typeof peer === "string" ? peer : this.#admit(link, peer);
  }

  #admit(link: Link, peer: PeerState): Admission {
    const { peer: number, link: before } = peer;
    const isValidator = number < this.#validatorsCount;
    this.#peerOf.set(link, peer);
    peer.attach(link);
    if (before === undefined) this.#handlers.onPeer(number, "up");
    else before.end("replaced");
    this.#dialers.get(number)?.onLinked();
    const { frameBytesMax, observerFrameBytesMax } = this.#limits;
    const bytesMax = isValidator ? frameBytesMax : observerFrameBytesMax;
    return peer.admission(bytesMax, (frame, lane) => this.#onFrame(number, frame, lane));
  }

  /** Timers of one length fire in the order in which they were set, so a delay keeps the order of frames. */
  #onFrame(from: Peer, frame: Uint8Array, lane: Lane): Promise<void> | undefined {
    if (this.#delayMs === 0) return this.#handlers.onFrame(from, frame, lane);
    const { promise, resolve } = Promise.withResolvers<void>();
    const hand = () => resolve(this.#stopped ? undefined : this.#handlers.onFrame(from, frame, lane));
    setTimeout(hand, this.#delayMs).unref();
    return promise;
  }

  /** Rule 4. */
  #admitSeat(link: Link, { session }: Greeting, seat: number): PeerState | RefusalCode {
    const peer = this.#peers.get(seat);
    if (peer === undefined) return "unknown-seat";
    const { link: older } = peer;
    if (older?.greeting === undefined) return peer;
    const rival = { isDialled: older.isDialled, session: older.greeting.session };
    const isLower = this.#ownSeat === undefined || this.#ownSeat < seat;
    return takesPlace({ isDialled: link.isDialled, session }, rival, isLower) ? peer : "duplicate";
  }

  /** Rule 5. */
  #admitObserver(): PeerState | RefusalCode {
    if (this.#observers === this.#limits.observersMax) return "observers-full";
    this.#observers++;
    const peer = new PeerState(this.#nextObserver++, this.#limits);
    this.#peers.set(peer.peer, peer);
    return peer;
  }

  #onEnd(link: Link, code: LinkCode | RefusalCode): void {
    this.#links.delete(link.connection.id);
    const peer = this.#peerOf.get(link);
    this.#peerOf.delete(link);
    if (code !== "lost" && code !== "replaced" && code !== "stopped") this.#refuse(link, code, "them");
    if (peer !== undefined && peer.link === link) this.#onDown(peer, describeCode(code));
    const seat = peer?.peer ?? link.expectedSeat;
    if (seat !== undefined) this.#dialers.get(seat)?.onEnd();
  }

  #onDown(peer: PeerState, why: string): void {
    peer.detach();
    if (peer.peer >= this.#validatorsCount) {
      this.#peers.delete(peer.peer);
      this.#observers--;
    }
    if (!this.#stopped) this.#handlers.onPeer(peer.peer, "down", why);
  }

  #refuse({ connection }: Link, code: LinkCode | RefusalCode, who: Refusal["who"]): void {
    // That two dialled at once is nobody's fault.
    if (code === "duplicate" || this.#stopped) return;
    const identity = connection.remotePeer.toString();
    const key = `${who} ${code} ${identity}`;
    if (this.#refusals.has(key)) return;
    if (this.#refusals.size === refusalsMax) this.#refusals.clear();
    this.#refusals.add(key);
    this.#handlers.onRefusal({
      code,
      message: describeCode(code),
      identity,
      address: connection.remoteAddr.toString(),
      who,
    });
  }

  #ping(): void {
    for (const { link } of this.#peers.values()) link?.ping();
  }
}

function laneOf(frame: Uint8Array): Lane {
  return frame.length <= controlBytesMax ? "control" : "bulk";
}
