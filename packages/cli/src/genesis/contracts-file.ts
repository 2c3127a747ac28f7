// Contracts for a new genesis, as JSON: {"shard/name": {"environment": "…", "config": value}}. Values are written as in
// programs (`program/to-json.ts`), without outcomes; and {"account": "account-0"} is the key of an account that the same
// command makes.

import {
  type ContractName,
  type EnvironmentName,
  encodeValue,
  type GenesisContract,
  isContractName,
  isName,
  jsonObject,
  jsonText,
  limits,
  type Reader,
  readJson,
  refuseJson,
} from "@tandem/shared";
import { isObject, type NamedAccounts, valueReader } from "../program/value-from-json.ts";
import { readText } from "../read-text.ts";
import { Complaint } from "../terminal.ts";

/** Twice the largest configurations, in hexadecimal. */
const charactersMax = 64 * 1024 * 1024;

const environmentReader = jsonText<EnvironmentName>(isName, `1-${limits.nameBytesMax} of [a-z0-9-]`);

function contractsReader(accounts: NamedAccounts): Reader<readonly GenesisContract[]> {
  const contractReader = jsonObject({ environment: environmentReader, config: valueReader(accounts) });
  return (value, path) => {
    if (!isObject(value)) return refuseJson("wrong-type", path, "an object is expected, with the names of contracts");
    return Object.entries(value).map(([name, each]) => {
      if (!isContractName(name)) return refuseJson("bad-format", name, "a contract is called shard/name");
      const { environment, config } = contractReader(each, name);
      return { name: name as ContractName, environment, config: encodeValue(config) };
    });
  };
}

export function contractsOf(file: string | undefined, accounts: NamedAccounts): readonly GenesisContract[] {
  if (file === undefined) return [];
  const contracts = readJson(readText(file), charactersMax, contractsReader(accounts));
  if (contracts.ok) return contracts.value;
  const { code, path, message } = contracts.error;
  throw new Complaint(
    code,
    `${message}.`,
    path === "" ? `Mend ${file}: it is to be like ${form}.` : `Mend that in ${file}.`,
  );
}

const form = '{"main/sum": {"environment": "counter", "config": 0}}';
