// docs/proofs.md once more, straight from its text: every link of every proof, as a root that is computed from
// below and compared with the one above. Signatures are BLS by `@noble/curves`, roots of messages by another SSZ.
// It says what is true of honest proofs; it does not look for a second form of one.

import { createHash } from "node:crypto";
import { bls12_381 } from "@noble/curves/bls12-381.js";
import type { Certificate } from "../../src/messages/certificate.ts";
import type {
  AccountProof,
  AttestationProof,
  BlobProof,
  ExportProof,
  FrontierProof,
  HeaderProof,
  OutcomeProof,
  SetsProof,
  SliceProof,
  StateProof,
} from "../../src/proofs/index.ts";
import { messageSchemas } from "./messages.ts";
import type { Schema } from "./schema.ts";
import { innerHash, leafHash } from "./sparse-map.ts";
import { oracleOf } from "./ssz.ts";

/** What a verifier knows beforehand. */
export interface Known {
  readonly network: Uint8Array;
  readonly chain: "order" | "attest";
  readonly epoch: number;
  readonly members: readonly { readonly key: Uint8Array; readonly weight: bigint }[];
}

interface AnyHeader {
  readonly epoch: number;
  readonly view: number;
  readonly height: number;
  readonly history: Uint8Array;
}

interface ListBranch {
  readonly length: number;
  readonly branch: readonly Uint8Array[];
}

interface MapEntry {
  readonly shape: Uint8Array;
  readonly hashes: Uint8Array;
  readonly values: readonly Uint8Array[];
}

const sha256 = (...parts: readonly Uint8Array[]) =>
  Uint8Array.from(createHash("sha256").update(Buffer.concat(parts)).digest());
const ascii = (text: string) => new TextEncoder().encode(text);
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

function rootOf(message: string, value: unknown): Uint8Array {
  return oracleOf(messageSchemas[message] as Schema).root(value);
}

/** A number as 32 bytes, little endian. */
function chunk(number: number): Uint8Array {
  const bytes = new Uint8Array(32);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number), true);
  return bytes;
}

function isFinal(known: Known, { kind, epoch, view, block, bitmap, signature }: Certificate): boolean {
  if (kind !== "finalization" || epoch !== known.epoch || bitmap.length !== known.members.length) return false;
  const total = known.members.reduce((sum, { weight }) => sum + weight, 0n);
  const signers = known.members.filter((_, seat) => bitmap[seat]);
  if (3n * signers.reduce((sum, { weight }) => sum + weight, 0n) <= 2n * total) return false;
  const tag = new Uint8Array(32);
  tag.set(ascii(`tandem ${known.chain} finalize`));
  const message = sha256(sha256(tag, known.network), rootOf("ballot", { epoch, view, block }));
  const { longSignatures } = bls12_381;
  const key = longSignatures.aggregatePublicKeys(signers.map((member) => member.key));
  return longSignatures.verify(signature, longSignatures.hash(message, proofOfPossessionSuite), key);
}

const proofOfPossessionSuite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_";

function splitOf(size: number): number {
  let half = 1;
  while (2 * half < size) half *= 2;
  return half;
}

function historyRoot(size: number, index: number, leaf: Uint8Array, path: readonly Uint8Array[]): Uint8Array {
  if (size === 1) return leaf;
  const half = splitOf(size);
  const sibling = path.at(-1) as Uint8Array;
  const rest = path.slice(0, -1);
  if (index < half) return sha256(Uint8Array.of(1), historyRoot(half, index, leaf, rest), sibling);
  return sha256(Uint8Array.of(1), sibling, historyRoot(size - half, index - half, leaf, rest));
}

function header<Header extends AnyHeader>(known: Known, proof: HeaderProof<Header>): boolean {
  const message = known.chain === "order" ? "order-header" : "attest-header";
  const tip = proof.descendant?.header ?? proof.header;
  const { certificate } = proof;
  const isNamed = same(certificate.block, rootOf(message, tip)) && certificate.view === tip.view;
  if (!isNamed || certificate.epoch !== tip.epoch || !isFinal(known, certificate)) return false;
  if (proof.descendant === undefined) return true;
  const leaf = sha256(Uint8Array.of(0), rootOf(message, proof.header));
  return same(tip.history, historyRoot(tip.height, proof.header.height, leaf, proof.descendant.history.path));
}

function inList(root: Uint8Array, limit: number, index: number, leaf: Uint8Array, item: ListBranch): boolean {
  if (index >= item.length || 2 ** item.branch.length < limit) return false;
  let node = leaf;
  for (const [level, sibling] of item.branch.entries()) {
    node = Math.floor(index / 2 ** level) % 2 === 1 ? sha256(sibling, node) : sha256(node, sibling);
  }
  return same(root, sha256(node, chunk(item.length)));
}

/** The value under `key`, "none", or nothing if the entry does not lead to `root`. */
function entryOf(root: Uint8Array, key: Uint8Array, entry: MapEntry): Uint8Array | "none" | undefined {
  const bits = [...entry.shape].flatMap((byte) => [...byte.toString(2).padStart(8, "0")]).map(Number);
  const path = sha256(key);
  const turns = [...path].flatMap((byte) => [...byte.toString(2).padStart(8, "0")]).map(Number);
  let hashes = 0;
  const next = () => entry.hashes.subarray(32 * hashes, 32 * ++hashes);
  let found: Uint8Array | "none" = "none";
  const beside = () => (bits.shift() === 0 ? new Uint8Array(32) : next());
  const along = (depth: number): Uint8Array => {
    if (bits.shift() === 1) {
      if (turns[depth] === 0) return innerHash(along(depth + 1), beside());
      return innerHash(beside(), along(depth + 1));
    }
    if (bits.shift() === 0) return new Uint8Array(32);
    if (bits.shift() === 1) {
      found = entry.values[0] as Uint8Array;
      return leafHash({ path, value: found });
    }
    return markedLeaf(next(), next());
  };
  return same(root, along(0)) ? found : undefined;
}

