// How what differs reads.

import {
  assert,
  type ContractName,
  decodeValue,
  type EncodedOutcome,
  type Existence,
  type Export,
  formatValue,
  type LaneInput,
  type Node,
  type Source,
  toHex,
} from "@tandem/shared";

/** Characters of a value: enough to tell most apart. */
const valueTextMax = 200;

export function showNode({ height, index, step, kind }: Node): string {
  const place = `step ${step} of program ${height}/${index}`;
  return kind === "step" ? place : `the settle after ${place}`;
}

function showBytes(bytes: Uint8Array): string {
  const decoded = decodeValue(bytes);
  assert(decoded.ok, "what was decoded or made holds values (P8)");
  return shorten(formatValue(decoded.value));
}

function showOutcome(outcome: EncodedOutcome): string {
  if (outcome.kind === "nothing") return `Nothing{${outcome.value.why}, step ${outcome.value.step}}`;
  return `${showBytes(outcome.value.bytes)} of ${outcome.value.environment}`;
}

function showExistence({ environment, status }: Existence): string {
  return `${status}, ${environment}`;
}

export function showExport({ node, content }: Export): string {
  return `${showNode(node)}: ${showExported(content)}`;
}

function showExported(content: Export["content"]): string {
  if (content.kind === "outcome") return showOutcome(content.value);
  if (content.kind === "verdict") {
    return content.value.failed === undefined ? "the group held" : `the group failed at step ${content.value.failed}`;
  }
  const { outcome, settlesAt, settlesIn } = content.value;
  return `${showOutcome(outcome)}, tentative until ${settlesIn} settles after step ${settlesAt}`;
}

export function showInput({ node, contract, from, round, content }: LaneInput): string {
  const origin = from === "source" ? `claim of round ${round}` : from === "pending" ? "an earlier round" : "this round";
  return `${showNode(node)} in ${contract}, from ${origin}: ${showGiven(content)}`;
}

function showGiven(content: LaneInput["content"]): string {
  if (content.kind === "outcome") return showOutcome(content.value);
  if (content.kind === "existence") return showExistence(content.value);
  const { key, value } = content.value;
  return value === undefined ? `deletes ${toHex(key)}` : `sets ${toHex(key)} to ${showBytes(value)}`;
}

export function showSource({ shard, round, exports }: Source): string {
  return `${shard}, round ${round}, exports ${toHex(exports)}`;
}

export function showPlaced(node: Node, contract: ContractName): string {
  return `${showNode(node)} in ${contract}`;
}

function shorten(text: string): string {
  return text.length <= valueTextMax ? text : `${text.slice(0, valueTextMax)}…`;
}
