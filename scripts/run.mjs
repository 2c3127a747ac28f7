// The door of every npm script. The host needs Node 20 and npm only, so this file is plain JavaScript without
// dependencies. It installs what the lockfile says, unless that was done already, and then runs a file
// (`run.mjs FILE ...`) or an installed command (`run.mjs --exec COMMAND ...`) on the workspace's own Node.

import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const pnpmVersion = "12.21.0";
const hostNodeMin = 20;
const lockBeatMs = 1000;
/** A lock that nobody has touched for so long belongs to a process that was killed. */
const lockDeadMs = 20_000;

const project = resolve(fileURLToPath(import.meta.url), "../..");
const stampPath = join(project, "node_modules/.tandem-installed");
const locksPath = join(project, ".tandem/install-locks");
const binPath = join(project, "node_modules/.bin");
const nodePath = join(binPath, "node");

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];

async function main(args) {
  if (Number(process.versions.node.split(".")[0]) < hostNodeMin) {
    return fail("host-node", `This is Node ${process.versions.node}.`, `Use Node ${hostNodeMin} or newer to start it.`);
  }
  const failed = (await ensureInstalled()) ?? findMissing();
  if (failed) return passOn(failed);
  const [command, rest] = args[0] === "--exec" ? [join(binPath, args[1]), args.slice(2)] : [nodePath, args];
  await passOn(await run(command, rest, { stdio: "inherit", env: environment() }));
}

function environment() {
  return { ...inherited(), PATH: `${binPath}${delimiter}${process.env.PATH}` };
}

/** npm hands its settings down; these are about itself, and would silence pnpm, or an npm that a test calls. */
function inherited() {
  const { npm_config_json: _, npm_config_loglevel: __, ...env } = process.env;
  return env;
}

// Install: once for each state of lockfile and manifests, by one process at a time.

/** How the install ended if it failed. */
async function ensureInstalled() {
  if (isInstalled()) return undefined;
  const release = await lock();
  try {
    return isInstalled() ? undefined : await install();
  } finally {
    release();
  }
}

function isInstalled() {
  return existsSync(nodePath) && existsSync(stampPath) && readFileSync(stampPath, "utf8") === wanted();
}

/** A digest of all that decides what is installed. */
function wanted() {
  const digest = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) digest.update(readFileSync(join(project, file)));
  for (const file of manifests()) {
    const { name, dependencies, devDependencies, optionalDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(project, file), "utf8"),
    );
    const said = [file, name, dependencies, devDependencies, optionalDependencies, peerDependencies];
    digest.update(JSON.stringify(said));
  }
  return `${digest.digest("hex")} node-${process.platform}-${process.arch}\n`;
}

/** What was deleted from an install that the stamp says is whole. */
function findMissing() {
  for (const file of manifests()) {
    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, file), "utf8"));
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      const path = join(dirname(file), "node_modules", name);
      if (existsSync(join(project, path, "package.json"))) continue;
      return fail(
        "incomplete-install",
        `${path} is missing.`,
        "rm -rf node_modules, and the next command sets up anew.",
      );
    }
  }
  return undefined;
}

function manifests() {
  const rooms = readdirSync(join(project, "packages")).sort();
  const files = ["package.json", "test/package.json", ...rooms.map((room) => `packages/${room}/package.json`)];
  return files.filter((file) => existsSync(join(project, file)));
}

