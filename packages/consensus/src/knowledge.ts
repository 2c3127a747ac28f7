// What a node knows of the chain above its last final block, and what follows from it: the pure part of the rules.

import { asView, type Certificate, equalBytes, limits, type Root, type View } from "@tandem/shared";
import { Blocks, type Branch, type Certified } from "./blocks.ts";
import type { SimplexConfig } from "./config.ts";
import type { Want } from "./repair.ts";
import type { BlockInfo, BlockRules, FinalBlock, Proposal } from "./types.ts";
import { type ViewState, Views } from "./views.ts";

/** Whether a proposal may be voted for, as far as the machine can say. */
export type Judgement<Block> =
  | { readonly kind: "ready"; readonly ancestors: readonly Certified<Block>[] }
  /** Something is missing, which defers the vote. Without a request it is on its way already. */
  | { readonly kind: "wait"; readonly want: Want | undefined }
  | { readonly kind: "invalid" };

/** What a leader may extend. */
export type Extension<Block> =
  | {
      readonly kind: "ready";
      readonly parent: BlockInfo;
      readonly certificate: Certificate | undefined;
      readonly ancestors: readonly Certified<Block>[];
    }
  | { readonly kind: "wait"; readonly want: Want | undefined };

export class Knowledge<Block> {
  readonly views: Views<Block>;
  readonly blocks = new Blocks<Block>();
  /** Finalizations above the last final block, whose blocks may be missing still; in rising order of view. */
  readonly finalizations: Certificate[] = [];
  final: FinalBlock;
  /** The highest view of which we hold a certificate (S2). */
  highest: View;
  /** Views whose notarization is held since S5 last looked. */
  readonly newlyNotarized: View[] = [];
  readonly #rules: BlockRules<Block>;
  /** Notarizations of views above the last final one. */
  #notarizations: Certificate[] = [];
  #holds = 0;
  /** What was known when no finalization could be settled. */
  #knownInVain = -1;

  constructor({ electorate, rules }: Pick<SimplexConfig<Block>, "electorate" | "rules">, final: FinalBlock) {
    this.#rules = rules;
    this.views = new Views(electorate.committee);
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

  /**
   * A notarized block above everything that is known to be final, with something in it (O8). Nothing waits for an empty one:
   * if it were to be followed by another, that one would be too, for ever where finalizations are late.
   */
  get isUnsettled(): boolean {
    const floor = this.#highestFinal;
    return this.#notarizations.some(({ view, block }) => view > floor && !this.#isEmpty(block));
  }

  /** What we do not hold may have anything in it. */
  #isEmpty(root: Root): boolean {
    const held = this.blocks.get(root);
    return held !== undefined && this.#rules.isEmpty(held.block);
  }

  /** How many views in a row before `view` made no progress (S2): the same after a restart or a skip. */
  nullifiedBefore(view: View): number {
    return view - 1 - Math.max(this.views.highestNotarized, this.#highestFinal);
  }

  get #highestFinal(): number {
    return this.finalizations.at(-1)?.view ?? this.final.info.view;
  }

  /** S4. */
  judge({ info, parent }: Proposal<Block> & { readonly info: BlockInfo }): Judgement<Block> {
    if (this.isBehind) return { kind: "wait", want: undefined };
    const view = this.#parentView(info, parent);
    if (view === "invalid") return { kind: "invalid" };
    if (view === "unknown") return { kind: "wait", want: undefined };
    const gap = this.#missingNullifications(view, info.view);
    if (gap !== undefined) return { kind: "wait", want: gap };
    const branch = this.#branch(info.parent);
    if (branch.kind === "missing") return { kind: "wait", want: wantBlock(branch, info.view) };
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
    const branch = this.#branch(certificate?.block ?? this.final.info.root);
    if (branch.kind === "missing") return { kind: "wait", want: wantBlock(branch, view) };
    if (branch.kind === "stray") return { kind: "wait", want: undefined };
    return {
      kind: "ready",
      parent: branch.blocks.at(-1)?.info ?? this.final.info,
      certificate,
      ancestors: branch.blocks,
    };
  }

  /** A request for nullifications that lie strictly between two views and are missing. */
  #missingNullifications(low: View, high: View): Want | undefined {
    let from = 0;
    let to = 0;
    for (let view = low + 1; view < high; view++) {
      if (this.views.find(asView(view))?.certificates.nullification !== undefined) continue;
      if (from === 0) from = view;
      if (view >= from + limits.answerViewsMax) break;
      to = view;
    }
    if (from === 0) return undefined;
    return { request: { kind: "certificates", from: asView(from), to: asView(to) }, until: asView(to) };
  }

  /** Whether what was asked for is still missing, and of use. */
  isNeeded({ request, until }: Want): boolean {
    if (until <= this.final.info.view) return false;
    switch (request.kind) {
      case "block": {
        const held = this.blocks.get(request.root);
        const isHere = held !== undefined && this.certificateOf(held.info) !== undefined;
        return !isHere && !equalBytes(request.root, this.final.info.root);
      }
      case "chain":
        return this.isBehind;
      case "certificates":
        return this.#missingNullifications(asView(request.from - 1), asView(request.to + 1)) !== undefined;
    }
  }

  #branch(root: Root): Branch<Block> {
    return this.blocks.branch(root, this.final.info, (info) => this.certificateOf(info));
  }

  /** The highest finalization whose blocks are all here, and these, oldest first. */
  settled(): { readonly certificate: Certificate; readonly blocks: readonly Certified<Block>[] } | undefined {
    // Who is behind for long holds many that it does not reach: it looks again when it knows more, and goes down once.
    const known = this.#holds + this.blocks.additions;
    if (known === this.#knownInVain) return undefined;
    let gap = Number.POSITIVE_INFINITY;
    for (let i = this.finalizations.length - 1; i >= 0; i--) {
      const certificate = this.finalizations[i] as Certificate;
      // All that is final is one chain: what is missing below a block of it is missing below all that are higher.
      if (certificate.view >= gap) continue;
      const branch = this.#branch(certificate.block);
      if (branch.kind === "whole" && branch.blocks.length > 0) return { certificate, blocks: branch.blocks };
      if (branch.kind === "missing") gap = branch.child ?? certificate.view;
    }
    this.#knownInVain = known;
    return undefined;
  }

  /** A certificate, found true, that names the block. */
  certificateOf({ view, root }: BlockInfo): Certificate | undefined {
    const { certified } = this.views.find(view) ?? {};
    return certified !== undefined && equalBytes(certified.block, root) ? certified : undefined;
  }

  /** Makes `final` the floor of everything. */
  settle(final: FinalBlock): void {
    this.final = final;
    this.views.prune(final.info.view);
    this.blocks.prune(final.info.view);
    this.#notarizations = this.#notarizations.filter(({ view }) => view > final.info.view);
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
    this.#holds++;
    this.highest = asView(Math.max(this.highest, view));
    if (kind === "notarization") {
      this.views.highestNotarized = asView(Math.max(this.views.highestNotarized, view));
      this.newlyNotarized.push(view);
      this.#notarizations.push(certificate);
    }
    if (kind === "finalization") {
      this.finalizations.push(certificate);
      this.finalizations.sort((a, b) => a.view - b.view);
    }
    return true;
  }
}

/** A block on the way to one of view `until`: once something of that view is final, the way is known or moot. */
function wantBlock({ root, child }: Extract<Branch<unknown>, { kind: "missing" }>, until: View): Want {
  return { request: { kind: "block", root }, until: child ?? until };
}
