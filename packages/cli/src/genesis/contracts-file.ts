// Contracts for a new genesis, as JSON: {"shard/name": {"environment": "…", "config": value}}. Values are written as in
// programs (`program/to-json.ts`).

import { readFileSync } from "node:fs";
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
import { readValue } from "../program/from-json.ts";
import { Complaint } from "../terminal.ts";

/** Twice the largest configurations, in hexadecimal. */
const charactersMax = 64 * 1024 * 1024;

const contractReader = jsonObject({
  environment: jsonText<EnvironmentName>(isName, `1-${limits.nameBytesMax} of [a-z0-9-]`),
  config: readValue,
});

const contractsReader: Reader<readonly GenesisContract[]> = (value, path) => {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return refuseJson("wrong-type", path, "an object is expected, with the names of contracts");
  }
  return Object.entries(value).map(([name, each]) => {
    if (!isContractName(name)) return refuseJson("bad-format", name, "a contract is called shard/name");
    const { environment, config } = contractReader(each, name);
    return { name: name as ContractName, environment, config: encodeValue(config) };
  });
};

export function contractsOf(file: string | undefined): readonly GenesisContract[] {
  if (file === undefined) return [];
  const contracts = readJson(readText(file), charactersMax, contractsReader);
  if (contracts.ok) return contracts.value;
  throw new Complaint(contracts.error.code, `${contracts.error.message}.`, `Mend that key in ${file}.`);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${file} (${code ?? message}).`, "Is the path right?");
  }
}
