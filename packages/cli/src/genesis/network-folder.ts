// A new network on disk: a genesis, a folder for each validator's node, and accounts that it funds.
//
//   OUT/genesis.json
//   OUT/accounts/NAME.json           key files of payers
//   OUT/node-I/config.json           for ./tandem node
//   OUT/node-I/validator.json        its key
//   OUT/node-I/data/first-marks      that this key has signed nothing yet (C4, S8); the node removes it
//
// A node makes its identity and its data beside its configuration when it first starts.

import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativePayerScheme, nativeScheme, useNative } from "@tandem/native";
import { checkContracts, type NodeConfig, writeKeyFile } from "@tandem/node";
import {
  asAmount,
  asRoot,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asWeight,
  compareBytes,
  compareText,
  type Failure,
  type Fees,
  formatGenesis,
  type Genesis,
  type GenesisContract,
  type GenesisValidator,
  limits,
  type NetworkLimits,
  parseGenesis,
  payerSeedBytes,
  provePossession,
  type SecretKey,
  secretKeyBytes,
  toHex,
} from "@tandem/shared";
import { findPorts, host } from "../ports.ts";
import { Complaint } from "../terminal.ts";
import type { Committees } from "./committees.ts";
import { contractWords } from "./contract-words.ts";
import type { Roles } from "./roles.ts";

export interface NetworkPlan {
  readonly validators: number;
  readonly roles: Roles;
  readonly committees: Committees;
  /** What genesis creates, from the keys of the accounts, in order and by name. */
  contracts(payers: readonly Uint8Array[], accounts: ReadonlyMap<string, Uint8Array>): readonly GenesisContract[];
  readonly accounts: number;
  /** Of each account. */
  readonly balance: bigint;
  readonly deltaMs: number;
  readonly heartbeatMs: number;
  /** The first of two for each node; 0 for ports that are free now. */
  readonly port: number;
  readonly store: NodeConfig["store"];
  readonly verifyThreads: number;
}

export interface NetworkFolder {
  /** The network's id. */
  readonly network: string;
  readonly genesis: string;
  readonly nodes: readonly NodeFolder[];
  readonly accounts: readonly { readonly name: string; readonly key: string; readonly file: string }[];
}

export interface NodeFolder {
  readonly name: string;
  readonly config: string;
  readonly listen: string;
  readonly api: string;
}

/** An empty blob costs some 300, a full one some 260,000. */
const fees: Fees = { base: asAmount(100n), perByte: asAmount(1n), perTouch: asAmount(10n), perBudget: asAmount(1n) };

function networkLimitsOf({ deltaMs, heartbeatMs }: NetworkPlan): NetworkLimits {
  return {
    blockBytes: limits.blockBytesMax / 2,
    blockBlobs: limits.blockBlobsMax,
    shardBudget: limits.shardBudgetMax / 10,
    // O10: a shard without a quorum may stand still for so long before it takes no more programs: a day at a block a second.
    lagMax: limits.lagMax,
    pendingMax: limits.pendingMax,
    clockLeadMs: 1000,
    deltaMs,
    heartbeatMs,
  };
}

export async function createNetworkFolder(folder: string, plan: NetworkPlan): Promise<NetworkFolder> {
  useNative();
  const secrets = Array.from({ length: plan.validators }, () =>
    nativeScheme.deriveSecretKey(new Uint8Array(randomBytes(secretKeyBytes))),
  );
  const accounts = Array.from({ length: plan.accounts }, (_, index) => createAccount(folder, index));
  const planned = genesisOf(plan, secrets, accounts);
  const genesis = formatGenesis(planned);
  const checked = parseGenesis(nativeScheme, genesis);
  if (!checked.ok) throw notAskedWell(planned, checked.error);
  const contracts = checkContracts(checked.value);
  if (!contracts.ok)
    throw new Complaint(...contractWords(checked.value.genesis, contracts.error), "Mend that contract.");
  await makeNew(folder, genesis);
  const nodes = await writeNodes(folder, plan, secrets);
  await mkdir(join(folder, "accounts"));
  for (const { file, keys } of accounts) await writeKeyFile(file, keys);
  return {
    network: toHex(checked.value.network),
    genesis: join(folder, "genesis.json"),
    nodes,
    accounts: accounts.map(({ name, file, keys }) => ({ name, key: toHex(keys.publicKey), file })),
  };
}

function notAskedWell(planned: Genesis, problem: Failure): Complaint {
  if (problem.code !== "unknown-shard") {
    return new Complaint(problem.code, `${problem.message}.`, "Ask for less, or otherwise.");
  }
  const shards = planned.shards.map(({ name }) => name).join(", ");
  return new Complaint(...contractWords(planned, problem), `Its shards are ${shards}: --shards names others.`);
}

