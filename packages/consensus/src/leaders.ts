// S1: the leader of a view is a weighted draw from the epoch's seed, the same for everyone.
//
// draw = first 16 bytes, big endian, of SHA-256(seed ‖ view as 8 bytes little endian), modulo the total weight;
// the leader is the first seat at which the running sum of weights exceeds the draw. With less than 2^64 of
// weight the bias of the modulo is below 2^-64.

import { asValidatorIndex, type Committee, type Root, sha256, type ValidatorIndex, type View } from "@tandem/shared";

export class Leaders {
  readonly #seed: Root;
  readonly #committee: Committee;
  readonly #recent = new Map<View, ValidatorIndex>();

  constructor(seed: Root, committee: Committee) {
    this.#seed = seed;
    this.#committee = committee;
  }

  of(view: View): ValidatorIndex {
    const known = this.#recent.get(view);
    if (known !== undefined) return known;
    const leader = drawLeader(this.#seed, this.#committee, view);
    if (this.#recent.size >= recentMax) this.#recent.clear();
    this.#recent.set(view, leader);
    return leader;
  }
}

/** Views are asked about many times while they last. */
const recentMax = 1024;

export function drawLeader(seed: Root, committee: Committee, view: View): ValidatorIndex {
  const message = new Uint8Array(40);
  message.set(seed);
  const fields = new DataView(message.buffer);
  fields.setBigUint64(32, BigInt(view), true);
  const hash = sha256(message);
  const drawn = new DataView(hash.buffer, hash.byteOffset, 16);
  let draw = ((drawn.getBigUint64(0) << 64n) | drawn.getBigUint64(8)) % committee.total;
  const seat = committee.seats.findIndex(({ weight }) => {
    draw -= weight;
    return draw < 0n;
  });
  return asValidatorIndex(seat);
}
