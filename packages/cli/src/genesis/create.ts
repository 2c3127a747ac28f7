// `tandem genesis create`: keys, genesis, and a folder for each node.

import { limits } from "@tandem/shared";
import type { Command } from "../command.ts";
import {
  amountFlag,
  badFlag,
  countBetween,
  type Flags,
  neededText,
  noPositionals,
  pathFlag,
  textFlag,
} from "../flags.ts";
import { type Committees, checkShardName, readCommittees, rotatedCommittees } from "./committees.ts";
import { contractsOf } from "./contracts-file.ts";
import { createNetworkFolder, type NetworkFolder, type NetworkPlan } from "./network-folder.ts";
import { checkFollowers, followersIn, type Roles, readRoles } from "./roles.ts";

/** A payer who submits a full blob each second has enough for a month. */
const balanceUsual = 1_000_000_000_000n;
const portUsual = 7100;

export const createCommand: Command = {
  help: `./tandem genesis create --out DIR [--validators N] [--shards A,B] [--committee-size K]
                        [--committees TEXT] [--order-only A,B] [--attest-only A,B]
                        [--contracts FILE] [--accounts N] [--balance X] [--delay-ms D]
                        [--heartbeat-ms H] [--port P] [--store KIND] [--verify-threads T]
                        [--json]

Makes a new network in DIR: genesis.json, node-0 … with a config.json and a validator's key each,
and accounts/ with the keys of payers that the genesis funds. All nodes are on this machine; for
others, change the addresses in their config.json.

  --out DIR             a folder without a network, such as .tandem/net
  --validators N        seats, each of weight 1 on both chains (4)
  --shards A,B          names of shards (main), each followed by every validator
  --committee-size K    by K of them: each shard leaves out others than the next. A claim counts
                        when more than 2/3 of its shard's committee agree: of three members, all
  --committees TEXT     shards and who follows each, such as "bank:0,1,2;hotel:0,1,3"
  --order-only A,B      validators, such as 3, who do not attest, and follow no shard
  --attest-only A,B     validators who do not order: they attest, and follow shards as all others do
  --contracts FILE      what the genesis creates: {"main/sum": {"environment": "counter", "config":
                        0}}; values are written as in programs (docs/programs-by-hand.md), and
                        {"account": "account-0"} is the key of an account that is made here
  --accounts N          payers with a balance (4)
  --balance X           of each (${balanceUsual})
  --delay-ms D          Δ: the longest that a message takes in good times (200)
  --heartbeat-ms H      time between blocks while nothing is to be ordered (5000)
  --port P              the first of two ports for each node (${portUsual}); 0 for free ones
  --store KIND          rocksdb or level (rocksdb)
  --verify-threads T    threads of each node that check signatures (1)
`,
  options: {
    out: { type: "string" },
    validators: { type: "string" },
    shards: { type: "string" },
    "committee-size": { type: "string" },
    committees: { type: "string" },
    "order-only": { type: "string" },
    "attest-only": { type: "string" },
    contracts: { type: "string" },
    accounts: { type: "string" },
    balance: { type: "string" },
    "delay-ms": { type: "string" },
    "heartbeat-ms": { type: "string" },
    port: { type: "string" },
    store: { type: "string" },
    "verify-threads": { type: "string" },
  },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    neededText(flags, "out");
    const made = await createNetworkFolder(pathFlag(flags, "out") as string, planOf(flags));
    print(json ? `${JSON.stringify(made)}\n` : readable(made));
  },
};

function planOf(flags: Flags): NetworkPlan {
  const validators = countBetween(flags, "validators", [1, limits.validatorsMax], 4);
  const roles = readRoles(flags, validators);
  return {
    validators,
    roles,
    contracts: (_, accounts) => contractsOf(pathFlag(flags, "contracts"), accounts),
    committees: committeesOf(flags, validators, roles),
    accounts: countBetween(flags, "accounts", [0, limits.genesisAllocationsMax], 4),
    balance: amountFlag(flags, "balance") ?? balanceUsual,
    deltaMs: countBetween(flags, "delay-ms", [1, limits.deltaMsMax], 200),
    heartbeatMs: countBetween(flags, "heartbeat-ms", [1, limits.heartbeatMsMax], 5000),
    port: countBetween(flags, "port", [0, 65_536 - 2 * validators], portUsual),
    store: storeOf(textFlag(flags, "store") ?? "rocksdb"),
    verifyThreads: countBetween(flags, "verify-threads", [1, 64], 1),
  };
}

function committeesOf(flags: Flags, validators: number, roles: Roles): Committees {
  const text = textFlag(flags, "committees");
  if (text === undefined) {
    const followers = followersIn(roles, validators);
    const size = countBetween(flags, "committee-size", [1, followers.length], followers.length);
    const rotated = rotatedCommittees(shardsOf(textFlag(flags, "shards") ?? "main"), followers.length, size);
    return new Map([...rotated].map(([shard, members]) => [shard, members.map((at) => followers[at] as number)]));
  }
  const other = ["shards", "committee-size"].find((name) => flags[name] !== undefined);
  if (other !== undefined) throw badFlag(`--committees says all of it: leave --${other} out.`);
  const committees = readCommittees(text, validators);
  checkFollowers(roles, committees);
  return committees;
}

function shardsOf(text: string): readonly string[] {
  const names = text.split(",").filter((name) => name !== "");
  for (const name of names) checkShardName(name);
  const doubled = names.find((name, index) => names.indexOf(name) !== index);
  if (doubled !== undefined) throw badFlag(`--shards names ${doubled} twice.`);
  return names;
}

function storeOf(text: string): NetworkPlan["store"] {
  if (text === "rocksdb" || text === "level") return text;
  throw badFlag(`--store is rocksdb or level, not "${text}".`);
}

function readable({ network, genesis, nodes, accounts }: NetworkFolder): string {
  const started = nodes.map(({ config }) => `  ./tandem node --config ${config}\n`).join("");
  return `network ${network}
genesis ${genesis}
${nodes.length} validators, ${accounts.length} funded accounts

Start each, in a terminal of its own:

${started}`;
}
