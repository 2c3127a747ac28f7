// O3: the headers and the ledger that a network begins with.

import fc from "fast-check";
import { expect, test } from "vitest";
import { genesisAccounts, genesisAttestHeader, genesisOrderHeader } from "../src/genesis/headers.ts";
import { validatorSetsOf } from "../src/genesis/sets.ts";
import { sha256 } from "../src/hashing.ts";
import { accountCodec, executionPoolKey } from "../src/messages/account.ts";
import { attestHeaderCodec } from "../src/messages/attest-header.ts";
import { blobRootsCodec, blobsRootOf } from "../src/messages/block.ts";
import { orderHeaderCodec } from "../src/messages/order-header.ts";
import { asAmount, asNonce, zeroRoot } from "../src/numbers.ts";
import { mockScheme } from "../src/schemes/mock.ts";
import { messageSchemas } from "./oracles/messages.ts";
import { naiveNamespacedRoot } from "./oracles/namespaced.ts";
import { naiveHistoryRoot } from "./oracles/rfc6962.ts";
import type { Schema } from "./oracles/schema.ts";
import { oracleOf } from "./oracles/ssz.ts";
import { root } from "./support/arbitraries.ts";
import { anyGenesis, sampleGenesis } from "./support/genesis.ts";
import { rootOf } from "./support/samples.ts";
import { bytesOf, digestOf } from "./support/world-validators.ts";

const genesis = sampleGenesis(mockScheme);
const rootBy = (name: string, value: unknown) => oracleOf(messageSchemas[name] as Schema).root(value);
const nothing = { height: 0, root: new Uint8Array(32) };

test("the first order header holds what genesis gives, and cites nothing", () => {
  expect(genesisOrderHeader(genesis, rootOf(7))).toEqual({
    ...{ version: 1, epoch: 0, view: 0, height: 0, proposer: 0, parent: zeroRoot },
    history: naiveHistoryRoot([]),
    timeMs: genesis.startMs,
    blobsRoot: rootBy("blob-roots", []),
    touchesRoot: sha256(naiveNamespacedRoot([])),
    ledgerRoot: rootOf(7),
    attested: nothing,
    validatorsRoot: rootBy("validator-sets", validatorSetsOf(genesis)),
  });
});

test("the first attest header has no frontier and no item, and cites nothing", () => {
  expect(genesisAttestHeader(genesis)).toEqual({
    ...{ version: 1, epoch: 0, view: 0, height: 0, proposer: 0, parent: zeroRoot },
    history: naiveHistoryRoot([]),
    order: nothing,
    frontiersRoot: zeroRoot,
    attestationsRoot: rootBy("attest-items", []),
  });
});

test("both are headers like any other, for every genesis", () => {
  fc.assert(
    fc.property(anyGenesis, root, (any, ledger) => {
      const order = genesisOrderHeader(any, ledger);
      const attest = genesisAttestHeader(any);
      expect(orderHeaderCodec.decode(orderHeaderCodec.encode(order))).toEqual({ ok: true, value: order });
      expect(attestHeaderCodec.decode(attestHeaderCodec.encode(attest))).toEqual({ ok: true, value: attest });
    }),
    { seed: 1, numRuns: 30 },
  );
});

test("O2: each allocation is an account with nonce 0, and an allocation of nothing is none", () => {
  const none = { payer: digestOf("poor"), amount: asAmount(0n) };
  const accounts = genesisAccounts({ ...genesis, allocations: [none, ...genesis.allocations] });
  expect(accounts).toEqual(
    genesis.allocations.map(({ payer, amount }) => ({
      key: payer,
      value: accountCodec.encode({ balance: amount, nonce: asNonce(0) }),
    })),
  );
});

test("O2: the pool's key is neither a payer's nor a validator's", () => {
  expect(executionPoolKey).toEqual(bytesOf("execution pool"));
  expect([32, 48]).not.toContain(executionPoolKey.length);
});

test("O4: the root of a block's blobs is that of their list", () => {
  fc.assert(
    fc.property(fc.array(root, { maxLength: 70 }), (blobs) => {
      expect(blobsRootOf(blobs)).toEqual(blobRootsCodec.root(blobs));
    }),
    { seed: 2, numRuns: 100 },
  );
  for (const count of [1023, 1024, 1025, 16_384]) {
    const blobs = Array.from({ length: count }, (_, index) => rootOf(index));
    expect(blobsRootOf(blobs)).toEqual(blobRootsCodec.root(blobs));
  }
});
