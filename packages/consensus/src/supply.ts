// S7: repair, both sides of it. What we miss is asked for (repair.ts) and believed only by certificates; what peers
// miss is given from what we hold, in bounded answers. Blocks that are final already are the shell's to serve.

import { asHeight, asView, type Certificate, equalBytes, type Root, type View } from "@tandem/shared";
import type { Desk } from "./desk.ts";
import { certificateViewsMax } from "./knowledge.ts";
import type { Polls } from "./polls.ts";
import { Repair } from "./repair.ts";
import type { BlockInfo, CertifiedBlock, Message, Peer, Request } from "./types.ts";

/** Blocks in one answer to a `chain` request (S11). */
const chainBlocksMax = 64;
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
  /** The view of ours in which we last helped a peer that lags. */
  readonly #helped = new Map<Peer, View>();

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
  want(request: Request, first: Peer | undefined): void {
    this.#desk.push(...this.#repair.want(request, first));
  }

  /** Drops what is no longer needed, and asks for final blocks that we are behind by. */
  refresh(): void {
    const { knowledge } = this.#desk;
    this.#repair.sweep((request) => knowledge.isNeeded(request));
    if (knowledge.isBehind) this.want({ kind: "chain", from: asHeight(knowledge.final.info.height + 1) }, undefined);
  }

  onTimer(id: number): void {
    this.#desk.push(...this.#repair.onTimer(id));
  }

  /** Once in each of our views, a peer in an earlier one is told how we came here. */
  help(peer: Peer): void {
    if (this.#helped.get(peer) === this.#desk.view) return;
    this.#helped.set(peer, this.#desk.view);
    for (const certificate of this.#desk.best()) this.#desk.send(peer, { kind: "certificate", certificate });
  }

  onRequest(from: Peer, id: number, request: Request): void {
    if (request.kind === "chain") {
      this.#desk.push({ kind: "serve", to: from, id, from: request.from, blocksMax: chainBlocksMax });
      return;
    }
    const blocks = request.kind === "block" ? this.#certified(request.root) : [];
    const range = request.kind === "certificates" ? this.#certificatesOf(request.from, request.to) : [];
    const best = this.#desk.best().filter((certificate) => !range.includes(certificate));
    this.#desk.send(from, { kind: "answer", id, blocks, certificates: [...range, ...best] });
  }

  #certified(root: Root): CertifiedBlock<Block>[] {
    const held = this.#desk.knowledge.blocks.get(root);
    const certificate = held && this.#desk.knowledge.certificateOf(held, undefined);
    return held === undefined || certificate === undefined ? [] : [{ block: held.block, certificate }];
  }

  #certificatesOf(from: View, to: View): Certificate[] {
    const { knowledge, view: ours } = this.#desk;
    const found: Certificate[] = [];
    const last = Math.min(to, from + certificateViewsMax - 1, ours);
    for (let view = Math.max(from, knowledge.final.info.view + 1); view <= last; view++) {
      found.push(...(knowledge.views.find(asView(view))?.held ?? []));
    }
    return found;
  }

  onAnswer(from: Peer, { id, blocks, certificates }: Extract<Message<Block>, { kind: "answer" }>): void {
    const request = this.#repair.take(id, from);
    if (request === undefined) return;
    for (const certificate of certificates.slice(0, 2 * certificateViewsMax))
      this.#polls.certificate(from, certificate, false);
    if (request.kind === "block") this.#onBlock(from, request.root, blocks[0]);
    if (request.kind === "chain") this.#onChain(from, blocks.slice(0, chainBlocksMax));
  }

  #onBlock(from: Peer, root: Root, fetched: CertifiedBlock<Block> | undefined): void {
    if (fetched === undefined) return;
    const { block, certificate } = fetched;
    const info = this.#desk.config.rules.infoOf(block);
    if (!equalBytes(info.root, root) || !isNamedBy(info, certificate)) return;
    this.#polls.certificate(from, certificate, false, () =>
      this.#desk.knowledge.blocks.add({ info, block, parent: undefined }),
    );
  }

  /** Blocks that follow our last final one, believed up to the last finalization among them, or else one by one. */
  #onChain(from: Peer, items: readonly CertifiedBlock<Block>[]): void {
    const linked = this.#linked(items);
    const last = linked.findLastIndex(({ item }) => item.certificate.kind === "finalization");
    const tip = linked[last];
    if (tip !== undefined)
      return this.#polls.certificate(from, tip.item.certificate, false, () => this.#keep(linked, last));
    for (const [i, { item }] of linked.entries())
      this.#polls.certificate(from, item.certificate, false, () => this.#keep(linked, i));
  }

  /** The items that are a chain on top of our last final block. */
  #linked(items: readonly CertifiedBlock<Block>[]): Linked<Block>[] {
    const linked: Linked<Block>[] = [];
    let top = this.#desk.knowledge.final.info;
    for (const item of items) {
      const info = this.#desk.config.rules.infoOf(item.block);
      if (!equalBytes(info.parent, top.root) || info.height !== top.height + 1) break;
      if (!isNamedBy(info, item.certificate)) break;
      linked.push({ info, item });
      top = info;
    }
    return linked;
  }

  #keep(linked: readonly Linked<Block>[], last: number): void {
    for (const [i, { info, item }] of linked.slice(0, last + 1).entries()) {
      const parent = linked[i - 1]?.item.certificate;
      this.#desk.knowledge.blocks.add({ info, block: item.block, parent });
    }
  }
}

function isNamedBy(info: BlockInfo, certificate: Certificate): boolean {
  if (certificate.kind === "nullification" || certificate.view !== info.view) return false;
  return equalBytes(certificate.block, info.root);
}

/** Everyone else, beginning after our own seat, so that not all ask the same peer first. */
function peersToAsk(seats: number, own: number | undefined): readonly Peer[] {
  const first = own === undefined ? 0 : own + 1;
  return Array.from({ length: seats }, (_, i) => (first + i) % seats).filter((peer) => peer !== own);
}
