// The rules of single messages. What breaks one has no encoding of ours, so another implementation writes it,
// and our decoder must name what is wrong, and where.

import { describe, expect, test } from "vitest";
import { AssertionFault } from "../../src/assert.ts";
import { codecs } from "../../src/codecs.ts";
import { mockScheme } from "../../src/schemes/mock.ts";
import type { Codec } from "../../src/ssz/index.ts";
import { messageSchemas } from "../oracles/messages.ts";
import type { Schema } from "../oracles/schema.ts";
import { oracleOf } from "../oracles/ssz.ts";
import { sampleGenesis } from "../support/genesis.ts";
import { exportProofs, outcomeProofs } from "../support/proof-samples.ts";
import * as samples from "../support/samples.ts";

const { bytesOf, rootOf } = samples;
const zeros = new Uint8Array(32);
const genesis = sampleGenesis(mockScheme);
const [envelope, blob] = [samples.envelopes[0], samples.blobs[0]] as const;
const [notarize, nullify, finalize] = samples.votes;
const [notarization, nullification] = samples.certificates;
const claims = samples.evidence[3]?.value;
const votesOf = (index: number) => samples.evidence[index]?.value;

type Json = Readonly<Record<string, unknown>> | readonly unknown[];

/** A deep copy of `value` with what lies at `path` replaced. */
function changed(value: unknown, path: string, to: unknown): unknown {
  const keys = path.match(/[^.[\]]+/g);
  if (keys === null) return to;
  const [key, ...rest] = keys as [string, ...string[]];
  const inner = changed((value as Readonly<Record<string, unknown>>)[key], rest.join("."), to);
  if (Array.isArray(value)) return (value as Json & unknown[]).with(Number(key), inner);
  return { ...(value as object), [key]: inner };
}

type Row = readonly [kind: string, what: string, value: unknown, code: string, path: string];

