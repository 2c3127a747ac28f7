// A genesis file that a command names, read in full and checked.

import { readFileSync } from "node:fs";
import { nativeScheme, useNative } from "@tandem/native";
import { type CheckedGenesis, parseGenesis } from "@tandem/shared";
import { callerPath, onePositional } from "../flags.ts";
import { Complaint } from "../terminal.ts";

export function readGenesisOf(positionals: readonly string[]): CheckedGenesis {
  const file = callerPath(onePositional(positionals, "FILE"));
  useNative();
  const genesis = parseGenesis(nativeScheme, readText(file));
  if (genesis.ok) return genesis.value;
  const { code, message } = genesis.error;
  throw new Complaint(code, `${message}.`, `Mend that key in ${file}.`, 1);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${file} (${code ?? message}).`, "Is the path right?");
  }
}
