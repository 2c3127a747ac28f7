// C3: whoever gives a snapshot need not be trusted. Every kind of change is found, and said by its name; nothing of it stays.

import { pendingEntryOf, StateRebuild } from "@tandem/execution";
import { asBlobIndex, asContractName, asHeight, asRound, asShardName, zeroRoot } from "@tandem/shared";
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { dump } from "../../../execution/test/support/past.ts";
import { call, keys, literal, outcomeOf, program, whole } from "../../../execution/test/support/programs.ts";
import { type SnapshotPart, snapshotPartCodec } from "../../src/snapshot/parts.ts";
import { StateReader } from "../../src/snapshot/state-reader.ts";
import { type AttestedShard, attestedShard } from "../support/attested-shard.ts";
import { importParts, partsOf } from "../support/snapshots.ts";

let shard: AttestedShard;
let parts: readonly SnapshotPart[];

const add = (at: string, key: string) => call(at, "add", [literal(key), literal(1n)], keys([], [key]));

beforeAll(async () => {
  // Open groups in the end, several entries in a contract, and one contract that was ended.
  const group = program([add("a/x", "g"), add("b/z", "g")], [[0, 2]]);
  const waits = program([add("b/z", "w"), call("a/y", "add", [literal("w"), outcomeOf(0)], keys([], ["w"]))]);
  const many = ["a", "b", "c", "d"].map((key) => program([add("a/x", key)]));
  const made = [program([call("a/new", "create", [literal("probe"), literal(5n)], whole)])];
  const ended = [program([call("a/new", "end", [], whole)])];
  const rounds = [made, many, ended, [group, waits, ...many]].map((programs) => ({ programs, silent: ["b"] }));
  shard = await attestedShard({ blocks: rounds, attested: 4 });
  parts = (await partsOf(shard)).map((bytes) => {
    const part = snapshotPartCodec.decode(bytes);
    if (!part.ok) throw new Error(part.error.message);
    return part.value;
  });
});

/** The code with which these parts are refused. */
async function codeOf(changed: readonly SnapshotPart[], shape = shard): Promise<string> {
  const { store, done } = await importParts(changed.map(snapshotPartCodec.encode), shape);
  if (done.ok) return "taken";
  const left = (await dump(store)).filter(({ key }) => (key[0] as number) > 48);
  expect(left).toEqual([]);
  return done.error.code;
}

type Kind = SnapshotPart["kind"];
type Value<K extends Kind> = Extract<SnapshotPart, { readonly kind: K }>["value"];

/** The first part of a kind, changed. */
function changed<K extends Kind>(kind: K, change: (value: Value<K>) => Value<K>): readonly SnapshotPart[] {
  const at = parts.findIndex((part) => part.kind === kind);
  expect(at).toBeGreaterThanOrEqual(0);
  return parts.with(at, { kind, value: change((parts[at] as SnapshotPart).value as Value<K>) } as SnapshotPart);
}

const without = (kind: Kind) => {
  const at = parts.findIndex((part) => part.kind === kind);
  return parts.toSpliced(at, 1);
};

const proof = (change: (proof: Value<"head">["proof"]) => Value<"head">["proof"]) =>
  changed("head", (head) => ({ ...head, proof: change(head.proof) }));
const claim = (change: object) => proof((of) => ({ ...of, claim: { ...of.claim, ...change } }));

const flip = (bytes: Uint8Array) => bytes.with(0, (bytes[0] as number) ^ 1);

test("what is changed below has all kinds of parts, and is taken as it is", async () => {
  expect([...new Set(parts.map(({ kind }) => kind))]).toEqual([
    "head",
    "content",
    "contracts",
    "state",
    "pending",
    "end",
  ]);
  const statuses = parts
    .flatMap((part) => (part.kind === "contracts" ? part.value : []))
    .map(({ record }) => record.status);
  expect(statuses.toSorted()).toEqual(["ended", "live", "live"]);
  expect(await codeOf(parts)).toBe("taken");
});

