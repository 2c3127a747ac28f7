// Everything that is true somewhere and is offered as something else: refused, and the failure names the link that
// does not hold.

import { describe, expect, test } from "vitest";
import type { Electorate } from "../../src/certificates.ts";
import type { Certificate } from "../../src/messages/certificate.ts";
import { frontierCodec } from "../../src/messages/frontier.ts";
import type { Export } from "../../src/messages/lane.ts";
import { asContractName, asHeight, asShardName, asStepIndex, zeroRoot } from "../../src/numbers.ts";
import {
  type HeaderProof,
  type ProofCode,
  type Proven,
  verifyAccount,
  verifyAttestation,
  verifyAttestHeader,
  verifyBlob,
  verifyExport,
  verifyFrontier,
  verifyOrderHeader,
  verifyOutcome,
  verifySets,
  verifySlice,
  verifyState,
} from "../../src/proofs/index.ts";
import { SparseMap } from "../../src/sparse/map.ts";
import { proveKeys } from "../../src/sparse/proof.ts";
import { createWorld, frontierOf, payerKey, setsAt } from "../support/world.ts";
import { signedExport, signedHeader } from "../support/world-forgery.ts";
import { nothing, value } from "../support/world-plan.ts";
import {
  accountProof,
  attestationProof,
  blobProof,
  exportProof,
  frontierProof,
  outcomeProof,
  setsProof,
  sliceProof,
  stateProof,
} from "../support/world-proofs.ts";
import { bytesOf, certify, digestOf, must, present, quorumFrom } from "../support/world-validators.ts";
import { escrow, gate, nodeAt, rooms, seats, token } from "./examples.ts";

type Row = readonly [title: string, result: Proven<unknown>, code: ProofCode, path: string];

const world = createWorld();
const { order, attest } = world;
const orderers = order.electorate();
const attesters = attest.electorate();
const [bank, hotel] = [asShardName("bank"), asShardName("hotel")];

function refused(name: string, rows: readonly Row[]): void {
  describe(name, () => {
    test.each(rows)("%s", (_, result, code, path) => {
      expect(result.ok ? "accepted" : [result.error.code, result.error.path]).toEqual([code, path]);
    });
  });
}

/** A certificate by this set of something that stands in header 17. */
function signed(electorate: Electorate, kind: Certificate["kind"], changes: Partial<Certificate> = {}): Certificate {
  const { epoch, view } = order.header(17);
  const ballot = { epoch, view, block: order.root(17), ...changes };
  return certify(electorate, order.plan.holders, kind, ballot, quorumFrom(order.plan.holders, 3));
}

const direct = await order.prove(17, 17);
const through = await order.prove(13, 17);
const honest = direct.certificate;
const rootOf = order.plan.codec.root;

const by = (certificate: Certificate) => verifyOrderHeader(orderers, { ...direct, certificate });
const withChanges = (changes: Partial<Certificate>) => by({ ...honest, ...changes });
const signers = (...seats: number[]) => honest.bitmap.map((_, seat) => seats.includes(seat));

function ofEarlierEpoch() {
  const header = { ...order.header(17), epoch: order.header(2).epoch };
  return { header, descendant: undefined, certificate: signed(orderers, "finalization", { block: rootOf(header) }) };
}

