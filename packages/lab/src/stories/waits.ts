// The line of all nodes of a story, and why those that did not run yet wait (R1-R3). It looks at programs, claims and
// citations alone, and not at the schedule that decided it; so it can be set against that.

import type { OrderedProgram, RoundResult, VisibleClaim } from "@tandem/execution";
import {
  type ContractName,
  compareBytes,
  type Footprint,
  type Node,
  type ProgramNode,
  type ShardName,
} from "@tandem/shared";

/** A node as people call it: a step of program A, or where its group settles. */
export interface NodeName {
  readonly program: string;
  readonly kind: "step" | "settle";
  /** The last one of its group for a settle. */
  readonly step: number;
  readonly contract: ContractName;
}

export interface ToldWait extends NodeName {
  readonly for: readonly ToldReason[];
}

export interface ToldReason extends NodeName {
  /**
   * `not-run`: it is to give an outcome and did not run yet; `not-cited`: it ran in another shard, and no citation has made
   * that visible (R2); `earlier`: it touches the same, and stands earlier in line.
   */
  readonly why: "not-run" | "not-cited" | "earlier";
}

interface Place {
  readonly name: NodeName;
  readonly node: ProgramNode;
  readonly needs: readonly Place[];
  hasRun: boolean;
  /** Its claim is visible everywhere. */
  isCited: boolean;
}

export class Line {
  readonly #places: Place[] = [];
  readonly #byText = new Map<string, Place>();

  /** Stands a program at the end, under a name of its own. */
  add(program: string, { height, index, analysis }: Pick<OrderedProgram, "height" | "index" | "analysis">): void {
    const own: Place[] = [];
    for (const node of analysis.nodes) {
      const { kind, step, contract } = node;
      const needs = node.needs.map((need) => own[need] as Place);
      const name = { program, kind, step, contract };
      const place = { name, node, needs, hasRun: false, isCited: false };
      own.push(place);
      this.#byText.set(textOf({ height, index, step, kind }, contract), place);
    }
    this.#places.push(...own);
  }

  see(visible: readonly VisibleClaim[]): void {
    for (const { lanes } of visible) {
      for (const { node } of lanes.flat()) {
        if (node.kind === "step") this.#find(node).isCited = true;
      }
    }
  }

  run({ lanes }: RoundResult): void {
    for (const { lane, content } of lanes) {
      for (const node of content.nodes) this.setRun(node, lane.contract);
    }
  }

  setRun(node: Node, contract: ContractName): void {
    this.#find(node, contract).hasRun = true;
  }

  nameOf(node: Node, contract: ContractName): NodeName {
    return this.#find(node, contract).name;
  }

  /** Of the nodes in a shard that did not run yet. */
  waitsIn(shard: ShardName): readonly ToldWait[] {
    return this.#waits(({ node }) => node.shard === shard);
  }

  /** Of the nodes of a program that did not run yet. */
  waitsOf(program: string): readonly ToldWait[] {
    return this.#waits(({ name }) => name.program === program);
  }

  #waits(isMeant: (place: Place) => boolean): readonly ToldWait[] {
    const waiting = this.#places.filter((place) => !place.hasRun && isMeant(place));
    return waiting.map((place) => ({ ...place.name, for: [...neededBy(place), ...this.#earlierThan(place)] }));
  }

  #earlierThan(place: Place): readonly ToldReason[] {
    const earlier = this.#places.slice(0, this.#places.indexOf(place));
    return earlier.flatMap((other) =>
      !other.hasRun && !place.needs.includes(other) && doConflict(other.node, place.node)
        ? [{ ...other.name, why: "earlier" as const }]
        : [],
    );
  }

  #find(node: Node, contract?: ContractName): Place {
    const place = this.#byText.get(textOf(node, contract));
    if (place === undefined) throw new Error("what runs stands in the line");
    return place;
  }
}

function neededBy({ node, needs }: Place): readonly ToldReason[] {
  return needs.flatMap((need): ToldReason[] => {
    if (!need.hasRun) return [{ ...need.name, why: "not-run" }];
    return need.node.shard === node.shard || need.isCited ? [] : [{ ...need.name, why: "not-cited" }];
  });
}

/** A group settles once in each contract; a step runs in one. */
function textOf({ height, index, step, kind }: Node, contract: ContractName | undefined): string {
  return `${height} ${index} ${step} ${kind === "step" ? "" : contract}`;
}

/** R1: of one contract, with overlapping footprints, and one of them writes. */
function doConflict(a: ProgramNode, b: ProgramNode): boolean {
  return a.contract === b.contract && (mayDisturb(a.footprint, b.footprint) || mayDisturb(b.footprint, a.footprint));
}

function mayDisturb(writer: Footprint, other: Footprint): boolean {
  if (writer.kind === "whole" || other.kind === "whole") return true;
  const touched = [...other.reads, ...other.writes];
  return writer.writes.some((key) => touched.some((each) => compareBytes(each, key) === 0));
}
