// `tandem devnet kill` and `tandem devnet restart`: a node of the devnet that runs in a folder goes and comes back.

import type { Call, Command } from "../command.ts";
import { onePositional } from "../flags.ts";
import { columns } from "../terminal.ts";
import { askDevnet } from "./control-client.ts";
import type { Operated } from "./operator.ts";
import { operatedWords } from "./operator-words.ts";
import { folderOf, folderOption } from "./options.ts";

const folderHelp = `  --folder DIR  that of the devnet (.tandem/devnet of the project)
  --json        {"node", "pid", "chains": [{"chain", "state", "missing", ...}], "stalled":
                [{"shard", "state", "need", "down", "unmarked", ...}], "goOn": [shards]}

Exit code 1, with a code on stderr: no-devnet if none runs there, not-ready while it
is starting`;

export const killCommand: Command = {
  help: `./tandem devnet kill N [--folder DIR] [--json]

Ends node N of the devnet that runs, as a crash would (SIGKILL). It stays down until
./tandem devnet restart N. Shards of which too few followers are left stand still;
the others, and the order chain, go on. What stood still is made up for later.

${folderHelp}, already-down if the node is. 2 if there is no such node: no-such-node.
`,
  options: folderOption,
  run: (call) => operate("killed", "kill", call),
};

export const restartCommand: Command = {
  help: `./tandem devnet restart N [--folder DIR] [--json]

Starts node N of the devnet that runs again, whether it was killed or ended by itself,
and waits until it answers (a minute at most). It goes on from what it has on disk.

${folderHelp}, already-up if the node runs, node-ended or no-answer if
it does not come up. 2 if there is no such node: no-such-node.
`,
  options: folderOption,
  run: (call) => operate("restarted", "restart", call),
};

async function operate(what: "killed" | "restarted", verb: string, { positionals, flags, json, print }: Call) {
  const node = onePositional(positionals, "N, the number of a node,");
  const operated = await askDevnet<Operated>(folderOf(flags), "POST", `/${verb}/${encodeURIComponent(node)}`);
  print(json ? `${JSON.stringify(operated)}\n` : `${operatedWords(what, operated, columns(process.stdout))}\n`);
}
