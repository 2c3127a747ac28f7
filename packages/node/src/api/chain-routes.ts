// What is asked of the chain: blobs, blocks, accounts. The replica's thread reads them; here they become JSON.

import { asRoot, certificateCodec, limits, orderBlockCodec, payerKeyBytes } from "@tandem/shared";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { QueryAnswer } from "../replica/words.ts";
import { ApiError } from "./api-error.ts";
import { hasFlag, readBlockHeight, readCount, readKey, rootBytes } from "./arguments.ts";
import { notFound, rawType, toPlain } from "./readable.ts";
import type { ApiServices } from "./services.ts";

export function addChainRoutes(server: FastifyInstance, { thread, setup, large }: ApiServices): void {
  addSlices(server, { thread, setup, large });
  server.get<{ Params: { root: string } }>("/blobs/:root", async ({ params, query }, reply) => {
    const root = readKey(params.root, rootBytes, "A blob's root");
    return blobAnswer(await thread.query({ kind: "blob", root }), root, hasFlag(query, "raw"), reply);
  });
  server.get<{ Params: { place: string } }>("/blocks/:place", async ({ params, query }, reply) => {
    return blockAnswer(await findBlock(thread, params.place), hasFlag(query, "raw"), reply);
  });
  server.get<{ Params: { key: string } }>("/accounts/:key", async ({ params, query }) => {
    const payer = readKey(params.key, payerKeyBytes, "A payer's key");
    const answer = await thread.query({ kind: "account", payer, isProven: hasFlag(query, "proof") });
    if (answer.kind !== "account") throw notFound(answer);
    const { height, balance, nonce, proof } = answer;
    return toPlain({ payer, height, balance, nonce, ...(proof === undefined ? {} : { proof }) });
  });
}

/** O5: what a follower of one shard needs, with proof that it is all of it; always as bytes. */
function addSlices(server: FastifyInstance, parts: Pick<ApiServices, "thread" | "setup" | "large">): void {
  const { thread, setup, large } = parts;
  const shards = new Set<string>(setup.checked.genesis.shards.map(({ name }) => name));
  server.get<{ Params: { shard: string; from: string } }>("/slices/:shard/:from", async ({ params, query }, reply) => {
    const { shard } = params;
    if (!shards.has(shard))
      throw new ApiError(404, "unknown-shard", `There is no shard ${shard}.`, "GET /network lists them.");
    const count = readCount(query, "count", limits.sliceRunBlocksMax);
    const from = readBlockHeight(params.from);
    large.take(reply);
    const answer = await thread.query({ kind: "slices", shard, from, count });
    if (answer.kind !== "slices") throw notFound(answer);
    return reply.type(rawType).send(Buffer.from(answer.run));
  });
}

function blobAnswer(answer: QueryAnswer, root: Uint8Array, isRaw: boolean, reply: FastifyReply): unknown {
  if (answer.kind === "none") {
    // Whoever submitted it asks whether to submit it again: that it is not known is the answer.
    const { body } = notFound(answer);
    return reply.code(404).send(toPlain({ blob: root, status: "unknown", ...body }));
  }
  if (answer.kind !== "ordered" && answer.kind !== "waiting") throw notFound(answer);
  if (isRaw) return reply.type(rawType).send(Buffer.from(answer.bytes));
  const size = answer.bytes.length;
  if (answer.kind === "waiting") return toPlain({ blob: root, status: "waiting", bytes: size });
  const { height, index } = answer;
  return toPlain({ blob: root, status: "ordered", height, index, bytes: size });
}

async function findBlock(thread: ApiServices["thread"], place: string): Promise<QueryAnswer> {
  if (place.length >= 2 * rootBytes) {
    const root = asRoot(readKey(place, rootBytes, "A block's root"));
    return thread.query({ kind: "block-of", root });
  }
  if (place !== "latest") return thread.query({ kind: "block", height: readBlockHeight(place, "height-or-root") });
  const tip = await thread.query({ kind: "tip" });
  return tip.kind === "tip" ? thread.query({ kind: "block", height: tip.height }) : tip;
}

function blockAnswer(answer: QueryAnswer, isRaw: boolean, reply: FastifyReply): unknown {
  if (answer.kind !== "block") throw notFound(answer);
  if (isRaw) return reply.type(rawType).send(Buffer.from(answer.block));
  const block = orderBlockCodec.decode(answer.block);
  const certificate = certificateCodec.decode(answer.certificate);
  if (!block.ok || !certificate.ok) throw new Error("what is stored decodes");
  const { header, body } = block.value;
  return toPlain({ root: answer.root, header, blobs: body.blobs, certificate: certificate.value });
}
