// O3: the two headers that a network begins with. They are final without a certificate, at height 0 of view 0 and
// epoch 0; they have no parent, cite zero, and hold nothing yet but what genesis gives.

import { limits } from "../limits.ts";
import { emptyHistory, historyRoot, listRoot, touchesTree } from "../merkle/index.ts";
import { accountCodec } from "../messages/account.ts";
import type { AttestHeader } from "../messages/attest-header.ts";
import { blobsRootOf } from "../messages/block.ts";
import type { BlockRef } from "../messages/common.ts";
import type { Genesis } from "../messages/genesis.ts";
import type { OrderHeader } from "../messages/order-header.ts";
import { validatorSetsCodec } from "../messages/validator-sets.ts";
import { asEpoch, asHeight, asNonce, asValidatorIndex, asView, type Root, zeroRoot } from "../numbers.ts";
import type { MapChange } from "../sparse/map.ts";
import { validatorSetsOf } from "./sets.ts";

/** O2: the accounts of the first ledger; whoever is allocated nothing has none. */
export function genesisAccounts({ allocations }: Genesis): readonly MapChange[] {
  return allocations
    .filter(({ amount }) => amount > 0n)
    .map(({ payer, amount }) => ({ key: payer, value: accountCodec.encode({ balance: amount, nonce: asNonce(0) }) }));
}

/** `ledgerRoot` is that of the genesis accounts. */
export function genesisOrderHeader(genesis: Genesis, ledgerRoot: Root): OrderHeader {
  return {
    ...firstPlace(),
    timeMs: genesis.startMs,
    blobsRoot: blobsRootOf([]),
    touchesRoot: touchesTree([]).commitment,
    ledgerRoot,
    attested: nothingCited,
    validatorsRoot: validatorSetsCodec.root(validatorSetsOf(genesis)),
  };
}

/**
 * A4: no shard has an entry, for none has a claim beside the genesis claim. So nothing in it depends on the genesis
 * so far; networks are told apart by what is signed (section 8).
 */
export function genesisAttestHeader(_genesis: Genesis): AttestHeader {
  return {
    ...firstPlace(),
    order: nothingCited,
    frontiersRoot: zeroRoot,
    attestationsRoot: listRoot([], limits.attestItemsMax),
  };
}

const nothingCited: BlockRef = { height: asHeight(0), root: zeroRoot };

function firstPlace() {
  return {
    version: 1 as const,
    epoch: asEpoch(0),
    view: asView(0),
    height: asHeight(0),
    parent: zeroRoot,
    history: historyRoot(emptyHistory),
    proposer: asValidatorIndex(0),
  };
}
