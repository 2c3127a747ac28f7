// Arbitrary values of every proof: of the right form, proving nothing.

import fc from "fast-check";
import { compareBytes } from "../../src/bytes.ts";
import * as numbers from "../../src/numbers.ts";
import * as messages from "./arbitraries.ts";

const { anyRecord, bytes, bytesUpTo, count, listOf, risingOf, root } = messages;
const bitmap = fc.array(fc.boolean(), { maxLength: 40 });
const blobIndex = fc.integer({ min: 0, max: 0xffffffff }).map(numbers.asBlobIndex);
const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const orUndefined = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

export const listProof = anyRecord({ length: count, branch: listOf(root) });
export const history = fc
  .array(fc.nat({ max: 47 }), { maxLength: 5 })
  .map((bits) => [...new Set(bits)])
  .chain((bits) =>
    anyRecord({
      size: fc.constant(bits.reduce((sum, bit) => sum + 2 ** bit, 0)),
      peaks: fc.array(root, { minLength: bits.length, maxLength: bits.length }),
    }),
  );
export const historyProof = messages.historyProof;
export const touch = anyRecord({ index: blobIndex, blob: root });

const side = listOf(bytes(90));
export const namespaceProof = anyRecord({ left: side, right: side, opened: bitmap });
export const namespacedLeafProof = anyRecord({ steps: listOf(anyRecord({ isLeft: fc.boolean(), node: bytes(90) })) });

export const sparseProof = anyRecord({ shape: bytesUpTo(10), hashes: bytesUpTo(100), values: listOf(bytesUpTo(20)) });
/** No key is both read and written: the first byte says which. */
const keysFrom = (first: number) =>
  risingOf(
    bytesUpTo(5).map((rest) => Uint8Array.of(first, ...rest)),
    compareBytes,
  );
export const sparseWitness = anyRecord({ reads: keysFrom(1), writes: keysFrom(2), proof: sparseProof });

const headerProofOf = <Header>(header: fc.Arbitrary<Header>) =>
  anyRecord({
    header,
    descendant: orUndefined(anyRecord({ header, history: historyProof })),
    certificate: messages.certificate,
  });
export const orderHeaderProof = headerProofOf(messages.orderHeader);
export const attestHeaderProof = headerProofOf(messages.attestHeader);

export const blobProof = anyRecord({ header: orderHeaderProof, index: blobIndex, blob: root, item: listProof });
export const sliceProof = anyRecord({
  header: orderHeaderProof,
  shard: messages.shardName,
  touches: listOf(touch),
  namespace: namespaceProof,
});
export const accountProof = anyRecord({ header: orderHeaderProof, payer: bytes(32), entry: sparseProof });
export const setsProof = anyRecord({ header: orderHeaderProof, sets: messages.validatorSets });

export const attestationProof = anyRecord({
  header: attestHeaderProof,
  index: fc.integer({ min: 0, max: 0xffff }),
  claim: messages.claimSummary,
  bitmap,
  signature: bytes(96),
  item: listProof,
});
export const frontierProof = anyRecord({ header: attestHeaderProof, shard: messages.shardName, entry: sparseProof });
export const stateProof = anyRecord({
  frontier: frontierProof,
  contract: messages.contractName,
  record: sparseProof,
  entry: orUndefined(anyRecord({ key: bytesUpTo(20, 1), proof: sparseProof })),
});
export const exportProof = anyRecord({
  attestation: attestationProof,
  lane: messages.lane,
  laneIndex: uint32,
  laneItem: listProof,
  export: messages.anyExport,
  exportIndex: uint32,
  exportItem: listProof,
});
export const outcomeProof = anyRecord({ outcome: exportProof, verdict: orUndefined(exportProof) });
