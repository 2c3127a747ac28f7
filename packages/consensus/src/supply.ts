// S7: repair, both sides of it. What we miss is asked for (repair.ts) and believed only by certificates; what peers
// miss is given from what we hold, in bounded answers. Blocks that are final already are the shell's to serve.

import {
  asHeight,
  asView,
  type Certificate,
  equalBytes,
  type Height,
  limits,
  type Root,
  type View,
} from "@tandem/shared";
import type { Desk } from "./desk.ts";
import type { Polls } from "./polls.ts";
import { Repair, type Want } from "./repair.ts";
import type { BlockInfo, CertifiedBlock, Message, Peer, Request } from "./types.ts";

/** Open requests at a time (S11). */
const needsMax = 16;

interface Linked<Block> {
  readonly info: BlockInfo;
  readonly item: CertifiedBlock<Block>;
}

export class Supply<Block> {
  readonly #desk: Desk<Block>;
  readonly #polls: Polls<Block>;
  readonly #repair: Repair<Block>;
  /** How far certified blocks led above our last final one, where no finalization was among them yet. */
  #top: BlockInfo | undefined;
  /**
   * Blocks of the final chain are being checked, one after another. Until that ends no more of the chain is asked for, nor
   * taken: each block moves what is missing, and many answers would hold the same blocks and check the same certificates.
   */
  #isChecking = false;

  constructor(desk: Desk<Block>, polls: Polls<Block>) {
    this.#desk = desk;
    this.#polls = polls;
    const { deltaMs, signer, electorate } = desk.config;
    this.#repair = new Repair(peersToAsk(electorate.committee.seats.length, signer?.seat), {
      needsMax,
      firstPauseMs: 2 * deltaMs,
      pauseMsMax: 32 * deltaMs,
    });
  }

  /** Asks for it, of `first` if given. */
  want(want: Want, first: Peer | undefined): void {
    this.#desk.push(...this.#repair.want(want, first));
  }

  /** Drops what is no longer needed, and asks for final blocks that we are behind by. */
  refresh(): void {
    const { knowledge } = this.#desk;
    const from = asHeight(this.#base.height + 1);
    this.#repair.sweep((want) => this.#isNeeded(want, from));
    const behind = knowledge.finalizations.at(-1);
    if (behind !== undefined && !this.#isChecking)
      this.want({ request: { kind: "chain", from }, until: behind.view }, undefined);
  }

  #isNeeded(want: Want, from: Height): boolean {
    if (want.request.kind === "chain" && want.request.from !== from) return false;
    return this.#desk.knowledge.isNeeded(want);
  }

  /** What the next blocks of the chain stand on. */
  get #base(): BlockInfo {
    const { info } = this.#desk.knowledge.final;
    return this.#top !== undefined && this.#top.height > info.height ? this.#top : info;
  }

  onTimer(id: number): void {
    this.#desk.push(...this.#repair.onTimer(id));
  }

  /** A peer in an earlier view is told how we came here, each time that it shows it: what we say may be lost. */
  help(peer: Peer): void {
    for (const certificate of this.#desk.best()) this.#desk.send(peer, { kind: "certificate", certificate });
  }

  onRequest(from: Peer, id: number, request: Request): void {
    if (request.kind === "chain") {
      this.#desk.push({
        kind: "serve",
        to: from,
        id,
        from: asHeight(Math.max(request.from, 1)),
        blocksMax: limits.answerBlocksMax,
      });
      return;
    }
    const blocks = request.kind === "block" ? this.#certified(request.root) : [];
    const range = request.kind === "certificates" ? this.#certificatesOf(request.from, request.to) : [];
    const best = this.#desk.best().filter((certificate) => !range.includes(certificate));
    this.#desk.send(from, { kind: "answer", id, blocks, certificates: [...range, ...best] });
  }

  #certified(root: Root): CertifiedBlock<Block>[] {
    const held = this.#desk.knowledge.blocks.get(root);
    const certificate = held && this.#desk.knowledge.certificateOf(held.info);
    return held === undefined || certificate === undefined ? [] : [{ block: held.block, certificate }];
  }

  #certificatesOf(from: View, to: View): Certificate[] {
    const { knowledge, view: ours } = this.#desk;
    const found: Certificate[] = [];
    const last = Math.min(to, from + limits.answerViewsMax - 1, ours);
    for (let view: number = from; view <= last; view++) found.push(...(knowledge.views.find(asView(view))?.held ?? []));
    return found;
  }

  onAnswer(from: Peer, { id, blocks, certificates }: Extract<Message<Block>, { kind: "answer" }>): void {
    const request = this.#repair.take(id, from);
    const isChain = request?.kind === "chain";
    if (request === undefined || (isChain && this.#isChecking)) return;
    const linked = this.#linked(request, blocks);
    const claimed = [
      ...linked.map(({ item }) => item.certificate),
      ...certificates.slice(0, limits.answerCertificatesMax),
    ];
    // Nothing came of where we asked from: a dead branch, perhaps. The final chain is asked for again.
    if (isChain && linked.length === 0) this.#top = undefined;
    let isHeld = isChain && linked.length > 0;
    this.#isChecking ||= isHeld;
    const release = () => {
      if (isHeld) this.#isChecking = false;
      isHeld = false;
    };
    const onTrue = (place: number) => {
      this.#keep(linked[place], request);
      // Certificates that come after the blocks are in nobody's way.
      if (place === linked.length - 1) release();
    };
    this.#polls.answer(claimed, onTrue, release);
  }

  /** The blocks that were asked for, each named by its certificate: a chain on top of what we have, or one. */
  #linked(request: Request, items: readonly CertifiedBlock<Block>[]): Linked<Block>[] {
    if (request.kind === "certificates") return [];
    const linked: Linked<Block>[] = [];
    let top = this.#base;
    for (const item of items.slice(0, request.kind === "chain" ? limits.answerBlocksMax : 1)) {
      const info = this.#desk.config.rules.infoOf(item.block);
      const isAsked = request.kind === "chain" ? isOn(top, info) : equalBytes(info.root, request.root);
      if (!isAsked || !isNamedBy(info, item.certificate)) break;
      linked.push({ info, item });
      top = info;
    }
    return linked;
  }

  /** A block whose certificate was found true. */
  #keep(linked: Linked<Block> | undefined, request: Request): void {
    if (linked === undefined || linked.info.view <= this.#desk.knowledge.final.info.view) return;
    const { info, item } = linked;
    this.#desk.knowledge.blocks.add({ info, block: item.block });
    if (request.kind === "chain" && info.height > this.#base.height) this.#top = info;
  }
}

function isOn(parent: BlockInfo, child: BlockInfo): boolean {
  return equalBytes(child.parent, parent.root) && child.height === parent.height + 1;
}

function isNamedBy(info: BlockInfo, certificate: Certificate): boolean {
  if (certificate.kind === "nullification" || certificate.view !== info.view) return false;
  return equalBytes(certificate.block, info.root);
}

/** Everyone else, beginning after our own seat, so that not all ask the same peer first. */
function peersToAsk(seats: number, own: number | undefined): readonly Peer[] {
  const first = own ?? 0;
  return Array.from({ length: seats }, (_, i) => (first + i) % seats).filter((peer) => peer !== own);
}
