// A genesis file that a command names, read in full and checked.

import { readFileSync } from "node:fs";
import { nativeScheme, useNative } from "@tandem/native";
import { checkContracts } from "@tandem/node";
import { type CheckedGenesis, parseGenesis } from "@tandem/shared";
import { callerPath, onePositional } from "../flags.ts";
import { Complaint } from "../terminal.ts";
import { contractWords } from "./contract-words.ts";

export function readGenesisOf(positionals: readonly string[]): CheckedGenesis {
  const file = callerPath(onePositional(positionals, "FILE"));
  useNative();
  const text = readText(file);
  const genesis = parseGenesis(nativeScheme, text);
  if (genesis.ok) return withContracts(genesis.value, file);
  const { code, path, message } = genesis.error;
  if (!looksLikeGenesis(text)) {
    const what = `This is no genesis file: ${file} (${code}: ${message}).`;
    throw new Complaint("not-a-genesis", what, "Name one that ./tandem genesis create made.", 1);
  }
  throw new Complaint(code, `${message}.`, path === "" ? `Mend ${file}.` : `Mend that key in ${file}.`, 1);
}

/** P10: their environments are known here, and take these configurations. */
function withContracts(genesis: CheckedGenesis, file: string): CheckedGenesis {
  const checked = checkContracts(genesis);
  if (checked.ok) return genesis;
  throw new Complaint(...contractWords(genesis.genesis, checked.error, true), `Mend that key in ${file}.`, 1);
}

/** Of another file it would not help to hear which key is wrong in it. */
function looksLikeGenesis(text: string): boolean {
  try {
    const { validators, shards } = JSON.parse(text) as Partial<Record<"validators" | "shards", unknown>>;
    return Array.isArray(validators) && Array.isArray(shards);
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${file} (${code ?? message}).`, "Is the path right?");
  }
}
