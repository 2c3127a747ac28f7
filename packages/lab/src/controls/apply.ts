// A copy of the machine's sources with a deliberate bug in it, beside the sources: there its imports resolve.

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bug } from "./bugs.ts";

const sources = fileURLToPath(new URL("../../../consensus/src", import.meta.url));
/** Ignored by git; removed when it is not needed any more. */
const copies = fileURLToPath(new URL("../../../consensus/.bugs", import.meta.url));

/** A bug does not fit the sources: they have changed, and it must be written anew. */
class MisfitError extends Error {
  readonly code = "bug-misfit";
}

export interface Copy {
  /** Path of its entry file, for `loadStage`. */
  readonly entry: string;
  remove(): void;
}

export function applyBug(bug: Bug): Copy {
  const folder = join(copies, `${bug.name}-${process.pid}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(sources, folder, { recursive: true });
  for (const { file, find, replace } of bug.edits) {
    const path = join(folder, file);
    const text = readFileSync(path, "utf8");
    const matches = text.split(find).length - 1;
    if (matches !== 1) {
      rmSync(folder, { recursive: true, force: true });
      throw new MisfitError(`${bug.name}: ${file} has ${matches} places, not one, with:\n${find}`);
    }
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return { entry: join(folder, "index.ts"), remove: () => rmSync(folder, { recursive: true, force: true }) };
}
