// The shell of one node under consensus alone: it makes the machine from what the disk holds, with the toy room above it.

import type { Effect, FinalBlock, VerifyTask } from "@tandem/consensus";
import { assert, unreachable } from "@tandem/shared";
import type { Booted, DiskContents } from "@tandem/simulator";
import { type Block, blockRules, genesis } from "../payload/block.ts";
import { Room } from "../payload/room.ts";
import type { Setting } from "../setting.ts";
import type { Consensus } from "../stages/load.ts";
import type { NodeOptions } from "../stages/stage.ts";
import type { Keys } from "./keys.ts";
import { type NodeActions, type OwnEffect, Shell } from "./shell.ts";
import { Validator } from "./validator.ts";
import type { FinalRecord, LabEffect, LabInput } from "./words.ts";

interface Options extends NodeOptions {
  readonly setting: Setting;
  readonly keys: Keys;
  readonly consensus: Consensus;
}

type RoomEffect = Extract<Effect<Block>, { kind: "verify" | "check" | "build" | "deliver" | "serve" }>;

export class Node extends Shell {
  readonly #options: Options;
  #room: Room;

  constructor(options: Options) {
    super(options);
    this.#options = options;
    this.#room = new Room([], options.instance);
  }

  /** What still waits. */
  get room(): Room {
    return this.#room;
  }

  protected override hasWork(): boolean {
    return this.#room.hasWork;
  }

  override boot(disk: DiskContents): Booted<LabInput, LabEffect> {
    const { consensus, corrupt, instance } = this.#options;
    const finals = readFinals(disk);
    this.#room = new Room(
      finals.map(({ block }) => block),
      instance,
    );
    const [journal] = disk.journals;
    this.begin(finals, journal);
    const simplex = new consensus.Simplex<Block>(this.#config(), genesis);
    const validator = new Validator(simplex, this.#room);
    const first: LabInput = { kind: "start", final: finalOf(finals), journal };
    return { machine: corrupt === undefined ? validator : corrupt(validator), first };
  }

  #config() {
    const { setting, keys, seat } = this.#options;
    const { deltaMs, heartbeatMs } = setting;
    const { electorate, leaderSeed: seed } = keys;
    return { electorate, rules: blockRules, signer: keys.signers[seat], seed, deltaMs, heartbeatMs };
  }

  protected override performOwn(own: OwnEffect, actions: NodeActions): void {
    const { consensus, keys, setting } = this.#options;
    // The machine of this stage has no others.
    const effect = own as RoomEffect;
    switch (effect.kind) {
      case "verify": {
        const verified = consensus.performVerify(keys.electorate, effect.id, effect.task);
        return actions.answer({ kind: "verified", ...verified }, verifyUs(effect.task));
      }
      case "check": {
        this.note([effect.block, ...effect.ancestors]);
        const verdict = this.#room.check(effect.block, effect.ancestors);
        return actions.answer({ kind: "checked", root: effect.info.root, verdict }, this.#checkUs());
      }
      case "build": {
        const { view, parent, ancestors, isWanted } = effect;
        const block = this.#room.build(view, parent, ancestors, isWanted);
        this.note(block === undefined ? ancestors : [block, ...ancestors]);
        return actions.answer({ kind: "built", view, block }, setting.payloadUs);
      }
      case "deliver": {
        const { block, info, certificate } = effect;
        actions.archive(info.height, { block, certificate } satisfies FinalRecord, 256);
        return this.deliver(block, certificate, actions);
      }
      case "serve": {
        const { to, id, from, blocksMax } = effect;
        const blocks = this.finals.slice(from - 1, from - 1 + blocksMax);
        return this.send(to, { kind: "answer", id, blocks, certificates: [] }, actions);
      }
      default:
        return unreachable(effect);
    }
  }

  /** O6: now and then something is missing, and the verdict comes once it is here. */
  #checkUs(): number {
    const { setting, random } = this.#options;
    return setting.payloadUs + (random.chance(setting.deferPpm) ? 1000 * random.below(setting.deferMs) : 0);
  }
}

/** The blocks from height 1 up to the first that is missing. */
function readFinals(disk: DiskContents): FinalRecord[] {
  const finals: FinalRecord[] = [];
  for (let height = 1; disk.archive.has(height); height++) finals.push(disk.archive.get(height) as FinalRecord);
  assert(finals.length === disk.archive.size, "the archive has no gap: writes under way are lost last ones first");
  return finals;
}

function finalOf(finals: readonly FinalRecord[]): FinalBlock {
  const last = finals.at(-1);
  if (last === undefined) return { info: genesis, certificate: undefined };
  return { info: blockRules.infoOf(last.block), certificate: last.certificate };
}

/** What blst takes: a pairing, and for each key its addition (docs/decisions/0001). */
export function verifyUs(task: VerifyTask): number {
  return task.kind === "votes" ? 900 + 70 * task.votes.length : 900 + 3 * task.certificate.bitmap.length;
}
