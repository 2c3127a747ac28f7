// The attest chain once more, from its blocks and the genesis alone: plain maps of frontiers and of attested claims, and all
// roots by their definitions. What it knows of a block is what every honest node has to agree with. Rules A2-A4, R2, S10, C4.

import {
  type Attestation,
  type AttestBlock,
  affirmDomain,
  affirmedClaimCodec,
  attestItemsCodec,
  type Claim,
  type Committee,
  claimCodec,
  type Evidence,
  exportsRootOf,
  type Frontier,
  frontierCodec,
  type Root,
  type Scheme,
  signingRoot,
  type View,
} from "@tandem/shared";
import { containerRoot, numberChunk } from "../order/naive-ssz.ts";
import { appendLeaf, type Peaks, rootOfPeaks, type Sparse, sparseRootOf, withEntry } from "../order/naive-trees.ts";
import { hex } from "../order/raw-blob.ts";

/** A final order block, as attest blocks cite it. */
export interface CitedOrder {
  readonly root: Uint8Array;
  /** Height of the attest block that it cites itself. */
  readonly attested: number;
}

export interface OracleShard {
  readonly committee: Committee;
  /** The validator of each seat. */
  readonly peers: readonly number[];
  readonly genesis: Frontier;
}

/** A claim that a block of this chain, or one below, attested. */
export interface AttestedClaim {
  readonly claim: Claim;
  readonly shard: string;
  readonly round: number;
  readonly root: string;
  readonly exports: string;
  /** Of the attest block. */
  readonly height: number;
}

export interface AttestOracleState {
  readonly block: AttestBlock | undefined;
  readonly root: Uint8Array;
  readonly height: number;
  readonly view: number;
  readonly order: { readonly height: number; readonly root: Uint8Array };
  readonly parent: AttestOracleState | undefined;
  readonly history: Peaks;
  /** By shard; all shards. */
  readonly frontiers: ReadonlyMap<string, Frontier>;
  readonly tree: Sparse;
  /** By shard and round. */
  readonly claims: ReadonlyMap<string, AttestedClaim>;
  /** What this block attested, in order. */
  readonly fresh: readonly AttestedClaim[];
  /** Faults that are proven so far. */
  readonly proven: ReadonlySet<string>;
}

export interface AttestFacts {
  readonly genesisRoot: Uint8Array;
  readonly orderGenesis: Uint8Array;
  /** Root of the genesis: what signatures cover. */
  readonly network: Root;
  readonly scheme: Scheme;
  readonly shards: ReadonlyMap<string, OracleShard>;
  /** By root: all blocks that an honest node saw. */
  readonly blocks: ReadonlyMap<string, AttestBlock>;
  leaderOf(view: View): number;
  finalOrder(height: number): CitedOrder | undefined;
  /** Whether a validator is honest and never affirmed that claim. */
  isStranger(peer: number, claim: string): boolean;
  /** Nothing if the evidence proves a fault; else why not. */
  evidenceProblem(evidence: Evidence): string | undefined;
}

export type AttestVerdict = { readonly state: AttestOracleState } | { readonly problem: string };

export class AttestOracle {
  readonly #facts: AttestFacts;
  readonly #verdicts = new Map<string, AttestVerdict>();
  readonly first: AttestOracleState;

  constructor(facts: AttestFacts) {
    this.#facts = facts;
    const { genesisRoot, shards } = facts;
    this.first = {
      block: undefined,
      root: genesisRoot,
      height: 0,
      view: 0,
      order: { height: 0, root: facts.orderGenesis },
      parent: undefined,
      history: appendLeaf([], genesisRoot),
      frontiers: new Map([...shards].map(([name, { genesis }]) => [name, genesis])),
      tree: undefined,
      claims: new Map(),
      fresh: [],
      proven: new Set(),
    };
    this.#verdicts.set(hex(genesisRoot), { state: this.first });
  }

  /** The block of that root, in hexadecimal. */
  judge(root: string): AttestVerdict {
    const known = this.#verdicts.get(root);
    if (known !== undefined) return known;
    const block = this.#facts.blocks.get(root);
    if (block === undefined) return { problem: "a block that no honest node saw" };
    const verdict = this.#judge(root, block);
    this.#verdicts.set(root, verdict);
    return verdict;
  }

