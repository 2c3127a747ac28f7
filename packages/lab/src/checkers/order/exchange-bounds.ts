// O6, O5: what travels between nodes is bounded, by what leaves an honest one and what it heard.
//
// - One batch at a time is on its way to a peer, of at most 512 KiB and 1,024 blobs. The next goes when the peer said
//   `received`, or when nothing of the last one is needed any more. The same one goes again after 4Δ at the earliest.
// - In any time of 2Δ at most 17 requests to one peer are without an answer: the open one, and late ones that were set
//   aside for a proposer's. Each names at most 256 roots, each once.
// - Whoever asked for blobs is given, once, some of those it named: at most 2 MiB, or a single one.

import { limits } from "@tandem/shared";
import type { Instance, Seat } from "@tandem/simulator";
import type { LabMessage, Observation } from "../../nodes/words.ts";
import type { CheckContext, Checker } from "../checker.ts";
import { hex } from "./raw-blob.ts";
import type { Watch } from "./watch.ts";

const unansweredMax = 17;
/** Requests of a peer that are remembered: it may have several answers outstanding only by asking again. */
const heardMax = 64;

type Of<Kind extends LabMessage["kind"]> = Extract<LabMessage, { readonly kind: Kind }>;

/** Between one node and one peer. */
interface Line {
  push:
    | { readonly batch: number; readonly blobs: readonly Uint8Array[]; sentUs: number; isReceived: boolean }
    | undefined;
  /** Own requests without an answer: when each was sent. */
  readonly open: Map<number, number>;
  /** What the peer asked for, by its number. */
  readonly asked: Map<number, ReadonlySet<string>>;
}

export function exchangeBounds(
  watch: Watch,
  { deltaMs }: Pick<CheckContext, "deltaMs">,
  isClockSteady: boolean,
): Checker {
  const lines = new Map<Instance, Map<Seat, Line>>();
  return {
    name: "exchange",
    onObservation(observation, instance, timeUs) {
      if (observation.kind === "booted") lines.delete(instance);
      if (observation.kind === "heard") hear(lineOf(instance, observation.from), observation.message);
      if (observation.kind !== "sent") return undefined;
      return say(lineOf(instance, observation.to), observation.message, instance, timeUs);
    },
  };

  function lineOf(instance: Instance, peer: Seat): Line {
    const own = lines.get(instance) ?? new Map<Seat, Line>();
    lines.set(instance, own);
    const line = own.get(peer) ?? { push: undefined, open: new Map(), asked: new Map() };
    own.set(peer, line);
    return line;
  }

  function hear(line: Line, message: Extract<Observation, { kind: "heard" }>["message"]): void {
    if (message.kind === "received" && line.push?.batch === message.batch) line.push.isReceived = true;
    if (message.kind === "found") line.open.delete(message.id);
    if (message.kind !== "want") return;
    line.asked.set(message.id, new Set(message.roots.map(hex)));
    const [oldest] = line.asked.keys();
    if (oldest !== undefined && line.asked.size > heardMax) line.asked.delete(oldest);
  }

  function say(line: Line, message: LabMessage, instance: Instance, timeUs: number): string | undefined {
    if (message.kind === "blobs") return pushed(line, message, instance, timeUs);
    if (message.kind === "want") return wanted(line, message, timeUs);
    return message.kind === "found" ? found(line, message) : undefined;
  }

  function pushed(line: Line, { batch, blobs }: Of<"blobs">, instance: Instance, timeUs: number): string | undefined {
    const before = line.push;
    const bytes = sizeOf(blobs);
    if (blobs.length > limits.pushBlobsMax) return `pushed ${blobs.length} blobs at once`;
    if (blobs.length > 1 && bytes > limits.pushBytesMax) return `pushed ${bytes} bytes at once`;
    line.push = { batch, blobs, sentUs: timeUs, isReceived: false };
    if (before === undefined || before.isReceived) return undefined;
    if (before.batch !== batch) {
      const isNeeded = before.blobs.some((each) => isOwed(instance, each));
      return isNeeded ? `pushed batch ${batch} while ${before.batch} was on its way` : undefined;
    }
    const afterUs = timeUs - before.sentUs;
    return isClockSteady && afterUs < 3800 * deltaMs ? `pushed batch ${batch} again after ${afterUs} µs` : undefined;
  }

  function isOwed(instance: Instance, bytes: Uint8Array): boolean {
    const blob = watch.book.learn(bytes);
    return blob !== undefined && !watch.isLetGo(instance, blob);
  }

  function wanted(line: Line, { id, roots }: Of<"want">, timeUs: number): string | undefined {
    const named = new Set(roots.map(hex));
    if (roots.length > limits.wantRootsMax) return `asked for ${roots.length} blobs at once`;
    if (roots.length === 0 || named.size < roots.length) return "asked for nothing, or for a blob twice";
    for (const [each, sentUs] of line.open) if (timeUs - sentUs > 2000 * deltaMs) line.open.delete(each);
    line.open.set(id, timeUs);
    return line.open.size > unansweredMax ? `${line.open.size} requests to one peer without an answer` : undefined;
  }

  function found(line: Line, { id, blobs }: Of<"found">): string | undefined {
    const asked = line.asked.get(id);
    line.asked.delete(id);
    const bytes = sizeOf(blobs);
    if (asked === undefined) return `answered request ${id}, which is not open`;
    if (blobs.length > 1 && bytes > limits.foundBytesMax) return `answered with ${bytes} bytes`;
    const roots = blobs.map((each) => watch.book.learn(each)?.root ?? "");
    const isAsked = roots.every((root) => asked.has(root)) && new Set(roots).size === roots.length;
    return isAsked ? undefined : "answered with a blob that was not asked for, or with one twice";
  }
}

function sizeOf(blobs: readonly Uint8Array[]): number {
  return blobs.reduce((sum, { length }) => sum + length, 0);
}
