// A2, A3: the attest chain in runs, read from a store and believed by whoever has the genesis alone: whole, in any portions,
// also where blocks are final only by a later one; and whatever is changed in a run, it is refused.

import { type AttestHeader, asHeight, claimCodec, readNow, zeroRoot } from "@tandem/shared";
import { beforeAll, describe, expect, test } from "vitest";
import { call, keys, literal, program } from "../../../execution/test/support/programs.ts";
import { readAttestRun } from "../../src/stream/read.ts";
import { type AttestRun, attestRunCodec, emptyAttestRun } from "../../src/stream/run.ts";
import { AttestStream } from "../../src/stream/stream.ts";
import { type AttestedShard, attestedShard } from "../support/attested-shard.ts";

const add = call("a/x", "add", [literal("a"), literal(1n)], keys([], ["a"]));
const block = { programs: [program([add])], silent: [] };

let shard: AttestedShard;
/** Nothing finalizes blocks 2, 3 and 6 themselves. */
let late: AttestedShard;
beforeAll(async () => {
  const blocks = Array.from({ length: 6 }, () => block);
  shard = await attestedShard({ blocks, attested: 6 });
  late = await attestedShard({ blocks, attested: 6, late: [2, 3, 6] });
});

const streamOf = ({ network }: AttestedShard) => new AttestStream(network.electorate, network.header);
const runOf = ({ store }: AttestedShard, from: number, count = 128) =>
  readNow((keys) => store.readNow(keys), readAttestRun(from, count));

/** As it travels. */
function sent(run: AttestRun): AttestRun {
  const decoded = attestRunCodec.decode(attestRunCodec.encode(run));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** Heights, and the roots of the claims in them. */
function takeAll(from: AttestedShard, count: number) {
  const stream = streamOf(from);
  const taken: unknown[] = [];
  for (let last = -1; stream.last.height > last; ) {
    last = stream.last.height;
    const blocks = stream.take(sent(runOf(from, stream.next, count)));
    if (!blocks.ok) throw new Error(blocks.error.message);
    for (const { height, claims } of blocks.value) taken.push([height, claims.map(({ root }) => root)]);
  }
  return taken;
}

const attestedIn = ({ past }: AttestedShard) =>
  past.shard.results.map(({ claim }, at) => [at + 1, [claimCodec.root(claim)]]);

describe("runs", () => {
  test.each([1, 2, 4, 128])("tell every block and its claims, %i blocks at a time", (count) => {
    expect(takeAll(shard, count)).toEqual(attestedIn(shard));
  });

  test.each([1, 2, 128])("where a later block finalizes, headers lead on to it: %i blocks at a time", (count) => {
    expect(takeAll(late, count)).toEqual(attestedIn(late).slice(0, 5));
    const run = runOf(late, 2, 1);
    expect([run.headers.length, run.items.length]).toEqual([3, 1]);
  });

  test("are empty beyond the last block, and where nothing is final yet", () => {
    for (const [from, count] of [
      [7, 1],
      [0, 1],
      [1, 0],
    ] as const) {
      expect(runOf(shard, from, count)).toEqual(emptyAttestRun);
    }
    expect(runOf(late, 6)).toEqual(emptyAttestRun);
  });

  test("hold no claim whole: what it is made of is asked for by its root", () => {
    const [items] = runOf(shard, 1, 1).items;
    const [, item] = items ?? [];
    expect(item?.kind === "attestation" && item.value.claim.lanes).toHaveLength(32);
  });
});

describe("a run is refused", () => {
  const changed = (change: (run: AttestRun) => Partial<AttestRun>) => {
    const run = runOf(shard, 1);
    const stream = streamOf(shard);
    const taken = stream.take({ ...run, ...change(run) });
    expect(stream.last.height).toBe(0);
    return taken.ok ? "taken" : taken.error.code;
  };
  const withHeader = (at: number, change: Partial<AttestHeader>) =>
    changed(({ headers }) => ({ headers: headers.with(at, { ...(headers[at] as AttestHeader), ...change }) }));

  test("if an item is changed, left out, or of another block", () => {
    const [first = [], second = []] = runOf(shard, 1).items;
    expect(changed(({ items }) => ({ items: items.with(0, first.slice(1)) }))).toBe("wrong-items");
    expect(changed(({ items }) => ({ items: items.with(0, second) }))).toBe("wrong-items");
    const item = first[1];
    if (item?.kind !== "attestation") throw new Error("a claim stands between other items");
    const claim = { ...item.value.claim, contracts: zeroRoot };
    const bent = first.with(1, { kind: "attestation", value: { ...item.value, claim } });
    expect(changed(({ items }) => ({ items: items.with(0, bent) }))).toBe("wrong-items");
  });

  test("if a header is changed, left out, or does not stand on what is known", () => {
    expect(withHeader(0, { parent: zeroRoot })).toBe("wrong-parent");
    expect(withHeader(2, { height: asHeight(9) })).toBe("wrong-parent");
    expect(withHeader(2, { attestationsRoot: zeroRoot })).toBe("wrong-parent");
    expect(withHeader(5, { attestationsRoot: zeroRoot })).toBe("wrong-block");
    expect(changed(({ headers, items }) => ({ headers: headers.slice(1), items: items.slice(1) }))).toBe(
      "wrong-parent",
    );
    const later = runOf(shard, 2);
    expect(streamOf(shard).take(later)).toMatchObject({ error: { code: "wrong-parent" } });
  });

  test("if no quorum stands behind its last header", () => {
    const certificate = runOf(shard, 1).certificate;
    if (certificate === undefined) throw new Error("it has one");
    const bitmap = certificate.bitmap.map((_, seat) => seat < 1);
    expect(changed(() => ({ certificate: { ...certificate, bitmap } }))).toBe("no-quorum");
    expect(changed(() => ({ certificate: { ...certificate, kind: "notarization" } }))).toBe("wrong-kind");
    expect(changed(() => ({ certificate: undefined }))).toBe("no-certificate");
    expect(changed(() => ({ headers: [], items: [] }))).toBe("no-certificate");
    expect(changed(({ headers }) => ({ headers: headers.slice(0, 2) }))).toBe("wrong-count");
    expect(changed(() => ({ items: [] }))).toBe("wrong-count");
  });
});
