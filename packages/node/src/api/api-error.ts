// What the API says when it does not do what was asked: `{error: {code, message, advice}}`, under a status that says
// whose turn it is. 4xx: the request has to change, but for 429, after which the same can be sent again.

import type { Refusal, RefusalCode } from "@tandem/ordering";
import { ThreadEnd } from "../replica/handle.ts";

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly advice: string;

  constructor(status: number, code: string, message: string, advice: string) {
    super(sentence(message));
    this.status = status;
    this.code = code;
    this.advice = advice;
  }

  get body() {
    return { error: { code: this.code, message: this.message, advice: this.advice } };
  }
}

/** The rooms below say what is wrong as a part of a sentence. */
function sentence(text: string): string {
  const begun = `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
  return /[.?!]$/.test(begun) ? begun : `${begun}.`;
}

type Answer = readonly [status: number, advice: string];

/** 400: no blob. 422: never good in this network. 402, 409: not good as the payer stands now. 429: later. */
const answers: Readonly<Record<RefusalCode, Answer>> = {
  malformed: [400, "Send one encoded blob: ./tandem decode blob FILE says what is wrong with it."],
  "too-large": [413, "Split the payload over several blobs."],
  network: [422, "Sign for the network that GET /network names."],
  "unknown-shard": [422, "GET /network lists the shards."],
  "over-budget": [422, "Ask for less than the limit shardBudget of GET /network."],
  expired: [422, "Sign it again with a later expiry; GET /status says how high the chain is."],
  signature: [422, "Sign the envelope's root in the blob domain of this network with the payer's key."],
  "nonce-too-low": [409, "GET /accounts/KEY says which nonce is next."],
  "nonce-gap": [409, "Submit the blobs of the nonces before it first."],
  balance: [402, "Let the payer have more, or wait until what it has waiting is ordered."],
  "tip-too-low": [409, "Tip a tenth more than the blob that waits, per byte too, or take the next nonce."],
  "shard-behind": [429, "Wait until the shard's validators have caught up."],
  "pool-full": [429, "Wait until some blobs are ordered, or tip more."],
  duplicate: [409, "Nothing is to be done: GET /blobs/ROOT says where it was ordered."],
  busy: [429, "Send it again in a moment."],
};

export function refusalError({ code, message }: Refusal): ApiError {
  const [status, advice] = answers[code];
  return new ApiError(status, code, message, advice);
}

export function badArgument(message: string, advice: string): ApiError {
  return new ApiError(400, "bad-argument", message, advice);
}

/** Of the server itself: its limits, and what nobody thought of. */
export function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof ThreadEnd) {
    return new ApiError(503, "stopped", "This node has stopped.", "Ask another, or this one when it runs again.");
  }
  const { code, statusCode = 500, message } = error as { code?: string; statusCode?: number; message: string };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") return refusalError({ code: "too-large", path: "", message });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    const advice = "Send application/octet-stream, or application/json with {hex}.";
    return new ApiError(415, "media-type", message, advice);
  }
  if (statusCode < 500) return badArgument(message, "docs/api.md shows each request.");
  return new ApiError(500, "unexpected", message, "This is a bug: please report it with what was asked.");
}
