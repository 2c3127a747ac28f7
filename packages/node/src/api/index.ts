// The API of a node: HTTP on fastify, every limit said. docs/api.md shows each request.

import { limits } from "@tandem/shared";
import { type FastifyInstance, type FastifyReply, fastify } from "fastify";
import type { ApiAddress } from "../config/node-config.ts";
import { ApiError, apiErrorOf, badArgument } from "./api-error.ts";
import { readWait } from "./arguments.ts";
import { batchBytesMax, readBatch } from "./batch.ts";
import { addChainRoutes } from "./chain-routes.ts";
import { LargeAnswers } from "./large-answers.ts";
import { addNodeRoutes } from "./node-routes.ts";
import { addProgramRoutes } from "./program-routes.ts";
import type { ApiServices } from "./services.ts";
import { addStageTwoRoutes } from "./stage-two-routes.ts";
import { Submissions } from "./submissions.ts";

export interface Api {
  readonly url: string;
  /** At once: who waits is cut off. */
  stop(): Promise<void>;
}

/** Of clients; each that waits costs a socket. */
const connectionsMax = 5000;
/** Of JSON: a blob in hexadecimal, and the braces. */
const jsonBytesMax = 2 * limits.blobBytesMax + 1024;
const headerBytesMax = 8 * 1024;
/** Within which a request has to be here: the largest at 50 KB/s. */
const requestTimeoutMs = 10_000;
const keepAliveTimeoutMs = 60_000;
/** Longer than any root in a path. */
const parameterCharactersMax = 100;

export async function startApi({ host, port }: ApiAddress, parts: Omit<ApiServices, "large">): Promise<Api> {
  const server = createServer();
  const services = { ...parts, large: new LargeAnswers() };
  const submissions = new Submissions(services);
  addSubmit(server, submissions);
  addSubmitBatch(server, submissions);
  addChainRoutes(server, services);
  addProgramRoutes(server, services);
  addStageTwoRoutes(server, services);
  addNodeRoutes(server, services);
  const url = await server.listen({ host, port });
  return { url, stop: () => server.close() };
}

function createServer(): FastifyInstance {
  const server = fastify({
    bodyLimit: jsonBytesMax,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: parameterCharactersMax },
    http: { maxHeaderSize: headerBytesMax },
    logger: false,
  });
  server.server.maxConnections = connectionsMax;
  server.setErrorHandler((error, _, reply) => sayError(reply, apiErrorOf(error)));
  server.setNotFoundHandler(({ method, url }, reply) => {
    const what = `There is no ${method} ${url.slice(0, parameterCharactersMax)}.`;
    return sayError(reply, new ApiError(404, "unknown-route", what, "docs/api.md lists what there is."));
  });
  server.removeContentTypeParser("text/plain");
  server.addContentTypeParser(
    "application/octet-stream",
    { parseAs: "buffer", bodyLimit: limits.blobBytesMax },
    (_, body, done) => done(null, body),
  );
  return server;
}

function sayError(reply: FastifyReply, error: ApiError): FastifyReply {
  if (error.status === 429) reply.header("retry-after", "1");
  return reply.code(error.status).send(error.body);
}

function addSubmit(server: FastifyInstance, submissions: Submissions): void {
  server.post("/blobs", async ({ body, query }, reply) => {
    const wait = readWait(query, "ordered");
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const submitted = await submissions.submit(readBlob(body), wait, gone.signal);
    return reply.code(submitted.status === "ordered" ? 200 : 202).send(submitted);
  });
}

function addSubmitBatch(server: FastifyInstance, submissions: Submissions): void {
  server.post("/blobs/batch", { bodyLimit: batchBytesMax }, async ({ body }) => {
    return { receipts: await submissions.submitBatch(readBatch(body)) };
  });
}

function readBlob(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  const hex = typeof body === "object" && body !== null && "hex" in body ? body.hex : undefined;
  if (typeof hex !== "string" || !/^(0x)?([0-9a-f]{2})*$/.test(hex)) {
    throw badArgument("The body is not a blob.", 'Send its bytes as application/octet-stream, or JSON {"hex": "…"}.');
  }
  return new Uint8Array(Buffer.from(hex.replace(/^0x/, ""), "hex"));
}
