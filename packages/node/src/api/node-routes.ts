// What is asked of the node itself: health, status, metrics, the network that it is of, and what happens as it comes: blocks
// and claims.

import type { StageTwoNews } from "@tandem/attestation";
import type { Chain } from "@tandem/shared";
import type { FastifyInstance, FastifyReply } from "fastify";
import { makeQuorum } from "../config/seating.ts";
import { alarmedShard, alarmWords } from "../process/alarm-words.ts";
import type { NodeStatus } from "../process/node-status.ts";
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
    const validators = setup.names.map((name, seat) => ({ seat, name, key: setup.keys[seat]?.bytes }));
    return toPlain({ network, startMs, fees, limits, shards: shards.map(({ name }) => name), validators });
  });
  addEvents(server, services);
}

/**
 * Well is who could take part in a quorum now, of the order chain, on which all else rests, and who sees blocks of it become
 * final: a link tells nothing of whether the other side votes.
 */
function healthOf({ setup }: ApiServices, status: NodeStatus) {
  const { seat, peers, heights, finality, blockTimeMs, votes, attest, shards } = status;
  const { seatings, names } = setup;
  const linked = peers.filter(({ connected }) => connected).map((peer) => peer.seat);
  const own = seat === null ? [] : [seat];
  const hasQuorum = (chain: Chain) => {
    return makeQuorum(seatings[chain], new Set([...linked, ...(votes[chain] === "votes" ? own : [])]));
  };
  return {
    status: !hasQuorum("order") ? "no-quorum" : finality.isStalled ? "stalled" : "ok",
    validators: linked.length + own.length,
    of: names.length,
    heights,
    finality,
    blockTimeMs,
    votes,
    attest: { ...attest, hasQuorum: hasQuorum("attest") },
    disputes: shards.filter(({ dispute }) => dispute !== null).map(({ name }) => name),
  };
}

function addEvents(server: FastifyInstance, { feed, stageTwo }: ApiServices): void {
  let followers = 0;
  server.get("/events", (_, reply) => {
    if (followers >= followersMax) {
      throw new ApiError(429, "busy", `${followersMax} streams of events are open already.`, "Try again later.");
    }
    followers++;
    const listen: Listen = (tell) => {
      const forgets = [
        feed.listen((block) => tell(orderedEvent(block))),
        stageTwo.listen((news) => tell(stageTwoEvent(news))),
      ];
      return () => {
        for (const forget of forgets) forget();
      };
    };
    follow(reply, listen).once("close", () => followers--);
  });
}

/** Tells events until the returned function is called. */
type Listen = (tell: (event: string) => void) => () => void;

function follow(reply: FastifyReply, listen: Listen) {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  // Headers go at once, however long the first block takes.
  raw.write(": blocks as they are ordered, claims as they are made, affirmed and attested\n\n");
  const stop = listen((event) => {
    if (raw.writableLength > unreadBytesMax) raw.destroy();
    else raw.write(event);
  });
  return raw.once("close", stop);
}

function orderedEvent({ height, view, root, timeMs, proposer, blobRoots, bytes }: OrderedSummary): string {
  const block = { height, view, root, timeMs, proposer, blobs: blobRoots.length / 32, bytes };
  return `event: ordered\nid: ${height}\ndata: ${JSON.stringify(toPlain(block))}\n\n`;
}

/** Only blocks have an id: what is said of claims cannot be asked for again. */
function stageTwoEvent(news: StageTwoNews): string {
  return `event: ${news.kind}\ndata: ${JSON.stringify(toPlain(newsBody(news)))}\n\n`;
}

function newsBody(news: StageTwoNews): object {
  switch (news.kind) {
    case "claimed":
    case "affirmed":
      return { shard: news.shard, round: news.round, claim: news.claim };
    case "attested": {
      const claims = news.claims.map(({ shard, round, root }) => ({ shard, round, claim: root }));
      return { height: news.height, claims };
    }
    case "alarm":
      return { what: news.alarm.what, shard: alarmedShard(news.alarm), message: alarmWords(news.alarm) };
  }
}
