// A genesis file that a command names, read in full and checked.

import { nativeScheme, useNative } from "@tandem/native";
import { checkContracts } from "@tandem/node";
import { type CheckedGenesis, parseGenesis } from "@tandem/shared";
import { callerPath, onePositional } from "../flags.ts";
import { readText } from "../read-text.ts";
import { Complaint } from "../terminal.ts";
import { contractWords } from "./contract-words.ts";

/** A wrong one is what a check finds (1), and of other commands a file that cannot be used (2). */
export function readGenesisOf(positionals: readonly string[], exitCode: 1 | 2 = 1): CheckedGenesis {
  const file = callerPath(onePositional(positionals, "FILE"));
  useNative();
  const text = readText(file);
  const genesis = parseGenesis(nativeScheme, text);
  if (genesis.ok) return withContracts(genesis.value, file, exitCode);
  const { code, path, message } = genesis.error;
  if (!looksLikeGenesis(text)) {
    const what = `This is no genesis file: ${file} (${code}: ${message}).`;
    throw new Complaint("not-a-genesis", what, "Name one that ./tandem genesis create made.", exitCode);
  }
  throw new Complaint(code, `${message}.`, path === "" ? `Mend ${file}.` : `Mend that key in ${file}.`, exitCode);
}

/** P10: their environments are known here, and take these configurations. */
function withContracts(genesis: CheckedGenesis, file: string, exitCode: 1 | 2): CheckedGenesis {
  const checked = checkContracts(genesis);
  if (checked.ok) return genesis;
  throw new Complaint(...contractWords(genesis.genesis, checked.error, true), `Mend that key in ${file}.`, exitCode);
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
