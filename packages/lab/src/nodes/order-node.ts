// The shell of one node of the order stage: it runs the replica, whose attest chain is a made one.

import type { VerifyTask } from "@tandem/consensus";
import { keptPrefix, poolLimits, type SliceRun } from "@tandem/ordering";
import type { VerifyContext } from "@tandem/replica";
import type { Machine } from "@tandem/shared";
import type { Booted, DiskContents, Instance, Seat } from "@tandem/simulator";
import { isWatched } from "../checkers/order/watch.ts";
import type { AttestChain } from "../work/attest-chain.ts";
import { followerPeer } from "../work/follower.ts";
import { sharedPayerScheme } from "../work/payers.ts";
import { attestedTo, MadeAttesting } from "./made-attesting.ts";
import { verifyUs } from "./node.ts";
import type { LabNetwork } from "./order-network.ts";
import type { NodeActions } from "./shell.ts";
import { type FurtherEffect, StoreShell, type StoreShellOptions, signatureUs } from "./store-shell.ts";
import type { LabEffect, LabInput, LabMessage } from "./words.ts";

export type ReplicaRoom = typeof import("@tandem/replica");

interface Options extends StoreShellOptions {
  readonly network: LabNetwork;
  readonly room: ReplicaRoom;
  readonly attest: AttestChain;
  /** O8: whether something could be proposed, by what this node keeps and knows. */
  hasWork(instance: Instance): boolean;
  /** Slices for a client that follows a shard. */
  onSlices(instance: Instance, run: SliceRun): void;
}

export class OrderNode extends StoreShell {
  readonly #options: Options;
  readonly #verify: VerifyContext;

  constructor(options: Options) {
    super(options);
    this.#options = options;
    const { setting } = options.network.replica;
    this.#verify = { setting, payers: sharedPayerScheme };
  }

  protected override hasWork(): boolean {
    return this.#options.corrupt === undefined && this.#options.hasWork(this.#options.instance);
  }

  override boot({ archive, journals: [journal] }: DiskContents): Booted<LabInput, LabEffect> {
    const { corrupt } = this.#options;
    const records = this.restore(archive, isWatched);
    this.begin(this.orderFinals(), journal, [{ kind: "restored", records }]);
    const machine = this.#createMachine();
    const kept = records.filter(({ key }) => key[0] === keptPrefix[0]).map(({ value }) => value);
    const journals = { order: journal, attest: [] };
    const first: LabInput = { kind: "start", journals, kept, own: [], firstRound: undefined };
    return { machine: corrupt === undefined ? machine : corrupt(machine), first };
  }

  #createMachine(): Machine<LabInput, LabEffect> {
    const { network, room, seat, attest } = this.#options;
    const signer = network.keys.signers[seat];
    const validator = signer && { place: signer.seat, sign: signer.sign };
    const config = { network: network.replica, validator, follows: [], pool: poolLimits };
    const replica = new room.Replica(config, { attesting: new MadeAttesting(attest) });
    const machine = this.machineOf(replica);
    return { handle: (input) => machine.handle(input.kind === "attested-to" ? attestedTo(input.height) : input) };
  }

  protected override performFurther(effect: FurtherEffect, actions: NodeActions): void {
    // The attest chain is made, so nothing else is left to do.
    if (effect.kind === "verify") this.#answerVerify(effect, actions);
    else throw new Error(`nobody performs ${effect.kind} in this stage`);
  }

  #answerVerify({ id, task }: Extract<FurtherEffect, { kind: "verify" }>, actions: NodeActions): void {
    // And no other signatures than those of the order chain are checked.
    const verified = this.#options.room.performReplicaVerify(this.#verify, id, task);
    const afterUs =
      task.kind === "signatures"
        ? signatureUs * task.signatures.length
        : verifyUs(task.kind === "citation" ? certificateTaskOf(task.citation) : (task as VerifyTask));
    actions.answer({ kind: "verified", ...verified }, afterUs);
  }

  /** What goes to the client that follows a shard travels by no link. */
  protected override send(to: Seat, message: LabMessage, actions: NodeActions): void {
    if (message.kind === "slices" && to === followerPeer) this.#options.onSlices(actions.instance, message.run);
    else super.send(to, message, actions);
  }
}

function certificateTaskOf({ certificate }: Pick<Extract<VerifyTask, { kind: "certificate" }>, "certificate">) {
  return { kind: "certificate", certificate } as const;
}
