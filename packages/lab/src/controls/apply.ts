// Copies of the machine's sources with a deliberate bug in them, each beside its sources: there its imports resolve. Copied
// are the rooms that it changes and those that import a copy, for they must import that.

import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { StageName } from "../setting.ts";
import type { Bug, Edit, Room } from "./bug.ts";

const packages = fileURLToPath(new URL("../../../", import.meta.url));

/** What a stage runs; the last one is its entry. None imports one that stands behind it. */
const roomsOf: { readonly [Stage in StageName]: readonly Room[] } = {
  consensus: ["consensus"],
  order: ["consensus", "ordering", "replica"],
  whole: ["consensus", "ordering", "execution", "attestation", "replica"],
  rounds: ["execution"],
};

const importsOf: { readonly [Each in Room]: readonly Room[] } = {
  consensus: [],
  ordering: [],
  execution: [],
  attestation: ["execution"],
  replica: ["consensus", "ordering", "execution", "attestation"],
};

/** A bug does not fit the sources: they have changed, and it must be written anew. */
export class MisfitError extends Error {
  readonly code = "bug-misfit";
}

export interface Copy {
  /** Path of its entry file, for `loadStage`. */
  readonly entry: string;
  remove(): void;
}

export function applyBug(bug: Bug): Copy {
  const rooms = copiedFor(bug);
  const folders = new Map(rooms.map((room) => [room, folderOf(room, bug.name)]));
  const remove = () => {
    for (const folder of folders.values()) rmSync(folder, { recursive: true, force: true });
  };
  remove();
  try {
    for (const [room, folder] of folders) copyRoom(room, folder);
    for (const folder of folders.values()) joinCopies(folder, folders);
    for (const edit of bug.edits) change(folders, edit, bug.name);
  } catch (error) {
    remove();
    throw error;
  }
  return { entry: join(folders.get(rooms.at(-1) as Room) as string, "index.ts"), remove };
}

/** The last one is the entry. */
function copiedFor({ stage, edits }: Bug): readonly Room[] {
  const copied = new Set(edits.map(({ room }) => room));
  for (const room of roomsOf[stage]) if (importsOf[room].some((each) => copied.has(each))) copied.add(room);
  return roomsOf[stage].filter((room) => copied.has(room));
}

/** Ignored by git; removed when it is not needed any more. */
function folderOf(room: Room, bug: string): string {
  return join(packages, room, ".bugs", `${bug}-${process.pid}`);
}

function copyRoom(room: Room, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  cpSync(join(packages, room, "src"), folder, { recursive: true });
}

/** Imports of rooms that are copied become imports of the copies. */
function joinCopies(folder: string, folders: ReadonlyMap<Room, string>): void {
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const path = join(folder, file);
    let text = readFileSync(path, "utf8");
    for (const [room, other] of folders)
      text = text.replaceAll(`"@tandem/${room}"`, `"${relative(dirname(path), join(other, "index.ts"))}"`);
    writeFileSync(path, text);
  }
}

function change(folders: ReadonlyMap<Room, string>, { room, file, find, replace }: Edit, bug: string): void {
  const folder = folders.get(room);
  if (folder === undefined) throw new MisfitError(`${bug}: its stage does not run ${room}`);
  const path = join(folder, file);
  const text = readFileSync(path, "utf8");
  const matches = text.split(find).length - 1;
  if (matches !== 1)
    throw new MisfitError(`${bug}: ${room}/src/${file} has ${matches} places, not one, with:\n${find}`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
}
