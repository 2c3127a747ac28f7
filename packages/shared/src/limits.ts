// Every hard limit of the protocol, once, with its unit and its reason (O9, P1, S11).
// Limits that a network may choose differently are in genesis and are bounded by these.

const kib = 1024;
const mib = 1024 * kib;

export const limits = {
  // Names. 28 bytes and a version byte fill Celestia's 29-byte namespace (O5).
  nameBytesMax: 28,

  // Blobs and order blocks (section 3).
  /** Bytes of a payload: one large program or a document, and 64 of them fill a block. */
  payloadBytesMax: 256 * kib,
  /** Shards that one blob touches (O1): more would couple committees too tightly to be worth sharding. */
  touchesMax: 16,
  /** Transfers in one blob (O1): a payroll run splits itself; a ledger step stays small. */
  transfersMax: 16,
  /** Encoded bytes of a blob: a full payload, 16 touches, 16 transfers and the fixed fields, rounded up. */
  blobBytesMax: 258 * kib,
  /** Blobs in a block: 10,000 small ones are one block of a busy second; the next power of two. */
  blockBlobsMax: 16_384,
  /** Encoded bytes of all blobs in a block: what a 100 Mbit/s link carries in about 1.3 s. */
  blockBytesMax: 16 * mib,

  // Dissemination (O6).
  /** Encoded bytes of blobs in one push: nearly two of the largest; 40 ms of a 100 Mbit/s link. */
  pushBytesMax: 512 * kib,
  /** Blobs in one push: with 512 bytes each, the bytes above are full. */
  pushBlobsMax: 1024,
  /** Blobs that wait for one peer, as references to what the pool holds anyway: as many as fill a block. */
  pushWaitingMax: 16_384,
  /** Roots in one request: 8 KiB, so asking for a whole block costs a thousandth of the block. */
  wantRootsMax: 256,
  /** Roots that a node misses at a time: of four full blocks. */
  wantedRootsMax: 4 * 16_384,
  /** Encoded bytes of blobs in one answer: eight of the largest; a sixth of a second of a 100 Mbit/s link. */
  foundBytesMax: 8 * 258 * kib,

  /** Encoded bytes of blobs that wait to be examined: two seconds of a core at 256 bytes. */
  intakeBytesMax: 16 * mib,
  /** Blobs that wait to be examined: one more full block. */
  intakeBlobsMax: 16_384,

  // Repair (S7): what one answer brings.
  /** Blocks: at a block a second, who was away for a minute is back with one question. */
  answerBlocksMax: 64,
  /** Views, for a range of which certificates are asked. */
  answerViewsMax: 64,
  /** Certificates: all three of each of these views, and the two that say where the answerer is. */
  answerCertificatesMax: 3 * 64 + 2,
  /**
   * Encoded bytes of blocks: what a 100 Mbit/s link carries in two thirds of a second. A full block is about a
   * sixteenth of it, so there is always room for one.
   */
  answerBytesMax: 8 * mib,

  // The pool (O7).
  /** Encoded bytes that wait to be ordered: four full blocks. */
  poolBytesMax: 64 * mib,
  /** Blobs that wait: four full blocks; a small one takes some 4 KB of memory, so 260 MB at worst. */
  poolBlobsMax: 65_536,
  /** Encoded bytes that wait of one payer: 16 payers who pay for it fill the pool, one does not. */
  poolPayerBytesMax: 4 * mib,
  /** Blobs that wait of one payer: what a busy one has ordered in a few blocks. */
  poolPayerBlobsMax: 1024,
  /** Nonces that may be missing before a blob: those on their way on other paths. */
  poolNonceGapMax: 64,

  // Validators, shards (section 8, A1).
  /** Members of a set: a certificate stays under 300 bytes and verifies in milliseconds. */
  validatorsMax: 1024,
  shardsMax: 1024,
  /** Contracts that genesis creates: 64 for each shard; the rest are created by steps. */
  genesisContractsMax: 65_536,
  genesisAllocationsMax: 65_536,
  /** Bytes of a contract's initial configuration in genesis. */
  genesisConfigBytesMax: 4 * kib,
  /** Payers that a shard lists as creators: a company's departments. */
  creatorsMax: 64,
  /** Bytes of a genesis file. JSON of the largest network that fits the counts above, in practice. */
  genesisFileBytesMax: 64 * mib,

  // What a network may choose at most.
  /** Budget of one shard in one block: ten seconds of a core, so that a follower can keep up. */
  shardBudgetMax: 1_000_000_000,
  /** O10, heights: a day of blocks a second; a shard further behind is not coming back by itself. */
  lagMax: 86_400,
  /** O10, programs: their pending entries stay in memory. */
  pendingMax: 65_536,
  /** Milliseconds that a header may be ahead of a voter's clock: clocks kept by NTP are within one second. */
  clockLeadMsMax: 60_000,
  /** Milliseconds of Δ: the worst link between two continents, tenfold. */
  deltaMsMax: 60_000,
  /** Milliseconds between heartbeats: a network is seen to be alive within the hour. */
  heartbeatMsMax: 3_600_000,

  // Values and programs (section 4).
  /** Steps of a program (P1): the schedule stays linear in small numbers. */
  stepsMax: 64,
  /** Arguments of a step: enough for any hand-written method. */
  argumentsMax: 16,
  /** Hops of a program (P2): bounds how long it can hold what it touches. */
  hopsMax: 8,
  /** Keys that a footprint lists: state of a step is fetched in one batch. */
  footprintKeysMax: 256,
  /** Bytes of a key of contract state. */
  keyBytesMax: 128,
  /** Encoded bytes of a value: an outcome, an argument, a value of contract state. */
  valueBytesMax: 64 * kib,
  /** Nesting of a value: a scalar has depth 1. Bounds every recursion over values. */
  valueDepthMax: 16,
  /** Items of all lists and entries of all maps in a value: a decoded one stays under some 4 MiB of memory. */
  valueItemsMax: 16_384,
  /** Work that a program may ask for in all; one unit is about ten nanoseconds of a core. */
  budgetMax: 1_000_000_000,
  /** Units for each byte of an outcome, and of a key and value written: it travels to others, and is kept and hashed. */
  byteCost: 64,
  /**
   * Units for an outcome's or a write's place in claims: the frame of an input or export takes at most 160 bytes beside
   * those above. With the longest names it is 154: a tentative outcome and the verdict of a settle.
   */
  placeCost: 160 * 64,

  // Claims (section 6).
  /** Lanes of a claim: contracts of one shard with work in one round (R4). */
  lanesMax: 4096,
  /** Sources of a claim: each shard can appear with several rounds (R4). */
  sourcesMax: 4096,
  /**
   * Nodes, inputs or exports of one lane in one round. `budgetMax` pays places for 97,656 inputs. Nodes can be twice as
   * many, a settle for each call; above this they wait for the next round (R4).
   */
  laneItemsMax: 131_072,

  /** Encoded bytes of one lane's inputs or exports: more than `budgetMax` pays bytes and places for. */
  laneBytesMax: 16 * mib,
  /** Encoded bytes of one program's pending entry, its outcomes and tentative writes here: likewise. */
  pendingEntryBytesMax: 16 * mib,

  // Attest blocks (section 7).
  /** Affirmations in one message, of one sender: the lowest of those that wait in a shard are said together. */
  affirmationsMax: 16,
  /** Items of an attest block: every shard, and room to catch up. */
  attestItemsMax: 2048,
  /** Encoded bytes of an attest block's items. */
  attestBytesMax: 16 * mib,

  /** Encoded bytes of a proposal of either chain: the largest body, and a megabyte for the rest. */
  proposalBytesMax: 17 * mib,
  /** Encoded bytes of the validator sets: 1,024 members in each of some 128 committees, now and next. */
  validatorSetsBytesMax: 16 * mib,
  /** Encoded bytes of the validator sets with the header that commits to them, and its proof. */
  setsProofBytesMax: 16 * mib + 4 * kib,

  // Slices that a follower of one shard asks for (O5).
  /** Blocks whose slices come in one answer: a hundred of a block a second are asked for seldom enough. */
  sliceRunBlocksMax: 128,
  /** Headers of an answer, with those that only lead on to a finalization: an hour of a block a second, 1.1 MB. */
  sliceRunHeadersMax: 4096,
  /**
   * Encoded bytes of one slice's proof: two bits for each leaf and closed node, and up to 36 closed nodes of 90 bytes; with a
   * full block all of one shard that is 7.2 KiB. By itself the tree could be much larger, and each bit is eight bytes in
   * memory.
   */
  sliceProofBytesMax: 8 * kib,
  /** Encoded bytes of an answer: one slice always comes whole, however large its block, beside all headers. */
  sliceRunBytesMax: 20 * mib,

  // Trees and proofs.
  /** Leaves of an RFC 6962 tree; sizes stay exact in a double. */
  historyLeavesMax: 2 ** 48,
  /** Nodes of a branch or peaks of a tree: the history is the deepest tree there is. */
  branchNodesMax: 48,
  /** Leaves of a namespaced tree (O5): every blob of a full block touches as many shards as it may. */
  namespacedLeavesMax: 16_384 * 16,
  /** Keys of one proof of a sparse map: with 64 bytes for each, the bytes below are full. */
  touchedKeysMax: 65_536,
  /** Encoded bytes of one proof that a verifier is willing to read. */
  proofBytesMax: 4 * mib,
  /**
   * Inner nodes that such a proof opens: so many, and so many for each key, but never more than the last. An honest
   * one opens about log2(size of the map) for a key. An inner node beside an empty half costs two bits and a hash,
   * so without a bound two megabytes would cost millions of hashes. The first number is two whole paths. Keys whose
   * paths share 96 bits cost their finder 2^48 hashes for a pair. The last is more than twice what a proof full of
   * hashes, with a branching for each key, opens; to hash it takes about a second.
   */
  proofNodesMin: 512,
  proofNodesPerKey: 96,
  proofNodesMax: 524_288,
  // Witnesses of lanes (C2): what a contract's nodes touched in one round, as much as the largest budget pays for.
  /** Keys: each costs 8,000 units. */
  witnessKeysMax: 131_072,
  /** Encoded bytes: values of 62 MB (16 units for a byte), keys of 16 MB, and hashes of 50 MB in a map of 2^30 keys. */
  witnessBytesMax: 128 * mib,
  /** Inner nodes that one opens: with 125,000 keys in a map of 2^40; to hash them takes some seconds. */
  witnessNodesMax: 4_194_304,
} as const;
