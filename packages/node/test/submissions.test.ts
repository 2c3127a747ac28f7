// What bounds submissions on the main thread, with a replica that answers when it is told to.

import type { Receipt } from "@tandem/ordering";
import { asRoot } from "@tandem/shared";
import { expect, test } from "vitest";
import type { ApiServices } from "../src/api/services.ts";
import { Submissions } from "../src/api/submissions.ts";
import { OrderedFeed } from "../src/process/ordered-feed.ts";
import { ThreadEnd } from "../src/replica/handle.ts";
import type { OrderedSummary } from "../src/replica/words.ts";

const root = asRoot(new Uint8Array(32).fill(1));
const accepted: Receipt = { kind: "accepted", blob: root, isNew: true };
const long = { isWanted: true, timeoutMs: 100_000 };
const small = new Uint8Array(1);

function open(submit: () => Promise<Receipt>) {
  const feed = new OrderedFeed();
  const counts: string[] = [];
  const services = {
    feed,
    thread: { submit, query: async () => ({ kind: "none", code: "unknown-blob", message: "" }) },
    telemetry: { countReceipt: (code: string) => counts.push(code) },
  };
  return { feed, counts, submissions: new Submissions(services as unknown as ApiServices) };
}

function blockOf(blobs: readonly Uint8Array[]): OrderedSummary {
  const blobRoots = new Uint8Array(Buffer.concat(blobs));
  return { height: 7, view: 9, root, timeMs: 0, proposer: 0, blobRoots, bytes: 1 };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { readonly code: string }) => error.code,
  );
const never = new AbortController().signal;
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("so many may wait; beyond, who waits is busy before anything is submitted, and who does not wait is served", async () => {
  let submitted = 0;
  const { submissions, feed } = open(async () => {
    submitted++;
    return accepted;
  });
  const waiting = Array.from({ length: 4096 }, () => submissions.submit(small, long, never));
  expect(await codeOf(submissions.submit(small, long, never))).toBe("busy");
  expect(submitted).toBe(4096);
  expect((await submissions.submit(small, { ...long, isWanted: false }, never)).status).toBe("accepted");
  await turn();
  feed.take(blockOf([new Uint8Array(32), root]));
  const answers = await Promise.all(waiting);
  expect(answers.every((answer) => answer.status === "ordered" && answer.height === 7 && answer.index === 1)).toBe(
    true,
  );
  const again = submissions.submit(small, long, never);
  await turn();
  feed.take(blockOf([root]));
  expect((await again).status).toBe("ordered");
});

test("who has gone gives its place back", async () => {
  const { submissions } = open(async () => accepted);
  const gone = new AbortController();
  const waiting = Array.from({ length: 4096 }, () => submissions.submit(small, long, gone.signal));
  await turn();
  gone.abort();
  expect(new Set((await Promise.all(waiting)).map(({ status }) => status))).toEqual(new Set(["accepted"]));
  expect(await codeOf(submissions.submit(small, { ...long, timeoutMs: 1 }, never))).toBe("done");
});

test("bytes on their way to the replica are bounded, and counted as refused", async () => {
  const receipt = Promise.withResolvers<Receipt>();
  const { submissions, counts } = open(() => receipt.promise);
  const noWait = { ...long, isWanted: false };
  const mebibyte = new Uint8Array(1024 * 1024);
  const waiting = Array.from({ length: 16 }, () => submissions.submit(mebibyte, noWait, never));
  expect(await codeOf(submissions.submit(small, noWait, never))).toBe("busy");
  receipt.resolve(accepted);
  await Promise.all(waiting);
  expect(await codeOf(submissions.submit(small, noWait, never))).toBe("done");
  expect(counts.filter((code) => code === "busy").length).toBe(1);
});

test("a block that was executed before anybody listened is found in the store", async () => {
  const services = {
    feed: new OrderedFeed(),
    thread: {
      submit: async () => accepted,
      query: async () => ({ kind: "ordered", root, height: 3, index: 4, bytes: small }),
    },
    telemetry: { countReceipt: () => undefined },
  };
  const late = new Submissions(services as unknown as ApiServices);
  expect(await late.submit(small, long, never)).toMatchObject({ status: "ordered", height: 3, index: 4 });
});

test("a node that has failed says that it has stopped, and not whether it accepted", async () => {
  const { submissions, counts } = open(async () => {
    throw new ThreadEnd("store-failed", "The disk is full.");
  });
  const [receipt] = await submissions.submitBatch([small]);
  expect(receipt).toMatchObject({ status: "refused", httpStatus: 503, error: { code: "stopped" } });
  expect(counts).toEqual([]);
  for (let wait = 0; wait < 5000; wait++)
    expect(await codeOf(submissions.submit(small, long, never))).toBe("store-failed");
});
