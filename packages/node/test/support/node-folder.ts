// A network of validators with real keys, each with a folder of its own, on ports that the system chooses.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nativePayerScheme, nativeScheme, useNative } from "@tandem/native";
import {
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asRoot,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  compareBytes,
  type Envelope,
  formatGenesis,
  type Genesis,
  genesisCodec,
  limits,
  type Root,
  type SignedBlob,
  sha256,
  signBlob,
  toHex,
  utf8,
} from "@tandem/shared";
import { sampleValidator } from "../../../shared/test/support/genesis.ts";
import { bytesOf } from "../../../shared/test/support/samples.ts";
import { parseConfig } from "../../src/config/node-config.ts";
import type { NodeConfig } from "../../src/index.ts";

useNative();

export const balance = 1_000_000n;

export function seedOf(payer: number): Uint8Array {
  return sha256(utf8(`payer ${payer}`));
}

export function payerKey(payer: number): Uint8Array {
  return nativePayerScheme.publicKeyOf(seedOf(payer));
}

function testGenesis(validators: number, payers: number): Genesis {
  const one = asWeight(1n);
  const seats = Array.from({ length: validators }, (_, index) => asValidatorIndex(index));
  return {
    version: 1,
    startMs: asTimeMs(1_700_000_000_000),
    seed: asRoot(new Uint8Array(32).fill(1)),
    validators: seats.map((seat) => ({
      ...sampleValidator(nativeScheme, seat),
      orderWeight: one,
      attestWeight: one,
    })),
    shards: [
      {
        name: asShardName("main"),
        committee: seats.map((validator) => ({ validator, weight: one })),
        creators: { rule: "anyone", keys: [] },
      },
    ],
    contracts: [],
    allocations: Array.from({ length: payers }, (_, payer) => ({
      payer: payerKey(payer),
      amount: asAmount(balance),
    })).sort((a, b) => compareBytes(a.payer, b.payer)),
    fees: { base: asAmount(10n), perByte: asAmount(1n), perTouch: asAmount(1n), perBudget: asAmount(1n) },
    limits: {
      blockBytes: limits.blockBytesMax,
      blockBlobs: limits.blockBlobsMax,
      shardBudget: 1000,
      lagMax: limits.lagMax,
      pendingMax: limits.pendingMax,
      clockLeadMs: 1000,
      deltaMs: 50,
      heartbeatMs: 60_000,
    },
  };
}

export interface TestNetwork {
  readonly folder: string;
  readonly genesis: Genesis;
  readonly network: Root;
}

export function createNetwork(
  folder: string,
  validators = 1,
  payers = 8,
  change: (genesis: Genesis) => Genesis = (genesis) => genesis,
): TestNetwork {
  const genesis = change(testGenesis(validators, payers));
  writeFileSync(join(folder, "genesis.json"), formatGenesis(genesis));
  return { folder, genesis, network: genesisCodec.root(genesis) };
}

/** The file's content; what is changed to undefined is left out. */
export function configText(changes: object = {}): string {
  return JSON.stringify({
    genesis: "../genesis.json",
    data: "data",
    key: "validator.json",
    identity: "identity.key",
    listen: ["/ip4/127.0.0.1/tcp/0"],
    peers: [],
    api: { host: "127.0.0.1", port: 0 },
    store: "rocksdb",
    verifyThreads: 1,
    ...changes,
  });
}

/** Of a key that signed nothing yet. */
const firstMarks = JSON.stringify({ round: 0, orderView: 0, attestView: 0 });

/** A node's folder, with the key of a seat in it. */
export function createNode({ folder }: TestNetwork, seat: number, changes: object = {}): NodeConfig {
  const home = join(folder, `node-${seat}`);
  mkdirSync(join(home, "data"), { recursive: true });
  // C4, S8: this key signed nothing yet; a node removes it for good.
  const marks = join(home, "data", "first-marks");
  if (!existsSync(join(home, "data", "chain"))) writeFileSync(marks, firstMarks);
  // As `sampleValidator` makes them.
  const secret = nativeScheme.deriveSecretKey(bytesOf(32, 200 + seat));
  const keys = { publicKey: toHex(secret.publicKey.bytes), secretKey: toHex(nativeScheme.exportSecretKey(secret)) };
  writeFileSync(join(home, "validator.json"), JSON.stringify(keys), { mode: 0o600 });
  const config = parseConfig(configText(changes), home);
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

/** By default: payer 0, nonce 0, good until height 100,000, and nothing in it. */
export function testBlob({ network }: TestNetwork, changes: Partial<Envelope> = {}, payer = 0): SignedBlob {
  return signBlob(nativePayerScheme, seedOf(payer), {
    network,
    nonce: asNonce(0),
    expires: asHeight(100_000),
    tip: asAmount(0n),
    budget: asBudget(0),
    touches: [],
    transfers: [],
    payload: new Uint8Array(0),
    ...changes,
  });
}
