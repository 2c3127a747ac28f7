// A devnet from its start to its end: the nodes come up, blobs and a program are submitted and followed, and what the nodes do
// is shown, until somebody or something ends it.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CheckedGenesis } from "@tandem/shared";
import { onSignals } from "../signals.ts";
import { Complaint, isTold } from "../terminal.ts";
import { committeesOf } from "./committees.ts";
import { openControl } from "./control.ts";
import { Devnet, describeEnd } from "./devnet.ts";
import { type FinalBlob, submitFirstBlobs } from "./first-blobs.ts";
import { type FirstProgram, readGenesis, sightOf, submitFirstProgram } from "./first-program.ts";
import type { DevnetFolder } from "./folder.ts";
import { followJourney, Journey } from "./journey.ts";
import { Operator } from "./operator.ts";
import { type DevnetOptions, usualFolder } from "./options.ts";
import type { Screen } from "./screen.ts";
import { Watch } from "./watch.ts";

const everyMs = 1000;
/** A program takes some blocks of both chains; whoever watches need not wait for one that takes longer. */
const programPatienceMs = 5000;
const programPollMs = 50;
const programLateMs = 15_000;
/** Where nobody watches, it has failed then. */
const programTimeoutMs = 60_000;

export async function runDevnet(options: DevnetOptions, folder: DevnetFolder, screen: Screen): Promise<void> {
  const stopping = new AbortController();
  const devnet = new Devnet(folder, (node) => {
    screen.tell({ kind: "node-ended", ...describeEnd(node), logFile: node.logFile });
    // One that an operator ended may come back.
    if (devnet.nodes.every(({ exit, isKilled }) => exit !== undefined && !isKilled)) stopping.abort();
  });
  const watch = new Watch(devnet.nodes);
  const operator = new Operator(devnet, watch, {
    kill: (operated) => screen.tell({ kind: "killed", ...operated }),
    restart: (operated) => screen.tell({ kind: "restarted", ...operated }),
  });
  const unlisten = onSignals(
    () => stopping.abort(),
    () => devnet.kill(),
  );
  let closeControl = async () => {};
  try {
    closeControl = await openControl(folder.folder, operator);
    await show(options, { folder, devnet, watch, operator, screen, signal: stopping.signal });
  } catch (error) {
    // What was cut short by a signal is no error.
    if (!stopping.signal.aborted) throw error;
  } finally {
    await closeControl();
    await stopAll(devnet, screen);
    unlisten();
  }
}

interface Running {
  readonly folder: DevnetFolder;
  readonly devnet: Devnet;
  readonly watch: Watch;
  readonly operator: Operator;
  readonly screen: Screen;
  readonly signal: AbortSignal;
}

async function show({ forSeconds }: DevnetOptions, running: Running): Promise<void> {
  const { folder, devnet, watch, operator, screen, signal } = running;
  const { nodes } = devnet;
  screen.tell({ kind: "started", processes: nodes.map(({ name, pid }) => ({ node: name, pid })) });
  const linked = Promise.withResolvers<void>();
  const isUp = devnet.untilUp(signal, {
    onLinked(afterMs) {
      screen.tell({ kind: "ready", afterMs, apis: nodes.map(({ apiUrl }) => apiUrl) });
      linked.resolve();
    },
    onFinal: (height, afterMs) => screen.tell({ kind: "first-final", height, afterMs }),
  });
  await Promise.race([linked.promise, isUp]);
  const onFinal = async (blob: FinalBlob) => {
    // Whatever was seen first, the first final block is told first.
    await isUp;
    screen.tell({ kind: "blob", nodes: nodes.length, ...blob });
  };
  await Promise.all([isUp, submitFirstBlobs(folder, nodes, onFinal, signal)]);
  const checked = await readGenesis(folder);
  watch.committees = committeesOf(checked);
  operator.open();
  const first = await submitProgram(checked, running);
  if (forSeconds === 0) {
    await showJourney(first, running, AbortSignal.timeout(programTimeoutMs));
    return screen.show(await watch.read());
  }
  const end = new AbortController();
  const journey = showJourney(first, running, end.signal);
  await Promise.race([journey, sleep(programPatienceMs, undefined, { signal })]);
  screen.tell({ ...tryEvent(folder), program: first?.ordered.blob });
  await Promise.all([journey, showViews(forSeconds, running).finally(() => end.abort())]);
}

function tryEvent({ folder, accounts, nodes }: DevnetFolder) {
  const places = {
    accounts,
    genesis: join(folder, "genesis.json"),
    folder: folder === usualFolder ? undefined : folder,
  };
  return { kind: "try", ...places, nodes: nodes.length, api: nodes[0]?.api ?? "" } as const;
}

/** Nothing if none is submitted, which is told. */
async function submitProgram(checked: CheckedGenesis, running: Running): Promise<FirstProgram | undefined> {
  const { folder, devnet, screen, signal } = running;
  const { nodes } = devnet;
  try {
    const first = await submitFirstProgram(checked, folder, nodes, signal);
    const why = "no program is submitted: this network was made without contracts. --fresh makes one that has them";
    screen.tell(
      first === undefined ? { kind: "no-program", why } : { kind: "blob", nodes: nodes.length, ...first.ordered },
    );
    return first;
  } catch (error) {
    // O10: a shard that stands still for a day takes no more programs.
    if (!isTold(error) || error.code !== "shard-behind") throw error;
    screen.tell({ kind: "no-program", why: `no program is submitted: ${error.message}` });
    return undefined;
  }
}

/** Until all of it is attested, or `end`. */
async function showJourney(
  first: FirstProgram | undefined,
  { devnet, screen, signal }: Running,
  end: AbortSignal,
): Promise<void> {
  if (first === undefined) return;
  const { blob, tookMs } = first.ordered;
  const startMs = performance.now() - tookMs;
  const afterMs = () => Math.round(performance.now() - startMs);
  const journey = new Journey();
  try {
    const { shards } = await followJourney(journey, {
      read: () => sightOf(blob, devnet.nodes),
      onStep: (step) => screen.tell({ kind: "program-stage", first, ...step }),
      onLate: (waits) => screen.tell({ kind: "program-late", afterMs: afterMs(), waits }),
      pollMs: programPollMs,
      lateMs: programLateMs,
      signal: AbortSignal.any([signal, end]),
    });
    screen.tell({ kind: "program-attested", blob, shards: shards.map(({ shard }) => shard), afterMs: afterMs() });
  } catch (error) {
    if (!end.aborted) throw error;
    if (end.reason instanceof Error && end.reason.name === "TimeoutError") throw notAttested(journey.waits());
  }
}

function notAttested(waits: readonly string[]): Complaint {
  const what = `The program was not attested within ${programTimeoutMs / 1000} s: ${waits.join("; ")}.`;
  return new Complaint("not-attested", what, "The nodes' logs may say why.", 1);
}

async function showViews(forSeconds: number | undefined, { watch, screen, signal }: Running): Promise<void> {
  const untilMs = performance.now() + (forSeconds ?? Number.POSITIVE_INFINITY) * 1000;
  for (;;) {
    screen.show(await watch.read());
    if (performance.now() >= untilMs) return;
    await sleep(everyMs, undefined, { signal });
  }
}

async function stopAll(devnet: Devnet, screen: Screen): Promise<void> {
  screen.tell({ kind: "stopping" });
  const startMs = performance.now();
  const badly = await devnet.stop();
  const tookMs = Math.round(performance.now() - startMs);
  screen.tell({ kind: "stopped", nodes: devnet.nodes.length, badly: badly.map(({ name }) => name), tookMs });
  if (badly.length > 0) process.exitCode = 1;
}
