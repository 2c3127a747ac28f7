// R2, A3: what is visible at a round.
//
// R2 says that a claim is visible at *t* if it is at or below its shard's frontier in the attest block that order header
// *t* cites. Along one chain a shard's frontier only rises, claim by claim. So it is visible at *t* if the attest block
// that has it is not above the one that order header *t* cites: two records (`block-records.ts`), whatever the number of
// shards and blocks, and no frontiers of the past.
//
// Records tell heights, so they hold for blocks below the last final one too: what a later block brought is not seen there.
// What blocks above the last final one brought is in their states.

import {
  type AttestItem,
  asHeight,
  assert,
  type BlockRef,
  type Codec,
  decodeRecord,
  type Height,
  type Reading,
  type Round,
  type ShardName,
  zeroRoot,
} from "@tandem/shared";
import { type Attested, attestedCodec, attestedKey, faultKey, faultRecordCodec } from "./block-records.ts";
import { type Fault, faultOf, faultText } from "./faults.ts";
import { type AttestState, type ChainSetting, type OrderPlace, type OrderPlaces, statesFrom } from "./state.ts";

/** What blocks up to some one say; it knows what it was opened for. */
export interface Past {
  attestedAt(shard: ShardName, round: Round): Attested | undefined;
  orderAt(height: Height): OrderPlace | undefined;
  /** Whether evidence of it was included. */
  isProven(fault: Fault): boolean;
}

/** What items above `parent` need to know, in a block that cites the order block of that height. One batch. */
export function* openPast(
  setting: ChainSetting,
  parent: AttestState,
  order: Height,
  items: readonly AttestItem[],
): Reading<Past> {
  const wanted = new Wanted(setting.places);
  wanted.order(order);
  for (const item of items) wanted.item(item, order);
  // Before anything is read: meanwhile states can become final, and are cut off from those below.
  const states = [...statesFrom(parent)];
  const keys = [...wanted.keys.values()];
  const values = keys.length === 0 ? [] : yield keys;
  const records = new Map([...wanted.keys.keys()].map((text, at) => [text, values[at]]));
  return new OpenPast(setting, states, records);
}

const claimText = (shard: ShardName, round: Round) => `claim ${shard} ${round}`;
const orderText = (height: number) => `order ${height}`;

/** Keys of records, each once. */
class Wanted {
  readonly keys = new Map<string, Uint8Array>();
  readonly #places: OrderPlaces;

  constructor(places: OrderPlaces) {
    this.#places = places;
  }

  order(height: Height): void {
    // The genesis is known.
    if (height > 0) this.keys.set(orderText(height), this.#places.placeKey(height));
  }

  item(item: AttestItem, order: Height): void {
    if (item.kind === "evidence") {
      const fault = faultOf(item.value);
      this.keys.set(faultText(fault), faultKey(fault));
      return;
    }
    const { round, sources } = item.value.claim;
    // Of what cannot be valid nothing is read.
    if (round > order || sources.length === 0) return;
    this.order(round as number as Height);
    for (const source of sources) {
      this.keys.set(claimText(source.shard, source.round), attestedKey(source.shard, source.round));
    }
  }
}

type Values = ReadonlyMap<string, Uint8Array | undefined>;

const genesisCites: BlockRef = { height: asHeight(0), root: zeroRoot };

class OpenPast implements Past {
  readonly #records: Values;
  readonly #genesis: OrderPlace;
  readonly #places: OrderPlaces;
  /** Of the block that it was opened above. */
  readonly #height: Height;
  readonly #claims = new Map<string, Attested>();
  readonly #faults = new Set<string>();

  constructor({ orderGenesis, places }: ChainSetting, states: readonly AttestState[], records: Values) {
    this.#records = records;
    this.#places = places;
    this.#genesis = { root: orderGenesis.root, attested: genesisCites };
    this.#height = (states[0] as AttestState).height;
    for (const { claims, faults } of states) {
      for (const claim of claims) {
        const text = claimText(claim.shard, claim.round);
        if (records.has(text)) this.#claims.set(text, claim);
      }
      for (const fault of faults) this.#faults.add(faultText(fault));
    }
  }

  attestedAt(shard: ShardName, round: Round): Attested | undefined {
    const text = claimText(shard, round);
    const found = this.#claims.get(text) ?? this.#read(text, attestedCodec);
    return found !== undefined && found.height <= this.#height ? found : undefined;
  }

  orderAt(height: Height): OrderPlace | undefined {
    if (height === 0) return this.#genesis;
    const record = this.#recordOf(orderText(height));
    return record && this.#places.place(record);
  }

  isProven(fault: Fault): boolean {
    const text = faultText(fault);
    if (this.#faults.has(text)) return true;
    const found = this.#read(text, faultRecordCodec);
    return found !== undefined && found.height <= this.#height;
  }

  #recordOf(text: string): Uint8Array | undefined {
    assert(this.#records.has(text), () => `the past was opened without ${text}`);
    return this.#records.get(text);
  }

  #read<T>(text: string, codec: Codec<T>): T | undefined {
    const record = this.#recordOf(text);
    return record && decodeRecord(codec, record);
  }
}
