// What a node knows of the chain above its last final block, and what follows from it: the pure part of the rules.

import { asView, type Certificate, type Committee, equalBytes, type View } from "@tandem/shared";
import { Blocks, type Held } from "./blocks.ts";
import type { BlockInfo, FinalBlock, Proposal, Request } from "./types.ts";
import { type ViewState, Views } from "./views.ts";

/** Whether a proposal may be voted for, as far as the machine can say. */
export type Judgement<Block> =
  | { readonly kind: "ready"; readonly ancestors: readonly Held<Block>[] }
  /** Something is missing, which defers the vote. Without a request it is on its way already. */
  | { readonly kind: "wait"; readonly want: Request | undefined }
  | { readonly kind: "invalid" };

/** What a leader may extend. */
export type Extension<Block> =
  | {
      readonly kind: "ready";
      readonly parent: BlockInfo;
      readonly certificate: Certificate | undefined;
      readonly ancestors: readonly Held<Block>[];
    }
  | { readonly kind: "wait"; readonly want: Request | undefined };

/** Views in one request for certificates (S11). */
export const certificateViewsMax = 64;

export class Knowledge<Block> {
  readonly views: Views<Block>;
  readonly blocks = new Blocks<Block>();
  /** Finalizations above the last final block, whose blocks may be missing still; in rising order of view. */
  readonly finalizations: Certificate[] = [];
  final: FinalBlock;
  /** The highest view of which we hold a certificate (S2). */
  highest: View;

  constructor(committee: Committee, final: FinalBlock) {
    this.views = new Views(committee);
    this.final = final;
    this.highest = final.info.view;
  }

  /** The finalization of the highest view, ours or one that we do not reach yet. */
  get bestFinalization(): Certificate | undefined {
    return this.finalizations.at(-1) ?? this.final.certificate;
  }

  /** A later block is final than we hold: what lies between is to be fetched before anything is judged. */
  get isBehind(): boolean {
    return this.finalizations.length > 0;
  }

  /** A notarized block above everything that is known to be final (O8). */
  get isUnsettled(): boolean {
    const final = Math.max(this.final.info.view, this.finalizations.at(-1)?.view ?? 0);
    return this.views.highestNotarized > final;
  }

  /** S4. */
  judge({ info, parent }: Proposal<Block> & { readonly info: BlockInfo }): Judgement<Block> {
    if (this.isBehind) return { kind: "wait", want: undefined };
    const view = this.#parentView(info, parent);
    if (view === "invalid") return { kind: "invalid" };
    if (view === "unknown") return { kind: "wait", want: undefined };
    const gap = this.#missingNullifications(view, info.view);
    if (gap !== undefined) return { kind: "wait", want: gap };
    const branch = this.blocks.branch(info.parent, this.final.info);
    if (branch.kind === "missing") return { kind: "wait", want: { kind: "block", root: branch.root } };
    if (branch.kind === "stray") return { kind: "invalid" };
    const height = branch.blocks.at(-1)?.info.height ?? this.final.info.height;
    return info.height === height + 1 ? { kind: "ready", ancestors: branch.blocks } : { kind: "invalid" };
  }

  /** The view in which the parent of a block is notarized or final, if that can be. */
  #parentView(info: BlockInfo, certificate: Certificate | undefined): View | "invalid" | "unknown" {
    const { final } = this;
    if (equalBytes(info.parent, final.info.root)) return final.info.view;
    if (certificate === undefined || certificate.kind === "nullification") return "invalid";
    if (!equalBytes(certificate.block, info.parent) || certificate.view >= info.view) return "invalid";
    if (certificate.view <= final.info.view) return "invalid";
    const held = this.views.find(certificate.view)?.certified;
    if (held === undefined) return "unknown";
    return equalBytes(held.block, info.parent) ? certificate.view : "invalid";
  }

  /** S3: from the view below `view` down to the first that is notarized or final. */
  extension(view: View): Extension<Block> {
    if (this.isBehind) return { kind: "wait", want: undefined };
    const floor = this.final.info.view;
    let p = view - 1;
    while (p > floor && this.views.find(asView(p))?.certified === undefined) p--;
    const gap = this.#missingNullifications(asView(p), view);
    if (gap !== undefined) return { kind: "wait", want: gap };
    const certificate = p > floor ? this.views.find(asView(p))?.certified : this.final.certificate;
    const root = p > floor && certificate !== undefined ? certificate.block : this.final.info.root;
    const branch = this.blocks.branch(root, this.final.info);
    if (branch.kind === "missing") return { kind: "wait", want: { kind: "block", root: branch.root } };
    if (branch.kind === "stray") return { kind: "wait", want: undefined };
    return {
      kind: "ready",
      parent: branch.blocks.at(-1)?.info ?? this.final.info,
      certificate,
      ancestors: branch.blocks,
    };
  }

  /** A request for nullifications that lie strictly between two views and are missing. */
  #missingNullifications(low: View, high: View): Request | undefined {
    let from = 0;
    let to = 0;
    for (let view = low + 1; view < high; view++) {
      if (this.views.find(asView(view))?.certificates.nullification !== undefined) continue;
      if (from === 0) from = view;
      if (view >= from + certificateViewsMax) break;
      to = view;
    }
    return from === 0 ? undefined : { kind: "certificates", from: asView(from), to: asView(to) };
  }

  /** Whether what was asked for is still missing. */
  isNeeded(request: Request): boolean {
    switch (request.kind) {
      case "block":
        return this.blocks.get(request.root) === undefined && !equalBytes(request.root, this.final.info.root);
      case "chain":
        return this.isBehind && request.from > this.final.info.height;
      case "certificates":
        return (
          request.to > this.final.info.view &&
          this.#missingNullifications(asView(request.from - 1), asView(request.to + 1)) !== undefined
        );
    }
  }

  /** The highest finalization whose blocks are all here, and these, oldest first. */
  settled(): { readonly certificate: Certificate; readonly blocks: readonly Held<Block>[] } | undefined {
    for (let i = this.finalizations.length - 1; i >= 0; i--) {
      const certificate = this.finalizations[i] as Certificate;
      const branch = this.blocks.branch(certificate.block, this.final.info);
      if (branch.kind === "whole" && branch.blocks.length > 0) return { certificate, blocks: branch.blocks };
    }
    return undefined;
  }

  /** The certificate that names a block on the final chain: its own, or the one that its child carries. */
  certificateOf(held: Held<Block>, child: Held<Block> | undefined): Certificate | undefined {
    const own = this.views.find(held.info.view)?.certified;
    if (own !== undefined && equalBytes(own.block, held.info.root)) return own;
    return child?.parent;
  }

  /** Makes `final` the floor of everything. */
  settle(final: FinalBlock): void {
    this.final = final;
    this.views.prune(final.info.view);
    this.blocks.prune(final.info.view);
    const above = this.finalizations.findIndex((certificate) => certificate.view > final.info.view);
    this.finalizations.splice(0, above < 0 ? this.finalizations.length : above);
  }

  /** Keeps a certificate that was found true. Whether it is news. */
  hold(certificate: Certificate): boolean {
    const { kind, view } = certificate;
    if (view <= this.final.info.view) return false;
    const state: ViewState<Block> = this.views.at(view);
    if (state.certificates[kind] !== undefined) return false;
    state.certificates[kind] = certificate;
    this.highest = asView(Math.max(this.highest, view));
    if (kind === "notarization") this.views.highestNotarized = asView(Math.max(this.views.highestNotarized, view));
    if (kind === "finalization") {
      this.finalizations.push(certificate);
      this.finalizations.sort((a, b) => a.view - b.view);
    }
    return true;
  }
}
