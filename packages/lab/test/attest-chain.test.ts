// The made attest chain: real finalizations, one history, claims of what was touched; and a client that follows a shard.

import type { SliceRun } from "@tandem/ordering";
import {
  asHeight,
  attestHeaderCodec,
  checkCitation,
  genesisAttestHeader,
  limits,
  type Root,
  sha256,
  utf8,
  verifyCitation,
  zeroRoot,
} from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { describe, expect, test } from "vitest";
import { plainBlobs, scaleSetting } from "../src/index.ts";
import { createNetwork } from "../src/nodes/order-network.ts";
import type { LabInput } from "../src/nodes/words.ts";
import { AttestChain } from "../src/work/attest-chain.ts";
import { shardNamesOf } from "../src/work/blobs.ts";
import { Follower } from "../src/work/follower.ts";

const attest = { everyMs: 250, lateMs: 0, stallPpm: 0 };
const plan = { ...plainBlobs, lagMax: 3, pendingMax: 4, attest };
const setting = { ...scaleSetting(4, 1), blobs: plan };
const lab = createNetwork(setting);
const healAtMs = 10_000;
const chainOf = (changes: Partial<typeof attest> = {}) =>
  new AttestChain(lab, { ...plan, attest: { ...attest, ...changes } }, healAtMs, new Random(1, "attest"));
const touchedAt = (...heights: number[]) => ({
  ref: { height: asHeight(heights.at(-1) ?? 0), root: sha256(utf8("an order block")) as Root },
  touched: new Map([["shard-0", heights]]),
});
const progressAt = (chain: AttestChain, height: number) => chain.citableAt(height)?.progressOf("shard-0");

describe("attest chain", () => {
  test("claims what was touched, not too often, until nothing is pending", () => {
    const chain = chainOf();
    chain.grow(0, touchedAt());
    expect(chain.height).toBe(0);
    chain.grow(250, touchedAt(1, 4));
    expect([chain.height, progressAt(chain, 1)?.round, progressAt(chain, 0)?.round]).toEqual([1, 4, 0]);
    chain.grow(251, touchedAt(1, 4, 5));
    expect(chain.height).toBe(1);
    for (let nowMs = healAtMs, height = 5; nowMs < healAtMs + 40; nowMs++, height++)
      chain.grow(nowMs, { ...touchedAt(1, 4, 5), ref: { ...touchedAt().ref, height: asHeight(height) } });
    expect(progressAt(chain, chain.height)?.pending).toBe(0);
    const { height } = chain;
    chain.grow(healAtMs + 100, { ...touchedAt(1, 4, 5), ref: { ...touchedAt().ref, height: asHeight(99) } });
    expect(chain.height).toBe(height);
  });

  test("each block can be cited after each earlier one, with a certificate of the attest set", () => {
    const chain = chainOf();
    for (let height = 1; height <= 6; height++) chain.grow(250 * height, touchedAt(height));
    const genesis = { height: asHeight(0), root: attestHeaderCodec.root(genesisAttestHeader(lab.network.genesis)) };
    for (let from = 0; from < chain.height; from++) {
      const { header, ref, certificate } = chain.blockAt(chain.height);
      const before = from === 0 ? genesis : chain.blockAt(from).ref;
      const descent = chain.proveDescent(asHeight(from), header);
      if (descent === undefined) throw new Error("it descends");
      const cited = {
        headers: attestHeaderCodec,
        genesis,
        before,
        now: ref,
        citation: { header, certificate, descent },
      };
      expect(verifyCitation(lab.attest, cited).ok).toBe(true);
      const other = { ...cited, before: { height: before.height, root: sha256(utf8("x")) as Root } };
      if (from > 0) expect(checkCitation(other).ok).toBe(false);
    }
  });

  test("a stalled shard claims nothing, and claims again once the world is healed", () => {
    const chain = chainOf({ stallPpm: 1_000_000 });
    for (let nowMs = 0; nowMs < healAtMs; nowMs += 250) chain.grow(nowMs, touchedAt(1));
    expect(chain.height).toBe(0);
    chain.grow(healAtMs, touchedAt(1, 2));
    expect(progressAt(chain, 1)?.round).toBe(2);
  });
});

describe("follower", () => {
  const given: LabInput[] = [];
  const followerOf = (byzantine: readonly number[]) =>
    new Follower({
      electorate: lab.keys.electorate,
      shard: shardNamesOf(plan)[0] as never,
      genesis: { height: asHeight(0), root: lab.network.root },
      instances: 4,
      byzantine: new Set(byzantine),
      random: new Random(1, "follower"),
      give: (_, input) => given.push(input),
      stateAt: () => undefined,
    });
  /** A header that stands on nothing that the follower knows. */
  const run = (height: number): SliceRun => ({
    headers: [{ ...lab.network.header, height: asHeight(height), parent: zeroRoot }],
    slices: [{ touches: [], proof: { left: [], right: [], opened: [] }, blobs: [] }],
    certificate: undefined,
  });

  test("asks for what comes next", () => {
    followerOf([]).ask(0);
    expect(given.at(-1)).toMatchObject({
      kind: "message",
      message: { kind: "want-slices", from: 1, count: limits.sliceRunBlocksMax },
    });
  });

  test("an honest server that is refused is found; a Byzantine one, and a late answer, are not", () => {
    const honest = followerOf([]);
    honest.onSlices(0, run(1));
    expect(honest.problem).toMatch(/slices of honest node 0 were refused/);
    const other = followerOf([0]);
    other.onSlices(0, run(1));
    other.onSlices(1, run(7));
    expect([other.problem, other.refused]).toEqual([undefined, 2]);
  });
});
