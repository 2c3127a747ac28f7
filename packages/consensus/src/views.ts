// What is known of each view above the last final one.

import type { Certificate, CertificateKind, Committee, View, Vote, VoteKind } from "@tandem/shared";
import { Tally } from "./tally.ts";
import type { BlockInfo, Proposal } from "./types.ts";

export class ViewState<Block> {
  readonly view: View;
  readonly tally: Tally;
  /** The first proposal of the view's leader. */
  proposal: (Proposal<Block> & { readonly info: BlockInfo }) | undefined;
  /** What became of checking it. */
  verdict: "open" | "asked" | "valid" | "invalid" = "open";
  readonly certificates: { [Kind in CertificateKind]?: Certificate } = {};
  /** Our own votes: at most one of each kind, and never both of nullify and finalize (S4, S5). */
  readonly own: { [Kind in VoteKind]?: Vote } = {};
  /** The leader was proven to have proposed twice (S7). */
  isEquivocal = false;
  /** What the room above was asked to build, if it was: whatever it has, or a block even if that is empty. */
  build: "something" | "anything" | undefined;

  constructor(view: View, committee: Committee) {
    this.view = view;
    this.tally = new Tally(committee);
  }

  /** All certificates of the view. */
  get held(): readonly Certificate[] {
    const { notarization, nullification, finalization } = this.certificates;
    return [notarization, nullification, finalization].filter((each) => each !== undefined);
  }

  /** Notarized or final: it can be a parent. */
  get certified(): Certificate | undefined {
    return this.certificates.finalization ?? this.certificates.notarization;
  }
}

export class Views<Block> {
  readonly #committee: Committee;
  readonly #states = new Map<View, ViewState<Block>>();
  /** Of all views ever seen here, also those that are final by now. */
  highestNotarized = 0 as View;

  constructor(committee: Committee) {
    this.#committee = committee;
  }

  at(view: View): ViewState<Block> {
    let state = this.#states.get(view);
    if (state === undefined) {
      state = new ViewState(view, this.#committee);
      this.#states.set(view, state);
    }
    return state;
  }

  find(view: View): ViewState<Block> | undefined {
    return this.#states.get(view);
  }

  all(): Iterable<ViewState<Block>> {
    return this.#states.values();
  }

  /** Those of `first` and later views, in rising order. */
  from(first: View): ViewState<Block>[] {
    return [...this.#states.values()].filter(({ view }) => view >= first).sort((a, b) => a.view - b.view);
  }

  prune(final: View): void {
    for (const view of this.#states.keys()) if (view <= final) this.#states.delete(view);
  }
}
