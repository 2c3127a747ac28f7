// A TypeScript file as the walls see it: a syntax tree that is walked with parents, and positions as lines.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Comment, parseSync } from "oxc-parser";

export interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

export interface Source {
  /** Path from the root of the workspace, with forward slashes. */
  readonly path: string;
  readonly program: Node;
  readonly comments: readonly Comment[];
  readonly lineOf: (position: number) => number;
}

/** A wall that was crossed. */
export interface Breach {
  readonly path: string;
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export function readSource(root: string, path: string): Source | Breach {
  const text = readFileSync(join(root, path), "utf8");
  const parsed = parseSync(path, text);
  const lineOf = (position: number) => text.slice(0, position).split("\n").length;
  const [error] = parsed.errors;
  if (error !== undefined) {
    return { path, line: lineOf(error.labels[0]?.start ?? 0), code: "syntax", message: error.message };
  }
  return { path, program: parsed.program as unknown as Node, comments: parsed.comments, lineOf };
}

/** Visits every node below `node`, each with the nodes above it, the nearest last. */
export function walk(
  node: Node,
  visit: (node: Node, above: readonly Node[]) => void,
  above: readonly Node[] = [],
): void {
  visit(node, above);
  const within = [...above, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, within);
  }
}

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** The text of a string literal, or of a template without holes. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node["value"] === "string") return node["value"];
  if (node.type !== "TemplateLiteral") return undefined;
  const quasis = node["quasis"] as { value: { cooked: string } }[];
  return quasis.length === 1 ? quasis[0]?.value.cooked : undefined;
}