const rows: readonly Row[] = [
  ["envelope", "version 2", changed(envelope, "version", 2), "bad-value", "version"],
  ["envelope", "version 0", changed(envelope, "version", 0), "bad-value", "version"],
  ["envelope", "O9: a budget above the limit", changed(envelope, "budget", 1_000_000_001), "out-of-range", "budget"],
  ["envelope", "O1: touches out of order", changed(envelope, "touches", ["b", "a"]), "bad-order", "touches"],
  ["envelope", "O1: a shard touched twice", changed(envelope, "touches", ["a", "a"]), "bad-order", "touches"],
  ["envelope", "O5: a shard's name in capitals", changed(envelope, "touches[1]", "Cinema"), "bad-text", "touches[1]"],
  ["envelope", "O5: a shard's name with a slash", changed(envelope, "touches[0]", "a/b"), "bad-text", "touches[0]"],
  ["blob", "a rule of its envelope", changed(blob, "envelope.touches", ["b", "a"]), "bad-order", "envelope.touches"],
  ["order-header", "version 2", changed(samples.orderHeader, "version", 2), "bad-value", "version"],
  ["attest-header", "version 3", changed(samples.attestHeader, "version", 3), "bad-value", "version"],

  ["account", "O2: neither balance nor nonce", { balance: 0n, nonce: 0 }, "bad-value", ""],

  ["vote", "a notarize of no block", changed(notarize, "block", zeros), "bad-value", ""],
  ["vote", "a nullify of a block", changed(nullify, "block", rootOf(1)), "bad-value", ""],
  ["vote", "a finalize of no block", changed(finalize, "block", zeros), "bad-value", ""],
  ["certificate", "a notarization of no block", changed(notarization, "block", zeros), "bad-value", ""],
  ["certificate", "a nullification of a block", changed(nullification, "block", rootOf(1)), "bad-value", ""],

  ["claim", "C1: sources out of order", changed(samples.claim, "sources[0].shard", "zoo"), "bad-order", "sources"],
  ["claim", "C1: a source twice", changed(samples.claim, "sources[2].round", 60), "bad-order", "sources"],
  [
    "claim",
    "C1: lanes out of order",
    changed(samples.claim, "lanes", samples.lanes.toReversed()),
    "bad-order",
    "lanes",
  ],
  ["claim", "C1: a lane twice", changed(samples.claim, "lanes[1].contract", "bank/coin"), "bad-order", "lanes"],
  ["lane", "a contract without shard", changed(samples.lanes[0], "contract", "coin"), "bad-text", "contract"],
  ["lane", "a contract with two slashes", changed(samples.lanes[0], "contract", "a/b/c"), "bad-text", "contract"],
  ["lane-nodes", "C2: a settle before its step", [samples.laneNodes[2], samples.laneNodes[1]], "bad-order", ""],
  ["lane-nodes", "C2: a node twice", [samples.laneNodes[1], samples.laneNodes[1]], "bad-order", ""],
  ["lane-exports", "C2: exports out of line order", samples.laneExports.toReversed(), "bad-order", ""],
  ["lane-inputs", "a round from the pending map", changed(samples.laneInputs, "[2].round", 1), "bad-value", "[2]"],
  ["lane-inputs", "a round from another lane", changed(samples.laneInputs, "[1].round", 1), "bad-value", "[1]"],
  [
    "lane-inputs",
    "an empty key",
    changed(samples.laneInputs, "[2].content.value.key", new Uint8Array(0)),
    "too-short",
    "[2].content.write.key",
  ],
  ["lane-inputs", "C2: out of line order", [samples.laneInputs[1], samples.laneInputs[0]], "bad-order", ""],
  ["lane-inputs", "C2: a write before an outcome", [samples.laneInputs[2], samples.laneInputs[1]], "bad-order", ""],
  ["lane-inputs", "C2: writes out of order", [samples.laneInputs[3], samples.laneInputs[2]], "bad-order", ""],
  ["lane-inputs", "C2: existence before a write", [samples.laneInputs[4], samples.laneInputs[3]], "bad-order", ""],
  [
    "lane-inputs",
    "C2: an outcome twice",
    [samples.laneInputs[0], changed(samples.laneInputs[0], "contract", "airline/other")],
    "bad-order",
    "",
  ],
  ["lane-inputs", "C2: a key twice", [samples.laneInputs[2], samples.laneInputs[2]], "bad-order", ""],
  ["lane-inputs", "C2: existence twice", [samples.laneInputs[4], samples.laneInputs[4]], "bad-order", ""],
  [
    "lane-inputs",
    "C2: a tentative write by its step",
    changed(samples.laneInputs, "[2].node.kind", "step"),
    "bad-value",
    "[2]",
  ],
  [
    "lane-inputs",
    "C2: tentative existence by its step",
    changed(samples.laneInputs, "[4].node.kind", "step"),
    "bad-value",
    "[4]",
  ],
  [
    "lane-inputs",
    "C2: an outcome of a settle",
    changed(samples.laneInputs, "[1].node.kind", "settle"),
    "bad-value",
    "[1]",
  ],
  [
    "lane-exports",
    "an outcome of no bytes",
    changed(samples.laneExports, "[0].content.value.value.bytes", new Uint8Array(0)),
    "too-short",
    "[0].content.outcome.value.bytes",
  ],
  ["pending-entry", "steps out of order", changed(samples.pendingEntry, "ran[1].step", 0), "bad-order", "ran"],
  [
    "pending-entry",
    "settles out of order",
    changed(samples.pendingEntry, "settled[1].step", 1),
    "bad-order",
    "settled",
  ],
  [
    "pending-entry",
    "a settle twice",
    changed(samples.pendingEntry, "settled[1].contract", "bank/coin"),
    "bad-order",
    "settled",
  ],
  ["pending-entry", "a step twice", changed(samples.pendingEntry, "ran[1].step", 1), "bad-order", "ran"],
  [
    "pending-entry",
    "a contract twice",
    changed(samples.pendingEntry, "writes[1].contract", "bank/coin"),
    "bad-order",
    "writes",
  ],
  [
    "pending-entry",
    "a key twice",
    changed(samples.pendingEntry, "writes[0].writes[1].key", bytesOf(2, 102)),
    "bad-order",
    "writes[0].writes",
  ],

  ["evidence", "S10: one block", changed(samples.evidence[0], "value.second.block", rootOf(79)), "bad-value", "votes"],
  [
    "evidence",
    "S10: blocks in the wrong order",
    { kind: "votes", value: { ...(votesOf(0) as object), ...swapped(votesOf(0)) } },
    "bad-value",
    "votes",
  ],
  ["evidence", "S10: two signers", changed(samples.evidence[1], "value.first.signer", 1), "bad-value", "votes"],
  ["evidence", "S10: two views", changed(samples.evidence[2], "value.first.view", 1), "bad-value", "votes"],
  ["evidence", "S10: two epochs", changed(samples.evidence[2], "value.first.epoch", 1), "bad-value", "votes"],
  ["evidence", "C4: two shards", changed(samples.evidence[3], "value.first.claim.shard", "zoo"), "bad-value", "claims"],
  [
    "evidence",
    "C4: claims in the wrong order",
    { kind: "claims", value: { ...(claims as object), ...swapped(claims) } },
    "bad-value",
    "claims",
  ],

  [
    "validator-sets",
    "S1: a member without weight",
    changed(samples.validatorSets, "current.order[0].weight", 0n),
    "bad-value",
    "current.order[0]",
  ],
  [
    "validator-sets",
    "committees out of order",
    changed(samples.validatorSets, "next.committees[0].shard", "zoo"),
    "bad-order",
    "next.committees",
  ],
  ["genesis", "version 2", changed(genesis, "version", 2), "bad-value", "version"],
  ["genesis", "shards out of order", changed(genesis, "shards[0].name", "zoo"), "bad-order", "shards"],
  [
    "genesis",
    "a seat twice",
    changed(genesis, "shards[0].committee[1].validator", 0),
    "bad-order",
    "shards[0].committee",
  ],
  [
    "genesis",
    "keys where anyone may create",
    changed(genesis, "shards[1].creators.rule", "anyone"),
    "bad-value",
    "shards[1].creators",
  ],
  [
    "genesis",
    "keys where nobody may create",
    changed(genesis, "shards[1].creators.rule", "nobody"),
    "bad-value",
    "shards[1].creators",
  ],
  [
    "genesis",
    "a creator twice",
    changed(genesis, "shards[1].creators.keys[1]", bytesOf(32, 141)),
    "bad-order",
    "shards[1].creators.keys",
  ],
  ["genesis", "contracts out of order", changed(genesis, "contracts[0].name", "zoo/seats"), "bad-order", "contracts"],
  ["genesis", "a contract twice", changed(genesis, "contracts[1].name", "airline/seats"), "bad-order", "contracts"],
  [
    "genesis",
    "an empty config",
    changed(genesis, "contracts[0].config", new Uint8Array(0)),
    "too-short",
    "contracts[0].config",
  ],
  ["genesis", "a payer twice", changed(genesis, "allocations[1].payer", bytesOf(32, 143)), "bad-order", "allocations"],
  [
    "genesis",
    "O9: blocks smaller than a blob",
    changed(genesis, "limits.blockBytes", 264_191),
    "out-of-range",
    "limits",
  ],
  [
    "genesis",
    "O9: blocks larger than the limit",
    changed(genesis, "limits.blockBytes", 16_777_217),
    "out-of-range",
    "limits",
  ],
  ["genesis", "O10: no lag at all", changed(genesis, "limits.lagMax", 0), "out-of-range", "limits"],
  ["genesis", "O10: more lag than the limit", changed(genesis, "limits.lagMax", 86_401), "out-of-range", "limits"],
];

