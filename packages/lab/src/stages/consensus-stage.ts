// Consensus alone, under the toy room.

import type { Checker } from "../checkers/checker.ts";
import { createKeys, type Keys } from "../nodes/keys.ts";
import { Node } from "../nodes/node.ts";
import { genesis } from "../payload/block.ts";
import type { Setting } from "../setting.ts";
import { ItemWork } from "../work/items.ts";
import type { Give } from "../work/work.ts";
import type { Consensus } from "./load.ts";
import type { NodeOptions, Stage } from "./stage.ts";

export class ConsensusStage implements Stage {
  readonly genesis = genesis;
  readonly keys: Keys;
  readonly work: ItemWork;
  readonly #setting: Setting;
  readonly #consensus: Consensus;
  readonly #nodes: Node[] = [];

  constructor(setting: Setting, consensus: Consensus, give: Give) {
    this.#setting = setting;
    this.#consensus = consensus;
    this.keys = createKeys(setting);
    this.work = new ItemWork(setting, this.#nodes, give);
  }

  toolsOf(): undefined {}

  step(): void {}

  createCheckers(): readonly Checker[] {
    return [];
  }

  felt(): Readonly<Record<string, number>> {
    return {};
  }

  followed(): null {
    return null;
  }

  createNode(options: NodeOptions): Node {
    const { keys } = this;
    const node = new Node({ ...options, keys, setting: this.#setting, consensus: this.#consensus });
    this.#nodes[options.instance] = node;
    return node;
  }
}
