// A replica whose machines say what a test tells them to, so that the joint alone is under test.

import type { Effect, Input } from "@tandem/consensus";
import { type OrderEffect, type OrderInput, orderBlockRules, poolLimits } from "@tandem/ordering";
import {
  asHeight,
  asView,
  type Certificate,
  limits,
  listRoot,
  type Machine,
  type OrderBlock,
  type Root,
} from "@tandem/shared";
import { testNetwork } from "../../../ordering/test/support/blobs.ts";
import { Replica, type ReplicaEffect } from "../../src/index.ts";
import { electorateOf } from "./keys.ts";

export const network = testNetwork();

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

export function scriptedReplica() {
  const consensus = new Scripted<Input<OrderBlock>, Effect<OrderBlock>>();
  const ordering = new Scripted<OrderInput, OrderEffect>();
  const electorate = electorateOf(network, "order");
  const config = { network, electorate, signer: undefined, pool: poolLimits };
  return { replica: new Replica(config, { consensus, ordering }), consensus, ordering };
}

/** The same after its start; no machine has been told anything since. */
export function startedReplica() {
  const scripted = scriptedReplica();
  scripted.ordering.answers({ kind: "started", block: undefined, certificate: undefined });
  scripted.replica.handle({ kind: "start", journal: [], kept: [] });
  scripted.consensus.inputs.length = 0;
  scripted.ordering.inputs.length = 0;
  return scripted;
}

/** "kind" of each effect, and of what is stored, persisted and told the mark by which a test knows it. */
export function outlineOf(effects: readonly ReplicaEffect[]): string[] {
  return effects.map((effect) => {
    if (effect.kind === "store") return `store ${effect.batch.deletes.map((key) => key[0])}`;
    if (effect.kind === "persist") return `persist ${effect.record[0]}`;
    return effect.kind === "final" ? `final ${effect.info.height}` : effect.kind;
  });
}

/** A batch that a test knows by its mark. */
export function storing(mark: number): Extract<OrderEffect, { readonly kind: "store" }> {
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
