// The same proofs under real signatures. Beside ours, a second verifier checks them, written from docs/proofs.md on
// other libraries (../oracles/proof.ts): what the page says is enough to do it again.

import { describe, expect, test } from "vitest";
import type { Certificate } from "../../src/messages/certificate.ts";
import * as proofs from "../../src/proofs/index.ts";
import { success } from "../../src/result.ts";
import { portableScheme } from "../../src/schemes/portable.ts";
import type { Known } from "../oracles/proof.ts";
import * as oracle from "../oracles/proof.ts";
import { createWorld } from "../support/world.ts";
import { certify, quorumFrom } from "../support/world-validators.ts";
import { type Example, Examples, escrow, gate, nodeAt, rooms, token } from "./examples.ts";

const world = createWorld(portableScheme, 14);
const e = new Examples(world);

type Verify = (electorate: Example["electorate"], proof: unknown) => proofs.Proven<unknown>;
type Check = (known: Known, proof: unknown) => boolean;

interface Row extends Example {
  readonly verify: Verify;
  readonly check: Check;
}

function rows<Proof>(
  verify: (electorate: Example["electorate"], proof: Proof) => proofs.Proven<unknown>,
  check: (known: Known, proof: Proof) => boolean,
  ...examples: readonly Example[]
): Row[] {
  return examples.map((example) => ({ ...example, verify: verify as Verify, check: check as Check }));
}

function knownBy({ electorate: { network, chain, epoch } }: Example): Known {
  return { network, chain, epoch, members: world[chain].plan.holders.members };
}

const settled = { tip: 6, round: 3 };

describe("under BLS signatures", async () => {
  test.each([
    ...rows(
      proofs.verifyOrderHeader,
      oracle.orderHeader,
      await e.orderHeader(12, 12, "order header"),
      await e.orderHeader(9, 12, "order header of an earlier epoch"),
    ),
    ...rows(proofs.verifyAttestHeader, oracle.attestHeader, await e.attestHeader(3, 6, "attest header")),
    ...rows(proofs.verifyBlob, oracle.blob, await e.blob(6, 7, 12, "blob")),
    ...rows(
      proofs.verifySlice,
      oracle.slice,
      await e.slice(6, "bank", 12, "slice"),
      await e.slice(6, "idle", 7, "slice without blobs"),
      await e.slice(10, "bank", 12, "slice of an empty block"),
    ),
    ...rows(
      proofs.verifyAccount,
      oracle.account,
      await e.account(12, "2", 12, "account"),
      await e.account(7, "9", 12, "account of nobody"),
    ),
    ...rows(proofs.verifySets, oracle.sets, await e.sets(7, 7, "sets")),
    ...rows(proofs.verifyAttestation, oracle.attestation, await e.attestation(5, 1, 6, "attestation")),
    ...rows(
      proofs.verifyFrontier,
      oracle.frontier,
      await e.frontier(6, "bank", 6, "frontier"),
      await e.frontier(4, "idle", 5, "frontier of an idle shard"),
    ),
    ...rows(
      proofs.verifyState,
      oracle.state,
      await e.state(6, token, "key-3", 6, "state"),
      await e.state(5, token, "key-1000", 6, "state without the key"),
      await e.state(2, gate, "opens", 2, "state without the contract"),
    ),
    ...rows(proofs.verifyExport, oracle.exported, await e.export(escrow, nodeAt(1, 1, 0), 1, 6, "export")),
    ...rows(
      proofs.verifyOutcome,
      oracle.outcome,
      await e.outcome(token, nodeAt(6, 0, 0), 6, 5, "outcome"),
      await e.outcome(rooms, nodeAt(1, 1, 2), 1, 6, "outcome of a group", settled),
    ),
  ])("$title", (row) => {
    expect(row.verify(row.electorate, row.proof)).toEqual(success(row.fact));
    expect(row.check(knownBy(row), row.proof)).toBe(true);
  });
});

describe("a finalization", async () => {
  const { order } = world;
  const electorate = order.electorate();
  const { holders } = order.plan;
  const honest = await order.prove(12, 12);
  const { certificate } = honest;
  const { epoch, view } = honest.header;
  const ballot = { epoch, view, block: order.root(12) };
  const codeOf = (changes: Partial<Certificate>) => {
    const result = proofs.verifyOrderHeader(electorate, { ...honest, certificate: { ...certificate, ...changes } });
    return result.ok ? "accepted" : result.error.code;
  };

  test("counts by whichever quorum signed", () => {
    for (const first of [0, 2, 5]) {
      expect(codeOf(certify(electorate, holders, "finalization", ballot, quorumFrom(holders, first)))).toBe("accepted");
    }
  });

  test("is no other vote of the same keys", () => {
    const signers = quorumFrom(holders, 0);
    const notarized = certify(electorate, holders, "notarization", ballot, signers);
    expect(codeOf({ ...notarized, kind: "finalization" })).toBe("bad-signature");
    const attested = certify({ ...electorate, chain: "attest" }, holders, "finalization", ballot, signers);
    expect(codeOf(attested)).toBe("bad-signature");
  });

  test("does not count with a bit of its signature or its bitmap changed", () => {
    for (let at = 0; at < 96; at += 5) {
      const changed = certificate.signature.slice();
      changed[at] = (changed[at] as number) ^ (1 << (at % 8));
      expect(codeOf({ signature: changed })).toBe("bad-signature");
    }
    for (let seat = 0; seat < certificate.bitmap.length; seat++) {
      const bitmap = certificate.bitmap.with(seat, !certificate.bitmap[seat]);
      expect(["bad-signature", "no-quorum"]).toContain(codeOf({ bitmap }));
    }
  });
});
