// C6: how a shard's own state and the one behind another claim differ, down to key and both values. The contents of both
// claims say which node or root differs first (`firstDifference`). What no node says is found here: from the roots that
// their claim commits to, part by part, down to the keys; and beside each key the nodes of the round that may have touched
// it. Contracts are compared first, each with its state; where they agree, pending programs are.
//
// Nothing of the other state is kept or used: it is shown, and that is all. Peers can refuse, or give what their own claim
// commits to (`exchange.ts`); if they refuse, what the contents say is all that there is to see, and that is said too.
//
// It is work of several inputs (`jobs.ts`), which reads the own store and waits for peers. It is bounded by what a person
// reads (`explainLimits`).

import { type CommittedMap, readKeptPart } from "@tandem/execution";
import {
  type Claim,
  type ContractName,
  type ContractRecord,
  contractRecordCodec,
  equalBytes,
  fromUtf8,
  isContractName,
  type Job,
  type MapPart,
  type MapPlace,
  type OpenedPart,
  openPart,
  type ReadEffect,
  type Reading,
  type Root,
  read,
  readUnder,
  type ShardName,
  StoreFault,
  sha256,
  utf8,
  zeroRoot,
} from "@tandem/shared";
import { shardPrefix } from "../chain-records.ts";
import type { ClaimContent } from "../content/claim-content.ts";
import type { Peer } from "../content/types.ts";
import type { Difference } from "../following/difference.ts";
import type { Dispute } from "../following/types.ts";
import type { ShardPlace } from "../network.ts";
import { readContent } from "../records.ts";
import type { OrderReads } from "../types.ts";
import {
  type CompareScope,
  compareMaps,
  type EntryDifference,
  type MapDifference,
  type MapSide,
  type MissingPart,
} from "./compare.ts";
import { type Sources, StateExchange } from "./exchange.ts";
import { type DeclaredNode, declaredNodes, touchesOf } from "./lanes.ts";
import { type Explanation, explainLimits, type KeyDifference, type PartQuestion, type StateEffect } from "./types.ts";

/** What is to be explained. */
export interface Disputed {
  readonly dispute: Dispute;
  readonly difference: Difference;
  /** Of the own claim; nothing if there was no work in that round. */
  readonly own: ClaimContent | undefined;
  readonly theirs: ClaimContent;
  /** Who affirmed their claim, as far as known when it is asked. */
  affirmers(): readonly Peer[];
}

export interface ExplainerConfig {
  readonly order: Pick<OrderReads, "ordered">;
  /** Where claims begin: those of the genesis are in no store. */
  readonly shards: ReadonlyMap<ShardName, Pick<ShardPlace, "genesis">>;
  readonly deltaMs: number;
  readonly push: (effect: StateEffect) => void;
}

export class StateExplainer {
  readonly #order: Pick<OrderReads, "ordered">;
  readonly #shards: ExplainerConfig["shards"];
  readonly #exchange: StateExchange;

  constructor({ order, shards, deltaMs, push }: ExplainerConfig) {
    this.#order = order;
    this.#shards = shards;
    this.#exchange = new StateExchange(deltaMs, push);
  }

  /** For tests of bounds: all that is kept. */
  get counts() {
    return this.#exchange.counts;
  }

  onState(from: Peer, id: number, part: MapPart | undefined): void {
    this.#exchange.onState(from, id, part);
  }

  onTimer(id: number): void {
    this.#exchange.onTimer(id);
  }

  /** To be polled after each `onState` and `onTimer`. */
  *explain(disputed: Disputed): Job<Explanation, ReadEffect> {
    const { dispute, difference, theirs } = disputed;
    // Without a claim of that round, the state is the one that the claim before left.
    const own = disputed.own ?? (yield* this.#before(theirs.claim));
    const end = own === undefined ? "not-kept" : areOfOneMoment(disputed, own) ? undefined : "other-rounds";
    if (own === undefined || end !== undefined) return { dispute, difference, keys: [], end: end ?? "not-kept" };
    const inquiry = new Inquiry(disputed, own, this.#order, this.#exchange);
    yield* inquiry.run();
    return { dispute, difference, keys: inquiry.keys, end: inquiry.end };
  }

  *#before({ shard, prev }: Claim): Job<ClaimContent | undefined, ReadEffect> {
    const genesis = this.#shards.get(shard)?.genesis;
    if (genesis !== undefined && equalBytes(genesis.frontier.claim, prev)) return { claim: genesis.claim, exports: [] };
    return yield* read(readContent(prev));
  }
}

function areOfOneMoment({ own, theirs }: Disputed, before: ClaimContent): boolean {
  return own === undefined || before.claim.round === theirs.claim.round;
}

class Inquiry {
  readonly #disputed: Disputed;
  readonly #own: ClaimContent;
  readonly #order: Pick<OrderReads, "ordered">;
  readonly #exchange: StateExchange;
  readonly #sources: Sources;
  #partsLeft: number = explainLimits.partsMax;
  readonly keys: KeyDifference[] = [];
  end: Explanation["end"] = "all";

  constructor(disputed: Disputed, own: ClaimContent, order: Pick<OrderReads, "ordered">, exchange: StateExchange) {
    this.#disputed = disputed;
    this.#own = own;
    this.#order = order;
    this.#exchange = exchange;
    this.#sources = { affirmers: () => disputed.affirmers(), liars: new Set(), lastGiver: undefined };
  }

