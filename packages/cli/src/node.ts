// `tandem node`: one node, until it is stopped or fails.

import { type NodeEvent, type RunningNode, readConfig, startNode } from "@tandem/node";
import type { Call, Command } from "./command.ts";
import { neededText, noPositionals, pathFlag } from "./flags.ts";
import { onSignals } from "./signals.ts";

const lingerMs = 300;

export const nodeCommand: Command = {
  help: `./tandem node --config FILE [--json]

Runs a node: a validator if its configuration names a key, else an observer. Ctrl-C, or SIGTERM,
stops it when all that it accepted or signed is durable. What happens meanwhile is said on stderr.
A node that fails says why and exits with 1, or with 2 if its configuration cannot be used.

  --config FILE  as ./tandem genesis create makes them
  --json         a line of JSON for each thing that it says: {"kind": "ready", …} on stdout first
`,
  options: { config: { type: "string" } },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    neededText(flags, "config");
    const config = await readConfig(pathFlag(flags, "config") as string);
    const stopping = untilSignal();
    const node = await startNode(config, (event) =>
      process.stderr.write(`${json ? lineOf(event) : logLine(event, config.key === undefined)}\n`),
    );
    sayReady(node, json, print);
    const failure = await Promise.race([stopping, node.failed]);
    await node.stop();
    // Everything is closed; what may still hold the process is nobody's.
    setTimeout(() => process.exit(), lingerMs).unref();
    if (failure !== undefined) throw failure;
    print(json ? `${lineOf({ kind: "stopped" })}\n` : "stopped\n");
  },
};

/** Whoever asks again does not want to wait: then it ends as a crash would end it. */
function untilSignal(): Promise<undefined> {
  return new Promise((resolve) => {
    onSignals(
      () => resolve(undefined),
      () => process.exit(1),
    );
  });
}

function sayReady(node: RunningNode, json: boolean, print: Call["print"]): void {
  const { network, seat = null, name = null, validators, addresses, apiUrl = null } = node;
  if (json) {
    const ready = { kind: "ready", network, seat, name, validators, addresses, api: apiUrl, pid: process.pid };
    return print(`${lineOf(ready)}\n`);
  }
  const who = seat === null ? "observer" : `${name}, seat ${seat} of ${validators}`;
  print(`${who}, network ${network.slice(0, 16)}…
listens at ${addresses.join(", ") || "nothing"}
${apiUrl === null ? "has no API" : `API at ${apiUrl}`}
`);
}

function lineOf(event: object): string {
  return JSON.stringify(event);
}

function logLine(event: NodeEvent, isObserver: boolean): string {
  return `${new Date().toISOString()} ${wordsOf(event, isObserver)}`;
}

function wordsOf(event: NodeEvent, isObserver: boolean): string {
  switch (event.kind) {
    case "peer":
      return `${event.name} is ${event.change}${event.why === undefined ? "" : `: ${event.why}`}`;
    case "quorum":
      return quorumWords(event, isObserver);
    case "refused-connection":
      return `connection with ${event.address} refused by ${event.who}: ${event.message} (${event.code})`;
    case "evidence":
      return `seat ${event.seat} signed what contradicts itself in view ${event.view} of the ${event.chain} chain`;
    case "alarm":
      return `ALARM (${event.what}): ${event.message}`;
    case "journal-cut":
      return `${event.bytes} bytes at the end of the vote journal were unfinished, as a crash leaves them; they are cut off`;
  }
}

/** Who does not vote follows by whoever is linked: it needs no quorum. */
export function quorumWords(
  { linked, of, hasQuorum }: Extract<NodeEvent, { readonly kind: "quorum" }>,
  isObserver: boolean,
): string {
  const links = `${linked} of ${of} linked`;
  if (hasQuorum) return `${links}, which is a quorum`;
  if (!isObserver) return `${links}, waiting for a quorum`;
  return linked === 0 ? `${links}, waiting for one to follow by` : `${links}, enough to follow by`;
}
