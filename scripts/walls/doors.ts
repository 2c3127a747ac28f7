// Who may import what. Source imports its own room by relative path, other rooms by name and declared export, and
// packages that its package.json lists. Tests and benches may also import test support, oracles and what serves tests. A test
// oracle restates the arithmetic, so it imports nothing but types from any room.

import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { type Room, rooms } from "../rooms.ts";
import type { Import } from "./imports.ts";
import { type Manifest, scope, testRooms } from "./manifest.ts";

export type Part = "source" | "test" | "bench" | "oracle";

export interface Place {
  readonly path: string;
  /** `undefined` for test/, which crosses rooms. */
  readonly roomName: string | undefined;
  readonly part: Part;
  readonly pure: boolean;
}

export interface Workspace {
  /** By folder: "" is the root. */
  readonly manifests: ReadonlyMap<string, Manifest>;
}

export type Refusal = readonly [code: string, message: string];

export function refusal(place: Place, imported: Import, workspace: Workspace): Refusal | undefined {
  const { specifier } = imported;
  if (specifier === undefined) {
    return place.pure ? ["computed-import", "imports something computed, which no check can follow"] : undefined;
  }
  if (place.part === "oracle" && imported.kind !== "types") {
    const refused = oracleRefusal(place, specifier);
    if (refused !== undefined) return refused;
  }
  if (specifier.startsWith(".")) return relativeRefusal(place, specifier);
  if (isBuiltin(specifier)) return place.pure ? ["node-import", `${specifier} is Node; this room is pure`] : undefined;
  if (/^(?:\/|#|[a-z]+:)/.test(specifier)) return ["strange-import", `"${specifier}" is neither a package nor a path`];
  return specifier.startsWith(scope)
    ? roomRefusal(place, imported, specifier, workspace)
    : packageRefusal(place, specifier, workspace);
}

function oracleRefusal(place: Place, specifier: string): Refusal | undefined {
  const isOracle = specifier.startsWith(".") && /\/oracles\//.test(resolve(place, specifier));
  if (isOracle || (!specifier.startsWith(".") && !specifier.startsWith(scope))) return undefined;
  return ["oracle", `an oracle imports only types from the code under test; "${specifier}" brings values`];
}

function relativeRefusal(place: Place, specifier: string): Refusal | undefined {
  const target = resolve(place, specifier);
  if (relativeFolders(place).some((folder) => target.startsWith(folder))) return undefined;
  return ["escape", `"${specifier}" leads to ${target}, outside of what this file may reach by path`];
}

function relativeFolders(place: Place): string[] {
  if (place.roomName === undefined) return ["test/", "scripts/"];
  const home = `packages/${place.roomName}/`;
  if (place.part === "source") return [`${home}src/`];
  const room = rooms[place.roomName];
  const near = room === undefined ? [] : testRooms(place.roomName, room);
  const support = near.flatMap((name) => [`packages/${name}/test/support/`, `packages/${name}/test/oracles/`]);
  return [home, "test/support/", ...support, ...(place.part === "bench" ? ["scripts/bench/"] : [])];
}

function roomRefusal(place: Place, imported: Import, specifier: string, workspace: Workspace): Refusal | undefined {
  const name = specifier.slice(scope.length).split("/")[0] as string;
  const room = place.roomName === undefined ? undefined : rooms[place.roomName];
  if (room !== undefined && !allowedRooms(place, imported, room).includes(name)) {
    const onDemand = room.importsOnDemand?.includes(name) ? " but by import(), when it is needed" : "";
    return ["wall", `${place.roomName} may not import ${scope}${name}${onDemand}`];
  }
  const target = workspace.manifests.get(`packages/${name}`);
  const path = `.${specifier.slice(scope.length + name.length)}`;
  if (!Object.keys(target?.exports ?? {}).includes(path)) {
    return ["deep-import", `${scope}${name} exports no "${path}"; a room is entered by its declared exports`];
  }
  // A room reaches itself by name without listing itself.
  return name === place.roomName ? undefined : packageRefusal(place, specifier, workspace);
}

function allowedRooms(place: Place, imported: Import, room: Room): readonly string[] {
  if (place.part !== "source") return testRooms(place.roomName as string, room);
  return imported.kind === "values" ? room.imports : [...room.imports, ...(room.importsOnDemand ?? [])];
}

function packageRefusal(place: Place, specifier: string, workspace: Workspace): Refusal | undefined {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  const own = workspace.manifests.get(place.roomName === undefined ? "test" : `packages/${place.roomName}`);
  const root = workspace.manifests.get("");
  const listed =
    place.part === "source"
      ? { ...own?.dependencies, ...own?.peerDependencies }
      : { ...root?.devDependencies, ...own?.devDependencies, ...own?.dependencies };
  if (Object.hasOwn(listed, name)) return undefined;
  return ["undeclared", `package.json does not list ${name}${place.part === "source" ? " in dependencies" : ""}`];
}

function resolve(place: Place, specifier: string): string {
  return posix.join(posix.dirname(place.path), specifier);
}
