// What is asked of the node itself: health, status, metrics, the network that it is of, and blocks as they come.

import type { FastifyInstance, FastifyReply } from "fastify";
import type { NodeStatus } from "../process/node-status.ts";
import { makeQuorum } from "../process/quorum-watch.ts";
import type { OrderedSummary } from "../replica/words.ts";
import { ApiError } from "./api-error.ts";
import { metricsText } from "./metrics.ts";
import { toPlain } from "./readable.ts";
import type { ApiServices } from "./services.ts";

/** Streams of events. */
const followersMax = 64;
/** A follower that has not read so many bytes of events is let go. */
const unreadBytesMax = 256 * 1024;

export function addNodeRoutes(server: FastifyInstance, services: ApiServices): void {
  const { status, setup } = services;
  server.get("/health", async (_, reply) => {
    const health = healthOf(services, await status.read());
    return reply.code(health.status === "ok" ? 200 : 503).send(health);
  });
  server.get("/status", () => status.read());
  server.get("/metrics", async (_, reply) => {
    return reply.type("text/plain; version=0.0.4").send(metricsText(await status.read()));
  });
  server.get("/network", () => {
    const { genesis, network } = setup.checked;
    const { startMs, fees, limits, shards } = genesis;
    const validators = setup.names.map((name, seat) => ({ seat, name, key: setup.committee.seats[seat]?.key.bytes }));
    return toPlain({ network, startMs, fees, limits, shards: shards.map(({ name }) => name), validators });
  });
  addEvents(server, services);
}

/** Well is who could take part in a quorum now. */
function healthOf({ setup }: ApiServices, { seat, peers, heights }: NodeStatus) {
  const here = new Set(peers.filter(({ connected }) => connected).map((peer) => peer.seat));
  if (seat !== null) here.add(seat);
  const status = makeQuorum(setup.committee, here) ? "ok" : "no-quorum";
  return { status, validators: here.size, of: setup.names.length, heights };
}

function addEvents(server: FastifyInstance, { feed }: ApiServices): void {
  let followers = 0;
  server.get("/events", (_, reply) => {
    if (followers >= followersMax) {
      throw new ApiError(429, "busy", `${followersMax} streams of events are open already.`, "Try again later.");
    }
    followers++;
    follow(reply, (onBlock) => feed.listen(onBlock)).once("close", () => followers--);
  });
}

function follow(reply: FastifyReply, listen: (onBlock: (block: OrderedSummary) => void) => () => void) {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  // Headers go at once, however long the first block takes.
  raw.write(": blocks as they are ordered\n\n");
  const stop = listen((block) => {
    if (raw.writableLength > unreadBytesMax) raw.destroy();
    else raw.write(eventOf(block));
  });
  return raw.once("close", stop);
}

function eventOf({ height, view, root, timeMs, proposer, blobRoots, bytes }: OrderedSummary): string {
  const block = { height, view, root, timeMs, proposer, blobs: blobRoots.length / 32, bytes };
  return `event: ordered\nid: ${height}\ndata: ${JSON.stringify(toPlain(block))}\n\n`;
}
