// Each kind of fact with honest proofs at several places of the test world, and what is true there according to
// the world's own plain data.

import type { Electorate } from "../../src/certificates.ts";
import { summarizeClaim } from "../../src/messages/claim.ts";
import type { Chain } from "../../src/messages/evidence.ts";
import type { EncodedOutcome, Export } from "../../src/messages/lane.ts";
import type { Node } from "../../src/messages/node.ts";
import {
  asBlobIndex,
  asContractName,
  asHeight,
  asShardName,
  asStepIndex,
  type ContractName,
  type Height,
  type ShardName,
  shardOf,
} from "../../src/numbers.ts";
import type { Proven, ProvenExport } from "../../src/proofs/index.ts";
import * as proofs from "../../src/proofs/index.ts";
import type { Codec } from "../../src/ssz/index.ts";
import { attestBlockAt, frontierOf, orderBlockAt, payerKey, setsAt, type World } from "../support/world.ts";
import { failedStep, isGrouped, nothing, type PlainProgram, settlesOf } from "../support/world-plan.ts";
import {
  accountProof,
  attestationProof,
  blobProof,
  exportProof,
  frontierProof,
  outcomeProof,
  setsProof,
  sliceProof,
  stateProof,
} from "../support/world-proofs.ts";
import { exportOf, type ShardState } from "../support/world-shards.ts";
import { bytesOf, present } from "../support/world-validators.ts";

export interface Example {
  readonly title: string;
  readonly electorate: Electorate;
  readonly proof: unknown;
  readonly fact: unknown;
}

/** A kind of fact, whatever the types of its proof and fact. */
export interface Kind {
  readonly name: string;
  /** Whose electorate believes it. */
  readonly chain: Chain;
  readonly codec: Codec<unknown>;
  verify(electorate: Electorate, proof: unknown): Proven<unknown>;
  /** What an honest prover gives for what `proof` is about, by the same certificates. */
  prove(proof: unknown): Promise<unknown>;
  readonly examples: readonly Example[];
}

function kind<Proof, Fact>(
  codec: Codec<Proof>,
  verify: (electorate: Electorate, proof: Proof) => Proven<Fact>,
  prove: (proof: Proof) => Promise<Proof>,
  examples: readonly Example[],
): Kind {
  return {
    name: codec.name,
    chain: examples[0]?.electorate.chain ?? "order",
    codec: codec as Codec<unknown>,
    verify: verify as Kind["verify"],
    prove: prove as Kind["prove"],
    examples,
  };
}

/** The heights of what is proven, and of what the certificate names. */
function heightsOf({ header, descendant }: proofs.HeaderProof<{ readonly height: Height }>): [number, number] {
  return [header.height, (descendant?.header ?? header).height];
}

export function nodeAt(height: number, index: number, step: number, of: Node["kind"] = "step"): Node {
  return { height: asHeight(height), index: asBlobIndex(index), step: asStepIndex(step), kind: of };
}

export const [seats, escrow, token, rooms, gate] = [
  "air/seats",
  "bank/escrow",
  "bank/token",
  "hotel/rooms",
  "zoo/gate",
].map(asContractName) as [ContractName, ContractName, ContractName, ContractName, ContractName];

export class Examples {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** The set of the chain in the epoch of the header whose certificate is used. */
  order(tip: number): Electorate {
    return this.world.order.electorate(this.world.order.header(tip).epoch);
  }

  attest(tip: number): Electorate {
    return this.world.attest.electorate(this.world.attest.header(tip).epoch);
  }

  async orderHeader(height: number, tip: number, title: string): Promise<Example> {
    const { order } = this.world;
    return {
      title,
      electorate: this.order(tip),
      proof: await order.prove(height, tip),
      fact: order.header(height),
    };
  }

  async attestHeader(height: number, tip: number, title: string): Promise<Example> {
    const { attest } = this.world;
    return {
      title,
      electorate: this.attest(tip),
      proof: await attest.prove(height, tip),
      fact: attest.header(height),
    };
  }

  async blob(height: number, index: number, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const { blobs } = orderBlockAt(world, height);
    const fact: proofs.OrderedBlob = {
      header: world.order.header(height),
      index: asBlobIndex(index),
      blob: present(blobs[index], "blob").root,
      count: blobs.length,
    };
    return { title, electorate: this.order(tip), proof: await blobProof(world, height, index, tip), fact };
  }

