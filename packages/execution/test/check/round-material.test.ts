// C3: material that is not what it should be, and a claim before that cannot be: nothing is said of the claim itself then.

import {
  asHeight,
  blobCodec,
  claimCodec,
  type Frontier,
  type PendingEntry,
  pendingEntryCodec,
  positionCodec,
  type Root,
  SparseMap,
  witnessKeys,
} from "@tandem/shared";
import { describe, expect, test } from "vitest";
import type { PendingBlob, RoundMaterial } from "../../src/index.ts";
import { otherRoot, refusal, withClaim } from "../support/lies.ts";
import { checkMade, type MadeClaim } from "../support/made-claims.ts";

import { seats } from "../support/seats.ts";

const { first, second } = seats();

const checked = (made: MadeClaim) => refusal(checkMade(made));
const material = (change: Partial<RoundMaterial>, made = second): MadeClaim => ({
  ...made,
  material: { ...made.material, ...change },
});

const at = ({ height, index }: { height: number; index: number }) => ({ height, index }) as never;

describe("material that is not what it should be", () => {
  const { pending } = second.material;

  test("entries that the claim before does not commit to", () => {
    const given = (changed: readonly PendingBlob[]) => checked(material({ pending: changed }));
    const [one, two] = pending as [PendingBlob, PendingBlob];
    expect(given([])).toBe("material: wrong-root at pending");
    expect(given([one])).toBe("material: wrong-root at pending");
    expect(given([{ ...one, entry: { ...one.entry, writes: [] } }, two])).toBe("material: wrong-root at pending");
    expect(
      given([
        { ...one, placed: two.placed },
        { ...two, placed: one.placed },
      ]),
    ).toBe("material: malformed at material");
    const placed = { ...one.placed, blob: two.placed.blob };
    expect(given([{ ...one, placed }, two])).toBe("material: wrong-root at pending[0].placed.blob");
    const later = { ...two, placed: { ...two.placed, height: asHeight(2) } };
    expect(given([one, later])).toBe("material: wrong-programs at pending[1]");
  });

  test("a witness of other contracts, or of another map", () => {
    const other = witnessKeys(second.result.contracts, { reads: [], writes: [] });
    if (!other.ok) throw new Error(other.error.message);
    expect(checked(material({ contracts: other.value }))).toBe("material: not-in-witness at contracts");
    expect(checked(material({ contracts: first.material.contracts }))).toBe("material: wrong-witness at contracts");
  });

  test("a witness of a lane that lacks what its nodes read", () => {
    const [desk, till] = first.material.lanes as [RoundMaterial["lanes"][number], RoundMaterial["lanes"][number]];
    const none = witnessKeys(first.result.states[0]?.map ?? SparseMap.empty, { reads: [], writes: [] });
    if (!none.ok) throw new Error(none.error.message);
    const lanes = [{ ...desk, state: none.value }, till];
    expect(checked(material({ lanes }, first))).toBe("material: not-in-witness at lanes");
    const settles = [
      { ...(second.material.lanes[0] as typeof desk), state: emptied(second) },
      second.material.lanes[1],
    ];
    expect(checked(material({ lanes: settles as never }))).toBe("material: not-in-witness at lanes[0].state");
  });

  test("lanes of others, none, no material", () => {
    expect(checked(material({ lanes: first.material.lanes }))).toBe("material: wrong-root at lanes[0].record");
    expect(checked(material({ lanes: [] }))).toBe("material: wrong-root at lanes");
    for (const nothing of [undefined, null, {}, 7, { pending: [{}], contracts: {}, lanes: [] }]) {
      expect(checked({ ...second, material: nothing as never })).toBe("material: malformed at material");
    }
    expect(checked(withClaim(second, { lanes: [{}] as never }))).toBe("material: malformed at claim");
  });
});

function emptied({ result }: MadeClaim) {
  const none = witnessKeys(result.states[0]?.map ?? SparseMap.empty, { reads: [], writes: [] });
  if (!none.ok) throw new Error(none.error.message);
  return none.value;
}

