// Blocks of both chains made by hand. A good order block is built from raw blobs by oracles alone: the plain ledger, the
// roots from their definitions. Then a test may change one thing of it.

import { createHash } from "node:crypto";
import {
  type AttestHeader,
  asEpoch,
  asHeight,
  asRound,
  asShardName,
  asTimeMs,
  asValidatorIndex,
  asView,
  type BlockInfo,
  type BlockRef,
  type Certificate,
  type Citation,
  mockScheme,
  type OrderBlock,
  type OrderBody,
  type OrderHeader,
  type Root,
  signingRoot,
} from "@tandem/shared";
import { messageSchemas } from "../../../shared/test/oracles/messages.ts";
import { type NaiveLeaf, naiveNamespacedRoot } from "../../../shared/test/oracles/namespaced.ts";
import { naiveHistoryPath, naiveHistoryRoot } from "../../../shared/test/oracles/rfc6962.ts";
import type { Schema } from "../../../shared/test/oracles/schema.ts";
import { oracleOf } from "../../../shared/test/oracles/ssz.ts";
import { certify, type TestElectorate, testElectorate } from "../../../shared/test/support/electorate.ts";
import { attestHeader, rootOf } from "../../../shared/test/support/samples.ts";
import { orderBlockRules } from "../../src/block.ts";
import type { Candidate } from "../../src/candidate.ts";
import type { OrderNetwork } from "../../src/network.ts";
import type { AttestedBlock, ShardProgress } from "../../src/types.ts";
import { PlainLedger } from "../oracles/ledger.ts";
import { isTestSignature } from "./blobs.ts";

export interface Forged {
  readonly block: OrderBlock;
  readonly info: BlockInfo;
  /** Raw blobs, in order. */
  readonly blobs: readonly Candidate[];
  /** Nothing for those on the genesis. */
  readonly parent: Forged | undefined;
}

export interface ForgePlan {
  readonly parent?: Forged | undefined;
  readonly blobs?: readonly Candidate[];
  readonly view?: number;
  readonly proposer?: number;
  readonly timeMs?: number;
  /** An attest block to cite; what the parent cites if there is none. */
  readonly cites?: AttestedBlock;
  readonly header?: Partial<OrderHeader>;
  readonly body?: Partial<OrderBody>;
}

const oracle = (name: string) => oracleOf(messageSchemas[name] as Schema);
const headerOracle = oracle("order-header");
const attestOracle = oracle("attest-header");
const listOracle = oracle("blob-roots");
const touchOracle = oracle("touch");

export class Forge {
  readonly network: OrderNetwork;
  /** Attest blocks from the genesis on: their roots, and what is told of them. */
  readonly #attestRoots: Uint8Array[];
  readonly #attested: AttestedBlock[] = [];
  readonly #order: TestElectorate;
  readonly #attest: TestElectorate;

  constructor(network: OrderNetwork) {
    this.network = network;
    const electorate = { ...testElectorate(mockScheme, [1n, 1n, 1n, 1n]), network: network.network, epoch: asEpoch(0) };
    this.#order = electorate;
    this.#attest = { ...electorate, chain: "attest" };
    this.#attestRoots = [network.attestGenesis.root];
  }

  /** As tests sign. */
  isSigned({ blob, envelopeRoot }: Candidate): boolean {
    const { envelope, signature } = blob;
    const message = signingRoot(this.network.domain, envelopeRoot);
    return isTestSignature({ payer: envelope.payer, message, signature });
  }

  get attestElectorate(): TestElectorate {
    return this.#attest;
  }

  // The order chain.

  /** Blocks from height 1 up to this one. */
  lineOf(last: Forged | undefined): Forged[] {
    const line: Forged[] = [];
    for (let at = last; at !== undefined; at = at.parent) line.push(at);
    return line.reverse();
  }

  /** The ledger after this block, all of it anew. */
  ledgerAfter(last: Forged | undefined): PlainLedger {
    const { fees, allocations } = this.network.genesis;
    const ledger = new PlainLedger(
      fees,
      allocations.map(({ payer, amount }) => [payer, amount]),
    );
    for (const { blobs, block } of this.lineOf(last)) this.apply(ledger, blobs, block.header.proposer);
    return ledger;
  }

  /** What is wrong with the first blob that may not stand there. */
  apply(ledger: PlainLedger, blobs: readonly Candidate[], proposer: number): string | undefined {
    for (const { blob, bytes } of blobs) {
      const refusal = ledger.apply({ envelope: blob.envelope, bytes: bytes.length });
      if (refusal !== undefined) return refusal;
    }
    ledger.endBlock(this.network.proposers[proposer] as Uint8Array);
    return undefined;
  }

