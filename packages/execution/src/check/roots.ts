// What was given is held against the roots that are known, before anything is made of it.

import {
  equalBytes,
  type Lane,
  openWitness,
  type Root,
  type SparseMap,
  type SparseWitness,
  toHex,
  zeroRoot,
} from "@tandem/shared";
import { ContractState, recordRoot } from "../round/contract-state.ts";
import { contentRoots } from "../round/lane-run.ts";
import { keyText } from "../schedule/conflicts.ts";
import { unusable } from "./failure.ts";
import type { LaneWitness } from "./material.ts";

export function checkRoot(committed: Root, given: Root, path: string): void {
  if (equalBytes(committed, given)) return;
  unusable("wrong-root", path, `what was given has root ${toHex(given)}, not ${toHex(committed)}`);
}

/** The lists are those that the lane commits to, and the record too. */
export function checkWitnessRoots(lane: Lane, { record, content }: LaneWitness, path: string): void {
  checkRoot(lane.pre, recordRoot(record), `${path}record`);
  const roots = contentRoots(content);
  checkRoot(lane.nodes, roots.nodes, `${path}nodes`);
  checkRoot(lane.inputs, roots.inputs, `${path}inputs`);
  checkRoot(lane.exports, roots.exports, `${path}exports`);
}

export function openMap(root: Root, witness: SparseWitness, path: string): SparseMap {
  const map = openWitness(root, witness);
  return map.ok ? map.value : unusable("wrong-witness", path, map.error.message);
}

export function openState({ contract }: Lane, { record, state }: LaneWitness, path: string): ContractState {
  return new ContractState(contract, record, openMap(record?.state ?? zeroRoot, state, `${path}state`));
}

/** Versions mean nothing for a map that is never stored. */
const version = 1;

/** The map afterwards. A witness that opened allows for any change of its keys. */
export function finishState(state: ContractState, { reads, writes }: SparseWitness, path: string): void {
  const named = new Set([...reads, ...writes].map(keyText));
  const missing = state.touched.writes.find((key) => !named.has(keyText(key)));
  if (missing !== undefined) unusable("not-in-witness", `${path}state`, `the nodes write ${toHex(missing)}`);
  state.finish(version);
}