  *run(): Job<void, ReadEffect> {
    const [own, theirs] = [this.#own.claim, this.#disputed.theirs.claim];
    for (const entry of yield* this.#contracts(own.contracts, theirs.contracts)) {
      if (this.#isOver) return;
      yield* this.#contract(entry);
    }
    if (this.keys.length > 0 || this.end !== "all") return;
    const map: CommittedMap = { kind: "pending" };
    const pending = yield* this.#compare(map, own.pending.root, theirs.pending.root);
    this.keys.push(...pending.map((entry) => ({ map, ...entry, lane: undefined })));
  }

  /** Records that differ, that of the contract which the difference names first. */
  *#contracts(own: Root, theirs: Root): Job<readonly EntryDifference[], ReadEffect> {
    const { difference } = this.#disputed;
    const named = "contract" in difference ? utf8(difference.contract) : undefined;
    const isNamed = ({ key }: EntryDifference) => named !== undefined && equalBytes(key, named);
    const map: CommittedMap = { kind: "contracts" };
    const entries = yield* this.#compare(map, own, theirs);
    if (named === undefined || this.end !== "more" || entries.some(isNamed)) {
      return [...entries.filter(isNamed), ...entries.filter((each) => !isNamed(each))];
    }
    return [...(yield* this.#compare(map, own, theirs, sha256(named))), ...entries];
  }

  *#contract(entry: EntryDifference): Job<void, ReadEffect> {
    const name = fromUtf8(entry.key) ?? "";
    const [own, theirs] = [recordOf(entry.own), recordOf(entry.theirs)];
    const nodes = isContractName(name) ? yield* this.#nodesOf(name) : [];
    const map: CommittedMap = { kind: "contracts" };
    if (!isContractName(name) || own === "none" || theirs === "none") {
      this.#add({ map, ...entry, lane: undefined });
      return;
    }
    if (own?.environment !== theirs?.environment || own?.status !== theirs?.status) {
      this.#add({ map, ...entry, lane: touchesOf(name, nodes, undefined) });
    }
    const state: CommittedMap = { kind: "state", contract: name };
    for (const each of yield* this.#compare(state, own?.state ?? zeroRoot, theirs?.state ?? zeroRoot)) {
      this.#add({ map: state, ...each, lane: touchesOf(name, nodes, each.key) });
    }
  }

  /** Whoever refuses one part is not asked for the next. */
  get #isOver(): boolean {
    return this.end !== "all" && this.end !== "more";
  }

  #add(key: KeyDifference): void {
    if (this.keys.length < explainLimits.keysMax) this.keys.push(key);
    else this.#stop("more");
  }

  #stop(end: MapDifference["end"]): void {
    if (end !== "all") this.end = end;
  }

  *#nodesOf(contract: ContractName): Job<readonly DeclaredNode[], ReadEffect> {
    const { own, theirs } = this.#disputed;
    return yield* read(declaredNodes(this.#order, contract, own, theirs));
  }

  *#compare(map: CommittedMap, own: Root, theirs: Root, path?: Uint8Array) {
    const entriesMax = explainLimits.keysMax - this.keys.length;
    const scope: CompareScope = path === undefined ? { entriesMax } : { entriesMax, path };
    const found = yield* compareMaps(this.#ownSide(map, own), this.#theirSide(map, theirs), scope);
    this.#stop(found.end);
    return found.entries;
  }

  #ownSide(map: CommittedMap, root: Root): MapSide<ReadEffect> {
    const { shard, round } = this.#own.claim;
    const readAt = (place: MapPlace) => readUnder(shardPrefix(shard), readKeptPart(map, round, root, place));
    return { root, part: (place, hash) => readOwn(readAt(place), place, hash) };
  }

  #theirSide(map: CommittedMap, root: Root): MapSide<ReadEffect> {
    const { shard, round } = this.#disputed.theirs.claim;
    return { root, part: (place, hash) => this.#ask({ shard, round, map, root, place }, hash) };
  }

  *#ask(question: PartQuestion, hash: Root): Job<OpenedPart | MissingPart, never> {
    if (this.#partsLeft === 0) return { kind: "missing", why: "more" };
    this.#partsLeft--;
    return yield* this.#exchange.part(question, hash, this.#sources);
  }
}

/** `none` for what is no record: whatever a claim commits to is shown as it is. */
function recordOf(bytes: Uint8Array | undefined): ContractRecord | undefined | "none" {
  if (bytes === undefined) return undefined;
  const record = contractRecordCodec.decode(bytes);
  return record.ok ? record.value : "none";
}

function* readOwn(
  reading: Reading<MapPart | undefined>,
  place: MapPlace,
  hash: Root,
): Job<OpenedPart | MissingPart, ReadEffect> {
  const part = yield* readIfKept(reading);
  if (part === undefined) return { kind: "missing", why: "not-kept" };
  const opened = openPart(place, hash, part);
  if (!opened.ok) throw new StoreFault("bad-record", `a part of the own state: ${opened.error.message}`);
  return opened.value;
}

function* readIfKept(reading: Reading<MapPart | undefined>): Job<MapPart | undefined, ReadEffect> {
  try {
    return yield* read(reading);
  } catch (fault) {
    if (fault instanceof StoreFault && fault.code === "missing-record") return undefined;
    throw fault;
  }
}
