// C4: one follower's signature over {epoch, claim root} in the affirm domain of its network. Shard and round
// stand beside it so that a receiver can place or refuse it before it holds the claim.

import type { Epoch, Root, Round, ShardName, ValidatorIndex } from "../numbers.ts";
import { codec, container, type Type } from "../ssz/index.ts";
import { epochType, rootType, roundType, shardNameType, signatureType, validatorIndexType } from "./common.ts";

/** What an affirmation signs and an attestation aggregates. */
export interface AffirmedClaim {
  readonly epoch: Epoch;
  readonly claim: Root;
}

export interface Affirmation extends AffirmedClaim {
  readonly shard: ShardName;
  readonly round: Round;
  /** Place of the signer in the shard's committee. */
  readonly signer: ValidatorIndex;
  readonly signature: Uint8Array;
}

export const affirmedClaimCodec = codec<AffirmedClaim>(
  "affirmed-claim",
  container({ epoch: epochType, claim: rootType }),
);

export const affirmationType: Type<Affirmation> = container({
  epoch: epochType,
  claim: rootType,
  shard: shardNameType,
  round: roundType,
  signer: validatorIndexType,
  signature: signatureType,
});
export const affirmationCodec = codec("affirmation", affirmationType);