refused("certificate", [
  ["the electorate of the other chain", verifyOrderHeader(attesters, direct), "wrong-chain", ""],
  [
    "the other electorate of the other chain",
    verifyAttestHeader(orderers, await attest.prove(11, 11)),
    "wrong-chain",
    "",
  ],
  [
    "another network",
    verifyOrderHeader({ ...orderers, network: digestOf("another network") }, direct),
    "bad-signature",
    "certificate.signature",
  ],
  ["the set of another epoch", verifyOrderHeader(order.electorate(0), direct), "wrong-epoch", "certificate.epoch"],
  ["a certificate of another epoch", withChanges({ epoch: order.header(2).epoch }), "wrong-epoch", "certificate.epoch"],
  [
    "a header of another epoch than its certificate",
    verifyOrderHeader(orderers, ofEarlierEpoch()),
    "wrong-epoch",
    "certificate.epoch",
  ],
  ["a certificate of another view", by(order.certificate(16)), "wrong-view", "certificate.view"],
  ["a certificate of a rival block", withChanges({ block: order.root(16) }), "wrong-block", "certificate.block"],
  ["a notarization", by(signed(orderers, "notarization")), "wrong-kind", "certificate.kind"],
  ["a nullification", by(signed(orderers, "nullification", { block: zeroRoot })), "wrong-kind", "certificate.kind"],
  [
    "a notarization called finalization",
    by({ ...signed(orderers, "notarization"), kind: "finalization" }),
    "bad-signature",
    "certificate.signature",
  ],
  [
    "a finalization by the same keys on the other chain",
    by(signed({ ...orderers, chain: "attest" }, "finalization")),
    "bad-signature",
    "certificate.signature",
  ],
  [
    "the same keys in other seats",
    verifyOrderHeader(
      { ...orderers, committee: { ...orderers.committee, seats: orderers.committee.seats.toReversed() } },
      direct,
    ),
    "bad-signature",
    "certificate.signature",
  ],
  [
    "another set of the same size",
    verifyOrderHeader({ ...orderers, committee: strangers() }, direct),
    "bad-signature",
    "certificate.signature",
  ],
  [
    "a set of another size",
    verifyOrderHeader({ ...orderers, committee: attesters.committee }, direct),
    "bitmap-length",
    "certificate.bitmap",
  ],
  ["a bit too many", withChanges({ bitmap: [...honest.bitmap, false] }), "bitmap-length", "certificate.bitmap"],
  ["too few signers", withChanges({ bitmap: signers(3, 4, 5) }), "no-quorum", "certificate.bitmap"],
  ["others than signed", withChanges({ bitmap: signers(0, 1, 2, 3) }), "bad-signature", "certificate.signature"],
  [
    "everybody, though not all signed",
    withChanges({ bitmap: signers(0, 1, 2, 3, 4, 5, 6) }),
    "bad-signature",
    "certificate.signature",
  ],
  [
    "another header than is named",
    verifyOrderHeader(orderers, { ...direct, header: { ...direct.header, ledgerRoot: zeroRoot } }),
    "wrong-block",
    "certificate.block",
  ],
]);

function strangers() {
  return {
    ...orderers.committee,
    seats: orderers.committee.seats.map((seat) => ({
      ...seat,
      key: present(attesters.committee.seats[0], "seat").key,
    })),
  };
}

function inHistory(changes: Partial<HeaderProof<(typeof through)["header"]>>) {
  return verifyOrderHeader(orderers, { ...through, ...changes });
}
const descendant = present(through.descendant, "descendant");
const other = present((await order.prove(12, 17)).descendant, "descendant").history;
const earlier = present((await order.prove(13, 16)).descendant, "descendant").history;

refused("history", [
  ["another header", inHistory({ header: order.header(12) }), "wrong-root", "descendant.history.path"],
  [
    "the path of another header",
    inHistory({ descendant: { ...descendant, history: other } }),
    "wrong-root",
    "descendant.history.path",
  ],
  [
    "the history of an earlier header",
    inHistory({ descendant: { ...descendant, history: earlier } }),
    "wrong-count",
    "descendant.history.path",
  ],
  [
    "a header called another height",
    inHistory({ header: { ...through.header, height: asHeight(12) } }),
    "wrong-root",
    "descendant.history.path",
  ],
  ["the certified header itself", inHistory({ header: order.header(17) }), "not-earlier", "descendant.header.height"],
  ["a later header", inHistory({ header: order.header(20) }), "not-earlier", "descendant.header.height"],
  ["no history where one is needed", inHistory({ descendant: undefined }), "wrong-view", "certificate.view"],
  [
    "another descendant than is named",
    inHistory({ descendant: { ...descendant, header: order.header(16) } }),
    "wrong-view",
    "certificate.view",
  ],
]);

const blob = await blobProof(world, 16, 2, 17);
const item = (changes: Partial<typeof blob.item>) => ({ item: { ...blob.item, ...changes } });
const asBlob = (changes: Partial<typeof blob>) => verifyBlob(orderers, { ...blob, ...changes });
const neighbour = await blobProof(world, 16, 3, 17);

