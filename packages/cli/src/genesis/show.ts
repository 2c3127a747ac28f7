// `tandem genesis show`: what a genesis file says, for people.

import {
  type CheckedGenesis,
  type Creators,
  decodeValue,
  type Genesis,
  type GenesisContract,
  type GenesisSeat,
  toHex,
  type Value,
} from "@tandem/shared";
import type { Command } from "../command.ts";
import { valueToJson } from "../program/to-json.ts";
import { valueWords } from "../program/words.ts";
import { type Json, toJson } from "../readable.ts";
import { formatTable } from "../terminal.ts";
import { readGenesisOf } from "./read-file.ts";

/** Characters of a configuration on the page. */
const configCharactersMax = 400;

export const showCommand: Command = {
  help: `./tandem genesis show FILE [--json]

Checks a genesis file and shows what it says: validators, shards with their committees, contracts
with their configurations, accounts, fees and limits. With --json configurations are whole, and
written as in programs.
`,
  run({ positionals, json, print }) {
    const checked = readGenesisOf(positionals);
    print(json ? `${JSON.stringify(jsonOf(checked))}\n` : readable(checked));
  },
};

function jsonOf(checked: CheckedGenesis): Json {
  const { genesis } = checked;
  const contracts = genesis.contracts.map((each) => ({ ...each, config: valueToJson(configOf(each)) }));
  return toJson({ ...checked, genesis: { ...genesis, contracts } });
}

/** The check of a genesis decodes each. */
function configOf({ config }: GenesisContract): Value {
  const decoded = decodeValue(config);
  return decoded.ok ? decoded.value : config;
}

function readable({ genesis, network }: CheckedGenesis): string {
  const { startMs, validators, allocations, fees, limits } = genesis;
  const total = allocations.reduce((sum, { amount }) => sum + amount, 0n);
  const seats = validators.map(({ name, key, orderWeight, attestWeight }) => [
    name,
    `${orderWeight}`,
    `${attestWeight}`,
    `${toHex(key).slice(0, 32)}…`,
  ]);
  const rules = Object.entries({ ...fees, ...limits }).map(([name, value]) => [name, `${value}`]);
  return `network  ${toHex(network)}
start    ${new Date(startMs).toISOString()}
holds    ${allocations.length} accounts with ${total} in all

${formatTable(["validator", "order", "attest", "key"], seats, [1, 2])}
${shardsTable(genesis)}
${contractsTable(genesis)}${formatTable(["fee or limit", "value"], rules, [1])}`;
}

function shardsTable({ shards, validators }: Genesis): string {
  const rows = shards.map(({ name, committee, creators }) => [
    name,
    membersWords(committee, validators),
    quorumWords(committee),
    creatorsWords(creators),
  ]);
  return formatTable(["shard", "committee", "quorum", "who may create contracts"], rows);
}

/** By name, with weights where these differ. */
function membersWords(committee: readonly GenesisSeat[], validators: Genesis["validators"]): string {
  const isEven = isEvenly(committee);
  return committee
    .map(({ validator, weight }) => `${validators[validator]?.name}${isEven ? "" : ` (${weight})`}`)
    .join(", ");
}

/** S1: more than 2/3 of the weight. */
function quorumWords(committee: readonly GenesisSeat[]): string {
  const total = committee.reduce((sum, { weight }) => sum + weight, 0n);
  if (!isEvenly(committee)) return `weight ${(2n * total) / 3n + 1n} of ${total}`;
  return `${Math.floor((2 * committee.length) / 3) + 1} of ${committee.length}`;
}

function isEvenly(committee: readonly GenesisSeat[]): boolean {
  return committee.every(({ weight }) => weight === committee[0]?.weight);
}

function creatorsWords({ rule, keys }: Creators): string {
  return rule === "listed" ? keys.map((key) => `${toHex(key).slice(0, 16)}…`).join(", ") : rule;
}

function contractsTable({ contracts }: Genesis): string {
  if (contracts.length === 0) return "";
  const rows = contracts.map((each) => [each.name, each.environment, cut(valueWords(new Map(), configOf(each)))]);
  return `${formatTable(["contract", "environment", "configuration"], rows)}\n`;
}

function cut(text: string): string {
  return text.length > configCharactersMax ? `${text.slice(0, configCharactersMax)}… (--json has all)` : text;
}
