// `tandem blob submit`: any payload, ordered if it is paid for.

import { asShardName, leastAllowance, limits, utf8 } from "@tandem/shared";
import { keystoreOf } from "../account/keystore.ts";
import { apiOf } from "../api-client.ts";
import type { Command } from "../command.ts";
import { readUpTo } from "../decode.ts";
import { badFlag, countBetween, type Flags, neededText, noPositionals, pathFlag, textFlag } from "../flags.ts";
import { followHint } from "../program/follow-hint.ts";
import { readProgram } from "../program/read-file.ts";
import { Complaint } from "../terminal.ts";
import { writeNew } from "../write-new.ts";
import { type Content, complainIfLate, type Paid, paidWords, pay, payHelp, payOptions, sign } from "./pay.ts";

export const submitCommand: Command = {
  help: `./tandem blob submit --from NAME [--program FILE | --payload FILE | --text T] [--touch SHARD ...]
                     [--budget B] [--tip T] [--nonce N] [--life B] [--wait | --sign-only FILE]
                     [--keys DIR] [--api URL] [--json]

Signs a blob and submits it to a node. Its payload may be anything: ordering does not look into it.

  --program FILE    a program, as JSON or encoded (./tandem program check says more), if it is not
                    void. Shards and budget follow from it
  --payload FILE    the bytes of a file
  --text T          this text, as UTF-8
  --touch SHARD     a shard that is to see it; may be given several times
  --budget B        work that its program may take in all (what the program says, else 0)
  --sign-only FILE  write the signed blob there and submit nothing: for curl, see docs/api.md
${payHelp}
`,
  options: {
    ...payOptions,
    program: { type: "string" },
    payload: { type: "string" },
    text: { type: "string" },
    touch: { type: "string", multiple: true },
    budget: { type: "string" },
    "sign-only": { type: "string" },
  },
  async run({ positionals, flags, json, print }) {
    noPositionals(positionals);
    const payer = { name: neededText(flags, "from"), keystore: keystoreOf(flags), api: apiOf(flags), flags };
    const content = await contentOf(flags);
    const file = pathFlag(flags, "sign-only");
    if (file !== undefined) {
      if (flags["wait"] === true) throw badFlag("--sign-only submits nothing that --wait could wait for.");
      const { bytes, ...signed } = await sign(payer, content);
      writeNew(file, bytes);
      const made = { ...signed, bytes: bytes.length, file };
      return print(json ? `${JSON.stringify(made)}\n` : signedWords(made));
    }
    const paid = await pay(payer, content);
    const hint = flags["program"] === undefined ? "" : outcomeHint(paid, flags);
    print(json ? `${JSON.stringify(paid)}\n` : `${paidWords(paid)}${hint}`);
    complainIfLate(paid, flags);
  },
};

function outcomeHint({ blob, status }: Paid, flags: Flags): string {
  const when = status === "ordered" ? "" : ", once it is ordered";
  return `\nwhat came of it${when}:\n${followHint(blob, textFlag(flags, "api"))}`;
}

interface Made {
  readonly blob: string;
  readonly nonce: number;
  readonly fee: string;
  readonly bytes: number;
  readonly file: string;
}

function signedWords({ blob, nonce, fee, bytes, file }: Made): string {
  return `blob ${blob}\n  nonce ${nonce}, ${bytes} bytes, fee ${fee}\n  signed, not submitted: ${file}\n`;
}

async function contentOf(flags: Flags): Promise<Content> {
  const file = textFlag(flags, "program");
  const touches = touchesOf(flags);
  const budgetOr = (usual: number) => countBetween(flags, "budget", [0, limits.budgetMax], usual);
  if (file === undefined) {
    return { transfers: [], touches, payload: await payloadOf(flags), budget: budgetOr(0) };
  }
  if (flags["payload"] !== undefined || flags["text"] !== undefined) {
    throw badFlag("--program, --payload and --text exclude each other.");
  }
  const { program, payload } = await readProgram(file);
  const least = leastAllowance(program, touches.map(asShardName));
  const budget = budgetOr(least.budget);
  if (budget >= least.budget) return { transfers: [], touches: least.touches, payload, budget };
  throw badFlag(`The program would be void with a budget of ${budget}: its steps take up to ${least.budget}.`);
}

function touchesOf(flags: Flags): readonly string[] {
  const touches = (flags["touch"] ?? []) as readonly string[];
  const wrong = touches.find((name) => !/^[a-z0-9-]{1,28}$/.test(name));
  if (wrong !== undefined) throw badFlag(`--touch takes the name of a shard, not "${wrong}".`);
  if (new Set(touches).size > limits.touchesMax) throw badFlag(`At most ${limits.touchesMax} shards can be touched.`);
  return touches;
}

async function payloadOf(flags: Flags): Promise<Uint8Array> {
  const file = pathFlag(flags, "payload");
  const text = textFlag(flags, "text");
  if (file !== undefined && text !== undefined) throw badFlag("--payload and --text exclude each other.");
  const payload =
    file === undefined ? utf8((text ?? "").toWellFormed()) : await readUpTo(file, limits.payloadBytesMax + 1);
  if (payload.length <= limits.payloadBytesMax) return payload;
  const what = `The payload has more than the ${limits.payloadBytesMax} bytes that a blob may carry.`;
  throw new Complaint("too-large", what, "Split it over several blobs.");
}