type NewAccount = ReturnType<typeof createAccount>;

function createAccount(folder: string, index: number) {
  const name = `account-${index}`;
  const secretKey = new Uint8Array(randomBytes(payerSeedBytes));
  const keys = { publicKey: nativePayerScheme.publicKeyOf(secretKey), secretKey };
  return { name, file: join(folder, "accounts", `${name}.json`), keys };
}

function genesisOf(plan: NetworkPlan, secrets: readonly SecretKey[], accounts: readonly NewAccount[]): Genesis {
  const one = asWeight(1n);
  const seatOf = (place: number) => ({ validator: asValidatorIndex(place), weight: one });
  return {
    version: 1,
    startMs: asTimeMs(Date.now()),
    seed: asRoot(new Uint8Array(randomBytes(32))),
    validators: secrets.map((secret, index) => validatorOf(secret, index, plan.roles)),
    shards: [...plan.committees]
      .toSorted(([a], [b]) => compareText(a, b))
      .map(([name, members]) => ({
        name: asShardName(name),
        committee: members.map(seatOf),
        creators: { rule: "anyone", keys: [] },
      })),
    contracts: plan
      .contracts(
        accounts.map(({ keys }) => keys.publicKey),
        new Map(accounts.map(({ name, keys }) => [name, keys.publicKey])),
      )
      .toSorted((a, b) => compareText(a.name, b.name)),
    allocations: accounts
      .map(({ keys }) => ({ payer: keys.publicKey, amount: asAmount(plan.balance) }))
      .sort((a, b) => compareBytes(a.payer, b.payer)),
    fees,
    limits: networkLimitsOf(plan),
  };
}

function validatorOf(secret: SecretKey, place: number, roles: Roles): GenesisValidator {
  const weightOn = (chain: "order" | "attest") => asWeight((roles.get(place) ?? chain) === chain ? 1n : 0n);
  return {
    name: nodeName(place),
    key: secret.publicKey.bytes,
    possession: provePossession(nativeScheme, secret),
    orderWeight: weightOn("order"),
    attestWeight: weightOn("attest"),
  };
}

function nodeName(index: number): string {
  return `node-${index}`;
}

/** Never into a folder that holds a network already. */
async function makeNew(folder: string, genesis: string): Promise<void> {
  const file = join(folder, "genesis.json");
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(file, genesis, { flag: "wx" });
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new Complaint("exists", `${file} is there already.`, "Name another folder, or move that one away.");
    }
    throw new Complaint("unwritable", `Cannot write ${file} (${code}).`, "Is the path right?");
  }
}

async function writeNodes(folder: string, plan: NetworkPlan, secrets: readonly SecretKey[]): Promise<NodeFolder[]> {
  const ports = await choosePorts(plan);
  const portOf = (node: number, which: 0 | 1) => ports[2 * node + which] as number;
  const addressOf = (node: number) => `/ip4/${host}/tcp/${portOf(node, 0)}`;
  const nodes: NodeFolder[] = [];
  for (const [index, secret] of secrets.entries()) {
    const home = join(folder, nodeName(index));
    const config: NodeConfig = {
      genesis: "../genesis.json",
      data: "data",
      key: "validator.json",
      identity: "identity.key",
      listen: [addressOf(index)],
      peers: [...secrets.keys()].filter((seat) => seat !== index).map((seat) => ({ seat, address: addressOf(seat) })),
      api: { host, port: portOf(index, 1) },
      store: plan.store,
      verifyThreads: plan.verifyThreads,
    };
    await mkdir(home, { recursive: true });
    await writeFile(join(home, "config.json"), `${JSON.stringify(config, null, 2)}\n`);
    const keys = { publicKey: secret.publicKey.bytes, secretKey: nativeScheme.exportSecretKey(secret) };
    await writeKeyFile(join(home, "validator.json"), keys);
    await writeFirstMarks(join(home, config.data));
    const api = `http://${host}:${portOf(index, 1)}`;
    nodes.push({ name: nodeName(index), config: join(home, "config.json"), listen: addressOf(index), api });
  }
  return nodes;
}

/** C4, S8: a key signs only where the record of what it signed is, and that of a new key says that this is nothing. */
async function writeFirstMarks(data: string): Promise<void> {
  await mkdir(data, { recursive: true });
  await writeFile(join(data, "first-marks"), `${JSON.stringify({ round: 0, orderView: 0, attestView: 0 })}\n`);
}

async function choosePorts(plan: NetworkPlan): Promise<readonly number[]> {
  const count = 2 * plan.validators;
  const first = plan.port === 0 ? await findPorts(count) : plan.port;
  return Array.from({ length: count }, (_, index) => first + index);
}