const lies: readonly (readonly [string, string, () => readonly SnapshotPart[]])[] = [
  ["another network", "wrong-network", () => changed("head", (head) => ({ ...head, network: zeroRoot }))],
  ["another shard", "wrong-shard", () => changed("head", (head) => ({ ...head, shard: asShardName("b") }))],
  ["another shard in the claim too", "wrong-proof", () => claim({ shard: asShardName("b") })],
  ["another round of the claim", "wrong-proof", () => claim({ round: asRound(3) })],
  ["other contracts in the claim", "wrong-proof", () => claim({ contracts: zeroRoot })],
  ["nothing pending in the claim", "wrong-proof", () => claim({ pending: { count: 0, root: zeroRoot } })],
  ["another place in the block", "wrong-proof", () => proof((of) => ({ ...of, index: 0 }))],
  [
    "a certificate of others",
    "wrong-proof",
    () =>
      proof((of) => ({
        ...of,
        header: { ...of.header, certificate: { ...of.header.certificate, bitmap: [true, true, true, true] } },
      })),
  ],
  [
    "a certificate of another kind",
    "wrong-proof",
    () =>
      proof((of) => ({
        ...of,
        header: { ...of.header, certificate: { ...of.header.certificate, kind: "notarization" } },
      })),
  ],
  [
    "another header",
    "wrong-proof",
    () => proof((of) => ({ ...of, header: { ...of.header, header: { ...of.header.header, height: asHeight(9) } } })),
  ],
  [
    "another claim",
    "wrong-claim",
    () => changed("content", (content) => ({ ...content, claim: { ...content.claim, contracts: zeroRoot } })),
  ],
  ["claims without exports", "wrong-claim", () => changed("content", (content) => ({ ...content, exports: [] }))],
  [
    "another value",
    "wrong-state",
    () =>
      changed("state", (state) => ({
        ...state,
        entries: state.entries.map((entry, at) => (at === 0 ? { ...entry, value: flip(entry.value) } : entry)),
      })),
  ],
  [
    "an entry left out",
    "wrong-state",
    () => changed("state", (state) => ({ ...state, entries: state.entries.slice(1) })),
  ],
  [
    "the last entry left out",
    "wrong-state",
    () => changed("state", (state) => ({ ...state, entries: state.entries.slice(0, -1) })),
  ],
  [
    "an entry twice",
    "wrong-order",
    () => changed("state", (state) => ({ ...state, entries: [...state.entries, ...state.entries.slice(-1)] })),
  ],
  ["all entries of a contract left out", "wrong-order", () => without("state")],
  [
    "a state of another contract",
    "wrong-order",
    () => changed("state", (state) => ({ ...state, contract: asContractName("a/other") })),
  ],
  ["a contract left out", "wrong-order", () => changed("contracts", (records) => records.slice(1))],
  [
    "an ended contract left out",
    "wrong-order",
    () => changed("contracts", (records) => records.filter(({ record }) => record.status === "live")),
  ],
  [
    "an ended contract as a live one",
    "wrong-contracts",
    () =>
      changed("contracts", (records) =>
        records.map((each) => ({ ...each, record: { ...each.record, status: "live" } })),
      ),
  ],
  [
    "a contract of another state",
    "wrong-state",
    () =>
      changed("contracts", (records) =>
        records.map((each) => ({
          ...each,
          record: { ...each.record, state: flip(each.record.state) as typeof zeroRoot },
        })),
      ),
  ],
  [
    "a contract of another shard",
    "wrong-contract",
    () => changed("contracts", (records) => records.map((each) => ({ ...each, name: asContractName("b/z") }))),
  ],
  ["contracts in another order", "wrong-order", () => changed("contracts", (records) => records.toReversed())],
  [
    "no contracts at all",
    "wrong-contracts",
    () => parts.filter(({ kind }) => kind !== "contracts" && kind !== "state"),
  ],
  ["an entry of a program left out", "wrong-pending", () => changed("pending", (items) => items.slice(1))],
  [
    "an entry of a program changed",
    "wrong-pending",
    () => changed("pending", (items) => items.map((item) => ({ ...item, entry: { ...item.entry, writes: [] } }))),
  ],
  [
    "a program of another blob",
    "wrong-pending",
    () => changed("pending", (items) => items.map((item) => ({ ...item, entry: { ...item.entry, blob: zeroRoot } }))),
  ],
  [
    "a program at another position",
    "wrong-pending",
    () =>
      changed("pending", (items) =>
        items.slice(0, 1).map((item) => ({ ...item, position: { ...item.position, height: asHeight(1) } })),
      ),
  ],
  [
    "a program from later",
    "wrong-pending",
    () =>
      changed("pending", (items) =>
        items.slice(0, 1).map((item) => ({ ...item, position: { ...item.position, height: asHeight(99) } })),
      ),
  ],
  ["a program twice", "wrong-order", () => changed("pending", (items) => [...items.slice(0, 1), ...items.slice(0, 1)])],
  ["nothing pending", "wrong-pending", () => without("pending")],
  ["two heads", "wrong-order", () => [parts[0] as SnapshotPart, ...parts]],
  ["two claims", "wrong-order", () => parts.toSpliced(1, 0, parts[1] as SnapshotPart)],
  [
    "what is pending before the contracts",
    "wrong-contracts",
    () => [...parts.slice(0, 2), ...parts.slice(2).toReversed()],
  ],
  ["another number of parts", "wrong-order", () => changed("end", ({ parts: count }) => ({ parts: count + 1 }))],
  ["an empty part more", "wrong-order", () => parts.toSpliced(-1, 0, { kind: "pending", value: [] })],
  [
    "contracts after what is pending",
    "wrong-order",
    () => [...parts.slice(0, -1), { kind: "contracts", value: [] }, { kind: "end", value: { parts: parts.length } }],
  ],
  ["something after the end", "wrong-order", () => [...parts, { kind: "pending", value: [] }]],
  ["no state before the head", "wrong-order", () => parts.slice(1)],
];

