// A node's life: what is configured is read and checked, the replica's thread starts, then the network, then the API.
// Whatever fails on the way, what was started before is stopped.

import type { Alarm, StageTwoNews } from "@tandem/attestation";
import { nativeScheme, useNative } from "@tandem/native";
import { type Chain, genesisCodec, toHex } from "@tandem/shared";
import { type Api, startApi } from "../api/index.ts";
import type { ApiAddress, NodeConfig } from "../config/node-config.ts";
import { Network, type NetworkHandlers, type Peer, type Refusal } from "../network/index.ts";
import { NodeError, nodeErrorOf } from "../node-error.ts";
import { type ReplicaHandlers, ReplicaThread } from "../replica/handle.ts";
import type { Frame } from "../replica/words.ts";
import { foldersIn } from "../store/data-folders.ts";
import { alarmWords, noVoteWords } from "./alarm-words.ts";
import { Finality, finalWithinMs } from "./finality.ts";
import { tuneMemory } from "./memory.ts";
import { type NodeSetup, readSetup } from "./node-setup.ts";
import { StatusReader, Telemetry } from "./node-status.ts";
import { OrderedFeed } from "./ordered-feed.ts";
import { type LinkedPeers, QuorumWatch } from "./quorum-watch.ts";
import { StageTwoFeed } from "./stage-two-feed.ts";

/** What is worth a line in a log. */
export type NodeEvent =
  | {
      readonly kind: "peer";
      readonly seat: number;
      readonly name: string;
      readonly change: "up" | "down";
      /** Of a link that ended. */
      readonly why?: string;
    }
  | ({ readonly kind: "quorum" } & LinkedPeers)
  | ({ readonly kind: "refused-connection" } & Refusal)
  | { readonly kind: "evidence"; readonly chain: Chain; readonly seat: number; readonly view: number }
  /** C4, C6: something of Stage 2 is not as it should be; ordering goes on. S8: this node does not vote on a chain. */
  | { readonly kind: "alarm"; readonly what: Alarm["what"] | "attest-diverged" | "no-vote"; readonly message: string }
  /** Bytes at the end of the vote journals that a crash left unfinished. */
  | { readonly kind: "journal-cut"; readonly bytes: number };

export interface RunningNode {
  /** The network's id. */
  readonly network: string;
  /** Its place in the genesis; nothing for an observer. */
  readonly seat: number | undefined;
  readonly name: string | undefined;
  readonly validators: number;
  /** Where other nodes can dial. */
  readonly addresses: readonly string[];
  readonly apiUrl: string | undefined;
  /** Settles if the node fails, and with why; it still has to be stopped. */
  readonly failed: Promise<NodeError>;
  /** All that was accepted or signed is durable then; within three seconds. */
  stop(): Promise<void>;
}

/** How long the replica may take to bring to the disk what it has begun; the network and the API take a second before. */
const replicaStopMs = 1500;

export async function startNode(
  config: NodeConfig,
  onEvent: (event: NodeEvent) => void = () => undefined,
): Promise<RunningNode> {
  tuneMemory();
  useNative();
  const setup = await readSetup(config);
  const life = new NodeLife(config, setup, onEvent);
  try {
    await life.start();
  } catch (error) {
    await life.stop();
    throw nodeErrorOf(error);
  }
  return life;
}

class NodeLife implements RunningNode {
  readonly #config: NodeConfig;
  readonly #setup: NodeSetup;
  readonly #onEvent: (event: NodeEvent) => void;
  readonly #telemetry = new Telemetry();
  readonly #finality: Finality;
  readonly #feed = new OrderedFeed();
  readonly #stageTwo = new StageTwoFeed();
  readonly #failure = Promise.withResolvers<NodeError>();
  /** What leaves before the network is there. */
  readonly #early: Frame[] = [];
  #thread: ReplicaThread | undefined;
  #quorum: QuorumWatch | undefined;
  #network: Network | undefined;
  #api: Api | undefined;
  #stopped: Promise<void> | undefined;

  constructor(config: NodeConfig, setup: NodeSetup, onEvent: (event: NodeEvent) => void) {
    this.#config = config;
    this.#setup = setup;
    this.#finality = new Finality(finalWithinMs(setup.checked.genesis.limits));
    this.#onEvent = onEvent;
  }

