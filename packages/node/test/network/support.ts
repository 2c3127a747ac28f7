// Nodes of one network in one process, on ports that the system chooses, with keys that sign in no time.

import { asRoot, mockScheme, type PublicKey, type Root, type SecretKey } from "@tandem/shared";
import {
  createIdentity,
  type Lane,
  Network,
  type NetworkConfig,
  type NetworkLimits,
  type Peer,
  type Refusal,
} from "../../src/network/index.ts";

export const networkRoot: Root = asRoot(new Uint8Array(32).fill(7));

const secretKeys: readonly SecretKey[] = Array.from({ length: 5 }, (_, seat) =>
  mockScheme.deriveSecretKey(new Uint8Array(32).fill(seat + 1)),
);

export function secretKeyOf(seat: number): SecretKey {
  const key = secretKeys[seat];
  if (key === undefined) throw new Error(`the tests have no key for seat ${seat}`);
  return key;
}

export function keysOf(size: number): readonly PublicKey[] {
  return secretKeys.slice(0, size).map(({ publicKey }) => publicKey);
}

/** Everything fast, so that tests need not wait; but for what honest nodes on a busy machine may take. */
const fastLimits: Partial<NetworkLimits> = {
  helloTimeoutMs: 10_000,
  silentPingsMax: 20,
  dialPatienceMs: 50,
  backOffMinMs: 10,
  backOffMaxMs: 50,
  pingEveryMs: 50,
};

export interface Received {
  readonly from: Peer;
  readonly frame: Uint8Array;
  readonly lane: Lane;
}

export interface TestNode {
  readonly network: Network;
  readonly identity: Uint8Array;
  /** Where it listens, without its identity. */
  readonly address: string;
  readonly received: Received[];
  readonly changes: string[];
  readonly refusals: Refusal[];
  /** What the frames that it is given are done with. */
  done: Promise<void> | undefined;
}

const running = new Set<Network>();

export async function startNode(config: Partial<NetworkConfig> & { readonly size?: number }): Promise<TestNode> {
  const { size = 2, ...given } = config;
  const identity = given.identity ?? (await createIdentity());
  const received: Received[] = [];
  const changes: string[] = [];
  const refusals: Refusal[] = [];
  const node = { identity, received, changes, refusals, done: undefined as Promise<void> | undefined };
  const network = await Network.start(
    {
      listen: ["/ip4/127.0.0.1/tcp/0"],
      peers: [],
      network: networkRoot,
      scheme: mockScheme,
      keys: keysOf(size),
      ...given,
      identity,
      limits: { ...fastLimits, ...given.limits },
    },
    {
      onFrame: (from, frame, lane) => {
        received.push({ from, frame, lane });
        return node.done;
      },
      onPeer: (peer, change) => void changes.push(`${peer} ${change}`),
      onRefusal: (refusal) => void refusals.push(refusal),
    },
  );
  running.add(network);
  const address = (network.addresses[0] ?? "").replace(/\/p2p\/.*$/, "");
  return Object.assign(node, { network, address });
}

export async function stopNode(node: TestNode): Promise<void> {
  running.delete(node.network);
  await node.network.stop();
}

export async function stopAll(): Promise<void> {
  const all = [...running];
  running.clear();
  await Promise.all(all.map((network) => network.stop()));
}

/** Validators with seats 0.., each knowing those that were started before it. */
export async function startValidators(count: number, limits: Partial<NetworkLimits> = {}): Promise<TestNode[]> {
  const nodes: TestNode[] = [];
  for (let seat = 0; seat < count; seat++) {
    const peers = nodes.map(({ address }, other) => ({ seat: other, address }));
    nodes.push(await startNode({ size: count, peers, validator: { seat, secretKey: secretKeyOf(seat) }, limits }));
  }
  return nodes;
}

/** Tries every few milliseconds; what never comes is a failure of the test. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const endMs = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`this did not come: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function connected(...nodes: readonly TestNode[]): () => boolean {
  return () => nodes.every(({ network }) => network.status.filter((each) => each.connected).length >= nodes.length - 1);
}

/** A frame that says who it is by its first four bytes. */
export function numbered(number: number, length = 4): Uint8Array {
  const frame = new Uint8Array(length);
  new DataView(frame.buffer).setUint32(0, number);
  return frame;
}

export function numberOf(frame: Uint8Array): number {
  return new DataView(frame.buffer, frame.byteOffset).getUint32(0);
}

export function validatorAt(seat: number): { readonly seat: number; readonly secretKey: SecretKey } {
  return { seat, secretKey: secretKeyOf(seat) };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