  async slice(height: number, name: string, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const shard = asShardName(name);
    const all = orderBlockAt(world, height).blobs.map((blob, index) => ({ ...blob, index: asBlobIndex(index) }));
    const touching = all.filter(({ blob }) => blob.envelope.touches.includes(shard));
    const touches = touching.map(({ index, root: blob }) => ({ index, blob }));
    const fact: proofs.Slice = { header: world.order.header(height), shard, touches };
    return { title, electorate: this.order(tip), proof: await sliceProof(world, height, shard, tip), fact };
  }

  async account(height: number, payer: string, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const fact: proofs.AccountEntry = {
      header: world.order.header(height),
      payer: payerKey(payer),
      account: orderBlockAt(world, height).accounts.get(payer),
    };
    return { title, electorate: this.order(tip), proof: await accountProof(world, height, payerKey(payer), tip), fact };
  }

  async sets(height: number, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const proof = await setsProof(world, height, tip);
    return { title, electorate: this.order(tip), proof, fact: setsAt(world, height) };
  }

  async attestation(height: number, index: number, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const item = present(attestBlockAt(world, height).items[index], "item");
    if (item.kind !== "attestation") throw new Error("evidence is no attestation");
    const { claim } = item.value;
    const state = present(
      world.shards.get(claim.shard)?.find((made) => made.claim.round === claim.round),
      "claim",
    );
    const fact: proofs.AttestedClaim = {
      header: world.attest.header(height),
      claim: summarizeClaim(claim),
      root: state.root,
    };
    return { title, electorate: this.attest(tip), proof: await attestationProof(world, height, index, tip), fact };
  }

  async frontier(height: number, name: string, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const shard = asShardName(name);
    const state = this.#frontier(height, shard);
    const fact: proofs.ShardFrontier = {
      header: world.attest.header(height),
      shard,
      frontier: state && frontierOf(state),
    };
    return { title, electorate: this.attest(tip), proof: await frontierProof(world, height, shard, tip), fact };
  }

  /** The shard's last claim of the rounds that attest blocks up to `height` attest. */
  #frontier(height: number, shard: ShardName): ShardState | undefined {
    const states = this.world.shards.get(shard) ?? [];
    return states.findLast(({ claim: { round } }) => round > 0 && round <= 2 * height);
  }

  async state(height: number, contract: ContractName, key: string, tip: number, title: string): Promise<Example> {
    const { world } = this;
    const state = present(this.#frontier(height, shardOf(contract)), "frontier");
    const plain = state.plain.get(contract);
    const text = plain?.entries.get(key);
    const found = plain && {
      record: {
        environment: plain.environment as proofs.FoundContract["record"]["environment"],
        state: present(state.states.get(contract), "state").root,
        status: plain.status,
      },
      key: bytesOf(key),
      value: text === undefined ? undefined : bytesOf(text),
    };
    const fact: proofs.ContractState = {
      header: world.attest.header(height),
      frontier: frontierOf(state),
      contract,
      found,
    };
    return {
      title,
      electorate: this.attest(tip),
      proof: await stateProof(world, height, contract, bytesOf(key), tip),
      fact,
    };
  }

  /** The claim that ran the node, and when it was attested: what an export is proven from. */
  #exported(contract: ContractName, node: Node, content: Export["content"], round: number): ProvenExport {
    const { world } = this;
    const state = present(
      world.shards.get(shardOf(contract))?.find(({ claim }) => claim.round === round),
      `claim of ${contract} for ${round}`,
    );
    const lane = present(
      state.claim.lanes.find((made) => made.contract === contract),
      "lane",
    );
    const header = world.attest.header(Math.ceil(round / 2));
    return { header, claim: summarizeClaim(state.claim), lane, export: { node, content } };
  }

  #program({ height, index }: Node): PlainProgram {
    return present(orderBlockAt(this.world, height).blobs[index], "blob").program;
  }

  #plainExport(contract: ContractName, node: Node, round: number): ProvenExport {
    const program = this.#program(node);
    const { content } = exportOf({ node, contract, program, round, uses: [], writes: [], effect: undefined });
    return this.#exported(contract, node, content, round);
  }

  async export(contract: ContractName, node: Node, round: number, tip: number, title: string): Promise<Example> {
    const proof = await exportProof(this.world, contract, node, tip);
    return { title, electorate: this.attest(tip), proof, fact: this.#plainExport(contract, node, round) };
  }

  async outcome(
    contract: ContractName,
    node: Node,
    round: number,
    tip: number,
    title: string,
    settled?: { readonly tip: number; readonly round: number },
  ): Promise<Example> {
    const proof = await outcomeProof(this.world, contract, node, tip, settled?.tip);
    const program = this.#program(node);
    const settle = nodeAt(node.height, node.index, program.group?.last ?? 0, "settle");
    const speaker = present([...settlesOf(program), contract][0], "the contract that speaks for the group");
    const fact: proofs.ProvenOutcome = {
      export: this.#plainExport(contract, node, round),
      verdict: settled && this.#plainExport(speaker, settle, settled.round),
      outcome: outcomeSeen(program, node.step),
    };
    return { title, electorate: this.attest(tip), proof, fact };
  }
}

