// A room's package.json: what it says that it depends on must be what the list of rooms allows.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Room, rooms } from "../rooms.ts";
import type { Breach } from "./syntax.ts";

export const scope = "@tandem/";

export interface Manifest {
  readonly name?: string;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly imports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(root: string, folder: string): Manifest {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as Manifest;
}

/** Rooms that a room's tests and benches may import, itself included. */
export function testRooms(name: string, room: Room): string[] {
  return [name, ...room.imports, ...(room.importsOnDemand ?? []), ...(room.testImports ?? [])];
}

export function manifestBreaches(name: string, manifest: Manifest): Breach[] {
  const room = rooms[name];
  const path = `packages/${name}/package.json`;
  const breach = (code: string, message: string): Breach => ({ path, line: 1, code, message });
  if (room === undefined) {
    return [breach("unknown-room", `no room is called "${name}"; scripts/rooms.ts lists them`)];
  }
  const breaches: Breach[] = [];
  if (manifest.name !== `${scope}${name}`) breaches.push(breach("room-name", `must be called ${scope}${name}`));
  if (manifest.imports !== undefined) breaches.push(breach("alias", '"imports" would hide what is imported'));
  for (const target of Object.values(manifest.exports ?? {})) {
    if (typeof target === "string" && /^\.\/src\/[^.]+\.ts$/.test(target)) continue;
    breaches.push(breach("room-exports", `exports must be files of src, not ${JSON.stringify(target)}`));
  }
  const own = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
  for (const [packageName, version] of Object.entries(own)) {
    const allowed = [...room.imports, ...(room.importsOnDemand ?? [])];
    const message = dependencyFault(packageName, version, allowed, room.pure ? (room.packages ?? []) : undefined);
    if (message !== undefined) breaches.push(breach("dependency", message));
  }
  for (const [packageName, version] of Object.entries(manifest.devDependencies ?? {})) {
    const message = dependencyFault(packageName, version, testRooms(name, room), undefined);
    if (message !== undefined) breaches.push(breach("dependency", message));
  }
  return breaches;
}

/** The root may not hold rooms: resolution walks up, so every room could import every other. */
export function rootManifestBreaches(manifest: Manifest): Breach[] {
  const held = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies, ...manifest.peerDependencies });
  return held
    .filter((name) => name.startsWith(scope))
    .map((name) => {
      const message = `${name} here would let every room import it`;
      return { path: "package.json", line: 1, code: "dependency", message };
    });
}

function dependencyFault(
  name: string,
  version: string,
  allowedRooms: readonly string[],
  allowedPackages: readonly string[] | undefined,
): string | undefined {
  if (name.startsWith(scope)) {
    if (!allowedRooms.includes(name.slice(scope.length))) return `may not depend on ${name}`;
    return version.startsWith("workspace:") ? undefined : `${name} must be "workspace:*", not "${version}"`;
  }
  // An alias ("npm:other@1") or a path would bring something else in under an allowed name.
  if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) return `${name} must have one exact version, not "${version}"`;
  if (allowedPackages === undefined || allowedPackages.includes(name)) return undefined;
  return `a pure room may not depend on ${name}; allowed: ${allowedPackages.join(", ") || "none"}`;
}
