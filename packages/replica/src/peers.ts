// Whom the machines speak of. Outside, a peer is a validator's place in the genesis, and what is beyond these is a peer that
// is none. The machines of a chain know seats of its set, and what is beyond those are peers that have no vote there. So to
// each chain the validators stand in an order of their own: first those with a seat, then all others. Where everybody has
// a vote on a chain, both numbers are the same.

import type { Peer } from "@tandem/attestation";
import { asValidatorIndex, type Chain, type Genesis, type GenesisValidator, type ValidatorIndex } from "@tandem/shared";

export class ChainPeers {
  /** Places in the genesis, in the chain's own order. */
  readonly #peers: readonly Peer[];
  readonly #own: readonly number[];
  /** How many of them have a seat. */
  readonly seats: number;

  constructor({ validators }: Genesis, chain: Chain) {
    const hasSeat = ({ orderWeight, attestWeight }: GenesisValidator) =>
      (chain === "order" ? orderWeight : attestWeight) > 0n;
    const all = validators.map((validator, peer) => ({ peer, isSeated: hasSeat(validator) }));
    const seated = all.filter(({ isSeated }) => isSeated);
    this.seats = seated.length;
    this.#peers = [...seated, ...all.filter(({ isSeated }) => !isSeated)].map(({ peer }) => peer);
    this.#own = this.#peers.map((_, peer) => this.#peers.indexOf(peer));
  }

  /** With a vote on some chain, or none. */
  isValidator(peer: Peer): boolean {
    return peer < this.#peers.length;
  }

  /** As the chain's machines call this peer. */
  ownOf(peer: Peer): number {
    return this.#own[peer] ?? peer;
  }

  peerOf(own: number): Peer {
    return this.#peers[own] ?? own;
  }

  /** Nothing for whoever does not vote on the chain. */
  seatOf(peer: Peer | undefined): ValidatorIndex | undefined {
    const own = peer === undefined ? undefined : this.ownOf(peer);
    return own !== undefined && own < this.seats ? asValidatorIndex(own) : undefined;
  }
}
