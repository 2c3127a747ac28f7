// npm run pack -- ROOM [--out DIR]: a tarball of a room as other projects install it, in JavaScript with
// declarations. In the workspace a room's exports are its source; what its package.json says under `publishConfig`
// takes their place here.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Complaint, readArguments, runTool } from "../packages/cli/src/terminal.ts";
import { project } from "./project.ts";

const help = `npm run pack -- ROOM [--out DIR]

Builds a room (JavaScript and declarations) and packs it as a tarball, whose path it prints.

  --out DIR   where to put the tarball (default: here)
  --help      this text
`;

async function main(args: string[]): Promise<void> {
  const { values, positionals } = readArguments({
    args,
    allowPositionals: true,
    options: { out: { type: "string", default: "." }, help: { type: "boolean" } },
  });
  process.stdout.write(values.help ? help : `${packRoom(positionals.join(" "), resolve(values.out))}\n`);
}

/** Path of the tarball. */
export function packRoom(name: string, out: string): string {
  const room = join(project, "packages", name);
  if (!existsSync(join(room, "tsconfig.build.json"))) {
    throw new Complaint(
      "not-packed",
      `No room "${name}" is made to be packed.`,
      "Those with a tsconfig.build.json are.",
    );
  }
  const stage = mkdtempSync(join(tmpdir(), "tandem-pack-"));
  try {
    runOrComplain(join(project, "node_modules/.bin/tsc"), [
      "-p",
      `${room}/tsconfig.build.json`,
      "--outDir",
      `${stage}/dist`,
    ]);
    writeFileSync(join(stage, "package.json"), publishedManifest(room));
    copyFileSync(join(project, "LICENSE"), join(stage, "LICENSE"));
    mkdirSync(out, { recursive: true });
    const packed = runOrComplain("npm", ["pack", stage, "--pack-destination", out, "--json", "--ignore-scripts"]);
    return join(out, tarballName(packed));
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function publishedManifest(room: string): string {
  const {
    publishConfig,
    devDependencies: _,
    ...manifest
  } = JSON.parse(readFileSync(join(room, "package.json"), "utf8")) as {
    publishConfig: object;
    devDependencies?: object;
  };
  return `${JSON.stringify({ ...manifest, ...publishConfig }, null, 2)}\n`;
}

/** npm lists what it packed; since version 12 by name. */
function tarballName(json: string): string {
  const [packed] = Object.values(JSON.parse(json) as Record<string, { filename: string }>);
  return (packed as { filename: string }).filename;
}

function runOrComplain(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  if (status === 0) return stdout;
  const said = error?.message ?? `${stdout}${stderr}`.trim();
  throw new Complaint(
    "pack-failed",
    `${command} failed: ${said}`,
    "npm run check says more of what does not compile.",
    1,
  );
}

if (import.meta.main) await runTool(main);