function markedLeaf(path: Uint8Array, valueHash: Uint8Array): Uint8Array {
  const hash = sha256(path, valueHash);
  hash[31] = (hash[31] as number) | 1;
  return hash;
}

function namespaceOf(shard: string): Uint8Array {
  const namespace = new Uint8Array(29);
  namespace.set([1, ...ascii(shard)]);
  return namespace;
}

/** `min ‖ max ‖ hash` of the node that the next bits of `opened` describe. */
function namespacedNode(ends: Uint8Array[], opened: boolean[]): Uint8Array {
  if (!opened.shift()) return ends.shift() as Uint8Array;
  const left = namespacedNode(ends, opened);
  const right = namespacedNode(ends, opened);
  return Uint8Array.from([
    ...left.subarray(0, 29),
    ...right.subarray(29, 58),
    ...sha256(Uint8Array.of(1), left, right),
  ]);
}

export function blob(known: Known, { header: final, index, blob: root, item }: BlobProof): boolean {
  return header(known, final) && inList(final.header.blobsRoot, 16_384, index, root, item);
}

export function slice(known: Known, { header: final, shard, touches, namespace }: SliceProof): boolean {
  const name = namespaceOf(shard);
  const leaves = touches.map(({ index, blob: root }) => {
    const data = Uint8Array.from([...chunk(index).subarray(0, 4), ...root]);
    return Uint8Array.from([...name, ...name, ...sha256(Uint8Array.of(0), name, data)]);
  });
  const root = namespacedNode([...namespace.left, ...leaves, ...namespace.right], [...namespace.opened]);
  return header(known, final) && same(final.header.touchesRoot, sha256(root));
}

export function account(known: Known, { header: final, payer, entry }: AccountProof): boolean {
  const found = entryOf(final.header.ledgerRoot, payer, entry);
  return header(known, final) && (found === "none" || (found !== undefined && isAccount(found)));
}

/** balance (16 bytes), nonce (8), which is below 2^53; not both zero */
function isAccount(bytes: Uint8Array): boolean {
  const nonceHigh = bytes.subarray(22);
  const isNonce = nonceHigh[1] === 0 && (nonceHigh[0] as number) < 1 << 5;
  return bytes.length === 24 && isNonce && bytes.some((byte) => byte !== 0);
}

export function sets(known: Known, { header: final, sets: members }: SetsProof): boolean {
  return header(known, final) && same(final.header.validatorsRoot, rootOf("validator-sets", members));
}

/** hash(root of {claim, bitmap, signature} ‖ 0): the first option of a union. */
const itemSchema: Schema = {
  kind: "union",
  options: {
    attestation: {
      kind: "container",
      fields: {
        claim: messageSchemas["claim-summary"] as Schema,
        bitmap: { kind: "bit-list", max: 1024 },
        signature: { kind: "byte-vector", size: 96 },
      },
    },
  },
};

export function attestation(known: Known, proof: AttestationProof): boolean {
  const { claim, bitmap, signature, index, item } = proof;
  const leaf = oracleOf(itemSchema).root({ kind: "attestation", value: { claim, bitmap, signature } });
  return header(known, proof.header) && inList(proof.header.header.attestationsRoot, 2048, index, leaf, item);
}

export function frontier(known: Known, { header: final, shard, entry }: FrontierProof): boolean {
  return header(known, final) && entryOf(final.header.frontiersRoot, ascii(shard), entry) !== undefined;
}

/** Of a contract that is there: the bytes of frontier and record are taken apart by their offsets. */
export function state(known: Known, proof: StateProof): boolean {
  const { header: final, shard, entry } = proof.frontier;
  const last = entryOf(final.header.frontiersRoot, ascii(shard), entry);
  if (!frontier(known, proof.frontier) || !(last instanceof Uint8Array)) return false;
  // round (8 bytes), claim (32), contracts (32), pending
  const record = entryOf(last.subarray(40, 72), ascii(proof.contract), proof.record);
  if (!(record instanceof Uint8Array) || proof.entry === undefined) return record === "none";
  // offset of the environment's name (4 bytes), state (32), status
  return entryOf(record.subarray(4, 36), proof.entry.key, proof.entry.proof) !== undefined;
}

export function exported(known: Known, proof: ExportProof): boolean {
  const {
    lane,
    attestation: { claim },
  } = proof;
  const isOwn = lane.contract.startsWith(`${claim.shard}/`);
  const hasLane = inList(claim.lanes, 4096, proof.laneIndex, rootOf("lane", lane), proof.laneItem);
  const leaf = rootOf("export", proof.export);
  const hasExport = inList(lane.exports, 131_072, proof.exportIndex, leaf, proof.exportItem);
  return attestation(known, proof.attestation) && isOwn && hasLane && hasExport;
}

export function outcome(known: Known, { outcome: step, verdict }: OutcomeProof): boolean {
  const { node, content } = step.export;
  if (!exported(known, step)) return false;
  if (content.kind === "outcome") return verdict === undefined;
  if (content.kind !== "tentative" || verdict === undefined || !exported(known, verdict)) return false;
  const { node: settle, content: decided } = verdict.export;
  const { settlesAt, settlesIn } = content.value;
  const isOfGroup = settle.height === node.height && settle.index === node.index && settle.step === settlesAt;
  return isOfGroup && settle.kind === "settle" && verdict.lane.contract === settlesIn && decided.kind === "verdict";
}

export const orderHeader = header;
export const attestHeader = header;
