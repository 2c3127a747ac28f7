// C4, S8: who has no record of what a key signed signs nothing with it. Only who makes the data folder of a network that
// begins, or of a key that signed nothing above some round and views, can know that: it leaves the file `first-marks` there,
// with that round, and with the view of each chain. It is gone as soon as the records are durable, so a folder that loses its
// store or its journals later is not taken for a new one.

import { readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import { jsonCount, jsonObject, type Round, readJson, type View } from "@tandem/shared";
import { nodeErrorOf } from "../node-error.ts";
import { syncFolder } from "./files.ts";

/** What the key signed before is at or below these. Of what is left out nothing is said. */
export interface FirstMarks {
  /** Of claims, in every shard. */
  readonly round?: Round;
  /** Of votes, on each chain. */
  readonly orderView?: View;
  readonly attestView?: View;
}

const fileName = "first-marks";
/** Three numbers, and whatever white space. */
const fileCharactersMax = 1024;
const round = jsonCount<Round>(0, Number.MAX_SAFE_INTEGER);
const view = jsonCount<View>(0, Number.MAX_SAFE_INTEGER);
const reader = jsonObject<object, Required<FirstMarks>>({}, { round, orderView: view, attestView: view });

/** Nothing where there is no such file, as in every folder that was in use. */
export async function readFirstMarks(dataFolder: string): Promise<FirstMarks | undefined> {
  const file = join(dataFolder, fileName);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const read = readJson(text, fileCharactersMax, reader);
  if (read.ok) return read.value;
  throw nodeErrorOf({ code: "bad-first-marks", message: `${file}: ${read.error.message}.` });
}

/** When the records are durable. Who runs without the key makes none: by then it may be in use elsewhere. */
export async function removeFirstMarks(dataFolder: string): Promise<void> {
  await unlink(join(dataFolder, fileName));
  await syncFolder(dataFolder);
}
