// What all parts need to know of one network: its genesis, and what follows from it.

import {
  asHeight,
  assert,
  attestHeaderCodec,
  type BlockRef,
  blobDomain,
  type CheckedGenesis,
  type Domain,
  type Genesis,
  genesisAccounts,
  genesisAttestHeader,
  genesisOrderHeader,
  type OrderHeader,
  orderHeaderCodec,
  orderMembers,
  type Root,
  type ShardName,
  SparseMap,
} from "@tandem/shared";

export interface OrderNetwork {
  readonly genesis: Genesis;
  /** Root of the genesis: what every signature covers. */
  readonly network: Root;
  /** Of what payers sign. */
  readonly domain: Domain;
  readonly shards: ReadonlySet<ShardName>;
  /** BLS keys of the order set, by seat: fees of a proposer go under its key. */
  readonly proposers: readonly Uint8Array[];
  /** The ledger of the genesis, as its first version. */
  readonly ledger: SparseMap;
  readonly header: OrderHeader;
  readonly root: Root;
  /** Height 1 cites it or a later block (O3). */
  readonly attestGenesis: BlockRef;
}

/** O2: the ledger after the block of a height is this version of its map; the genesis makes the first. */
export function ledgerVersion(height: number): number {
  return height + 1;
}

export function openNetwork({ genesis, network }: CheckedGenesis): OrderNetwork {
  const ledger = SparseMap.empty.apply(genesisAccounts(genesis), ledgerVersion(0));
  assert(ledger.ok, "a whole map knows all keys");
  const header = genesisOrderHeader(genesis, ledger.value.root);
  return {
    genesis,
    network,
    domain: blobDomain(network),
    shards: new Set(genesis.shards.map(({ name }) => name)),
    proposers: orderMembers(genesis).map(({ key }) => key),
    ledger: ledger.value,
    header,
    root: orderHeaderCodec.root(header),
    attestGenesis: { height: asHeight(0), root: attestHeaderCodec.root(genesisAttestHeader(genesis)) },
  };
}
