// What a network is started with, what it tells, and every limit of it with its unit and its reason.

import { messageBytesMax, observerMessageBytesMax } from "@tandem/replica";
import type { PublicKey, Root, Scheme, SecretKey } from "@tandem/shared";
import type { LinkCode, RefusalCode } from "./codes.ts";

const kib = 1024;
const mib = 1024 * kib;

/** A validator's place in the genesis; numbers beyond it are observers, each for as long as it is connected. */
export type Peer = number;

/**
 * Each lane keeps its order; between the two there is none. `control` is for what consensus waits for (votes,
 * certificates, proposals, requests), `bulk` for blobs: a vote does not wait for a push of half a megabyte.
 */
export type Lane = "control" | "bulk";

export interface NetworkConfig {
  /** Multiaddrs, such as `/ip4/127.0.0.1/tcp/0`. */
  readonly listen: readonly string[];
  /** Where validators are. A `/p2p/` part is not needed: who speaks for a seat proves it with the seat's key. */
  readonly peers: readonly { readonly seat: number; readonly address: string }[];
  /** As `createIdentity` made it. */
  readonly identity: Uint8Array;
  readonly network: Root;
  readonly scheme: Scheme;
  /** Of all validators, by seat: whoever has a part in either chain. */
  readonly keys: readonly PublicKey[];
  /** Without it the node is an observer. */
  readonly validator?: { readonly seat: number; readonly secretKey: SecretKey };
  readonly limits?: Partial<NetworkLimits>;
  /** For development: each frame of a peer is handled so much later, as if the peer were far away. Pings are not. */
  readonly delayMs?: number;
}

export interface NetworkHandlers {
  /**
   * A frame that is the receiver's own: nobody else holds its bytes. What it returns, if anything, settles when the
   * frame is done with; frames in the making beyond `heldBytesMax` make the peer wait.
   */
  onFrame(from: Peer, frame: Uint8Array, lane: Lane): Promise<void> | undefined;
  /** `why` is known of a link that ended. */
  onPeer(peer: Peer, change: "up" | "down", why?: string): void;
  /** Once for each reason and peer identity. */
  onRefusal(refusal: Refusal): void;
}

/** Why a connection did not become a link, or why a link was ended for a fault. */
export interface Refusal {
  readonly code: RefusalCode | LinkCode;
  readonly message: string;
  /** The refused side's libp2p identity. */
  readonly identity: string;
  readonly address: string;
  /** `them`: we refused; `us`: the other side refused us, as it says. */
  readonly who: "them" | "us";
}

export interface PeerStatus {
  readonly peer: Peer;
  readonly connected: boolean;
  readonly queuedBytes: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** Of the last ping, queueing included. */
  readonly rttMs: number | undefined;
  /** Frames that were given to `send` and not sent. */
  readonly drops: number;
}

export interface NetworkLimits {
  readonly frameBytesMax: number;
  readonly observerFrameBytesMax: number;
  readonly queueBytesMax: number;
  readonly observersQueueBytesMax: number;
  readonly awayBytesMax: number;
  readonly heldBytesMax: number;
  readonly observersMax: number;
  readonly pendingConnectionsMax: number;
  readonly hostConnectionsPerSecondMax: number;
  readonly helloTimeoutMs: number;
  readonly dialTimeoutMs: number;
  readonly dialPatienceMs: number;
  readonly backOffMinMs: number;
  readonly backOffMaxMs: number;
  readonly steadyMs: number;
  readonly pingEveryMs: number;
  readonly silentPingsMax: number;
  readonly stopTimeoutMs: number;
}

export const networkLimits: NetworkLimits = {
  /** A frame is a message of replicas; the longest is an answer with slices. */
  frameBytesMax: messageBytesMax,
  /** Observers ask, and bring what their clients submit: the longest is a push of blobs. */
  observerFrameBytesMax: observerMessageBytesMax,
  /** Of each lane of a peer: one largest frame, and half a megabyte-push a dozen times. */
  queueBytesMax: 32 * mib,
  /** Of all observers together: a dozen of the largest frames. Each could ask for as much as it has room for, and not read it. */
  observersQueueBytesMax: 256 * mib,
  /** Control frames that wait for a peer that is away: the last seconds of votes; older ones are of no use. */
  awayBytesMax: 256 * kib,
  /** Of each lane of a peer, frames that the receiver works on: as much as a 1 Gbit/s link brings in 130 ms. */
  heldBytesMax: 16 * mib,
  /** Connections without a seat: they cost memory (some 2 MiB when busy) and are served besides. */
  observersMax: 64,
  /** Connections that have not said who they are. */
  pendingConnectionsMax: 64,
  /** All validators of a development network may share one host and start at once. */
  hostConnectionsPerSecondMax: 256,
  /** A hello costs one round trip and a millisecond of a core. */
  helloTimeoutMs: 5000,
  dialTimeoutMs: 5000,
  /** The lower seat of a pair dials at once; the higher waits so long, so that one connection is usually enough. */
  dialPatienceMs: 500,
  backOffMinMs: 100,
  /** A validator that comes back is found again within seconds, whoever dials. */
  backOffMaxMs: 5000,
  /** A link that held so long was a good one: the next loss starts with the shortest back-off. */
  steadyMs: 10_000,
  pingEveryMs: 2000,
  /** Rounds of pings in which not one byte came: the peer, or the way to it, is gone. */
  silentPingsMax: 4,
  /** After this nothing is waited for. */
  stopTimeoutMs: 800,
};

/** Bytes that a frame costs beside its own, in a queue or in the making; bounds the count of tiny ones. */
export const frameOverheadBytes = 64;

/** A frame of more is bulk unless its sender says otherwise: votes and certificates have less than a kilobyte. */
export const controlBytesMax = 16 * kib;

/** Of one noise message (65,519 bytes of plain text) without the 12 bytes of the multiplexer's header. */
export const chunkBytesMax = 65_507;

/** Bytes that all links together encrypt before other work of the thread has its turn: about 4 ms. */
export const turnBytesMax = 1 * mib;

/**
 * Window of each lane: what may be under way unacknowledged, 40 ms at 1 Gbit/s and 0.4 s at 100 Mbit/s. It is the same
 * from the first byte: yamux widens a window only by round trips of its own pings, of whole milliseconds.
 */
export const windowBytes = 5 * mib;