  /** What cannot be applied to the ledger is in the block all the same: then the ledger's root is of what can. */
  forge(plan: ForgePlan = {}): Forged {
    const { parent, blobs = [] } = plan;
    const before = parent?.block.header ?? this.network.header;
    const view = plan.view ?? before.view + 1;
    const proposer = asValidatorIndex(plan.proposer ?? view % this.network.proposers.length);
    const ledger = this.ledgerAfter(parent);
    this.apply(ledger, blobs, proposer);
    const line = [this.network.root, ...this.lineOf(parent).map(({ info }) => info.root)];
    const header: OrderHeader = {
      version: 1,
      epoch: asEpoch(0),
      view: asView(view),
      height: asHeight(before.height + 1),
      parent: line.at(-1) as Root,
      history: naiveHistoryRoot(line) as Root,
      timeMs: asTimeMs(plan.timeMs ?? before.timeMs + 10),
      proposer,
      blobsRoot: this.blobsRootOf(blobs.map(({ root }) => root)),
      touchesRoot: touchesRootOf(blobs),
      ledgerRoot: ledger.root as Root,
      attested: plan.cites?.ref ?? this.citedBy(parent),
      validatorsRoot: this.network.header.validatorsRoot,
      ...plan.header,
    };
    const citation = plan.cites === undefined ? undefined : this.citation(plan.cites, this.citedBy(parent));
    const block = { header, body: { blobs: blobs.map(({ root }) => root), citation, ...plan.body } };
    return { block, info: infoOf(block), blobs, parent };
  }

  blobsRootOf(blobs: readonly Root[]): Root {
    return listOracle.root(blobs) as Root;
  }

  certificateOf({ info }: Forged): Certificate {
    const { epoch, view, root } = info;
    return certify(this.#order, "finalization", [0, 1, 2], { epoch, view, block: root });
  }

  // The attest chain.

  citedBy(parent: Forged | undefined): BlockRef {
    return parent?.block.header.attested ?? this.network.attestGenesis;
  }

  /** The next final attest block, which moves these frontiers. */
  attest(changes: Readonly<Record<string, Partial<ShardProgress>>> = {}): AttestedBlock {
    const block = this.attestBlock(this.#attestRoots.length, changes);
    this.#attestRoots.push(block.ref.root);
    this.#attested.push(block);
    return block;
  }

  /** One that could be at that height; `salt` tells it from others. */
  attestBlock(height: number, changes: Readonly<Record<string, Partial<ShardProgress>>> = {}, salt = 0): AttestedBlock {
    const header: AttestHeader = {
      ...attestHeader,
      epoch: asEpoch(0),
      view: asView(height + 3),
      height: asHeight(height),
      history: naiveHistoryRoot(this.#attestRoots.slice(0, height)) as Root,
      frontiersRoot: rootOf(salt),
    };
    const root = attestOracle.root(header) as Root;
    return {
      header,
      ref: { height: header.height, root },
      certificate: certify(this.#attest, "finalization", [1, 2, 3], { ...header, block: root }),
      changes: new Map(
        Object.entries(changes).map(([shard, { round = asRound(0), pending = 0 }]) => [
          asShardName(shard),
          { round, pending },
        ]),
      ),
    };
  }

  citation({ header, certificate }: AttestedBlock, from: BlockRef): Citation<AttestHeader> {
    return { header, certificate, descent: { path: this.descent(from.height, header) } };
  }

  /** RFC 6962 path from the history of a header to an earlier one. */
  descent(from: number, { height }: AttestHeader): readonly Root[] {
    return from < height ? (naiveHistoryPath(from, this.#attestRoots.slice(0, height)) as Root[]) : [];
  }
}

/** The same where only a later block has the finalization. */
export function notarized(block: AttestedBlock): AttestedBlock {
  return { ...block, certificate: { ...block.certificate, kind: "notarization" } };
}

/** As consensus says it of a block. */
export function infoOf(block: OrderBlock): BlockInfo {
  const { epoch, view, height, parent } = block.header;
  const isWhole = Buffer.compare(listOracle.root(block.body.blobs), block.header.blobsRoot) === 0;
  // Of a body that is not the header's only consensus' own root is of interest: it has to differ.
  const root = isWhole ? (headerOracle.root(block.header) as Root) : orderBlockRules.infoOf(block).root;
  return { epoch, view, height, parent, root };
}

function touchesRootOf(blobs: readonly Candidate[]): Root {
  const shards = [...new Set(blobs.flatMap(({ blob }) => blob.envelope.touches))].sort();
  const leaves: NaiveLeaf[] = shards.flatMap((shard) =>
    blobs.flatMap(({ root, blob }, index) => {
      if (!blob.envelope.touches.includes(shard)) return [];
      const namespace = Buffer.alloc(29);
      namespace[0] = 1;
      namespace.write(shard, 1, "ascii");
      return [{ namespace, data: touchOracle.encode({ index, blob: root }) }];
    }),
  );
  return new Uint8Array(createHash("sha256").update(naiveNamespacedRoot(leaves)).digest()) as Root;
}