  stateOf(root: string): AttestOracleState | undefined {
    const verdict = this.judge(root);
    return "state" in verdict ? verdict.state : undefined;
  }

  #judge(root: string, block: AttestBlock): AttestVerdict {
    if (hex(attestHeaderRootOf(block)) !== root) return { problem: "the header has another root" };
    const below = this.judge(hex(block.header.parent));
    if ("problem" in below) return { problem: `its parent: ${below.problem}` };
    const parent = below.state;
    const wrong = this.#headerProblem(block, parent) ?? this.#citationProblem(block, parent);
    if (wrong !== undefined) return { problem: wrong };
    const draft = new Draft(this.#facts, parent, block);
    for (const [index, item] of block.body.items.entries()) {
      const refused = item.kind === "attestation" ? draft.attest(item.value) : draft.prove(item.value);
      if (refused !== undefined) return { problem: `item ${index} ${refused}` };
    }
    const state = draft.finish();
    const isSame = Buffer.compare(sparseRootOf(state.tree), block.header.frontiersRoot) === 0;
    return isSame ? { state } : { problem: "other frontiers" };
  }

  #headerProblem({ header, body }: AttestBlock, parent: AttestOracleState): string | undefined {
    const { leaderOf } = this.#facts;
    if (header.epoch !== 0 || header.view <= parent.view) return `view ${header.view} after ${parent.view}`;
    if (header.height !== parent.height + 1) return `height ${header.height} after ${parent.height}`;
    if (header.proposer !== leaderOf(header.view)) return `proposer ${header.proposer} in view ${header.view}`;
    if (!isSame(header.history, rootOfPeaks(parent.history))) return "another history";
    return isSame(header.attestationsRoot, attestItemsCodec.root(body.items)) ? undefined : "another list of items";
  }

  /** A2, O3: final, what the parent cites or above it; and what that order block cites itself is below this one. */
  #citationProblem({ header: { order } }: AttestBlock, parent: AttestOracleState): string | undefined {
    const { orderGenesis, finalOrder } = this.#facts;
    if (order.height < parent.order.height) return `cites order height ${order.height} after ${parent.order.height}`;
    const cited = order.height === 0 ? { root: orderGenesis, attested: 0 } : finalOrder(order.height);
    if (cited === undefined || !isSame(cited.root, order.root))
      return `cites an order block of height ${order.height} that is not final`;
    if (cited.attested > parent.height) return `cites an order block that cites attest height ${cited.attested}`;
    return undefined;
  }
}

/** Items taken in one after the other (A3). */
class Draft {
  readonly #facts: AttestFacts;
  readonly #parent: AttestOracleState;
  readonly #block: AttestBlock;
  readonly #frontiers: Map<string, Frontier>;
  readonly #claims: Map<string, AttestedClaim>;
  readonly #fresh: AttestedClaim[] = [];
  readonly #proven: Set<string>;
  #tree: Sparse;

  constructor(facts: AttestFacts, parent: AttestOracleState, block: AttestBlock) {
    this.#facts = facts;
    this.#parent = parent;
    this.#block = block;
    this.#frontiers = new Map(parent.frontiers);
    this.#claims = new Map(parent.claims);
    this.#proven = new Set(parent.proven);
    this.#tree = parent.tree;
  }

  attest(attestation: Attestation): string | undefined {
    const { claim } = attestation;
    const name = `attests round ${claim.round} of ${claim.shard}`;
    const shard = this.#facts.shards.get(claim.shard);
    const frontier = this.#frontiers.get(claim.shard);
    if (shard === undefined || frontier === undefined) return `${name}, which is no shard`;
    const root = claimCodec.root(claim);
    const wrong =
      this.#placeProblem(claim, frontier) ??
      this.#sourcesProblem(claim) ??
      this.#quorumProblem(attestation, shard, root);
    if (wrong !== undefined) return `${name}, ${wrong}`;
    this.#take(claim, root);
    return undefined;
  }

