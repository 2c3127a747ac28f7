// What it costs one validator to bring a claim from its execution to a final attest block: its own affirmation, those of all
// others in the committee, and the check of the block that has it. The validator sits in the committees of all shards; each
// order block gives every shard a claim, and one attest block takes them all. The machine and what it asks to be verified are
// the real ones, with native BLS, over a store in memory; what the others say was signed before (support/attest-script.ts).
// A network of so many validators pays it so many times.
//
// The limit beside it is the signature work that the protocol asks for, bare: for each claim one affirmation signed, a
// quorum of them summed, each parsed and checked, the sum verified, and the sum in the block verified; for each block the
// certificate of the order block that it cites.
//
// Not in it, and measured apart: the executions, which are done once and told; what a proposer has to do; the reading of
// messages from the wire. Votes on attest blocks are in the bench of consensus: they are per block, not per claim.

import { nativeScheme, useNative } from "@tandem/native";
import { decodeMessage, encodeMessage } from "@tandem/replica";
import { type Root, sha256, utf8 } from "@tandem/shared";
import { type Bench, type Figure, median, type Work } from "../../../scripts/bench/measure.ts";
import { AttestGround } from "./support/attest-ground.ts";
import { AttestScript, type ScriptedRound } from "./support/attest-script.ts";
import { quorumCount } from "./support/network.ts";
import { hashedBy, hashingAgain } from "./support/recorded.ts";

export const area = "attestation";

const committees = [4, 16, 64];
const shardCounts = [1, 8, 64];
/** With so many shards what is apart is measured too. */
const shardsApart = 8;

export default async function attestation(bench: Bench): Promise<void> {
  useNative();
  for (const validators of committees) {
    for (const shards of shardCounts) await measureClaims(bench, validators, shards);
  }
}

async function measureClaims(bench: Bench, validators: number, shards: number): Promise<void> {
  const ground = new AttestGround(validators, shards);
  const script = new AttestScript(ground);
  const listener = script.openListener();
  let round: ScriptedRound | undefined;
  const prepare = () => {
    round = script.next();
    listener.expect(round);
  };
  const run = () => listener.hear(round as ScriptedRound);
  const title = `committee of ${validators}, ${shards === 1 ? "1 shard" : `${shards} shards`}`;
  const claim = `a claim attested, ${title}, beside signatures`;
  const figure = await bench.cost(claim, { items: shards, prepare, run }, bareWork(ground));
  reportAll(bench, `the same at all ${validators}, ${title}`, figure, validators);
  prepare();
  await bench.cost(`its hashing, ${title}`, hashingAgain(shards, hashedBy(run)));
  if (shards === shardsApart) await measureApart(bench, title, script, validators);
}

function reportAll(bench: Bench, name: string, { value, unit, limit, ratio }: Figure, validators: number): void {
  bench.report({ name, value: validators * value, unit, limit: limit && validators * limit, ratio });
}

/** For every claim and validator the same keys sign the same message, which blst does not notice. */
function bareWork({ keys, shards }: AttestGround): Work {
  const message = sha256(utf8("a claim")) as Root;
  const quorum = quorumCount(keys.signers.length);
  const points = keys.electorate.committee.seats.slice(0, quorum).map(({ key }) => key);
  const signatures = keys.signers.slice(0, quorum).map(({ sign }) => sign(message));
  const [own] = keys.signers;
  const verify = (signature: Uint8Array | undefined) => {
    if (signature === undefined || !nativeScheme.verifyAggregate(points, message, signature))
      throw new Error("no quorum");
  };
  const run = () => {
    let sum: Uint8Array | undefined;
    for (let claim = 0; claim < shards.length; claim++) {
      own?.sign(message);
      const aggregate = nativeScheme.aggregate(signatures);
      sum = aggregate.ok ? aggregate.value : undefined;
      verify(sum);
      verify(sum);
    }
    verify(sum);
  };
  return { items: shards.length, run };
}

async function measureApart(bench: Bench, title: string, script: AttestScript, validators: number): Promise<void> {
  const { affirmations } = script.next();
  const report = (name: string, ms: readonly number[]) => {
    const value = (1000 * median(ms)) / shardsApart;
    bench.report({ name: `apart: ${name}, ${title}`, value, unit: "us", limit: null, ratio: null });
  };
  report(
    "its execution",
    script.apart.map(({ executionMs }) => executionMs),
  );
  report(
    "its place in a proposer's block",
    script.apart.map(({ buildMs }) => buildMs),
  );
  await bench.cost(`apart: its affirmations on the wire, ${title}`, wireWork(affirmations, validators));
}

/** Of each claim one affirmation is written, and those of all others are read. */
function wireWork(affirmations: ScriptedRound["affirmations"], validators: number): Work {
  const messages = affirmations.map(({ message }) => message);
  const encoded = messages.map(encodeMessage);
  const items = messages.length / (validators - 1);
  const run = () => {
    for (const message of messages.slice(0, items)) encodeMessage(message);
    for (const bytes of encoded) if (!decodeMessage(bytes).ok) throw new Error("a good message is refused");
  };
  return { items, run };
}
