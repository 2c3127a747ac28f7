// The first blobs of a devnet: a transfer, a text, and bytes that mean nothing. Stage 1 never looks into a payload, so all
// are as welcome as each other. Each has a payer and a node of its own, and is final when every node has executed it.

import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { asAmount, utf8 } from "@tandem/shared";
import { Keystore } from "../account/keystore.ts";
import type { ApiClient } from "../api-client.ts";
import { type Content, pay } from "../blob/pay.ts";
import { Complaint } from "../terminal.ts";
import type { DevnetFolder } from "./folder.ts";
import type { NodeProcess } from "./node-process.ts";

/** Where a blob was ordered. */
export interface Place {
  readonly height: number;
  readonly index: number;
}

export interface FinalBlob extends Place {
  readonly name: string;
  readonly what: string;
  readonly blob: string;
  /** From when it was signed until the last node had it. */
  readonly tookMs: number;
}

export interface BlobPlan {
  readonly name: string;
  readonly what: string;
  readonly content: Partial<Content>;
}

const text = "Order first, run later.";
const garbageBytes = 256;
const amount = 1000n;
const pollMs = 20;
/** A network that does not order within a minute will not. */
const patienceMs = 60_000;
const nothing: Content = { transfers: [], touches: [], payload: new Uint8Array(0), budget: 0 };

export async function submitFirstBlobs(
  folder: DevnetFolder,
  nodes: readonly NodeProcess[],
  onFinal: (final: FinalBlob) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const keystore = new Keystore(folder.accounts);
  const { accounts } = await keystore.list();
  await untilLevel(nodes, signal);
  const to = await keystore.keyOf(accounts.at(-1)?.name ?? "");
  const submissions = plansTo(to).map(async (plan, index) => {
    const node = nodes[index % nodes.length] as NodeProcess;
    const name = accounts[index]?.name ?? "";
    await onFinal(await submitBlob(plan, { name, keystore, api: node.api, flags: {} }, nodes, signal));
  });
  await Promise.all(submissions);
}

/** A node with a new store has to catch up: until then it names nonces that are taken, and its shards have no quorum. */
export async function untilLevel(
  nodes: readonly Pick<NodeProcess, "name" | "exit" | "api">[],
  signal: AbortSignal,
  waitMs = patienceMs,
): Promise<void> {
  const untilMs = performance.now() + waitMs;
  let target: number | undefined;
  for (;;) {
    const running = nodes.filter(({ exit }) => exit === undefined);
    const heights = await Promise.all(running.map(({ api }) => heightOf(api, signal)));
    // What is ordered meanwhile, all of them hear at once.
    target ??= Math.max(0, ...heights);
    const behind = running.find((_, at) => (heights[at] as number) < (target as number));
    if (behind === undefined) return;
    if (performance.now() > untilMs) {
      const height = heights[running.indexOf(behind)] as number;
      const what = `${behind.name} has executed ${height} of ${target} blocks, and did not catch up within ${waitMs / 1000} s.`;
      throw new Complaint("behind", what, "Start again: it goes on from there.", 1);
    }
    await sleep(pollMs, undefined, { signal });
  }
}

function heightOf(api: ApiClient, signal: AbortSignal): Promise<number> {
  return api.status(signal).then(
    ({ heights }) => heights.executed,
    () => 0,
  );
}

function plansTo(to: Uint8Array): readonly BlobPlan[] {
  return [
    {
      name: "transfer",
      what: `${amount} to the last account`,
      content: { transfers: [{ to, amount: asAmount(amount) }] },
    },
    { name: "text", what: `"${text}"`, content: { payload: utf8(text) } },
    {
      name: "garbage",
      what: `${garbageBytes} random bytes`,
      content: { payload: new Uint8Array(randomBytes(garbageBytes)) },
    },
  ];
}

/** Final means: on every node that runs. */
export async function submitBlob(
  { name, what, content }: BlobPlan,
  payer: Parameters<typeof pay>[0],
  nodes: readonly NodeProcess[],
  signal: AbortSignal,
): Promise<FinalBlob> {
  const startMs = performance.now();
  const { blob } = await pay(payer, { ...nothing, ...content });
  const places = await Promise.all(nodes.map((node) => orderedAt(node, blob, startMs + patienceMs, signal)));
  const { height, index } = places.find((place) => place !== undefined) ?? { height: 0, index: 0 };
  return { name, what, blob, height, index, tookMs: Math.round(performance.now() - startMs) };
}

/** Nothing if the node is gone. */
async function orderedAt(
  node: NodeProcess,
  blob: string,
  untilMs: number,
  signal: AbortSignal,
): Promise<Place | undefined> {
  while (node.exit === undefined) {
    const answer = await node.api.blob(blob).catch(() => undefined);
    if (answer?.status === "ordered") return { height: answer.height, index: answer.index };
    if (performance.now() > untilMs) throw notOrdered(node);
    await sleep(pollMs, undefined, { signal });
  }
  return undefined;
}

function notOrdered({ name, logFile }: NodeProcess): Complaint {
  const what = `${name} did not order a blob within ${patienceMs / 1000} s.`;
  return new Complaint("not-ordered", what, `${logFile} may say why.`, 1);
}
