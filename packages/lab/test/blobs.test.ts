// What is submitted in the order stage: each blob is what it was made to be, and clients go on until it is ordered.

import { nativePayerScheme } from "@tandem/native";
import {
  asEpoch,
  asHeight,
  asRoot,
  asView,
  blobCodec,
  blobDomain,
  envelopeCodec,
  equalBytes,
  type Root,
  sha256,
  signingRoot,
  toHex,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { describe, expect, test } from "vitest";
import { admission } from "../src/checkers/admission.ts";
import { drawSetting, plainBlobs, readSetting, type Setting, scaleSetting } from "../src/index.ts";
import type { Observation } from "../src/nodes/words.ts";
import { toyBlock } from "../src/payload/block.ts";
import { BlobWork } from "../src/work/blob-work.ts";
import { BlobStream, type MadeBlob, type Submission } from "../src/work/blobs.ts";

const network = sha256(utf8("a network")) as Root;
const plan = {
  ...plainBlobs,
  mediumPpm: 100_000,
  largePpm: 1000,
  aheadPpm: 100_000,
  replacedPpm: 100_000,
  doubledPpm: 100_000,
  carelessPpm: 100_000,
  refusedPpm: 300_000,
};

function streamOf(seed: number): Submission[] {
  const stream = new BlobStream(plan, network, new Random(seed, "blobs"));
  return Array.from({ length: 400 }, () => stream.next()).flat();
}

function envelopeOf(blob: MadeBlob) {
  const decoded = blobCodec.decode(blob.bytes);
  if (!decoded.ok) return undefined;
  const { envelope, signature } = decoded.value;
  const message = signingRoot(blobDomain(network), envelopeCodec.root(envelope));
  return { envelope, isSigned: nativePayerScheme.verify(envelope.payer, message, signature) };
}

const submissions = streamOf(1);
const blobs = [...new Set(submissions.map(({ blob }) => blob))];

describe("stream", () => {
  test("is decided by its seed", () => {
    expect(streamOf(1).map(({ blob }) => blob.root)).toEqual(submissions.map(({ blob }) => blob.root));
    expect(streamOf(2)[0]?.blob.root).not.toBe(submissions[0]?.blob.root);
  });

  test("good blobs are good, and each payer's nonces have no gap", () => {
    const good = blobs.filter(({ meant }) => meant === "accept");
    for (const blob of good) expect(envelopeOf(blob)?.isSigned).toBe(true);
    for (let payer = 0; payer < plan.payers; payer++) {
      const nonces = new Set(good.filter((blob) => blob.payer === payer).map(({ nonce }) => nonce));
      expect([...nonces].sort((a, b) => a - b)).toEqual([...nonces.keys()].map((_, nonce) => nonce));
    }
  });

  test("what is to be refused is wrong in one way, each way at times", () => {
    const wrong = {
      signature: (blob: MadeBlob) => envelopeOf(blob)?.isSigned === false,
      expired: (blob: MadeBlob) => envelopeOf(blob)?.envelope.expires === 0,
      network: (blob: MadeBlob) => !equalBytes(envelopeOf(blob)?.envelope.network ?? network, network),
      "unknown-shard": (blob: MadeBlob) =>
        envelopeOf(blob)?.envelope.touches.some((shard) => !/^shard-\d$/.test(shard)),
      "over-budget": (blob: MadeBlob) => (envelopeOf(blob)?.envelope.budget ?? 0) > 100_000_000,
      balance: (blob: MadeBlob) => envelopeOf(blob)?.envelope.transfers.some(({ amount }) => amount > 10n ** 18n),
      malformed: (blob: MadeBlob) => envelopeOf(blob) === undefined,
    };
    const refused = blobs.filter(({ meant }) => meant === "refuse");
    for (const blob of refused) {
      const ways = Object.entries(wrong).flatMap(([name, isWrong]) => (isWrong(blob) ? [name] : []));
      // Another network is another message to sign, too.
      expect(ways.filter((way) => way !== "signature" || blob.why === "signature")).toEqual([blob.why]);
    }
    expect(new Set(refused.map(({ why }) => why)).size).toBe(Object.keys(wrong).length);
  });
});

describe("work", () => {
  const calm = scaleSetting(4, 10);
  const setting: Setting = { ...calm, blobs: plainBlobs, world: { ...calm.world, healAtMs: 100_000 } };

  function workOf() {
    const given: { id: number; instance: number; atMs: number }[] = [];
    const stream = new BlobStream(plainBlobs, network, new Random(1, "blobs"));
    const give = (instance: number, input: { readonly kind: string }, atMs: number) => {
      if (input.kind === "submit") given.push({ id: (input as unknown as { id: number }).id, instance, atMs });
    };
    return { work: new BlobWork({ setting, stream, trusted: [0, 1], give }), given };
  }

  const accepted = (id: number): Observation => ({
    kind: "receipt",
    id,
    receipt: { kind: "accepted", blob: zeroRoot, isNew: true },
  });
  const refused = (id: number, code: "pool-full" | "signature" | "balance"): Observation => ({
    kind: "receipt",
    id,
    receipt: { kind: "refused", refusal: { code, path: "", message: "" } },
  });
  const ordered = (...made: readonly (MadeBlob | undefined)[]): Observation => {
    const toy = toyBlock({ view: asView(1), parent: { height: asHeight(0), root: zeroRoot }, salt: 0, items: [] });
    const roots = made.map((blob) => asRoot(Uint8Array.from(Buffer.from(blob?.root ?? "", "hex"))));
    const block = { ...toy, body: { ...toy.body, blobs: roots } };
    const info = { ...block.header, epoch: asEpoch(0), root: zeroRoot };
    return { kind: "ordered", block, info, certificate: undefined as never, blobs: [] };
  };

  test("a client without an answer, or for whom there was no room, tries again; others do not", () => {
    const { work, given } = workOf();
    work.handOut(100);
    const count = given.length;
    expect(count).toBeGreaterThan(2);
    for (const { id } of given.slice(2)) work.onObservation(accepted(id), 0);
    work.onObservation(refused(given[0]?.id ?? 0, "pool-full"), 0);
    const again = () => given.filter(({ atMs }) => atMs === 5000).map(({ id }) => work.submitted(id));
    work.handOut(5000);
    expect(again()).toEqual(expect.arrayContaining([given[0], given[1]].map((each) => work.submitted(each?.id ?? 0))));
    expect(again()).not.toContain(work.submitted(given[2]?.id ?? 0));
  });

  test("what an honest node accepted waits at every node until the node has it ordered", () => {
    const { work, given } = workOf();
    work.handOut(50);
    const [first] = given;
    if (first === undefined) throw new Error("nothing was submitted");
    expect(work.isWaiting(0, work.last)).toBe(false);
    work.onObservation(accepted(first.id), first.instance);
    expect([work.last, work.isWaiting(0, 1), work.isWaiting(1, 1)]).toEqual([1, true, true]);
    work.onObservation(ordered(work.submitted(first.id)), 0);
    expect([work.isWaiting(0, 1), work.isWaiting(1, 1)]).toEqual([false, true]);
  });

  test("admission fires where a bad blob is taken or ordered, and where a good one is refused for what it is", () => {
    const bad = blobs.find(({ meant, root }) => meant === "refuse" && root !== undefined);
    const good = blobs.find(({ meant }) => meant === "accept");
    const byId = [good, bad];
    const byRoot = (root: string) => blobs.find((blob) => blob.root === root);
    const checker = admission({ submitted: (id) => byId[id], known: byRoot });
    const says = (observation: Observation) => checker.onObservation(observation, 0, 0);
    expect([says(accepted(0)), says(refused(1, "signature")), says(refused(0, "pool-full"))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(says(accepted(1))).toMatch(/^accepted a blob that is to be refused/);
    expect(says(refused(0, "signature"))).toBe("refused a good blob: signature");
    expect(says(refused(0, "balance"))).toBe("refused a good blob: balance");
    expect(says(ordered(good))).toBeUndefined();
    expect(says(ordered(good, bad))).toMatch(/to be refused/);
    expect(toHex(zeroRoot)).not.toBe(bad?.root);
  });
});

test("settings that were printed before there were stages are of consensus alone", () => {
  const { stage: _, blobs: __, ...old } = drawSetting(1);
  expect(readSetting(JSON.stringify({ setting: old }))).toMatchObject({ ...old, stage: "consensus" });
});
