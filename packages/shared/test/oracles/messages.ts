// The fields of every message, restated from the design and from `docs/decisions/0003-shapes-of-messages.md`:
// names, order, and limits. Limits are written out, so that a changed limit shows as a changed format.

import type { Schema } from "./schema.ts";

const uint8: Schema = { kind: "uint", bytes: 1 };
const uint16: Schema = { kind: "uint", bytes: 2 };
const uint32: Schema = { kind: "uint", bytes: 4 };
const uint64: Schema = { kind: "uint", bytes: 8 };
const uint128: Schema = { kind: "uint", bytes: 16 };
/** A uint64 that is a plain number in memory. */
const count: Schema = { kind: "uint53" };
const bytes = (size: number): Schema => ({ kind: "byte-vector", size });
const bytesUpTo = (max: number): Schema => ({ kind: "byte-list", max });
const text = (max: number): Schema => ({ kind: "text", max });
const bits = (max: number): Schema => ({ kind: "bit-list", max });
const list = (item: Schema, max: number): Schema => ({ kind: "list", item, max });
const optional = (item: Schema): Schema => ({ kind: "optional", item });
const word = (...words: string[]): Schema => ({ kind: "word", words });
const container = (fields: Readonly<Record<string, Schema>>): Schema => ({ kind: "container", fields });
const union = (options: Readonly<Record<string, Schema>>): Schema => ({ kind: "union", options });

const root = bytes(32);
const payer = bytes(32);
const publicKey = bytes(48);
const signature = bytes(96);
const name = text(28);
const contractName = text(57);
const bitmap = bits(1024);
const blockRef = container({ height: count, root });

// O1
const envelope = container({
  version: uint8,
  network: root,
  payer,
  nonce: count,
  expires: count,
  tip: uint128,
  budget: count,
  touches: list(name, 16),
  transfers: list(container({ to: payer, amount: uint128 }), 16),
  payload: bytesUpTo(262_144),
});
const blob = container({ envelope, signature: bytes(64) });

// O2
const account = container({ balance: uint128, nonce: count });

// O3
const orderHeader = container({
  version: uint8,
  epoch: count,
  view: count,
  height: count,
  parent: root,
  history: root,
  timeMs: count,
  proposer: uint16,
  blobsRoot: root,
  touchesRoot: root,
  ledgerRoot: root,
  attested: blockRef,
  validatorsRoot: root,
});
// O4
const blobRoots = list(root, 16_384);
// O5
const touch = container({ index: uint32, blob: root });

// A2
const attestHeader = container({
  version: uint8,
  epoch: count,
  view: count,
  height: count,
  parent: root,
  history: root,
  proposer: uint16,
  order: blockRef,
  frontiersRoot: root,
  attestationsRoot: root,
});

// Section 8
const ballot = { epoch: count, view: count, block: root };
const vote = container({ kind: word("notarize", "nullify", "finalize"), ...ballot, signer: uint16, signature });
const certificate = container({
  kind: word("notarization", "nullification", "finalization"),
  ...ballot,
  bitmap,
  signature,
});

// C1, C2
const lane = container({ contract: contractName, nodes: root, pre: root, inputs: root, post: root, exports: root });
const source = container({ shard: name, round: count, exports: root });
const pendingRef = container({ count, root });
const claimWith = (sources: Schema, lanes: Schema) =>
  container({
    epoch: count,
    shard: name,
    round: count,
    prev: root,
    sources,
    lanes,
    contracts: root,
    pending: pendingRef,
  });
const claim = claimWith(list(source, 4096), list(lane, 4096));
const claimSummary = claimWith(root, root);
const status = word("live", "ended");
const contractRecord = container({ environment: name, state: root, status });
/** P10 */
const existence = container({ environment: name, status });

// P3
const outcome = union({
  value: container({ bytes: bytesUpTo(65_536), environment: name }),
  nothing: container({
    why: word("reverted", "input", "expected", "group", "budget", "footprint", "no-contract", "trapped"),
    step: uint8,
  }),
});
const position = { height: count, index: uint32 };
const node = container({ ...position, step: uint8, kind: word("step", "settle") });
const write = container({ key: bytesUpTo(128), value: optional(bytesUpTo(65_536)) });
const exported = container({
  node,
  content: union({
    outcome,
    tentative: container({ outcome, settlesAt: uint8, settlesIn: contractName }),
    verdict: container({ failed: optional(uint8) }),
  }),
});
const laneInput = container({
  node,
  contract: contractName,
  from: word("source", "pending", "lane"),
  round: count,
  content: union({ outcome, write, existence }),
});

