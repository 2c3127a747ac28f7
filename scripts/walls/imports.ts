// Every way in which a file names another module.

import { isNode, literalText, type Node, type Source, walk } from "./syntax.ts";

export interface Import {
  /** `undefined`: computed when the program runs. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** "types" leave nothing at run time; "demand" is `import()`. */
  readonly kind: "types" | "values" | "demand";
}

const referencePattern = /^\/\s*<reference\s+(?:path|types|lib)\s*=\s*["']([^"']*)["']/;

export function importsOf(source: Source): Import[] {
  const found: Import[] = [];
  walk(source.program, (node) => {
    const named = moduleNamedBy(node);
    if (named !== undefined) {
      found.push({ specifier: literalText(named.module), line: source.lineOf(node.start), kind: named.kind });
    }
  });
  return found;
}

/** `/// <reference …>`: brings in declarations that no import shows. */
export function referencesOf(source: Source): { readonly line: number; readonly target: string }[] {
  return source.comments.flatMap((comment) => {
    const target = referencePattern.exec(comment.value)?.[1];
    return target === undefined ? [] : [{ line: source.lineOf(comment.start), target }];
  });
}

function moduleNamedBy(node: Node): { readonly module: unknown; readonly kind: Import["kind"] } | undefined {
  switch (node.type) {
    case "ImportDeclaration":
      return { module: node["source"], kind: node["importKind"] === "type" ? "types" : "values" };
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
      if (!isNode(node["source"])) return undefined;
      return { module: node["source"], kind: node["exportKind"] === "type" ? "types" : "values" };
    case "ImportExpression":
      return { module: node["source"], kind: "demand" };
    case "TSImportType":
      return { module: node["source"], kind: "types" };
    case "TSExternalModuleReference":
      return { module: node["expression"], kind: "values" };
    case "CallExpression":
      return isRequire(node["callee"]) ? { module: (node["arguments"] as unknown[])[0], kind: "values" } : undefined;
    default:
      return undefined;
  }
}

/** `require(…)`, `module.require(…)` and the like. */
function isRequire(callee: unknown): boolean {
  if (!isNode(callee)) return false;
  if (callee.type === "Identifier") return callee["name"] === "require";
  return callee.type === "MemberExpression" && isRequire(callee["property"]);
}
