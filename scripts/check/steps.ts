// What `npm run check` checks. A step runs one tool and says what it found.

import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { join, relative } from "node:path";
import { project } from "../project.ts";
import { rooms } from "../rooms.ts";
import { roomFolders, wallBreaches } from "../walls/index.ts";

export interface Step {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

export interface Finding {
  readonly ok: boolean;
  /** What a person needs to mend it. */
  readonly output: string;
}

export function checkSteps(root: string): Step[] {
  return [
    ...roomFolders(root).map((name) => roomTypes(root, name)),
    { name: "types of tests and scripts", run: () => types(root, ".") },
    {
      name: "lint and format",
      run: () => runTool(root, "biome", ["check", "--error-on-warnings", "--max-diagnostics=none", "--colors=off"]),
    },
    { name: "unused code", run: () => runTool(root, "knip", ["--no-progress", "--no-config-hints"]) },
    { name: "walls between rooms", run: () => Promise.resolve(walls(root)) },
  ];
}

function roomTypes(root: string, name: string): Step {
  const folder = `packages/${name}`;
  const pure = rooms[name]?.pure === true;
  return { name: `types of ${name}`, run: () => (pure ? pureTypes(root, folder) : types(root, folder)) };
}

function types(root: string, folder: string): Promise<Finding> {
  return runTool(root, "tsc", ["-p", folder, "--pretty", "false"]);
}

/**
 * A pure room compiles with the library of the language alone. So no other declarations may have found their way
 * into the program, and the compiler must have seen all of the room's source.
 */
async function pureTypes(root: string, folder: string): Promise<Finding> {
  const found = await runTool(root, "tsc", ["-p", folder, "--pretty", "false", "--listFiles"]);
  const lines = found.output.split("\n");
  // A listed file is an absolute path; an error never begins like one.
  const listed = lines.filter((line) => line.startsWith("/"));
  const said = lines.filter((line) => !line.startsWith("/")).join("\n");
  const leaks = new Set(
    listed.map(fromModules).filter((name) => /^@types\/|\/lib\.(?!es|decorators)[^/]*$/.test(name)),
  );
  const isSeen = new Set(listed.map((path) => relative(root, path)));
  const unseen = sourceFiles(root, folder).filter((path) => !isSeen.has(path));
  const complaints = [
    ...[...leaks].map((name) => `${folder}/tsconfig.json: impure-types: a pure room compiles with ${name}`),
    ...unseen.map((path) => `${path}: unseen: the compiler does not see this file (${folder}/tsconfig.json)`),
  ];
  return { ok: found.ok && complaints.length === 0, output: [said, ...complaints].join("\n").trim() };
}

/** `@types/node`, or the name of a library file: `typescript/lib/lib.dom.d.ts`. */
function fromModules(path: string): string {
  const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
  return name.startsWith("@types/")
    ? name.split("/", 2).join("/")
    : name.replace(/^@typescript\/[^/]+\//, "typescript/");
}

function sourceFiles(root: string, folder: string): string[] {
  return globSync(`${folder}/src/**/*.ts`, { cwd: root });
}

function walls(root: string): Finding {
  const breaches = wallBreaches(root).map(({ path, line, code, message }) => `${path}:${line}: ${code}: ${message}`);
  return { ok: breaches.length === 0, output: breaches.join("\n") };
}

/** Runs a tool of this workspace in `root`. */
function runTool(root: string, name: string, args: readonly string[]): Promise<Finding> {
  return new Promise((done) => {
    const child = spawn(join(project, "node_modules/.bin", name), args, {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("error", (error) => done({ ok: false, output: `${name} did not start: ${error.message}` }));
    child.on("close", (code, signal) => {
      const said = Buffer.concat(chunks).toString().trim();
      const ended = code === 0 || said !== "" ? "" : `${name} ended with ${signal ?? `exit code ${code}`}`;
      done({ ok: code === 0, output: said + ended });
    });
  });
}
