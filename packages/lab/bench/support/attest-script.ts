// What a validator hears in one round of the network: an order block, what the executions of its shards answer, what all
// others affirm, and the attest block of it all, which becomes final. A proposer, which is a whole machine too, makes the
// claims and the block; the affirmations of the others are signed by their keys beforehand.
//
// So one machine can be measured alone, in a network of any size, and does what it would do among machines that are all real.

import {
  type AttestInput,
  attestBlockRules,
  type ExecutionTask,
  type OrderedBlockFacts,
  type Peer,
} from "@tandem/attestation";
import { type ExecutionAnswer, Executions, orderReads } from "@tandem/replica";
import {
  type AttestBlock,
  affirmDomain,
  affirmedClaimCodec,
  assert,
  asValidatorIndex,
  asView,
  type BlockInfo,
  type Certificate,
  type MemoryStore,
  readNow,
  signingRoot,
} from "@tandem/shared";
import type { AttestGround } from "./attest-ground.ts";
import { AttestShell } from "./attest-shell.ts";
import { quorumCount } from "./network.ts";

const listener: Peer = 0;
const proposer: Peer = 1;

/** What a validator hears of one round. */
export interface ScriptedRound {
  readonly ordered: OrderedBlockFacts;
  /** Of all others, each saying one claim at a time, as it makes them. */
  readonly affirmations: readonly Said[];
  readonly block: AttestBlock;
  readonly certificate: Certificate;
}

type Said = Extract<AttestInput, { kind: "message" }>;

/** Milliseconds of what a listener has no part in. */
export interface Apart {
  readonly executionMs: number;
  readonly buildMs: number;
}

export class AttestScript {
  readonly apart: Apart[] = [];
  readonly #ground: AttestGround;
  readonly #executions: Executions;
  /** What the executions answered in this round, or in the beginning. */
  readonly #answers = new Map<string, ExecutionAnswer>();
  readonly #proposer: AttestShell;
  #parent: BlockInfo;
  #executionMs = 0;

  constructor(ground: AttestGround) {
    const { genesis, rules, network } = ground;
    const { header, epoch } = network.setting.network;
    this.#ground = ground;
    this.#executions = new Executions({ genesis, epoch, rules, order: orderReads });
    this.#proposer = new AttestShell(ground, proposer, (task, store) => this.#execute(task, store));
    this.#parent = attestBlockRules.infoOf({ header, body: { items: [], citation: undefined } });
  }

  /** Before the first round: a machine of its own, to which the executions of the proposer are told. */
  openListener(): Listener {
    const shell = new AttestShell(this.#ground, listener, (task) => {
      const answer = this.#answers.get(nameOf(task));
      assert(answer !== undefined, () => `the proposer did not execute ${nameOf(task)}`);
      return { ...answer, id: task.id };
    });
    return new Listener(shell);
  }

  #execute(task: ExecutionTask, store: MemoryStore): ExecutionAnswer {
    const begin = performance.now();
    const answer = readNow((keys) => store.readNow(keys), this.#executions.perform(task));
    this.#executionMs += performance.now() - begin;
    this.#answers.set(nameOf(task), answer);
    return answer;
  }

  /** Makes the next round. */
  next(): ScriptedRound {
    this.#answers.clear();
    this.#executionMs = 0;
    const { height, root } = this.#parent;
    const ordered = this.#ground.order({ height, root });
    this.#proposer.write(ordered);
    this.#proposer.give({ kind: "ordered", block: ordered });
    const said = this.#affirmationsOfAll();
    this.#proposer.give(...said.filter(({ from }) => from !== proposer));
    const begin = performance.now();
    const view = asView(height + 1);
    this.#proposer.give({ kind: "build", view, parent: this.#parent, ancestors: [], isWanted: false });
    this.apart.push({ executionMs: this.#executionMs, buildMs: performance.now() - begin });
    const [built] = this.#proposer.take("built");
    assert(built?.block !== undefined, "there is something to propose");
    const certificate = this.#finish(built.block);
    // Heard in another order they make another quorum than the proposer's, so what is in the block is still to be verified.
    const affirmations = said.filter(({ from }) => from !== listener).reverse();
    return { ordered, affirmations, block: built.block, certificate };
  }

  #affirmationsOfAll(): readonly Said[] {
    const own = this.#proposer.take("broadcast").flatMap(({ message }) => {
      return message.kind === "affirmations" ? message.affirmations : [];
    });
    assert(own.length === this.#ground.shards.length, "each shard has a claim in each round");
    return this.#ground.keys.signers.flatMap(({ seat, sign }) => {
      return own.map((affirmation): Said => {
        const { epoch, claim } = affirmation;
        const domain = affirmDomain(this.#ground.network.setting.network.root);
        const signature = sign(signingRoot(domain, affirmedClaimCodec.root({ epoch, claim })));
        const affirmations = [{ ...affirmation, signer: seat, signature }];
        return { kind: "message", from: seat, message: { kind: "affirmations", affirmations } };
      });
    });
  }

  /** Machines believe what consensus delivers, so nobody signs this certificate. */
  #finish(block: AttestBlock): Certificate {
    const info = attestBlockRules.infoOf(block);
    const { epoch, view, root } = info;
    const { length } = this.#ground.keys.signers;
    const bitmap = Array.from({ length }, (_, seat) => seat < quorumCount(length));
    const certificate = {
      kind: "finalization",
      epoch,
      view,
      block: root,
      bitmap,
      signature: new Uint8Array(96),
    } as const;
    this.#proposer.give({ kind: "deliver", block, info, certificate });
    this.#proposer.take("attested");
    this.#parent = info;
    return certificate;
  }
}

/** The machine that is measured. */
export class Listener {
  readonly #shell: AttestShell;

  constructor(shell: AttestShell) {
    this.#shell = shell;
  }

  /** What was there before the round begins. */
  expect({ ordered }: ScriptedRound): void {
    this.#shell.write(ordered);
  }

  /** From the executed claims to their being attested. */
  hear({ ordered, affirmations, block, certificate }: ScriptedRound): void {
    this.#shell.give({ kind: "ordered", block: ordered });
    this.#shell.give(...affirmations);
    // As it comes from the wire: nothing is known of it.
    const fresh = { ...block };
    const info = attestBlockRules.infoOf(fresh);
    const leader = asValidatorIndex(proposer);
    this.#shell.give({ kind: "check", block: fresh, info, ancestors: [], leader });
    const [checked] = this.#shell.take("checked");
    if (checked?.verdict !== "valid") throw new Error(`the block is refused: ${checked?.problem?.message}`);
    this.#shell.give({ kind: "deliver", block: fresh, info, certificate });
    const [attested] = this.#shell.take("attested");
    // Each shard has one blob.
    if (attested?.block.changes.size !== ordered.blobs.length) throw new Error("not every claim is attested");
  }
}

function nameOf(task: ExecutionTask): string {
  const { kind, shard } = task;
  return kind === "execute" ? `${kind} ${shard} ${task.input.slice.height}` : `${kind} ${shard}`;
}