  #placeProblem({ epoch, prev, round }: Claim, frontier: Frontier): string | undefined {
    if (epoch !== 0) return `of epoch ${epoch}`;
    if (!isSame(prev, frontier.claim)) return "whose prev is not the frontier";
    if (round <= frontier.round) return `where ${frontier.round} is attested`;
    const { height } = this.#block.header.order;
    return round <= height ? undefined : `and the block cites order height ${height}`;
  }

  /** R2: visible is what the attest block has that the order header of the round cites, and all below it. */
  #sourcesProblem({ sources, round }: Claim): string | undefined {
    const visible = this.#facts.finalOrder(round)?.attested ?? 0;
    for (const source of sources) {
      const name = `with the source ${source.shard} ${source.round}`;
      const attested = this.#claims.get(placeName(source.shard, source.round));
      if (attested === undefined) return `${name}, which is not attested`;
      if (attested.exports !== hex(source.exports)) return `${name}, which exports otherwise`;
      if (attested.height > visible) return `${name}, attested at ${attested.height}, where ${visible} is cited`;
    }
    return undefined;
  }

  #quorumProblem(
    { bitmap, signature }: Attestation,
    { committee, peers }: OracleShard,
    root: Root,
  ): string | undefined {
    const { seats } = committee;
    if (bitmap.length !== seats.length) return `with ${bitmap.length} bits for ${seats.length} seats`;
    const text = hex(root);
    const stranger = peers.find((peer, seat) => bitmap[seat] && this.#facts.isStranger(peer, text));
    if (stranger !== undefined) return `with the bit of validator ${stranger}, who never affirmed it`;
    const signed = seats.filter((_, seat) => bitmap[seat]);
    const weight = signed.reduce((sum, seat) => sum + seat.weight, 0n);
    const total = seats.reduce((sum, seat) => sum + seat.weight, 0n);
    if (3n * weight <= 2n * total) return `with weight ${weight} of ${total}`;
    const { network, scheme } = this.#facts;
    const message = signingRoot(affirmDomain(network), affirmedClaimCodec.root({ epoch: 0 as never, claim: root }));
    const keys = signed.map(({ key }) => key);
    return scheme.verifyAggregate(keys, message, signature) ? undefined : "with a false signature";
  }

  #take(claim: Claim, root: Root): void {
    const { shard, round, contracts, pending } = claim;
    const frontier: Frontier = { round, claim: root, contracts, pending };
    this.#frontiers.set(shard, frontier);
    this.#tree = withEntry(this.#tree, Buffer.from(shard, "ascii"), frontierCodec.encode(frontier));
    const height = this.#block.header.height;
    const attested = { claim, shard, round, root: hex(root), exports: hex(exportsRootOf(claim)), height };
    this.#claims.set(placeName(shard, round), attested);
    this.#fresh.push(attested);
  }

  prove(evidence: Evidence): string | undefined {
    const wrong = this.#facts.evidenceProblem(evidence);
    if (wrong !== undefined) return `is evidence ${wrong}`;
    const fault = faultName(evidence);
    if (this.#proven.has(fault)) return `proves again the fault of ${fault}`;
    this.#proven.add(fault);
    return undefined;
  }

  finish(): AttestOracleState {
    const { header } = this.#block;
    const root = attestHeaderRootOf(this.#block);
    return {
      block: this.#block,
      root,
      height: header.height,
      view: header.view,
      order: header.order,
      parent: this.#parent,
      history: appendLeaf(this.#parent.history, root),
      frontiers: this.#frontiers,
      tree: this.#tree,
      claims: this.#claims,
      fresh: this.#fresh,
      proven: this.#proven,
    };
  }
}

/** S10: a seat in its role, which is proven faulty once, by whatever. */
function faultName({ kind, value }: Evidence): string {
  if (kind === "votes") return `seat ${value.first.signer} of the ${value.chain} chain`;
  return `seat ${value.signer} of the committee of ${value.first.claim.shard}`;
}

export function placeName(shard: string, round: number): string {
  return `${shard} ${round}`;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

export function attestHeaderRootOf({ header }: AttestBlock): Uint8Array {
  const { order } = header;
  return containerRoot(
    numberChunk(header.version),
    numberChunk(header.epoch),
    numberChunk(header.view),
    numberChunk(header.height),
    header.parent,
    header.history,
    numberChunk(header.proposer),
    containerRoot(numberChunk(order.height), order.root),
    header.frontiersRoot,
    header.attestationsRoot,
  );
}
