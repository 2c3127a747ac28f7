// The whole replica: consensus and the order chain, over real blobs.

import { orderHeaderCodec } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { admission } from "../checkers/admission.ts";
import type { Checker } from "../checkers/checker.ts";
import { diverged } from "../checkers/diverged.ts";
import { Forge } from "../habits/order/forge.ts";
import type { OrderTools } from "../habits/order/tools.ts";
import { Workshop } from "../habits/order/workshop.ts";
import { createNetwork, type LabNetwork } from "../nodes/order-network.ts";
import { OrderNode, type ReplicaRoom } from "../nodes/order-node.ts";
import type { Setting } from "../setting.ts";
import { BlobWork } from "../work/blob-work.ts";
import { BlobStream, habitPayersFrom } from "../work/blobs.ts";
import { payerOf } from "../work/payers.ts";
import type { Give } from "../work/work.ts";
import type { NodeOptions, Stage } from "./stage.ts";

export class OrderStage implements Stage {
  readonly work: BlobWork;
  readonly checkers: readonly Checker[];
  readonly #network: LabNetwork;
  readonly #room: ReplicaRoom;
  readonly #setting: Setting;
  readonly #forge: Forge;
  readonly #workshop: Workshop;

  constructor(setting: Setting, room: ReplicaRoom, give: Give) {
    this.#room = room;
    this.#setting = setting;
    this.#network = createNetwork(setting);
    const stream = new BlobStream(
      setting.blobs,
      this.#network.network.network,
      new Random(setting.world.seed, "blobs"),
    );
    this.work = new BlobWork({ setting, stream, trusted: trustedOf(setting), give });
    const { work } = this;
    this.#forge = new Forge(this.#network.network, (root) => work.known(root)?.bytes);
    this.#workshop = new Workshop(this.#network.network.network, (blob) => work.enter(blob));
    this.checkers = [admission(this.work), diverged()];
  }

  toolsOf(plan: number): OrderTools {
    const payer = payerOf(habitPayersFrom(this.#setting.blobs) + plan);
    return { forge: this.#forge, workshop: this.#workshop, payer };
  }

  get keys() {
    return this.#network.keys;
  }

  get genesis() {
    const { header } = this.#network.network;
    const { epoch, view, height, parent } = header;
    return { epoch, view, height, parent, root: orderHeaderCodec.root(header) };
  }

  createNode(options: NodeOptions): OrderNode {
    return new OrderNode({ ...options, network: this.#network, room: this.#room });
  }
}

/** Honest validators: an observer may be behind without anybody telling it. */
function trustedOf({ world, weights, habits }: Setting): number[] {
  const byzantine = new Set(habits.map(({ seat }) => seat));
  return world.instances.flatMap(({ seat }, instance) =>
    seat < weights.length && !byzantine.has(seat) ? [instance] : [],
  );
}
