// `tandem genesis show`: what a genesis file says, for people.

import { type CheckedGenesis, toHex } from "@tandem/shared";
import type { Command } from "../command.ts";
import { toJson } from "../readable.ts";
import { formatTable } from "../terminal.ts";
import { readGenesisOf } from "./read-file.ts";

export const showCommand: Command = {
  help: `./tandem genesis show FILE [--json]

Checks a genesis file and shows what it says: validators, shards, accounts, fees and limits.
`,
  run({ positionals, json, print }) {
    const checked = readGenesisOf(positionals);
    print(json ? `${JSON.stringify(toJson(checked))}\n` : readable(checked));
  },
};

function readable({ genesis, network }: CheckedGenesis): string {
  const { startMs, validators, shards, contracts, allocations, fees, limits } = genesis;
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
shards   ${shards.map(({ name, committee }) => `${name} (${committee.length} members)`).join(", ")}
holds    ${allocations.length} accounts with ${total} in all, ${contracts.length} contracts

${formatTable(["validator", "order", "attest", "key"], seats, [1, 2])}
${formatTable(["fee or limit", "value"], rules, [1])}`;
}