async function install() {
  const began = Date.now();
  process.stderr.write("Setting up: installing the packages that pnpm-lock.yaml names (once).\n");
  // Without a network one more attempt is enough: npm's usual number takes more than a minute.
  const args = [
    "--yes",
    "--loglevel=error",
    "--fetch-retries=1",
    `pnpm@${pnpmVersion}`,
    "install",
    "--frozen-lockfile",
  ];
  // On a terminal pnpm draws its progress in place; elsewhere that would be a hundred lines.
  if (!process.stderr.isTTY) args.push("--loglevel=error");
  const env = { ...inherited(), PATH: hostPath() };
  // stdout belongs to the script that runs next.
  const ended = await run("npx", args, { stdio: ["ignore", 2, 2], cwd: project, env });
  if (ended.signal) return ended;
  if (ended.code !== 0 || !existsSync(nodePath)) {
    return fail(
      "install-failed",
      `pnpm install ended with exit code ${ended.code}${ended.error ? ` (${ended.error.message})` : ""}.`,
      "Its own words stand above. Is the package registry within reach? Is the disk full? If a package.json has " +
        `changed, bring the lockfile along: npx -y pnpm@${pnpmVersion} install`,
    );
  }
  writeFileSync(stampPath, wanted());
  process.stderr.write(`Set up in ${((Date.now() - began) / 1000).toFixed(1)} s.\n\n`);
  return undefined;
}

/** Install scripts run on the host's Node: the workspace's own may be what is being replaced. */
function hostPath() {
  const path = process.env.PATH ?? "";
  return path
    .split(delimiter)
    .filter((folder) => !folder.endsWith("node_modules/.bin"))
    .join(delimiter);
}

// The lock is the folder with the highest number. Its holder touches it every second. Numbers only grow, so a
// process that takes over from a dead holder can never remove the lock of another that did the same.

async function lock() {
  mkdirSync(locksPath, { recursive: true });
  for (let told = false; ; ) {
    const held = highestLock();
    if (isAlive(held)) {
      if (!told) process.stderr.write("Waiting for another process to finish setting up.\n");
      told = true;
      await new Promise((done) => setTimeout(done, 200));
      continue;
    }
    if (!tryMake(lockPath(held + 1))) continue;
    if (highestLock() !== held + 1) {
      tryRemove(lockPath(held + 1));
      continue;
    }
    return hold(held + 1);
  }
}

function hold(number) {
  for (const older of lockNumbers()) if (older < number) tryRemove(lockPath(older));
  const beat = setInterval(() => touch(lockPath(number), new Date()), lockBeatMs);
  return () => {
    clearInterval(beat);
    touch(lockPath(number), new Date(0));
  };
}

function lockNumbers() {
  return readdirSync(locksPath).map(Number);
}

function highestLock() {
  return Math.max(0, ...lockNumbers());
}

function lockPath(number) {
  return join(locksPath, String(number));
}

function isAlive(number) {
  const found = number === 0 ? undefined : statSync(lockPath(number), { throwIfNoEntry: false });
  return found !== undefined && Date.now() - found.mtimeMs < lockDeadMs;
}

function tryMake(path) {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function tryRemove(path) {
  try {
    rmdirSync(path);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

function touch(path, date) {
  try {
    utimesSync(path, date, date);
  } catch {
    // Taken over, or the folder was removed: there is nothing left to say.
  }
}

// Children: their exit code and signal are ours.

function run(command, args, options) {
  return new Promise((done) => {
    const child = spawn(command, args, options);
    const forward = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, forward);
    const end = (ended) => {
      for (const signal of signals) process.off(signal, forward);
      done(ended);
    };
    child.on("error", (error) => end({ code: 127, signal: null, error }));
    child.on("exit", (code, signal) => end({ code, signal }));
  });
}

async function passOn({ code, signal, error }) {
  if (error)
    fail(
      "not-started",
      error.message,
      "Was a part of node_modules removed? rm -rf node_modules, and the next command sets up anew.",
    );
  process.exitCode = code;
  if (!signal) return;
  process.kill(process.pid, signal);
  // A signal that does not end us (it may be ignored) still ends the run.
  await new Promise((done) => setTimeout(done, 100));
  process.exit(1);
}

function fail(code, what, advice) {
  process.stderr.write(`error ${code}: ${what}\n  ${advice}\n`);
  process.exitCode = 1;
  return { code: 1 };
}

await main(process.argv.slice(2));