describe("a claim before that cannot be", () => {
  const given = second.material.pending as [PendingBlob, PendingBlob];

  /** As if the claim before had committed to these entries. */
  function onTopOf(pending: readonly PendingBlob[], count = pending.length): string {
    const entries = pending.map(({ entry, placed }) => {
      return { key: positionCodec.encode(at(placed)), value: pendingEntryCodec.root(entry) as Uint8Array };
    });
    const map = SparseMap.empty.apply(entries);
    const root = map.ok ? map.value.root : otherRoot;
    const prev: Frontier = { ...second.prev, pending: { count, root } };
    return checked({ ...material({ pending }), prev });
  }

  const withEntry = (change: Partial<PendingEntry>) => {
    const [one, two] = given;
    return onTopOf([{ ...one, entry: { ...one.entry, ...change } }, two]);
  };

  test("the frame of these tests is true", () => {
    expect(onTopOf(given)).toBe("accepted");
  });

  test("another number of programs than it says", () => {
    expect(onTopOf(given, 3)).toBe("basis: wrong-count at pending");
  });

  test("entries that no execution of their programs leaves", () => {
    const { ran, writes } = given[0].entry;
    const [step] = ran as [PendingEntry["ran"][number]];
    const [written] = writes as [PendingEntry["writes"][number]];
    const impossible = "basis: bad-entry at pending[0].entry";
    const desk = "a/desk" as never;
    expect(withEntry({ ran: [{ ...step, step: 0 as never }] })).toBe(impossible);
    expect(withEntry({ ran: [{ ...step, step: 9 as never }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 0 as never, contract: desk }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 1 as never, contract: "b/bank" as never }] })).toBe(impossible);
    expect(withEntry({ settled: [{ step: 1 as never, contract: desk }] })).toBe(impossible);
    expect(withEntry({ writes: [{ ...written, contract: "a/till" as never }] })).toBe(impossible);
    const key = Uint8Array.of(1);
    expect(withEntry({ writes: [{ ...written, writes: [{ key, value: undefined }] }] })).toBe(impossible);
    const ended = { environment: "probe", status: "ended" } as never;
    expect(withEntry({ writes: [{ ...written, existence: ended }] })).toBe(impossible);
    const done = given[1].entry.ran.flatMap((each) => [each, { ...each, step: 2 as never }]);
    expect(onTopOf([given[0], { ...given[1], entry: { ...given[1].entry, ran: done } }])).toBe(
      "basis: bad-entry at pending[1].entry",
    );
  });

  test("P8: bytes that are no value stand in no entry", () => {
    const bytes = Uint8Array.of(255);
    const { ran, writes } = given[0].entry;
    const [step] = ran as [PendingEntry["ran"][number]];
    const bad = { kind: "value", value: { bytes, environment: "probe" } } as never;
    expect(withEntry({ ran: [{ ...step, outcome: bad }] })).toBe("material: malformed at material");
    const [written] = writes as [PendingEntry["writes"][number]];
    const [write] = written.writes as [(typeof written.writes)[number]];
    expect(withEntry({ writes: [{ ...written, writes: [{ ...write, value: bytes }] }] })).toBe(
      "material: malformed at material",
    );
  });

  test("contracts whose records are none", () => {
    const [desk, till] = second.result.claim.lanes.map(({ contract }) => new TextEncoder().encode(contract));
    const map = SparseMap.empty.apply([
      { key: desk as Uint8Array, value: Uint8Array.of(1) },
      { key: till as Uint8Array, value: Uint8Array.of(1) },
    ]);
    if (!map.ok) throw new Error(map.error.message);
    const contracts = witnessKeys(map.value, { reads: [desk as Uint8Array, till as Uint8Array], writes: [] });
    if (!contracts.ok) throw new Error(contracts.error.message);
    const lie = {
      ...material({ contracts: contracts.value }),
      prev: { ...second.prev, contracts: map.value.root as Root },
    };
    expect(checked(lie)).toBe("basis: bad-record at contracts");
  });

  test("a void blob that waits", () => {
    const [one, two] = given;
    const { blob } = one.placed;
    const placed = { ...one.placed, blob: { ...blob, envelope: { ...blob.envelope, payload: Uint8Array.of(0) } } };
    const entry = { ...one.entry, blob: rootOf(placed.blob) };
    expect(onTopOf([{ entry, placed }, two])).toBe("basis: bad-entry at pending[0]");
  });
});

function rootOf(blob: PendingBlob["placed"]["blob"]): Root {
  return blobCodec.root(blob);
}

test("C3: the claim itself says which one is before it", () => {
  expect(second.result.claim.prev).toEqual(claimCodec.root(first.result.claim));
});