test.each(lies)("%s: %s", async (_, code, lie) => {
  expect(await codeOf(lie())).toBe(code);
});

test("a claim whose committee counted wrong is not followed, for it contradicts itself", () => {
  const reader = (count: number) => {
    const [head] = parts as [Extract<SnapshotPart, { readonly kind: "head" }>];
    const { claim } = head.value.proof;
    const state = new StateReader({ ...claim, pending: { ...claim.pending, count } });
    for (const part of parts) {
      if (part.kind === "contracts") state.onContracts(part.value);
      if (part.kind === "state") state.onState(part.value);
      if (part.kind === "pending") state.onPending(part.value);
    }
    return state.end();
  };
  expect(reader(2).ok).toBe(true);
  for (const count of [1, 3]) expect(reader(count)).toMatchObject({ ok: false, error: { code: "wrong-pending" } });
});

test("a program from after its claim is refused, though a committee committed to it", () => {
  const { entry } = (parts.find(({ kind }) => kind === "pending") as Extract<SnapshotPart, { kind: "pending" }>)
    .value[0] as never;
  const codeAt = (height: number) => {
    const item = { position: { height: asHeight(height), index: asBlobIndex(0) }, entry };
    const map = new StateRebuild({ kind: "pending" }, asRound(4));
    map.add([pendingEntryOf(item)]);
    const pending = { count: 1, root: map.end().root };
    const [head] = parts as [Extract<SnapshotPart, { readonly kind: "head" }>];
    const state = new StateReader({ ...head.value.proof.claim, round: asRound(4), contracts: zeroRoot, pending });
    const taken = state.onPending([item]);
    return taken.ok ? state.end().ok : taken.error.code;
  };
  expect([4, 5].map(codeAt)).toEqual([true, "wrong-pending"]);
});

describe("a snapshot that is cut short, or garbled", () => {
  test("is refused wherever it is cut", async () => {
    for (let count = 0; count < parts.length; count++) expect(await codeOf(parts.slice(0, count))).toBe("truncated");
  });

  test("is refused with any two parts that are not alike exchanged, and with any one left out", async () => {
    for (const [at] of parts.entries()) {
      expect(await codeOf(parts.toSpliced(at, 1))).not.toBe("taken");
      for (let other = at + 1; other < parts.length; other++) {
        const exchanged = parts.with(at, parts[other] as SnapshotPart).with(other, parts[at] as SnapshotPart);
        expect(await codeOf(exchanged)).not.toBe("taken");
      }
    }
  });

  test("is refused with any byte changed", async () => {
    const bytes = parts.map(snapshotPartCodec.encode);
    const property = fc.asyncProperty(
      fc.nat(bytes.length - 1),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (part, at, by) => {
        const whole = bytes[part] as Uint8Array;
        const place = at % whole.length;
        const lie = whole.with(place, (whole[place] as number) ^ by);
        const { done } = await importParts(bytes.with(part, lie), shard);
        expect(done.ok).toBe(false);
      },
    );
    await fc.assert(property, { seed: 1, numRuns: 300 });
  });

  test("is refused by any other network, and for any other shard, whatever its head says", async () => {
    const other = { ...shard, network: { ...shard.network, root: flip(shard.network.root) as typeof zeroRoot } };
    expect(await codeOf(parts, other)).toBe("wrong-network");
    const b = asShardName("b");
    for (const lie of [parts, changed("head", (head) => ({ ...head, shard: b }))]) {
      const { done } = await importParts(lie.map(snapshotPartCodec.encode), shard, undefined, b);
      expect(done).toMatchObject({ ok: false, error: { code: "wrong-shard" } });
    }
  });
});
