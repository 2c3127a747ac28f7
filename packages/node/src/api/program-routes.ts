// GET /programs/BLOB: how far a program has come, as this node sees it, and with ?wait=attested when it is through. The words
// are those of section 7: ordered, run (by this node), affirmed (a quorum was seen), attested (in a final attest block).
//
// A node that does not follow a shard sees only what is attested there; and of what it has forgotten over a restart too.
// Where it cannot tell more than that the blob is ordered, `isKnown` is false for that shard.

import type { StageTwoNews } from "@tandem/attestation";
import { toHex } from "@tandem/shared";
import type { FastifyInstance } from "fastify";
import type { ProgramTrace, ShardTrace, TracedNode, TracedOutcome } from "../replica/trace-program.ts";
import { ApiError } from "./api-error.ts";
import { readKey, readWait, rootBytes } from "./arguments.ts";
import { notFound, toPlain } from "./readable.ts";
import type { ApiServices } from "./services.ts";

/** Requests that wait: each is looked at anew when its shards move. */
const waitsMax = 256;
/** Shards may move many times a second; and what was not heard is seen then. */
const lookEveryMs = 100;
const lookAnywayMs = 1000;

type Services = Pick<ApiServices, "thread" | "feed" | "stageTwo">;

export function addProgramRoutes(server: FastifyInstance, services: ApiServices): void {
  let waits = 0;
  server.get<{ Params: { root: string } }>("/programs/:root", async ({ params, query }, reply) => {
    const root = readKey(params.root, rootBytes, "A blob's root");
    const { isWanted, timeoutMs } = readWait(query, "attested");
    if (!isWanted) return sayNow(await programOf(services, root));
    if (waits >= waitsMax) {
      throw new ApiError(429, "busy", `${waitsMax} requests wait for programs already.`, "Send it again in a moment.");
    }
    waits++;
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    try {
      const end = AbortSignal.any([gone.signal, AbortSignal.timeout(timeoutMs)]);
      const program = await untilAttested(services, root, end);
      return reply.code(isThrough(program) ? 200 : 202).send(program);
    } finally {
      waits--;
    }
  });
}

type Program = Awaited<ReturnType<typeof programOf>>;

async function programOf({ thread, stageTwo }: Services, root: Uint8Array) {
  const answer = await thread.query({ kind: "program", root });
  if (answer.kind === "waiting") return { blob: toHex(root), status: "waiting" as const };
  if (answer.kind === "starting") return { blob: toHex(root), status: "starting" as const };
  if (answer.kind !== "program") return { status: "unknown" as const, error: notFound(answer) };
  return programAnswer(root, answer, stageTwo);
}

/** A node that starts will know in a moment. */
function sayNow(program: Program): Program {
  if (program.status === "unknown") throw program.error;
  if (program.status !== "starting") return program;
  const what = "This node has started, and reads what it stored of Stage 2.";
  throw new ApiError(503, "starting", what, "Ask again in a second, or with ?wait=attested.");
}

/** What touches no shard is done when it is ordered. */
function isThrough(program: Program): boolean {
  return program.status === "attested" || ("shards" in program && program.shards.length === 0);
}

/** What is not known here yet is waited for too: another node may have said already that it is ordered. */
async function untilAttested(services: Services, root: Uint8Array, end: AbortSignal): Promise<Program> {
  const moves = new Moves(services, end);
  try {
    for (;;) {
      const program = await programOf(services, root);
      if (isThrough(program)) return program;
      if (end.aborted && program.status === "unknown") throw program.error;
      if (end.aborted) return program;
      await moves.next();
    }
  } finally {
    moves.stop();
  }
}

/** Blocks that are ordered, claims that are attested, and time that goes by, until a signal. */
class Moves {
  readonly #end: AbortSignal;
  readonly #forgets: readonly (() => void)[];
  #hasMoved = false;
  #wake: () => void = () => undefined;

  constructor({ feed, stageTwo }: Services, end: AbortSignal) {
    this.#end = end;
    const move = () => this.#move();
    const hear = ({ kind }: StageTwoNews) => (kind === "attested" ? this.#move() : undefined);
    end.addEventListener("abort", move);
    this.#forgets = [feed.listen(move), stageTwo.listen(hear), () => end.removeEventListener("abort", move)];
  }

  /** Since the call before, and not at once. */
  async next(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    if (this.#hasMoved || this.#end.aborted) resolve();
    const patience = setTimeout(resolve, lookAnywayMs);
    await promise;
    clearTimeout(patience);
    if (!this.#end.aborted) await new Promise((done) => setTimeout(done, lookEveryMs));
    this.#hasMoved = false;
  }

  stop(): void {
    for (const forget of this.#forgets) forget();
  }

  #move(): void {
    this.#hasMoved = true;
    this.#wake();
  }
}

function programAnswer(blob: Uint8Array, trace: ProgramTrace, stageTwo: ApiServices["stageTwo"]) {
  const { height, index, stage, flaw, shards } = trace;
  const refusals = new Map(
    stageTwo.refusalsOf(trace).map(({ node, refusal }) => [node.step as number, refusal.message] as const),
  );
  return {
    blob: toHex(blob),
    status: stage,
    height,
    index,
    ...(flaw === undefined ? {} : { void: flaw }),
    shards: shards.map((shard) => shardAnswer(shard, refusals)),
  };
}

function shardAnswer({ ran, stage, ...shard }: ShardTrace, refusals: ReadonlyMap<number, string>) {
  return {
    shard: shard.shard,
    status: stage,
    isFollowed: shard.isFollowed,
    isKnown: shard.isKnown,
    nodes: shard.nodes,
    ran: ran.map((node) => nodeAnswer(node, refusals)),
    ...(shard.awaited === undefined ? {} : { awaited: shard.awaited }),
  };
}

function nodeAnswer(node: TracedNode, refusals: ReadonlyMap<number, string>) {
  const { kind, step, contract, round, claim, attestHeight = null, outcome } = node;
  const refusal = kind === "step" && outcome.kind === "nothing" ? refusals.get(step) : undefined;
  return {
    kind,
    step,
    contract,
    round,
    claim: toHex(claim),
    attestHeight,
    ...outcomeAnswer(outcome),
    ...(refusal === undefined ? {} : { refusal }),
  };
}

function outcomeAnswer(outcome: TracedOutcome): object {
  switch (outcome.kind) {
    case "value": {
      const { value, isTentative } = outcome;
      return { outcome: "value", isTentative, value: value === undefined ? null : toPlain(value) };
    }
    case "nothing":
      return { outcome: outcome.why, isTentative: outcome.isTentative, cause: outcome.cause };
    case "held":
      return { outcome: "held" };
    case "failed":
      return { outcome: "failed", cause: outcome.cause };
  }
}
