// `tandem shard follow`: one shard, rebuilt by whoever has the genesis, and compared with what was attested.

import type { CheckedGenesis, ShardName } from "@tandem/shared";
import { asHeight, toHex } from "@tandem/shared";
import { apiHelp, apisOf } from "../../api-client.ts";
import type { Command } from "../../command.ts";
import { countBetween, countFlag, type Flags, neededText, onePositional } from "../../flags.ts";
import { readGenesisOf } from "../../genesis/read-file.ts";
import { Complaint, columns } from "../../terminal.ts";
import { measureAll } from "./everything.ts";
import { FollowedShard } from "./followed-shard.ts";
import { Nodes } from "./nodes.ts";
import { progressLine, reportOf, reportPage } from "./report.ts";

const timeoutSecondsUsual = 120;
const timeoutSecondsMax = 86_400;
const progressEveryMs = 1000;
const lastAskMs = 2000;

export const followCommand: Command = {
  help: `./tandem shard follow NAME --genesis FILE [--api URL ...] [--until-height N] [--timeout S]
                       [--measure] [--json]

Rebuilds a shard from the genesis on and compares each of its claims with the attested one. No
node is believed: slices prove that they are complete, the attest chain is final by a quorum, and
of other shards it fetches only the claims that its programs wait for, by their roots.

  --genesis FILE    the network's genesis file
  --until-height N  of the order chain (what the node has executed). Little less is fetched: slices
                    come in runs of 128 blocks, and the attest chain is read to its end
  --measure         set the bytes beside those of the whole order chain, which it asks for block by
                    block and blob by blob
  --timeout S       give up after so many seconds (${timeoutSecondsUsual}); what is not attested then is told
${apiHelp};
                    given several times, another is asked where one gives what is false or nothing

Exit code 1 if a claim is not the attested one.
`,
  options: {
    api: { type: "string", multiple: true },
    genesis: { type: "string" },
    "until-height": { type: "string" },
    timeout: { type: "string" },
    measure: { type: "boolean" },
  },
  async run({ positionals, flags, json, print }) {
    const name = onePositional(positionals, "NAME");
    const seconds = countBetween(flags, "timeout", [1, timeoutSecondsMax], timeoutSecondsUsual);
    const checked = readGenesisOf([neededText(flags, "genesis")], 2);
    const shard = shardIn(checked, name);
    const signal = AbortSignal.timeout(seconds * 1000);
    const nodes = new Nodes(apisOf(flags), signal);
    await inTime(seconds, checkNetwork(checked, nodes));
    const executed = await inTime(seconds, executedBy(nodes));
    const until = countFlag(flags, "until-height") ?? executed;
    const followed = new FollowedShard(checked, shard, nodes);
    const onRound = everySecond(() => (json ? undefined : print(progressLine(followed, until))));
    const isThrough = await followed.follow(asHeight(until), onRound).then(() => true, onLate(signal));
    if (!isThrough && followed.done < until) {
      const last = await lastExecuted(flags).catch(() => executed);
      throw notThrough(followed, { until, executed: last, seconds });
    }
    const everything = flags["measure"] === true && isThrough ? await measureAll(nodes, until) : undefined;
    const report = reportOf(followed, nodes.refused, everything);
    print(json ? `${JSON.stringify(report)}\n` : reportPage(report, columns(process.stdout)));
    if (report.diverged !== undefined) process.exitCode = 1;
  },
};

function shardIn({ genesis }: CheckedGenesis, name: string): ShardName {
  const found = genesis.shards.find((shard) => shard.name === name);
  if (found !== undefined) return found.name;
  const names = genesis.shards.map((shard) => shard.name).join(", ");
  throw new Complaint("unknown-shard", `The network has no shard ${name}.`, `It has ${names}.`, 1);
}

async function checkNetwork({ network }: CheckedGenesis, nodes: Nodes): Promise<void> {
  const said = await nodes.ask((api) => api.network());
  if (said.network === toHex(network)) return;
  const what = `The genesis is that of the network ${toHex(network)}, the node is of ${said.network}.`;
  throw new Complaint("other-network", what, "Name the genesis of the node's network, or another node (--api).");
}

async function executedBy(nodes: Nodes): Promise<number> {
  return (await nodes.ask((api, signal) => api.status(signal))).heights.executed;
}

/** When time has run out already. */
function lastExecuted(flags: Flags): Promise<number> {
  return executedBy(new Nodes(apisOf(flags), AbortSignal.timeout(lastAskMs)));
}

/** Time that runs out; anything else is thrown on. */
function onLate(signal: AbortSignal): (error: unknown) => false {
  return (error) => {
    if (signal.aborted && error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name)) return false;
    throw error;
  };
}

async function inTime<T>(seconds: number, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && ["AbortError", "TimeoutError"].includes(error.name)) throw tooLate(seconds);
    throw error;
  }
}

function tooLate(seconds: number): Complaint {
  return new Complaint("timeout", `This took more than ${seconds} s.`, "--timeout gives it more.", 1);
}

/** What is not there yet takes more than patience. */
export function notThrough(
  { done, claims }: Pick<FollowedShard, "done" | "claims">,
  { until, executed, seconds }: { readonly until: number; readonly executed: number; readonly seconds: number },
): Complaint {
  const equal = `${claims.equal} of ${claims.made} claims were attested with equal roots`;
  const what = `In ${seconds} s it came to round ${done} of ${until}; until there ${equal}.`;
  const early = `The node has executed ${executed} blocks: ask for no more with --until-height, or wait longer (--timeout).`;
  return new Complaint("timeout", what, until > executed ? early : "--timeout gives it more.", 1);
}

function everySecond(tell: () => void): () => void {
  let toldMs = performance.now();
  return () => {
    if (performance.now() < toldMs + progressEveryMs) return;
    toldMs = performance.now();
    tell();
  };
}
