// A plain Node 20: the host's own if it is one, else the npm package of it (which needs the registry).

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const pinned = "20.20.2";

export interface Host {
  readonly node: string;
  /** For npm: without this workspace's own Node in front. */
  readonly env: NodeJS.ProcessEnv;
}

export function node20(folder: string): Host {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((path) => !path.endsWith("node_modules/.bin"));
  const host = folders.map((path) => join(path, "node")).find((path) => existsSync(path));
  const env = { ...process.env, PATH: folders.join(delimiter) };
  if (host !== undefined && majorOf(host) === 20) return { node: host, env };
  const args = ["install", "--prefix", folder, "--no-save", "--no-package-lock", `node@${pinned}`];
  const { status, stderr } = spawnSync("npm", args, { env, encoding: "utf8" });
  if (status !== 0) throw new Error(`The host has no Node 20, and node@${pinned} did not install: ${stderr}`);
  const bin = join(folder, "node_modules/node/bin");
  return { node: join(bin, "node"), env: { ...env, PATH: [bin, ...folders].join(delimiter) } };
}

function majorOf(node: string): number {
  return Number(spawnSync(node, ["-p", "process.versions.node.split('.')[0]"], { encoding: "utf8" }).stdout);
}