/** P5: as seen from outside the step's group. */
function outcomeSeen(program: PlainProgram, step: number): EncodedOutcome {
  const failed = failedStep(program);
  const isLost = failed !== undefined && isGrouped(program, step);
  return isLost ? nothing("group", failed) : present(program.steps[step], "step").outcome;
}

function withHeights<Proof>(
  { header }: { readonly header: proofs.HeaderProof<{ readonly height: Height }> },
  prove: (height: number, tip: number) => Promise<Proof>,
): Promise<Proof> {
  return prove(...heightsOf(header));
}

/** Of each kind, direct and through a history, present and absent. */
export async function kindsOf(world: World): Promise<readonly Kind[]> {
  const e = new Examples(world);
  return [...(await orderKinds(e)), ...(await attestKinds(e)), ...(await outcomeKinds(e))];
}

async function orderKinds(e: Examples): Promise<Kind[]> {
  const { world } = e;
  return [
    kind(proofs.orderHeaderProofCodec, proofs.verifyOrderHeader, (p) => world.order.prove(...heightsOf(p)), [
      await e.orderHeader(17, 17, "named by a certificate"),
      await e.orderHeader(16, 17, "the parent of one that is named"),
      await e.orderHeader(39, 40, "at the end of a history"),
      await e.orderHeader(1, 40, "of an earlier epoch, near the beginning of a history"),
      await e.orderHeader(0, 2, "genesis"),
      await e.orderHeader(2, 2, "named by a certificate of an earlier epoch"),
    ]),
    kind(
      proofs.blobProofCodec,
      proofs.verifyBlob,
      (p) => withHeights(p, (at, tip) => blobProof(world, at, p.index, tip)),
      [
        await e.blob(16, 0, 16, "the first of seven"),
        await e.blob(16, 6, 31, "the last of seven"),
        await e.blob(2, 0, 2, "the only one"),
        await e.blob(20, 32, 40, "the last of a crowd"),
        await e.blob(1, 1, 40, "of an earlier epoch"),
      ],
    ),
    kind(
      proofs.sliceProofCodec,
      proofs.verifySlice,
      (p) => withHeights(p, (at, tip) => sliceProof(world, at, p.shard, tip)),
      [
        await e.slice(16, "bank", 16, "several touches, others on both sides"),
        await e.slice(20, "bank", 40, "a crowd, and nothing after it"),
        await e.slice(20, "air", 31, "a few of a crowd, and nothing before them"),
        await e.slice(17, "bank", 17, "one touch, alone in the tree"),
        await e.slice(17, "hotel", 17, "none: beyond all that are touched"),
        await e.slice(16, "aa", 17, "none: before all that are touched"),
        await e.slice(16, "idle", 40, "none: in a gap"),
        await e.slice(10, "bank", 12, "none: an empty block"),
      ],
    ),
    kind(
      proofs.accountProofCodec,
      proofs.verifyAccount,
      (p) => withHeights(p, (at, tip) => accountProof(world, at, p.payer, tip)),
      [
        await e.account(16, "3", 16, "an account among several"),
        await e.account(40, "9", 40, "an account of a fuller ledger"),
        await e.account(7, "9", 12, "a payer that nobody knows yet, through a history"),
        await e.account(2, "1", 2, "a payer beside the only account"),
        await e.account(1, "0", 16, "the only account"),
        await e.account(0, "0", 2, "nobody in the ledger of genesis"),
      ],
    ),
    kind(proofs.setsProofCodec, proofs.verifySets, (p) => withHeights(p, (at, tip) => setsProof(world, at, tip)), [
      await e.sets(17, 17, "of the epoch"),
      await e.sets(3, 40, "of an earlier epoch"),
    ]),
  ];
}

