// The test world is as honest as it says: every root is that of the plain data beside it, by naive oracles, and
// everything happens in it that proofs can be about.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { verifyClaimEvidence, verifyVoteEvidence } from "../../src/certificates.ts";
import { verifyQuorum } from "../../src/committee.ts";
import { affirmDomain } from "../../src/domains.ts";
import { affirmedClaimCodec } from "../../src/messages/affirmation.ts";
import { frontierCodec } from "../../src/messages/frontier.ts";
import { contractRecordCodec } from "../../src/messages/lane.ts";
import { asEnvironmentName, asShardName } from "../../src/numbers.ts";
import { verified } from "../../src/result.ts";
import { messageSchemas } from "../oracles/messages.ts";
import { naiveNamespacedRoot } from "../oracles/namespaced.ts";
import { naiveHistoryRoot } from "../oracles/rfc6962.ts";
import type { Schema } from "../oracles/schema.ts";
import { sparseRoot } from "../oracles/sparse-map.ts";
import { oracleOf } from "../oracles/ssz.ts";
import { attestBlockAt, createWorld, frontierOf, orderBlockAt, payerKey, setsAt } from "../support/world.ts";
import { failedStep } from "../support/world-plan.ts";
import { bytesOf, present } from "../support/world-validators.ts";

const world = createWorld();
const { order, attest } = world;

const digest = (...parts: readonly Uint8Array[]) =>
  Uint8Array.from(createHash("sha256").update(Buffer.concat(parts)).digest());
const rootOf = (message: string, value: unknown) => oracleOf(messageSchemas[message] as Schema).root(value);
const mapRoot = (entries: Iterable<readonly [key: Uint8Array, value: Uint8Array]>) =>
  sparseRoot(Array.from(entries, ([key, value]) => ({ path: digest(key), value })));

test("each header follows from those before it", () => {
  for (const [name, chain] of [["order-header", order] as const, ["attest-header", attest] as const]) {
    for (const [height, header] of chain.headers.entries()) {
      const earlier = chain.headers.slice(0, height).map((before) => rootOf(name, before));
      expect(header.height).toBe(height);
      expect(header.history).toEqual(naiveHistoryRoot(earlier));
      if (height > 0) expect(header.parent).toEqual(earlier.at(-1));
    }
  }
});

test("an order header commits to its blobs, touches, ledger and sets", () => {
  for (const [height, header] of order.headers.entries()) {
    const { blobs, accounts } = orderBlockAt(world, height);
    const roots = blobs.map(({ blob }) => rootOf("blob", blob));
    expect(header.blobsRoot).toEqual(rootOf("blob-roots", roots));
    const leaves = blobs.flatMap(({ blob }, index) =>
      blob.envelope.touches.map((shard) => {
        const place = Uint8Array.of(index, 0, 0, 0);
        const namespace = new Uint8Array(29);
        namespace.set([1, ...bytesOf(shard)]);
        return { shard, namespace, data: Uint8Array.from([...place, ...(roots[index] as Uint8Array)]) };
      }),
    );
    leaves.sort((a, b) => (a.shard < b.shard ? -1 : Number(a.shard > b.shard)));
    expect(header.touchesRoot).toEqual(digest(naiveNamespacedRoot(leaves)));
    const entries = Array.from(accounts, ([name, { balance, nonce }]) => {
      const bytes = new DataView(new ArrayBuffer(24));
      bytes.setBigUint64(0, balance, true);
      bytes.setBigUint64(16, BigInt(nonce), true);
      return [payerKey(name), new Uint8Array(bytes.buffer)] as const;
    });
    expect(header.ledgerRoot).toEqual(mapRoot(entries));
    expect(header.validatorsRoot).toEqual(rootOf("validator-sets", setsAt(world, height)));
  }
});