// C3
const pendingEntry = container({
  blob: root,
  ran: list(container({ step: uint8, outcome }), 64),
  settled: list(container({ step: uint8, contract: contractName }), 64),
  writes: list(
    container({ contract: contractName, existence: optional(existence), writes: list(write, 64 * 256) }),
    64,
  ),
});

// C4
const affirmedClaim = container({ epoch: count, claim: root });
const affirmation = container({ epoch: count, claim: root, shard: name, round: count, signer: uint16, signature });
const affirmedSummary = container({ claim: claimSummary, signature });

// S10, C4
const evidence = union({
  votes: container({ chain: word("order", "attest"), first: vote, second: vote }),
  claims: container({ signer: uint16, first: affirmedSummary, second: affirmedSummary }),
});

// A2, A3
const attestation = container({ claim, bitmap, signature });
const attestItems = list(union({ attestation, evidence }), 2048);
// A4
const frontier = container({ round: count, claim: root, contracts: root, pending: pendingRef });

// O3, S3: proposals with citations
const historyProof = container({ path: list(root, 48) });
const proposal = (header: Schema, body: Schema) =>
  container({ header, body, parent: optional(certificate), signature });
const citation = (header: Schema) => optional(container({ header, certificate, descent: historyProof }));

const attestBody = container({ items: attestItems, citation: citation(orderHeader) });
const orderBody = container({ blobs: blobRoots, citation: citation(attestHeader) });

const members = list(container({ key: publicKey, weight: uint64 }), 1024);
const epochSets = container({
  epoch: count,
  order: members,
  attest: members,
  committees: list(container({ shard: name, members }), 1024),
});
const validatorSets = container({ current: epochSets, next: epochSets });

const genesis = container({
  version: uint8,
  startMs: count,
  seed: root,
  validators: list(
    container({ name, key: publicKey, possession: signature, orderWeight: uint64, attestWeight: uint64 }),
    1024,
  ),
  shards: list(
    container({
      name,
      committee: list(container({ validator: uint16, weight: uint64 }), 1024),
      creators: container({ rule: word("anyone", "nobody", "listed"), keys: list(payer, 64) }),
    }),
    1024,
  ),
  contracts: list(container({ name: contractName, environment: name, config: bytesUpTo(4096) }), 65_536),
  allocations: list(container({ payer, amount: uint128 }), 65_536),
  fees: container({ base: uint128, perByte: uint128, perTouch: uint128, perBudget: uint128 }),
  limits: container({
    blockBytes: count,
    blockBlobs: count,
    shardBudget: count,
    lagMax: count,
    pendingMax: count,
    clockLeadMs: count,
    deltaMs: count,
    heartbeatMs: count,
  }),
});

export const messageSchemas: Readonly<Record<string, Schema>> = {
  genesis,
  "validator-sets": validatorSets,
  envelope,
  blob,
  "blob-roots": blobRoots,
  touch,
  account,
  "order-header": orderHeader,
  "order-block": container({ header: orderHeader, body: orderBody }),
  "order-proposal": proposal(orderHeader, orderBody),
  "contract-record": contractRecord,
  claim,
  "claim-summary": claimSummary,
  lane,
  "lane-nodes": list(node, 131_072),
  "lane-inputs": list(laneInput, 131_072),
  "lane-exports": list(exported, 131_072),
  export: exported,
  position: container(position),
  "pending-entry": pendingEntry,
  "affirmed-claim": affirmedClaim,
  affirmation,
  attestation,
  evidence,
  "attest-items": attestItems,
  frontier,
  "attest-header": attestHeader,
  "attest-block": container({ header: attestHeader, body: attestBody }),
  "attest-proposal": proposal(attestHeader, attestBody),
  ballot: container(ballot),
  vote,
  certificate,
  "history-proof": historyProof,
};
