// R1: which earlier nodes of a contract a node has to wait for. Only nodes that did not run yet are kept, so memory is
// bounded by what is pending, and each node costs as much as its footprint has keys.
//
// It is enough to name the last of those that conflict, for these wait for the others themselves:
// - whoever reads a key waits for the last that writes it;
// - whoever writes a key waits for those that read it since then, or, if there are none, for the last writer;
// - whoever takes the whole contract waits for all since the last that did, or, if there are none, for that one; and
//   every later node waits for it, as each reads the contract's existence (P10).

import type { ContractName, Footprint } from "@tandem/shared";

/** Anything that stands in line at a contract. */
export interface Standing {
  readonly contract: ContractName;
  readonly footprint: Footprint;
}

interface KeyLine<Node> {
  writer: Node | undefined;
  /** Since the writer. */
  readonly readers: Set<Node>;
}

class ContractLine<Node extends Standing> {
  whole: Node | undefined;
  /** Since the last that took the whole contract. */
  readonly since = new Set<Node>();
  readonly keys = new Map<string, KeyLine<Node>>();

  get isEmpty(): boolean {
    return this.whole === undefined && this.since.size === 0;
  }
}

export class ConflictLines<Node extends Standing> {
  readonly #contracts = new Map<ContractName, ContractLine<Node>>();

  /** Stands `node` at the end of its contract's line. It has to wait for those returned (some may come twice). */
  enter(node: Node): readonly Node[] {
    let line = this.#contracts.get(node.contract);
    if (line === undefined) {
      line = new ContractLine();
      this.#contracts.set(node.contract, line);
    }
    return node.footprint.kind === "whole" ? enterWhole(line, node) : enterKeys(line, node, node.footprint);
  }

  /** It runs: nobody has to wait for it any more. */
  leave(node: Node): void {
    const line = this.#contracts.get(node.contract);
    if (line === undefined) return;
    line.since.delete(node);
    if (line.whole === node) line.whole = undefined;
    if (node.footprint.kind === "keys") leaveKeys(line, node, node.footprint);
    if (line.isEmpty) this.#contracts.delete(node.contract);
  }
}

type KeyFootprint = Extract<Footprint, { kind: "keys" }>;

function enterWhole<Node extends Standing>(line: ContractLine<Node>, node: Node): readonly Node[] {
  const before = line.since.size > 0 ? [...line.since] : present(line.whole);
  line.whole = node;
  line.since.clear();
  line.keys.clear();
  return before;
}

function enterKeys<Node extends Standing>(
  line: ContractLine<Node>,
  node: Node,
  { reads, writes }: KeyFootprint,
): readonly Node[] {
  const before = present(line.whole);
  for (const key of reads) {
    const at = keyLine(line, key);
    if (at.writer !== undefined) before.push(at.writer);
    at.readers.add(node);
  }
  for (const key of writes) {
    const at = keyLine(line, key);
    if (at.readers.size > 0) pushAll(before, at.readers);
    else if (at.writer !== undefined) before.push(at.writer);
    at.writer = node;
    at.readers.clear();
  }
  line.since.add(node);
  return before;
}

function leaveKeys<Node extends Standing>(line: ContractLine<Node>, node: Node, { reads, writes }: KeyFootprint): void {
  for (const keys of [reads, writes]) {
    for (const key of keys) {
      const text = keyText(key);
      const at = line.keys.get(text);
      if (at === undefined) continue;
      at.readers.delete(node);
      if (at.writer === node) at.writer = undefined;
      if (at.writer === undefined && at.readers.size === 0) line.keys.delete(text);
    }
  }
}

function keyLine<Node extends Standing>(line: ContractLine<Node>, key: Uint8Array): KeyLine<Node> {
  const text = keyText(key);
  let at = line.keys.get(text);
  if (at === undefined) {
    at = { writer: undefined, readers: new Set() };
    line.keys.set(text, at);
  }
  return at;
}

/** There may be more than a call takes arguments. */
function pushAll<Node>(nodes: Node[], more: Iterable<Node>): void {
  for (const node of more) nodes.push(node);
}

function present<Node>(node: Node | undefined): Node[] {
  return node === undefined ? [] : [node];
}

/** A key as text of one character for each byte, for maps. */
export function keyText(key: Uint8Array): string {
  // `apply` takes any array-like; spreading a Uint8Array is several times slower.
  return String.fromCharCode.apply(null, key as unknown as number[]);
}