function swapped(pair: unknown): { first: unknown; second: unknown } {
  const { first, second } = pair as { first: unknown; second: unknown };
  return { first: second, second: first };
}

const codecOf = (kind: string) => codecs.find(({ name }) => name === kind) as Codec<unknown>;

describe("a decoder refuses what another implementation would write", () => {
  test.each(rows)("%s: %s", (kind, _, value, code, path) => {
    const bytes = oracleOf(messageSchemas[kind] as Schema).encode(value);
    const decoded = codecOf(kind).decode(bytes);
    expect(decoded.ok ? "decoded" : decoded.error.code).toBe(code);
    const rest = path === "" || path.startsWith("[") ? path : `.${path}`;
    expect(decoded.ok || decoded.error.path).toBe(`${kind}${rest}`);
  });
});

/** What is not the canonical encoding of one value, though another decoder may take it for one. */
const noValues: readonly (readonly [what: string, bytes: Uint8Array])[] = [
  ["the end of something that never began", Uint8Array.of(0xff)],
  ["an integer that could be shorter", Uint8Array.of(0x18, 0x17)],
  ["text cut off", Uint8Array.of(0x62, 0x61)],
  ["a list without end", Uint8Array.of(0x9f, 0xff)],
  ["a floating-point number", Uint8Array.of(0xf9, 0, 0)],
  ["keys out of order", Uint8Array.of(0xa2, 0x61, 0x62, 0, 0x61, 0x61, 0)],
  ["two values", Uint8Array.of(0, 0)],
];

