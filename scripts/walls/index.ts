// The walls between rooms (docs/overview.md), checked on the syntax of every file of every room and of test/.

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { rooms } from "../rooms.ts";
import { type Part, type Place, refusal, type Workspace } from "./doors.ts";
import { importsOf, referencesOf } from "./imports.ts";
import { type Manifest, manifestBreaches, readManifest, rootManifestBreaches } from "./manifest.ts";
import { impurities } from "./purity.ts";
import { type Breach, readSource, type Source } from "./syntax.ts";

export type { Breach } from "./syntax.ts";

export function roomFolders(root: string): string[] {
  const folders = readdirSync(join(root, "packages")).sort();
  return folders.filter((name) => existsSync(join(root, "packages", name, "package.json")));
}

export function wallBreaches(root: string): Breach[] {
  const workspace = readWorkspace(root);
  const files = [...roomFolders(root).flatMap(partFolders), "test"].flatMap((folder) => filesUnder(root, folder));
  const strays = roomFolders(root).flatMap((name) => strayBreaches(root, name));
  return [...workspaceBreaches(workspace), ...strays, ...files.flatMap((path) => fileBreaches(root, path, workspace))];
}

/** What lies beside src, test and bench is seen by no compiler and held by no wall. */
function strayBreaches(root: string, name: string): Breach[] {
  // `.bugs` is where the lab puts copies of a room with deliberate bugs; git ignores it.
  const known = /^(?:src|test|bench|node_modules|dist|\.bugs|package\.json|tsconfig(?:\.build)?\.json|README\.md)$/;
  const strays = readdirSync(join(root, "packages", name)).filter((entry) => !known.test(entry));
  return strays.sort().map((entry) => {
    const message = "a room holds src, test and bench, and no other folders or files";
    return { path: `packages/${name}/${entry}`, line: 1, code: "stray", message };
  });
}

function partFolders(name: string): string[] {
  return ["src", "test", "bench"].map((part) => `packages/${name}/${part}`);
}

function filesUnder(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules" && entry.name !== "dist")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      return entry.isDirectory() ? filesUnder(root, path) : [path];
    });
}

function readWorkspace(root: string): Workspace {
  const folders = ["", "test", ...roomFolders(root).map((name) => `packages/${name}`)];
  const known = folders.filter((folder) => existsSync(join(root, folder, "package.json")));
  return { manifests: new Map(known.map((folder) => [folder, readManifest(root, folder)])) };
}

function workspaceBreaches({ manifests }: Workspace): Breach[] {
  return [...manifests].flatMap(([folder, manifest]: [string, Manifest]) => {
    if (folder === "") return rootManifestBreaches(manifest);
    return folder === "test" ? [] : manifestBreaches(folder.slice("packages/".length), manifest);
  });
}

function fileBreaches(root: string, path: string, workspace: Workspace): Breach[] {
  const place = placeOf(path);
  const misplaced = misplacement(place);
  if (misplaced !== undefined) return [{ path, line: 1, ...misplaced }];
  if (!/\.[cm]?[jt]sx?$/.test(path)) return [];
  const source = readSource(root, path);
  return "code" in source ? [source] : sourceBreaches(source, place, workspace);
}

function sourceBreaches(source: Source, place: Place, workspace: Workspace): Breach[] {
  const { path } = source;
  const breaches: Breach[] = [];
  for (const imported of importsOf(source)) {
    const refused = refusal(place, imported, workspace);
    if (refused !== undefined) breaches.push({ path, line: imported.line, code: refused[0], message: refused[1] });
  }
  if (!place.pure) return breaches;
  for (const { line, target } of referencesOf(source)) {
    breaches.push({ path, line, code: "reference", message: `a reference to "${target}" brings in other globals` });
  }
  const platform = path.endsWith("/src/platform.d.ts") ? rooms[place.roomName as string]?.platform : undefined;
  return [...breaches, ...impurities(source, platform).map((finding) => ({ path, ...finding }))];
}

function placeOf(path: string): Place {
  const [top, roomName, folder, inner] = path.split("/");
  if (top !== "packages") return { path, roomName: undefined, part: isOracle(path) ? "oracle" : "test", pure: false };
  const room = rooms[roomName as string];
  const part = isOracle(path)
    ? "oracle"
    : ({ src: "source", bench: "bench" } as Record<string, Part>)[folder as string];
  const pure = room?.pure === true && part === "source" && !room.impureFolders?.includes(inner as string);
  return { path, roomName, part: part ?? "test", pure };
}

function isOracle(path: string): boolean {
  return /(?:^|\/)test\/oracles\//.test(path);
}

function misplacement(place: Place): { readonly code: string; readonly message: string } | undefined {
  if (place.part === "source" && !isSourceFile(place)) {
    return { code: "not-typescript", message: "source is .ts, so that the compiler sees it" };
  }
  // A test may be about an oracle; whatever else is called one must be where oracles are.
  if (place.part === "test" && /oracle/i.test(place.path) && !place.path.endsWith(".test.ts")) {
    return { code: "oracle-place", message: "an oracle lies in test/oracles/, where its imports are checked" };
  }
  return undefined;
}

function isSourceFile({ path, pure }: Place): boolean {
  if (!pure) return !/\.[cm]?jsx?$/.test(path);
  if (path.endsWith(".d.ts")) return path.endsWith("/src/platform.d.ts");
  return path.endsWith(".ts");
}
