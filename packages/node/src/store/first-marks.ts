// C4: who has no record of what a key signed signs nothing with it. Only who makes the data folder of a network that begins,
// or of a key that signed nothing above some round, can know that: it leaves the file `first-marks` there, with that round.
// It is gone as soon as the record is durable, so a folder that loses its store later is not taken for a new one.

import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { jsonCount, jsonObject, type Round, readJson } from "@tandem/shared";
import { NodeError } from "../node-error.ts";
import { syncFolder } from "./files.ts";

const fileName = "first-marks";
/** One number, and whatever white space. */
const fileCharactersMax = 1024;
const reader = jsonObject<{ readonly round: Round }>({ round: jsonCount<Round>(0, Number.MAX_SAFE_INTEGER) });

/** Nothing where there is no such file, as in every folder that was in use. */
export async function readFirstRound(dataFolder: string): Promise<Round | undefined> {
  const file = join(dataFolder, fileName);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = readJson(text, fileCharactersMax, reader);
  if (read.ok) return read.value.round;
  const advice = 'It is to be like {"round": 0}: no round above it was signed with this key.';
  throw new NodeError("bad-first-marks", `${file}: ${read.error.message}.`, advice);
}

/** When the record is durable. */
export async function removeFirstMarks(dataFolder: string): Promise<void> {
  await unlink(join(dataFolder, fileName));
  await syncFolder(dataFolder);
}
