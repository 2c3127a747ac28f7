// What is asked of Stage 2: attest blocks, claims, and how shards stand.

import { claimContentCodec } from "@tandem/attestation";
import { attestBlockCodec, certificateCodec, limits } from "@tandem/shared";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Seating } from "../config/seating.ts";
import type { QueryAnswer } from "../replica/words.ts";
import { ApiError } from "./api-error.ts";
import { hasFlag, readBlockHeight, readCount, readKey, rootBytes } from "./arguments.ts";
import { notFound, rawType, toPlain } from "./readable.ts";
import type { ApiServices } from "./services.ts";

export function addStageTwoRoutes(server: FastifyInstance, services: ApiServices): void {
  const { thread, status, setup, stageTwo, large } = services;
  server.get<{ Params: { height: string } }>("/attest/blocks/:height", async ({ params, query }, reply) => {
    const height = params.height === "latest" ? await latestHeight(thread) : readBlockHeight(params.height);
    large.take(reply);
    return blockAnswer(await thread.query({ kind: "attest-block", height }), hasFlag(query, "raw"), reply);
  });
  server.get<{ Params: { from: string } }>("/attest/runs/:from", async ({ params, query }, reply) => {
    const count = readCount(query, "count", limits.sliceRunBlocksMax);
    const from = readBlockHeight(params.from);
    large.take(reply);
    const answer = await thread.query({ kind: "attest-run", from, count });
    if (answer.kind !== "attest-run") throw notFound(answer);
    return reply.type(rawType).send(Buffer.from(answer.run));
  });
  server.get<{ Params: { root: string } }>("/attest/claims/:root", async ({ params, query }, reply) => {
    const root = readKey(params.root, rootBytes, "A claim's root");
    large.take(reply);
    return claimAnswer(await thread.query({ kind: "claim", root }), root, hasFlag(query, "raw"), reply);
  });
  server.get("/shards", async () => ({ shards: (await status.read()).shards }));
  server.get<{ Params: { name: string } }>("/shards/:name", async ({ params }) => {
    const shard = (await status.read()).shards.find(({ name }) => name === params.name);
    if (shard === undefined)
      throw new ApiError(404, "unknown-shard", `There is no shard ${params.name}.`, "GET /shards lists them.");
    const seating = setup.seatings.shards.get(shard.name) as Seating;
    const members = seating.places.map((seat, at) => ({ seat, name: setup.names[seat], weight: seating.weights[at] }));
    const [alarms, explained] = [stageTwo.alarmsOf(shard.name), stageTwo.explainedIn(shard.name)];
    return toPlain({ ...shard, members, alarms, explained });
  });
}

async function latestHeight(thread: ApiServices["thread"]): Promise<number> {
  const answer = await thread.query({ kind: "progress" });
  return answer.kind === "progress" ? answer.progress.height : 0;
}

function blockAnswer(answer: QueryAnswer, isRaw: boolean, reply: FastifyReply): unknown {
  if (answer.kind !== "attest-block") throw notFound(answer);
  if (isRaw) return reply.type(rawType).send(Buffer.from(answer.block));
  const block = attestBlockCodec.decode(answer.block);
  const certificate = certificateCodec.decode(answer.certificate);
  if (!block.ok || !certificate.ok) throw new Error("what is stored decodes");
  const { header, body } = block.value;
  return toPlain({ root: answer.root, header, items: body.items, certificate: certificate.value });
}

/** C5: with its exports, by lane. */
function claimAnswer(answer: QueryAnswer, root: Uint8Array, isRaw: boolean, reply: FastifyReply): unknown {
  if (answer.kind !== "claim") throw notFound(answer);
  if (isRaw) return reply.type(rawType).send(Buffer.from(answer.content));
  const content = claimContentCodec.decode(answer.content);
  if (!content.ok) throw new Error("what is stored decodes");
  const { claim, exports } = content.value;
  const lanes = claim.lanes.map((lane, at) => ({ ...lane, exported: exports[at] }));
  return toPlain({ root, claim: { ...claim, lanes } });
}
