// A dispute on a page: labels, and beside them what this node has and what a quorum has.

import { wrap } from "../../terminal.ts";
import type { DisputeView, KeyView } from "./view.ts";

const labelCharacters = 14;
const gap = "  ";
const sideMin = 12;

export function disputePage(view: DisputeView, width: number): string {
  const page = new Page(width);
  page.line(`${view.shard}: this node and a quorum claim different things of round ${view.round}`);
  page.blank();
  page.sides("", "this node", "a quorum");
  page.rule();
  page.sides("claim", view.claims.own ?? "none", view.claims.theirs ?? "none");
  const { first } = view;
  page.blank();
  if (first === undefined) {
    page.line("Where they first differ is not known yet: this node looks for the content of the other claim.");
    return page.text;
  }
  page.line(`first difference: ${first.what}, in ${first.where}`);
  const missing = first.label === "root" ? "none" : "did not run";
  page.sides(first.label, first.own ?? missing, first.theirs ?? missing);
  for (const key of view.keys) addKey(page, key);
  page.blank();
  if (view.end === undefined) page.line("Which keys differ is being found out.");
  else page.line(`${view.keys.length === 0 ? "No key was found" : "These keys differ"}; ${view.end.words}.`);
  page.line(`This node follows ${view.shard} no further and keeps its own state.`);
  return page.text;
}

function addKey(page: Page, { where, key, own, theirs, touchedBy, note }: KeyView): void {
  page.blank();
  page.line(`key ${key}, in ${where}`);
  page.sides("value", own ?? "nothing", theirs ?? "nothing");
  for (const touch of touchedBy) {
    page.line(`  ${accessWords[touch.access] ?? touch.access} by ${touch.node}`);
    page.sides("  came of it", touch.own ?? "did not run", touch.theirs ?? "did not run");
  }
  if (note !== undefined) page.line(`  ${note}`);
}

const accessWords: Readonly<Record<string, string>> = {
  reads: "read",
  writes: "written",
  whole: "taken with its whole contract",
};

class Page {
  readonly #width: number;
  /** Of one of both. */
  readonly #side: number;
  #lines: string[] = [];

  constructor(width: number) {
    this.#width = width;
    this.#side = Math.max(sideMin, Math.floor((width - labelCharacters - 2 * gap.length) / 2));
  }

  get text(): string {
    return this.#lines.map((line) => `${line.trimEnd()}\n`).join("");
  }

  blank(): void {
    this.#lines.push("");
  }

  line(text: string): void {
    const indent = /^ */.exec(text)?.[0] ?? "";
    for (const each of wrap(text.trimStart(), this.#width - indent.length)) this.#lines.push(`${indent}${each}`);
  }

  rule(): void {
    this.#row("-".repeat(labelCharacters), "-".repeat(this.#side), "-".repeat(this.#side));
  }

  /** What does not fit goes on below, each side for itself. */
  sides(label: string, own: string, theirs: string): void {
    const [left, right] = [fold(own, this.#side), fold(theirs, this.#side)];
    for (let at = 0; at < Math.max(left.length, right.length); at++) {
      this.#row(at === 0 ? label : "", left[at] ?? "", right[at] ?? "");
    }
  }

  #row(label: string, own: string, theirs: string): void {
    this.#lines.push([label.padEnd(labelCharacters), own.padEnd(this.#side), theirs].join(gap));
  }
}

/** Roots and long texts have no blanks to break at. */
function fold(text: string, width: number): readonly string[] {
  return wrap(text, width).flatMap((line) => line.match(new RegExp(`.{1,${width}}`, "g")) ?? [""]);
}