const valueBytes = "content.value.value.bytes";
const tentativeBytes = "content.value.outcome.value.bytes";
const [valueExport, tentativeExport] = [".content.outcome.value.bytes", ".content.tentative.outcome.value.bytes"];

/** P8: every place for bytes of a value: the message, a sample, where it lies in the sample, and how the decoder names it. */
const valuePlaces: readonly (readonly [kind: string, sample: unknown, at: string, path: string])[] = [
  ["lane-exports", samples.laneExports, `[0].${valueBytes}`, `[0]${valueExport}`],
  ["lane-exports", samples.laneExports, `[2].${tentativeBytes}`, `[2]${tentativeExport}`],
  ["export", samples.laneExports[0], valueBytes, valueExport],
  ["export", samples.laneExports[2], tentativeBytes, tentativeExport],
  ["lane-inputs", samples.laneInputs, `[0].${valueBytes}`, `[0]${valueExport}`],
  ["lane-inputs", samples.laneInputs, "[2].content.value.value", "[2].content.write.value[0]"],
  ["pending-entry", samples.pendingEntry, "ran[0].outcome.value.bytes", ".ran[0].outcome.value.bytes"],
  ["pending-entry", samples.pendingEntry, "writes[0].writes[0].value", ".writes[0].writes[0].value[0]"],
  ["export-proof", exportProofs[0], `export.${valueBytes}`, `.export${valueExport}`],
  ["outcome-proof", outcomeProofs[1], `outcome.export.${valueBytes}`, `.outcome.export${valueExport}`],
];

describe.each(valuePlaces)("P8: a decoder of %s refuses bytes that are no value", (kind, sample, at, path) => {
  test.each(noValues)(`at ${at}: %s`, (_, bytes) => {
    // Our own encoder does not look at them: what we write was made from values.
    const encoding = codecOf(kind).encode(changed(sample, at, bytes));
    const decoded = codecOf(kind).decode(encoding);
    expect(decoded).toMatchObject({ ok: false, error: { code: "bad-value", path: `${kind}${path}` } });
  });
});

describe("what a decoder refuses is never written or hashed either", () => {
  test.each(rows)("%s: %s", (kind, _, value) => {
    expect(() => codecOf(kind).encode(value)).toThrow(AssertionFault);
    expect(() => codecOf(kind).root(value)).toThrow(AssertionFault);
  });
});
