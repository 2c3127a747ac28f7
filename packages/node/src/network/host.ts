// The libp2p node: TCP, noise, yamux, and every limit said, for the defaults are those of public peer-to-peer networks
// (five connections a second from one host, ten in the making, windows of 256 KiB).

import { privateKeyFromProtobuf } from "@libp2p/crypto/keys";
import type { Libp2p } from "@libp2p/interface";
import { noise } from "@libp2p/noise";
import { tcp } from "@libp2p/tcp";
import { createLibp2p } from "libp2p";
import { guardedYamux } from "./guarded-yamux.ts";
import { type NetworkLimits, windowBytes } from "./network-config.ts";

export const protocols = { control: "/tandem/control/1", bulk: "/tandem/bulk/1" } as const;

/** Streams in one direction of a connection: its lane, and one that is refused. */
const streamsMax = 2;

export interface HostConfig {
  readonly identity: Uint8Array;
  readonly listen: readonly string[];
  readonly validatorsMax: number;
  readonly limits: NetworkLimits;
}

export function createHost({ identity, listen, validatorsMax, limits }: HostConfig): Promise<Libp2p> {
  return createLibp2p({
    privateKey: privateKeyFromProtobuf(identity),
    addresses: { listen: [...listen] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [
      guardedYamux(
        {
          // Our own pings measure what frames wait for, and find out who is gone.
          enableKeepAlive: false,
          maxInboundStreams: streamsMax,
          maxOutboundStreams: streamsMax,
          maxEarlyStreams: streamsMax,
          streamOptions: {
            initialStreamWindowSize: windowBytes,
            maxStreamWindowSize: windowBytes,
            // A paused stream keeps what was under way; less room than a window would reset it.
            maxReadBufferLength: 2 * windowBytes,
          },
        },
        windowBytes,
      ),
    ],
    connectionManager: {
      // A link has two connections, and a validator two links for a moment, when both dialled.
      maxConnections: 4 * validatorsMax + 2 * limits.observersMax + limits.pendingConnectionsMax,
      maxParallelDials: 16,
      maxIncomingPendingConnections: limits.pendingConnectionsMax,
      inboundConnectionThreshold: limits.hostConnectionsPerSecondMax,
      inboundUpgradeTimeout: limits.helloTimeoutMs,
      inboundStreamProtocolNegotiationTimeout: limits.helloTimeoutMs,
      outboundStreamProtocolNegotiationTimeout: limits.helloTimeoutMs,
      dialTimeout: limits.dialTimeoutMs,
      addressDialTimeout: limits.dialTimeoutMs,
      connectionCloseTimeout: limits.stopTimeoutMs / 2,
      // Links are redialled here, not there.
      reconnectRetries: 0,
    },
    connectionMonitor: { enabled: false },
  });
}