  get network(): string {
    return toHex(this.#setup.checked.network);
  }

  get seat(): number | undefined {
    return this.#setup.validator?.seat;
  }

  get name(): string | undefined {
    return this.seat === undefined ? undefined : this.#setup.names[this.seat];
  }

  get validators(): number {
    return this.#setup.names.length;
  }

  get addresses(): readonly string[] {
    return this.#network?.addresses ?? [];
  }

  get apiUrl(): string | undefined {
    return this.#api?.url;
  }

  get failed(): Promise<NodeError> {
    return this.#failure.promise;
  }

  async start(): Promise<void> {
    const thread = await this.#startReplica();
    this.#quorum = this.#watchQuorum();
    const network = await this.#startNetwork(thread);
    const tip = await thread.query({ kind: "tip" });
    const startHeight = tip.kind === "tip" ? tip.height : 0;
    this.#telemetry.watch();
    this.#finality.start();
    this.#quorum.start();
    const { api } = this.#config;
    if (api === undefined) return;
    const parts = { setup: this.#setup, telemetry: this.#telemetry, feed: this.#feed, stageTwo: this.#stageTwo };
    const status = new StatusReader({ ...parts, finality: this.#finality, thread, network, startHeight });
    this.#api = await listening(describeApi(api), () => startApi(api, { ...parts, thread, status }));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  async #stopAll(): Promise<void> {
    this.#telemetry.stop();
    this.#quorum?.stop();
    try {
      await Promise.all([this.#api?.stop(), this.#network?.stop()]);
    } finally {
      await this.#thread?.stop(replicaStopMs);
    }
  }

  async #startReplica(): Promise<ReplicaThread> {
    const { checked, validator, follows } = this.#setup;
    const { data, store, verifyThreads, executionThreads = 1 } = this.#config;
    const secretKey = validator === undefined ? undefined : nativeScheme.exportSecretKey(validator.secretKey);
    const { thread, cutBytes, unmarked } = await ReplicaThread.start(
      {
        genesis: genesisCodec.encode(checked.genesis),
        dataFolder: data,
        storeKind: store,
        validator: validator && secretKey && { seat: validator.seat, secretKey },
        follows,
        verifyThreads,
        executionThreads,
      },
      this.#replicaHandlers(),
    );
    this.#thread = thread;
    if (cutBytes > 0) this.#onEvent({ kind: "journal-cut", bytes: cutBytes });
    this.#telemetry.unmarked = unmarked;
    for (const chain of unmarked) {
      const message = `${noVoteWords(chain, foldersIn(data).votes[chain])}.`;
      this.#onEvent({ kind: "alarm", what: "no-vote", message });
    }
    return thread;
  }

  /** Without itself where it does not vote. */
  #watchQuorum(): QuorumWatch {
    const seat = this.#telemetry.unmarked.includes("order") ? undefined : this.seat;
    const { order } = this.#setup.seatings;
    return new QuorumWatch(order, seat, (peers) => this.#onEvent({ kind: "quorum", ...peers }));
  }

  #replicaHandlers(): ReplicaHandlers {
    return {
      onFrame: (frame) => this.#send(frame),
      onOrdered: (block) => this.#feed.take(block),
      onFinal: (chain, height, view) => this.#onFinal(chain, height, view),
      onNews: (news) => this.#onNews(news),
      onEvidence: (chain, seat, view) => {
        this.#telemetry.evidence++;
        const place = this.#setup.seatings[chain].places[seat] ?? seat;
        this.#onEvent({ kind: "evidence", chain, seat: place, view });
      },
      onAttestDiverged: (message) => {
        this.#telemetry.isAttestDiverged = true;
        this.#onEvent({ kind: "alarm", what: "attest-diverged", message });
      },
      onFailure: (failure) => this.#failure.resolve(nodeErrorOf(failure)),
    };
  }

  #onFinal(chain: Chain, height: number, view: number): void {
    this.#telemetry.onFinal(chain, height, view);
    if (chain === "order") this.#finality.onFinal(height);
  }

  #onNews(news: StageTwoNews): void {
    this.#stageTwo.take(news);
    if (news.kind !== "alarm") return;
    const { alarm } = news;
    this.#onEvent({ kind: "alarm", what: alarm.what, message: `${alarmWords(alarm)}.` });
  }

  #send(frame: Frame): void {
    const { peer, bytes, isForObservers } = frame;
    const lane = frame.isBulk === true ? "bulk" : "control";
    if (this.#network === undefined) this.#early.push(frame);
    else if (peer === undefined) this.#network.broadcast(bytes, lane, isForObservers);
    else this.#network.send(peer, bytes, lane);
  }

  async #startNetwork(thread: ReplicaThread): Promise<Network> {
    const { checked, keys, validator, identity } = this.#setup;
    const { listen, network: { delayMs } = { delayMs: 0 } } = this.#config;
    const config = {
      listen,
      peers: this.#config.peers.filter(({ seat }) => seat !== validator?.seat),
      identity,
      delayMs,
      network: checked.network,
      scheme: nativeScheme,
      keys,
      ...(validator === undefined ? {} : { validator }),
    };
    const network = await listening(listen.join(", "), () => Network.start(config, this.#networkHandlers(thread)));
    this.#network = network;
    for (const frame of this.#early.splice(0)) this.#send(frame);
    return network;
  }

  #networkHandlers(thread: ReplicaThread): NetworkHandlers {
    return {
      onFrame: (from, frame) => thread.take(from, frame),
      onPeer: (peer, change, why) => this.#onPeer(peer, change, why),
      onRefusal: (refusal) => {
        this.#telemetry.refusedConnections++;
        this.#onEvent({ kind: "refused-connection", ...refusal });
      },
    };
  }

  #onPeer(peer: Peer, change: "up" | "down", why?: string): void {
    const name = this.#setup.names[peer];
    if (name === undefined) return;
    this.#onEvent({ kind: "peer", seat: peer, name, change, ...(why === undefined ? {} : { why }) });
    this.#quorum?.onPeer(peer, change);
  }
}

function describeApi({ host, port }: ApiAddress): string {
  return `${host}:${port}`;
}

/** What keeps a port from being opened, in words. */
async function listening<T>(where: string, start: () => Promise<T>): Promise<T> {
  try {
    return await start();
  } catch (cause) {
    const text = allTexts(cause);
    if (text.includes("EADDRINUSE")) {
      const what = `Another process listens at ${where}.`;
      throw new NodeError("port-in-use", what, "Stop it, or configure another port.", cause);
    }
    const what = `Cannot listen at ${where}: ${cause instanceof Error ? cause.message : text}.`;
    throw new NodeError("cannot-listen", what, "Is the address one of this machine? Is the port above 1023?", cause);
  }
}

/** Of an error, and of those inside of it. */
function allTexts(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error instanceof AggregateError ? error.errors.map(allTexts) : [];
  return [error.message, String((error as NodeJS.ErrnoException).code), ...inner, allTexts(error.cause ?? "")].join(
    " ",
  );
}
