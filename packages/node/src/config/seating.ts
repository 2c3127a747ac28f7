// Who sits where. A validator has one place, that in the genesis: by it nodes name each other, on links, in configurations
// and in the API, where it is called its seat. In the order set, the attest set and the committees of shards it may have a
// seat as well, or none; certificates and affirmations count those.

import {
  asValidatorIndex,
  type Genesis,
  isQuorum,
  type ShardName,
  type ValidatorIndex,
  type Weight,
} from "@tandem/shared";

/** One set: of each seat, in order, whose it is. */
export interface Seating {
  readonly places: readonly number[];
  readonly weights: readonly Weight[];
  readonly total: bigint;
}

export interface Seatings {
  readonly order: Seating;
  readonly attest: Seating;
  readonly shards: ReadonlyMap<ShardName, Seating>;
}

export function seatingsOf({ validators, shards }: Pick<Genesis, "validators" | "shards">): Seatings {
  const seated = (weights: readonly Weight[]) => weights.map((weight, place) => ({ place, weight }));
  return {
    order: seatingOf(seated(validators.map(({ orderWeight }) => orderWeight))),
    attest: seatingOf(seated(validators.map(({ attestWeight }) => attestWeight))),
    shards: new Map(
      shards.map(({ name, committee }) => {
        return [name, seatingOf(committee.map(({ validator, weight }) => ({ place: validator, weight })))];
      }),
    ),
  };
}

function seatingOf(all: readonly { readonly place: number; readonly weight: Weight }[]): Seating {
  const seats = all.filter(({ weight }) => weight > 0n);
  return {
    places: seats.map(({ place }) => place),
    weights: seats.map(({ weight }) => weight),
    total: seats.reduce((sum, { weight }) => sum + weight, 0n),
  };
}

/** The seat of whoever has that place. */
export function seatAt({ places }: Seating, place: number | undefined): ValidatorIndex | undefined {
  const seat = place === undefined ? -1 : places.indexOf(place);
  return seat < 0 ? undefined : asValidatorIndex(seat);
}

/** With all who have these places. */
export function makeQuorum(seating: Seating, here: ReadonlySet<number>): boolean {
  const weight = seating.places.reduce((sum, place, seat) => {
    return here.has(place) ? sum + (seating.weights[seat] as Weight) : sum;
  }, 0n);
  return isQuorum(seating, weight);
}

/** Whose committees a validator sits in. */
export function shardsAt({ shards }: Seatings, place: number | undefined): readonly ShardName[] {
  return [...shards].filter(([, seating]) => seatAt(seating, place) !== undefined).map(([shard]) => shard);
}