test("an attest header commits to its items and to the frontiers after them", () => {
  for (const [height, header] of attest.headers.entries()) {
    const { items, frontiers } = attestBlockAt(world, height);
    expect(header.attestationsRoot).toEqual(rootOf("attest-items", items));
    const entries = Array.from(
      frontiers,
      ([shard, state]) => [bytesOf(shard), frontierCodec.encode(frontierOf(state))] as const,
    );
    expect(header.frontiersRoot).toEqual(mapRoot(entries));
  }
});

test("a claim commits to its lanes and to the contracts after it", () => {
  for (const states of world.shards.values()) {
    for (const { claim, root, exports, plain, states: maps } of states) {
      expect(root).toEqual(rootOf("claim", claim));
      expect(claim.lanes.map((lane) => lane.exports)).toEqual(exports.map((list) => rootOf("lane-exports", list)));
      const records = Array.from(plain, ([name, { environment, status, entries }]) => {
        const state = mapRoot(Array.from(entries, ([key, text]) => [bytesOf(key), bytesOf(text)] as const));
        expect(maps.get(name)?.root).toEqual(state);
        const record = { environment: asEnvironmentName(environment), state, status } as never;
        return [bytesOf(name), contractRecordCodec.encode(record)] as const;
      });
      expect(claim.contracts).toEqual(mapRoot(records));
    }
  }
});

test("C3: a claim commits to what is pending: by position, the root of each program's entry", () => {
  for (const { claim, pending } of [...world.shards.values()].flat()) {
    const entries = pending.map(([{ height, index }, blob]) => {
      const key = new DataView(new ArrayBuffer(12));
      key.setBigUint64(0, BigInt(height), true);
      key.setUint32(8, index, true);
      return [new Uint8Array(key.buffer), rootOf("pending-entry", { blob, ran: [], settled: [], writes: [] })] as const;
    });
    expect(claim.pending).toEqual({ count: entries.length, root: mapRoot(entries) });
  }
});

test("an attestation carries a quorum of its shard's committee", () => {
  for (const { items } of world.attestBlocks) {
    for (const item of items) {
      if (item.kind !== "attestation") continue;
      const { claim, ...signed } = item.value;
      const { committee } = present(world.committees.get(claim.shard), "committee");
      const affirmed = affirmedClaimCodec.root({ epoch: claim.epoch, claim: rootOf("claim", claim) as never });
      expect(verifyQuorum(world.scheme, committee, affirmDomain(world.network), affirmed, signed)).toEqual(verified);
    }
  }
});

test("evidence is evidence", () => {
  const evidence = world.attestBlocks.flatMap(({ items }) => items.filter((item) => item.kind === "evidence"));
  expect(evidence.map(({ value }) => value.kind)).toEqual(["votes", "claims"]);
  for (const { value } of evidence) {
    if (value.kind === "votes") expect(verifyVoteEvidence(order.electorate(0), value.value)).toEqual(verified);
    if (value.kind === "claims") {
      const { epoch, shard } = value.value.first.claim;
      const { committee } = present(world.committees.get(shard), "committee");
      expect(verifyClaimEvidence({ ...order.electorate(epoch), shard, committee }, value.value)).toEqual(verified);
    }
  }
});

test("everything happens that proofs can be about", () => {
  const programs = world.orderBlocks.flatMap(({ blobs }) => blobs.map(({ program }) => program));
  const groups = programs.filter(({ group }) => group !== undefined);
  expect(groups.filter((program) => failedStep(program) === undefined).length).toBeGreaterThan(10);
  expect(groups.filter((program) => failedStep(program) !== undefined).length).toBeGreaterThan(5);
  const sizes = new Set(world.orderBlocks.map(({ blobs }) => blobs.length));
  expect([...sizes]).toEqual(expect.arrayContaining([0, 1, 2, 33]));
  expect(world.shards.get(asShardName("idle"))).toHaveLength(1);
  const claims = [...world.shards.values()].flat().map(({ claim }) => claim);
  expect(claims.some(({ round, lanes }) => round > 0 && lanes.length === 0)).toBe(true);
  expect(claims.some(({ sources }) => sources.length > 1)).toBe(true);
  expect(claims.some(({ pending }) => pending.count > 1)).toBe(true);
});
