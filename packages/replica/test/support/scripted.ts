// A replica whose machines say what a test tells them to, so that the joint alone is under test.

import {
  type AttestEffect,
  type AttestInput,
  attestBlockRules,
  type Peer,
  type ProgramStatus,
  type StageTwoProgress,
} from "@tandem/attestation";
import type { Effect, Input } from "@tandem/consensus";
import { type OrderEffect, type OrderInput, orderBlockRules, poolLimits } from "@tandem/ordering";
import {
  type AttestBlock,
  asHeight,
  asView,
  attestItemsCodec,
  type Certificate,
  limits,
  listRoot,
  type Machine,
  type OrderBlock,
  type Root,
} from "@tandem/shared";
import { testNetwork } from "../../../ordering/test/support/blobs.ts";
import { Replica, type ReplicaEffect, type ReplicaNetwork, type ReplicaStart } from "../../src/index.ts";
import { bothChains } from "./network.ts";

export const network = testNetwork();
const joined = bothChains(network);

class Scripted<Said, Answer> implements Machine<Said, Answer> {
  readonly inputs: Said[] = [];
  readonly #answers: (readonly Answer[])[] = [];

  /** What it answers to the next input that has no answer yet; without any, nothing. */
  answers(...answer: readonly Answer[]): void {
    this.#answers.push(answer);
  }

  handle(input: Said): readonly Answer[] {
    this.inputs.push(input);
    return this.#answers.shift() ?? [];
  }
}

class ScriptedAttesting extends Scripted<AttestInput, AttestEffect> {
  statusOf(): ProgramStatus | undefined {
    return { stage: "ordered" } as ProgramStatus;
  }

  awaitedOf(): undefined {
    return undefined;
  }

  ownClaimsOf(): readonly [] {
    return [];
  }

  progress(): StageTwoProgress {
    return { isStarted: true, height: asHeight(7), root: new Uint8Array(32) as Root, shards: [] };
  }
}

export interface ScriptedOptions {
  readonly network?: ReplicaNetwork;
  /** Whose node it is; nobody's if there is none. */
  readonly place?: Peer;
}

export function scriptedReplica(options: ScriptedOptions = {}) {
  const machines = {
    order: new Scripted<Input<OrderBlock>, Effect<OrderBlock>>(),
    ordering: new Scripted<OrderInput, OrderEffect>(),
    attest: new Scripted<Input<AttestBlock>, Effect<AttestBlock>>(),
    attesting: new ScriptedAttesting(),
  };
  const { place } = options;
  const validator = place === undefined ? undefined : { place, sign: () => new Uint8Array(96) };
  const config = { network: options.network ?? joined, validator, follows: undefined, pool: poolLimits };
  return { replica: new Replica(config, machines), ...machines };
}

export const startInput: ReplicaStart = {
  kind: "start",
  journals: { order: [], attest: [] },
  kept: [],
  own: [],
  firstRound: undefined,
};

export const orderStarted: Extract<OrderEffect, { readonly kind: "started" }> = {
  kind: "started",
  block: undefined,
  certificate: undefined,
  executed: asHeight(0),
};

/** The same after the start of all machines; none has been told anything since. */
export function startedReplica(options: ScriptedOptions = {}) {
  const scripted = scriptedReplica(options);
  scripted.ordering.answers(orderStarted);
  scripted.attesting.answers({ kind: "started", block: undefined, certificate: undefined });
  scripted.replica.handle(startInput);
  for (const { inputs } of [scripted.order, scripted.ordering, scripted.attest, scripted.attesting]) inputs.length = 0;
  return scripted;
}

/** "kind" of each effect, and of what is stored, persisted and told the mark by which a test knows it. */
export function outlineOf(effects: readonly ReplicaEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === "store") return `store ${effect.batch.deletes.map((key) => key[0])}`;
    if (effect.kind === "persist") return `persist ${effect.record[0]}`;
    return "info" in effect && effect.kind.endsWith("final") ? `${effect.kind} ${effect.info.height}` : effect.kind;
  });
}

/** A batch that a test knows by its mark. */
export function storing(mark: number): Extract<OrderEffect & AttestEffect, { readonly kind: "store" }> {
  return { kind: "store", batch: { puts: [], deletes: [Uint8Array.of(mark)] } };
}

export function persisting(mark: number): Extract<Effect<OrderBlock>, { readonly kind: "persist" }> {
  return { kind: "persist", view: asView(1), record: Uint8Array.of(mark) };
}

/** A block of a height, in the view of the same number, that orders so many blobs. */
export function blockOf(height: number, blobs = 0): OrderBlock {
  const roots = Array.from({ length: blobs }, (_, index) => rootOfNumber(index));
  const header = { ...network.header, height: asHeight(height), view: asView(height), blobsRoot: blobsRootOf(roots) };
  return { header, body: { blobs: roots, citation: undefined } };
}

/** By the number of blobs: many tests need the roots of the same large blocks. */
const blobsRoots = new Map<number, Root>();

function blobsRootOf(roots: readonly Root[]): Root {
  const root = blobsRoots.get(roots.length) ?? listRoot(roots, limits.blockBlobsMax);
  blobsRoots.set(roots.length, root);
  return root;
}

function rootOfNumber(number: number): Root {
  const root = new Uint8Array(32);
  new DataView(root.buffer).setUint32(0, number);
  return root as Root;
}

export function certificateOf(block: OrderBlock): Certificate {
  const { epoch, view, root } = orderBlockRules.infoOf(block);
  const bitmap = [true, true, true, false];
  return { kind: "finalization", epoch, view, block: root, bitmap, signature: new Uint8Array(96) };
}

export function deliveryOf(height: number): Extract<Effect<OrderBlock>, { readonly kind: "deliver" }> {
  const block = blockOf(height);
  return { kind: "deliver", block, info: orderBlockRules.infoOf(block), certificate: certificateOf(block) };
}

// The attest chain.

/** An attest block of a height, in the view of the same number, with nothing in it. */
export function attestBlockOf(height: number): AttestBlock {
  const { header } = joined.setting.network;
  const attestationsRoot = attestItemsCodec.root([]);
  return {
    header: { ...header, height: asHeight(height), view: asView(height), attestationsRoot },
    body: { items: [], citation: undefined },
  };
}

export function attestCertificateOf(block: AttestBlock): Certificate {
  const { epoch, view, root } = attestBlockRules.infoOf(block);
  const bitmap = [true, true, true, false];
  return { kind: "finalization", epoch, view, block: root, bitmap, signature: new Uint8Array(96) };
}

export function attestDeliveryOf(height: number): Extract<Effect<AttestBlock>, { readonly kind: "deliver" }> {
  const block = attestBlockOf(height);
  return { kind: "deliver", block, info: attestBlockRules.infoOf(block), certificate: attestCertificateOf(block) };
}