async function attestKinds(e: Examples): Promise<Kind[]> {
  const { world } = e;
  return [
    kind(proofs.attestHeaderProofCodec, proofs.verifyAttestHeader, (p) => world.attest.prove(...heightsOf(p)), [
      await e.attestHeader(11, 11, "named by a certificate"),
      await e.attestHeader(15, 16, "the parent of one that is named"),
      await e.attestHeader(3, 20, "of an earlier epoch"),
      await e.attestHeader(0, 2, "genesis"),
    ]),
    kind(
      proofs.attestationProofCodec,
      proofs.verifyAttestation,
      (p) => withHeights(p, (at, tip) => attestationProof(world, at, p.index, tip)),
      [
        await e.attestation(11, 0, 11, "the first item"),
        await e.attestation(20, 3, 20, "the last item"),
        await e.attestation(6, 2, 16, "an item after evidence"),
        await e.attestation(2, 4, 2, "a claim without lanes"),
      ],
    ),
    kind(
      proofs.frontierProofCodec,
      proofs.verifyFrontier,
      (p) => withHeights(p, (at, tip) => frontierProof(world, at, p.shard, tip)),
      [
        await e.frontier(11, "bank", 11, "a shard's last claim"),
        await e.frontier(10, "zoo", 16, "a claim of some rounds ago"),
        await e.frontier(1, "zoo", 5, "a shard that has no claim yet"),
        await e.frontier(20, "idle", 20, "a shard that never has a claim"),
        await e.frontier(0, "bank", 2, "no frontiers in genesis"),
      ],
    ),
    kind(
      proofs.stateProofCodec,
      proofs.verifyState,
      (p) => withHeights(p.frontier, (at, tip) => stateProof(world, at, p.contract, p.entry?.key, tip)),
      [
        await e.state(11, token, "key-3", 11, "a key of a large map"),
        await e.state(11, token, "key-1000", 16, "a key that never was"),
        await e.state(2, token, "key-1", 2, "a key that was deleted"),
        await e.state(2, rooms, "room-1", 6, "a key that a settle wrote"),
        await e.state(2, gate, "opens", 2, "a contract that is not yet created"),
        await e.state(3, gate, "opens", 5, "a contract with one key"),
        await e.state(16, gate, "opens", 16, "an ended contract, a key that it lacks"),
        await e.state(16, gate, "visitors", 20, "an ended contract, a key that it has"),
        await e.state(20, asContractName("bank/nothing"), "key-1", 20, "a contract that never was"),
      ],
    ),
  ];
}

async function outcomeKinds(e: Examples): Promise<Kind[]> {
  const proveExport = (proof: proofs.ExportProof) => {
    const [, tip] = heightsOf(proof.attestation.header);
    return exportProof(e.world, proof.lane.contract, proof.export.node, tip);
  };
  const proveOutcome = async ({ outcome, verdict }: proofs.OutcomeProof) => ({
    outcome: await proveExport(outcome),
    verdict: verdict && (await proveExport(verdict)),
  });
  return [
    kind(proofs.exportProofCodec, proofs.verifyExport, proveExport, [
      await e.export(token, nodeAt(20, 5, 0), 20, 11, "an outcome among many"),
      await e.export(escrow, nodeAt(13, 1, 0), 13, 16, "an outcome of a step before its group"),
      await e.export(rooms, nodeAt(13, 1, 2), 13, 11, "a tentative outcome"),
      await e.export(rooms, nodeAt(13, 1, 2, "settle"), 15, 20, "a verdict"),
    ]),
    kind(proofs.outcomeProofCodec, proofs.verifyOutcome, proveOutcome, [
      await e.outcome(token, nodeAt(16, 2, 0), 16, 11, "a value"),
      await e.outcome(seats, nodeAt(3, 4, 0), 3, 2, "a step that reverted"),
      await e.outcome(token, nodeAt(3, 4, 1), 5, 16, "a step that ran in a later round than its blob's"),
      await e.outcome(rooms, nodeAt(13, 1, 2), 13, 11, "a group that held, by another shard's later settle", {
        ...{ tip: 11, round: 15 },
      }),
      await e.outcome(escrow, nodeAt(13, 2, 1), 13, 11, "a step that only read, by another shard's settle", {
        ...{ tip: 20, round: 15 },
      }),
      await e.outcome(seats, nodeAt(14, 1, 0), 14, 20, "a step that went well in a group that failed", {
        ...{ tip: 16, round: 15 },
      }),
      await e.outcome(rooms, nodeAt(14, 1, 2), 14, 16, "the step for which a group failed", {
        ...{ tip: 16, round: 15 },
      }),
      await e.outcome(
        token,
        nodeAt(16, 1, 0),
        16,
        11,
        "a group inside one shard, settled in the same claim by the same contract",
        {
          ...{ tip: 11, round: 16 },
        },
      ),
    ]),
  ];
}
