// O8: whether there is something to propose on the last final block, as consensus is told: looked at anew where something
// came, or a block became final. What was found on a block stays true on it, for ready items are forgotten only when the
// next one is final: so what comes after the first is told, and not looked through with all the rest.

import { equalBytes, type Height, type Root } from "@tandem/shared";
import { canCite, hasItems } from "./build.ts";
import type { Core, Job } from "./core.ts";
import type { ReadyItems } from "./ready.ts";
import { read } from "./work.ts";

/** A final block, and the height of the order block that the next one can cite. */
interface Ground {
  readonly base: Root;
  readonly order: Height;
}

export class Reason {
  readonly #core: Core;
  readonly #ready: ReadyItems;
  /** What consensus was told last. */
  #isTold = false;
  /** Where that was found. */
  #found: Ground | undefined;
  /** What was looked at last, and how much was ready then. */
  #lookedAt: (Ground & { readonly version: number }) | undefined;

  constructor(core: Core, ready: ReadyItems) {
    this.#core = core;
    this.#ready = ready;
  }

  look(): void {
    const { chain, hasDiverged, jobs } = this.#core;
    const ground = this.#ground();
    const { version } = this.#ready;
    const isSame = !hasDiverged && isOn(this.#lookedAt, ground, true);
    if (isSame && this.#lookedAt?.version === version) return;
    this.#lookedAt = { ...ground, version };
    if (!hasDiverged && isOn(this.#found, ground, false)) return this.#tell(true);
    // Under way already: if it finds nothing, it looks once more.
    if (isSame && jobs.isRunning("reason")) return;
    jobs.stop("reason");
    if (hasDiverged || !this.#ready.hasFor(chain.base.frontiers, ground.order)) this.#tell(false);
    else jobs.start("reason", this.#find(ground));
  }

  #ground(): Ground {
    const { chain, citable, setting } = this.#core;
    const { root: base, header } = chain.base;
    const canBe = citable !== undefined && canCite(setting, chain.base, citable.header);
    return { base, order: canBe ? citable.header.height : header.order.height };
  }

  /** Exactly what a leader would find: an item that can never stand in a block is no reason for one. */
  *#find(ground: Ground): Job {
    const { chain, setting } = this.#core;
    const { base } = chain;
    const { version } = this.#ready;
    const ready = this.#ready.readyOn(base.frontiers);
    const { has, hopeless } = yield* read(hasItems(setting, base, ready, ground.order));
    this.#ready.forget(hopeless);
    this.#found = has ? ground : undefined;
    if (has || version === this.#ready.version) this.#tell(has);
    else this.#lookedAt = undefined;
  }

  /** Where it stays true there is something new all the same. */
  #tell(has: boolean): void {
    if (!has && !this.#isTold) return;
    this.#isTold = has;
    this.#core.push({ kind: "reason", has });
  }
}

/** Whether it is on the same block, and allows no later rounds: or, where that is asked, exactly the same ones. */
function isOn(known: Ground | undefined, { base, order }: Ground, isExact: boolean): boolean {
  if (known === undefined || !equalBytes(known.base, base)) return false;
  return isExact ? known.order === order : known.order <= order;
}
