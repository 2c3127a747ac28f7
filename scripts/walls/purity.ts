// What a pure room's source may not say. Names are refused wherever they stand for something, shadowed or not: a
// reader should not have to work out which `process` is meant. Comments that silence the compiler are refused too,
// since they would let any other name through. What somebody hides on purpose, in a computed member, is for review.

import { exactMath, impureMembers, impureNames } from "../rooms.ts";
import { isNode, literalText, type Node, type Source, walk } from "./syntax.ts";

export interface Finding {
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

export function impurities(source: Source, platform: readonly string[] | undefined): Finding[] {
  const findings: Finding[] = [];
  walk(source.program, (node, above) => {
    const said = sayings(node, above, platform);
    for (const [code, message] of said) findings.push({ line: source.lineOf(node.start), code, message });
  });
  for (const comment of source.comments) {
    const silencer = /@ts-(?:ignore|expect-error|nocheck)/.exec(comment.value)?.[0];
    if (silencer === undefined) continue;
    const message = `${silencer} silences the compiler, which keeps this room pure`;
    findings.push({ line: source.lineOf(comment.start), code: "silenced", message });
  }
  return findings;
}

type Saying = readonly [code: string, message: string];

function sayings(node: Node, above: readonly Node[], platform: readonly string[] | undefined): Saying[] {
  switch (node.type) {
    case "Identifier":
      return isKey(node, above) ? [] : nameSayings(node["name"] as string, above);
    case "MemberExpression":
      return memberSayings(node, above);
    case "Property":
      return above.at(-1)?.type === "ObjectPattern" ? keySayings(node) : [];
    case "MetaProperty":
      return isNode(node["meta"]) && node["meta"]["name"] === "import" ? [["impure-name", "import.meta is Node"]] : [];
    default:
      return node["declare"] === true || node.type === "TSGlobalDeclaration" ? declarationSayings(node, platform) : [];
  }
}

function nameSayings(name: string, above: readonly Node[]): Saying[] {
  if (name === "Math") return mathSayings(above);
  const why = lookUp(impureNames, name);
  return why === undefined ? [] : [["impure-name", `${name} ${why}`]];
}

/** `Math` may only stand in `Math.floor` and its exact kind: not passed on, taken apart or indexed. */
function mathSayings(above: readonly Node[]): Saying[] {
  const parent = above.at(-1);
  const member = parent?.type === "MemberExpression" ? memberName(parent) : undefined;
  if (member !== undefined && exactMath.includes(member)) return [];
  const what =
    member === undefined ? "Math as a value hides what is used of it" : `Math.${member} is random or inexact`;
  return [["impure-name", `${what}; allowed: Math.${exactMath.join(", ")}`]];
}

function memberSayings(node: Node, above: readonly Node[]): Saying[] {
  const name = memberName(node);
  const why = name === undefined ? undefined : lookUp(impureMembers, name);
  if (why === undefined || (name === "constructor" && isHarmless(above))) return [];
  return [["impure-member", `.${name} ${why}`]];
}

/** `const { constructor } = value`. */
function keySayings(node: Node): Saying[] {
  const key = node["key"];
  const name = isNode(key) && key.type === "Identifier" ? (key["name"] as string) : literalText(key);
  const why = name === undefined ? undefined : lookUp(impureMembers, name);
  return why === undefined ? [] : [["impure-member", `.${name} ${why}`]];
}

function declarationSayings(node: Node, platform: readonly string[] | undefined): Saying[] {
  // A field (`declare readonly name: string`) declares nothing beyond its class.
  if (node.type === "PropertyDefinition" || isBrand(node)) return [];
  const name = isNode(node["id"]) ? String(node["id"]["name"] ?? "") : "";
  if (platform?.includes(name)) return [];
  const where = platform === undefined ? "only a platform.d.ts may" : `allowed: ${platform.join(", ")}`;
  return [["ambient", `declare makes up a global (${where})`]];
}

/** `declare const brand: unique symbol`: a type's name, and nothing at run time. */
function isBrand(node: Node): boolean {
  const declarators = node.type === "VariableDeclaration" ? (node["declarations"] as Node[]) : [];
  return declarators.length > 0 && declarators.every((declarator) => isUniqueSymbol(declarator["id"]));
}

function isUniqueSymbol(id: unknown): boolean {
  const annotation = isNode(id) ? id["typeAnnotation"] : undefined;
  const type = isNode(annotation) ? annotation["typeAnnotation"] : undefined;
  return isNode(type) && type.type === "TSTypeOperator" && type["operator"] === "unique";
}

function memberName(node: Node): string | undefined {
  const property = node["property"];
  if (node["computed"] === true) return literalText(property);
  return isNode(property) && property.type === "Identifier" ? (property["name"] as string) : undefined;
}

/** `value.constructor === Uint8Array` and `value.constructor.name` ask what a value is, and reach nothing. */
function isHarmless(above: readonly Node[]): boolean {
  const parent = above.at(-1);
  if (parent?.type === "MemberExpression") return memberName(parent) === "name";
  return parent?.type === "BinaryExpression" && (parent["operator"] === "===" || parent["operator"] === "!==");
}

/** Whether an identifier only labels something: a member, a property, a method, a name in another module. */
function isKey(node: Node, above: readonly Node[]): boolean {
  const parent = above.at(-1);
  if (parent === undefined) return false;
  switch (parent.type) {
    case "MemberExpression":
      return parent["property"] === node && parent["computed"] === false;
    case "Property":
      return parent["key"] === node && parent["computed"] === false && parent["shorthand"] === false;
    case "MethodDefinition":
    case "PropertyDefinition":
    case "AccessorProperty":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent["key"] === node && parent["computed"] === false;
    case "ImportSpecifier":
      return parent["imported"] === node && parent["local"] !== node;
    case "ExportSpecifier":
      return parent["exported"] === node || isNode(above.at(-2)?.["source"]);
    case "TSNamedTupleMember":
    case "LabeledStatement":
      return parent["label"] === node;
    case "TSQualifiedName":
      return parent["right"] === node;
    case "TSImportType":
      return true;
    default:
      return false;
  }
}

function lookUp(table: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