refused("blob", [
  [
    "a header that is not final",
    asBlob({ header: { ...blob.header, certificate: order.certificate(16) } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["the electorate of the other chain", verifyBlob(attesters, blob), "wrong-chain", "header"],
  ["another blob", asBlob({ blob: neighbour.blob }), "wrong-root", "item"],
  ["another place", asBlob({ index: neighbour.index }), "wrong-root", "item"],
  ["another block", asBlob({ header: await order.prove(13, 17) }), "wrong-root", "item"],
  [
    "a padding leaf behind the last blob",
    asBlob({ blob: zeroRoot, index: 7 as typeof blob.index }),
    "out-of-range",
    "item.index",
  ],
  ["more blobs than there are", asBlob(item({ length: 8 })), "wrong-root", "item"],
  ["more blobs than there may be", asBlob(item({ length: 16_385 })), "over-limit", "item.length"],
  ["a node too few", asBlob(item({ branch: blob.item.branch.slice(1) })), "wrong-count", "item.branch"],
  ["a node too many", asBlob(item({ branch: [...blob.item.branch, zeroRoot] })), "wrong-count", "item.branch"],
]);

const slice = await sliceProof(world, 16, bank, 16);
const none = await sliceProof(world, 16, asShardName("idle"), 16);
const asSlice = (changes: Partial<typeof slice>) => verifySlice(orderers, { ...slice, ...changes });

refused("slice", [
  [
    "a header that is not final",
    asSlice({ header: { ...slice.header, certificate: honest } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["another shard with the same blobs", asSlice({ shard: hotel }), "bad-order", "namespace.right[0]"],
  ["a touch left out", asSlice({ touches: slice.touches.slice(1) }), "not-minimal", "namespace.opened"],
  [
    "a touch too many",
    asSlice({ touches: [...slice.touches, present(slice.touches[0], "touch")] }),
    "wrong-count",
    "namespace",
  ],
  ["touches in another order", asSlice({ touches: slice.touches.toReversed() }), "wrong-root", "namespace"],
  [
    "a touch elsewhere in the block",
    asSlice({ touches: slice.touches.with(0, { ...present(slice.touches[0], "touch"), index: blob.index }) }),
    "wrong-root",
    "namespace",
  ],
  ["none where there are some", asSlice({ touches: [], namespace: none.namespace }), "bad-order", "namespace.left[0]"],
  ["none, with the proof of those there are", asSlice({ touches: [] }), "not-minimal", "namespace.opened"],
  ["some where there are none", verifySlice(orderers, { ...none, touches: slice.touches }), "wrong-count", "namespace"],
  ["the slice of another block", asSlice({ header: await order.prove(13, 16) }), "wrong-root", "namespace"],
]);

const account = await accountProof(world, 16, payerKey("3"), 16);
const nobody = await accountProof(world, 16, payerKey("9"), 16);
const asAccount = (changes: Partial<typeof account>) => verifyAccount(orderers, { ...account, ...changes });
const poor = [bytesOf("a hundred")];

refused("account", [
  [
    "a header that is not final",
    asAccount({ header: { ...account.header, certificate: honest } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["another payer", asAccount({ payer: payerKey("2") }), "bad-proof", "entry"],
  ["a payer that has none", asAccount({ payer: payerKey("9") }), "bad-proof", "entry"],
  ["another account", asAccount({ entry: { ...account.entry, values: poor } }), "wrong-root", "entry"],
  ["none where there is one", asAccount({ entry: nobody.entry }), "bad-proof", "entry"],
  ["the account after another block", asAccount({ header: await order.prove(13, 16) }), "wrong-root", "entry"],
  [
    "two values",
    asAccount({ entry: { ...account.entry, values: [...account.entry.values, ...poor] } }),
    "bad-proof",
    "entry",
  ],
  ["one that does not decode", verifyAccount(orderers, signedAccount(bytesOf("rich"))), "malformed", "entry"],
  ["one that is none", verifyAccount(orderers, signedAccount(new Uint8Array(24))), "malformed", "entry"],
]);

function signedAccount(bytes: Uint8Array) {
  const payer = payerKey("3");
  const { root, entry } = mapOf(payer, bytes);
  return { header: signedHeader(order, 16, { ledgerRoot: root }), payer, entry };
}

const sets = await setsProof(world, 17, 17);

refused("sets", [
  [
    "a header that is not final",
    verifySets(orderers, { ...sets, header: { ...sets.header, certificate: order.certificate(16) } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["of another epoch", verifySets(orderers, { ...sets, sets: setsAt(world, 3) }), "wrong-root", "sets"],
  [
    "current and next exchanged",
    verifySets(orderers, { ...sets, sets: { current: sets.sets.next, next: sets.sets.current } }),
    "wrong-root",
    "sets",
  ],
]);

const item6 = await attestationProof(world, 6, 2, 11);
const asAttestation = (changes: Partial<typeof item6>) => verifyAttestation(attesters, { ...item6, ...changes });
const after = await attestationProof(world, 6, 3, 11);

refused("attestation", [
  [
    "a header that is not final",
    asAttestation({ header: { ...item6.header, certificate: attest.certificate(16) } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["the electorate of the other chain", verifyAttestation(orderers, item6), "wrong-chain", "header"],
  ["another claim", asAttestation({ claim: after.claim }), "wrong-root", "item"],
  ["a claim that differs", asAttestation({ claim: { ...item6.claim, contracts: zeroRoot } }), "wrong-root", "item"],
  ["another place", asAttestation({ index: 3 }), "wrong-root", "item"],
  ["in place of evidence", asAttestation({ index: 1 }), "wrong-root", "item"],
  ["a place behind the last", asAttestation({ index: 9 }), "out-of-range", "item.index"],
  [
    "more items than there may be",
    asAttestation({ item: { ...item6.item, length: 2049 } }),
    "over-limit",
    "item.length",
  ],
  ["other affirmers", asAttestation({ bitmap: after.bitmap.map((bit) => !bit) }), "wrong-root", "item"],
  ["another signature", asAttestation({ signature: after.signature }), "wrong-root", "item"],
  ["another block", asAttestation({ header: await attest.prove(7, 11) }), "wrong-root", "item"],
]);

const last = await frontierProof(world, 11, bank, 11);
const idle = await frontierProof(world, 11, asShardName("idle"), 11);
const asFrontier = (changes: Partial<typeof last>) => verifyFrontier(attesters, { ...last, ...changes });

refused("frontier", [
  [
    "a header that is not final",
    asFrontier({ header: { ...last.header, certificate: attest.certificate(16) } }),
    "wrong-view",
    "header.certificate.view",
  ],
  ["another shard", asFrontier({ shard: hotel }), "wrong-root", "entry"],
  ["none where there is one", asFrontier({ entry: idle.entry }), "bad-proof", "entry"],
  [
    "that of an earlier block",
    asFrontier({ entry: (await frontierProof(world, 10, bank, 11)).entry }),
    "wrong-root",
    "entry",
  ],
  ["that of a later block's header", asFrontier({ header: await attest.prove(10, 11) }), "wrong-root", "entry"],
  ["one that does not decode", verifyFrontier(attesters, signedFrontier("not a frontier")), "malformed", "entry"],
]);

function mapOf(key: Uint8Array, bytes: Uint8Array) {
  const map = must(SparseMap.empty.apply([{ key, value: bytes }]));
  return { root: map.root, entry: must(proveKeys(map, { reads: [key], writes: [] })) };
}

function signedFrontier(text: string) {
  const { root, entry } = mapOf(bytesOf("bank"), bytesOf(text));
  return { header: signedHeader(attest, 11, { frontiersRoot: root }), shard: bank, entry };
}

const state = await stateProof(world, 11, token, bytesOf("key-3"), 11);
const inState = (changes: Partial<typeof state>) => verifyState(attesters, { ...state, ...changes });
const entry = present(state.entry, "entry");
const otherKey = present((await stateProof(world, 11, token, bytesOf("key-5"), 11)).entry, "entry");
const inEscrow = await stateProof(world, 11, escrow, bytesOf("key-1"), 11);
const absentKey = present((await stateProof(world, 11, token, bytesOf("key-1000"), 11)).entry, "entry");
const absentContract = await stateProof(world, 11, asContractName("bank/nothing"), undefined, 11);
const before = await stateProof(world, 10, token, bytesOf("key-3"), 11);

/** A frontier whose contracts map has these bytes under the token's name. */
function signedRecord(bytes: Uint8Array) {
  const contracts = mapOf(bytesOf(token), bytes);
  const made = frontierOf(present(world.attestBlocks[11]?.frontiers.get(bank), "frontier"));
  const frontiers = mapOf(bytesOf("bank"), frontierCodec.encode({ ...made, contracts: contracts.root }));
  const header = signedHeader(attest, 11, { frontiersRoot: frontiers.root });
  return { ...state, frontier: { header, shard: bank, entry: frontiers.entry }, record: contracts.entry };
}

refused("state", [
  [
    "a header that is not final",
    inState({ frontier: { ...state.frontier, header: { ...last.header, certificate: attest.certificate(16) } } }),
    "wrong-view",
    "frontier.header.certificate.view",
  ],
  ["a frontier of another shard", inState({ frontier: { ...last, shard: hotel } }), "wrong-root", "frontier.entry"],
  [
    "a shard without claims",
    inState({ frontier: idle, contract: asContractName("idle/clock") }),
    "not-there",
    "frontier",
  ],
  ["a contract of another shard", inState({ contract: rooms }), "wrong-shard", "contract"],
  [
    "a contract of another shard that this one has a record of",
    inState({ frontier: last, contract: gate, record: absentContract.record, entry: undefined }),
    "wrong-shard",
    "contract",
  ],
  ["another contract", inState({ contract: escrow }), "bad-proof", "record"],
  ["the record of another contract", inState({ record: inEscrow.record }), "bad-proof", "record"],
  [
    "no contract where there is one",
    inState({ record: absentContract.record, entry: undefined }),
    "bad-proof",
    "record",
  ],
  ["no key of a contract that is there", inState({ entry: undefined }), "malformed", "entry"],
  ["a key of a contract that is not there", verifyState(attesters, { ...absentContract, entry }), "malformed", "entry"],
  ["another key", inState({ entry: { ...entry, key: bytesOf("key-5") } }), "bad-proof", "entry"],
  ["the value of another key", inState({ entry: { ...entry, proof: otherKey.proof } }), "bad-proof", "entry"],
  ["none where there is a value", inState({ entry: { ...entry, proof: absentKey.proof } }), "bad-proof", "entry"],
  ["a key of another contract", inState({ entry: inEscrow.entry }), "wrong-root", "entry"],
  ["state of before", inState({ frontier: before.frontier }), "wrong-root", "record"],
  ["a record that does not decode", verifyState(attesters, signedRecord(bytesOf("no record"))), "malformed", "record"],
]);

const held = nodeAt(13, 1, 2);
const tentative = await exportProof(world, rooms, held, 11);
const verdict = await exportProof(world, token, nodeAt(13, 1, 2, "settle"), 11);
const asExport = (changes: Partial<typeof tentative>) => verifyExport(attesters, { ...tentative, ...changes });
const inToken = await exportProof(world, token, nodeAt(16, 1, 0), 11);
const inEscrowLane = await exportProof(world, escrow, nodeAt(16, 1, 1), 11);
const crowd = await exportProof(world, token, nodeAt(20, 5, 0), 11);
const inCrowd = (changes: Partial<typeof crowd>) => verifyExport(attesters, { ...crowd, ...changes });
const crowdNext = await exportProof(world, token, nodeAt(20, 6, 0), 11);

const outcomeOf = (node: Export["node"], text: string): Export => ({
  node,
  content: { kind: "outcome", value: value(token, text) },
});

refused("export", [
  [
    "a header that is not final",
    asExport({
      attestation: { ...tentative.attestation, header: { ...last.header, certificate: attest.certificate(16) } },
    }),
    "wrong-view",
    "attestation.header.certificate.view",
  ],
  [
    "a claim that is not attested",
    asExport({ attestation: { ...tentative.attestation, claim: verdict.attestation.claim } }),
    "wrong-root",
    "attestation.item",
  ],
  ["a lane of another claim", asExport({ attestation: verdict.attestation }), "wrong-root", "laneItem"],
  [
    "a lane that differs",
    asExport({ lane: { ...tentative.lane, exports: verdict.lane.exports } }),
    "wrong-root",
    "laneItem",
  ],
  [
    "another lane of the claim",
    verifyExport(attesters, { ...inToken, laneIndex: inEscrowLane.laneIndex }),
    "wrong-root",
    "laneItem",
  ],
  ["a lane behind the last", asExport({ laneIndex: 1 }), "out-of-range", "laneItem.index"],
  [
    "more lanes than there may be",
    asExport({ laneItem: { ...tentative.laneItem, length: 4097 } }),
    "over-limit",
    "laneItem.length",
  ],
  [
    "a lane of another shard's contract",
    verifyExport(attesters, signedExport(world, "hotel", token, [outcomeOf(nodeAt(16, 2, 0), "rich")])),
    "wrong-shard",
    "lane.contract",
  ],
  [
    "an export of another lane",
    verifyExport(attesters, {
      ...inToken,
      export: inEscrowLane.export,
      exportIndex: inEscrowLane.exportIndex,
      exportItem: inEscrowLane.exportItem,
    }),
    "wrong-root",
    "exportItem",
  ],
  ["another export of the lane", inCrowd({ export: crowdNext.export }), "wrong-root", "exportItem"],
  ["another place in the lane", inCrowd({ exportIndex: crowdNext.exportIndex }), "wrong-root", "exportItem"],
  [
    "another outcome of the node",
    inCrowd({ export: { ...crowd.export, content: { kind: "outcome", value: nothing("reverted", 0) } } }),
    "wrong-root",
    "exportItem",
  ],
  [
    "the outcome of another node",
    inCrowd({ export: { ...crowd.export, node: nodeAt(20, 5, 1) } }),
    "wrong-root",
    "exportItem",
  ],
  [
    "more exports than there may be",
    inCrowd({ exportItem: { ...crowd.exportItem, length: 131_073 } }),
    "over-limit",
    "exportItem.length",
  ],
]);

const settled = await outcomeProof(world, rooms, held, 11, 11);
const plain = await outcomeProof(world, token, nodeAt(20, 5, 0), 11);
const asOutcome = (changes: Partial<typeof settled>) => verifyOutcome(attesters, { ...settled, ...changes });
/** The verdict of a settle that has the place of another node. */
const verdictAt = (node: Export["node"], content: Export["content"] = verdict.export.content) =>
  asOutcome({ verdict: signedExport(world, "bank", token, [{ node, content }]) });

test("the forged verdict would do if it were of the right settle", () => {
  expect(verdictAt(nodeAt(13, 1, 2, "settle")).ok).toBe(true);
});

refused("outcome", [
  [
    "a header that is not final",
    asOutcome({
      outcome: {
        ...tentative,
        attestation: { ...tentative.attestation, header: { ...last.header, certificate: attest.certificate(16) } },
      },
    }),
    "wrong-view",
    "outcome.attestation.header.certificate.view",
  ],
  [
    "an export that is none",
    asOutcome({ outcome: { ...tentative, export: crowd.export } }),
    "wrong-root",
    "outcome.exportItem",
  ],
  ["a verdict as a step's outcome", asOutcome({ outcome: verdict }), "wrong-kind", "outcome.export"],
  ["a tentative outcome without a verdict", asOutcome({ verdict: undefined }), "not-there", "verdict"],
  [
    "a group that is not settled yet",
    verifyOutcome(attesters, await outcomeProof(world, seats, nodeAt(39, 0, 0), 20)),
    "not-there",
    "verdict",
  ],
  ["a verdict for a step outside groups", verifyOutcome(attesters, { ...plain, verdict }), "wrong-kind", "verdict"],
  [
    "a verdict that is not attested",
    asOutcome({ verdict: { ...verdict, attestation: { ...verdict.attestation, index: 9 } } }),
    "out-of-range",
    "verdict.attestation.item.index",
  ],
  [
    "a verdict turned round",
    asOutcome({
      verdict: {
        ...verdict,
        export: { ...verdict.export, content: { kind: "verdict", value: { failed: asStepIndex(1) } } },
      },
    }),
    "wrong-root",
    "verdict.exportItem",
  ],
  ["the verdict of another program's group", verdictAt(nodeAt(13, 2, 2, "settle")), "wrong-kind", "verdict.export"],
  ["the verdict of another block's program", verdictAt(nodeAt(12, 1, 2, "settle")), "wrong-kind", "verdict.export"],
  [
    "the verdict of an earlier group of the program",
    verdictAt(nodeAt(13, 1, 1, "settle")),
    "wrong-kind",
    "verdict.export",
  ],
  [
    "the verdict of a later group of the program",
    verdictAt(nodeAt(13, 1, 3, "settle")),
    "wrong-kind",
    "verdict.export",
  ],
  [
    "the verdict by another contract that the group writes",
    asOutcome({ verdict: await exportProof(world, rooms, nodeAt(13, 1, 2, "settle"), 11) }),
    "wrong-kind",
    "verdict.export",
  ],
  [
    "a verdict by a contract that has no part in the group",
    asOutcome({ verdict: signedExport(world, "bank", escrow, [verdict.export]) }),
    "wrong-kind",
    "verdict.export",
  ],
  ["a verdict by what is no settle", verdictAt(nodeAt(13, 1, 2)), "wrong-kind", "verdict.export"],
  [
    "an outcome in place of a verdict",
    verdictAt(nodeAt(13, 1, 2, "settle"), { kind: "outcome", value: value(token, "yes") }),
    "wrong-kind",
    "verdict.export",
  ],
  ["the outcome itself in place of a verdict", asOutcome({ verdict: tentative }), "wrong-kind", "verdict.export"],
  [
    "a verdict by another shard's contract that its committee does not follow",
    asOutcome({ verdict: signedExport(world, "hotel", token, [verdict.export]) }),
    "wrong-shard",
    "verdict.lane.contract",
  ],
]);
