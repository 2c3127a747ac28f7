// Bugs of what blobs cost, and of the ledger (O1, O2).

import { type Bug, bugOf, editOf } from "../bug.ts";

const bug = bugOf("order");
const edit = editOf("ordering");

export const ledgerBugs: readonly Bug[] = [
  bug(
    "nonce-stays",
    "does not count what it ordered of a payer (O2)",
    1,
    edit("ledger.ts", "    payer.nonce++;\n", ""),
  ),
  bug(
    "nonce-not-checked",
    "votes for blobs of any nonce (O2)",
    15,
    edit("ledger.ts", "if (given < nonce) return", "if (given < 0) return"),
    edit("ledger.ts", "if (given > nonce) return", "if (given < 0) return"),
  ),
  bug(
    "overdraws",
    "orders what its payer cannot pay (O2)",
    1,
    edit("ledger.ts", "if (balance < cost) return refuse(", "if (balance < 0n) return refuse("),
    edit(
      "ledger.ts",
      "payer.balance -= candidate.cost;",
      "payer.balance = payer.balance < candidate.cost ? 0n : payer.balance - candidate.cost;",
    ),
    edit(
      "pool/ranks.ts",
      "if (entry === undefined || entry.candidate.cost > balance) return undefined;\n  return { queue, entry, left: balance - entry.candidate.cost };",
      "if (entry === undefined) return undefined;\n  return { queue, entry, left: balance };",
    ),
    edit(
      "pool/pool.ts",
      "if (total <= account.balance) return undefined;",
      "if (total !== account.balance) return undefined;",
    ),
  ),
  bug(
    "fees-lost",
    "does not credit fees to the proposer (O2)",
    1,
    edit("ledger.ts", ".balance += this.#proposerFees;", ".balance += 0n;"),
  ),
  bug(
    "fees-twice",
    "credits fees to the proposer twice (O2)",
    1,
    edit("ledger.ts", ".balance += this.#proposerFees;", ".balance += 2n * this.#proposerFees;"),
  ),
  bug(
    "fees-to-the-pool",
    "credits all fees to the execution pool (O2)",
    1,
    edit(
      "ledger.ts",
      "this.#proposerFees += candidate.fee.ordering + envelope.tip;",
      "this.#executionFees += candidate.fee.ordering + envelope.tip;",
    ),
  ),
  bug(
    "fees-to-the-first",
    "credits fees to the validator of the first seat, whoever proposed (O2)",
    1,
    edit(
      "build.ts",
      "const ledger = draft.finish(proposer,",
      "const ledger = draft.finish(network.proposers[0] as Uint8Array,",
    ),
    edit(
      "judge.ts",
      "const proposer = ground.network.proposers[header.proposer] as Uint8Array;",
      "const proposer = ground.network.proposers[0] as Uint8Array;",
    ),
    edit(
      "build.ts",
      "const proposer = network.proposers[seat] as Uint8Array;",
      "const proposer = network.proposers[0] as Uint8Array;",
    ),
  ),
  bug(
    "transfers-free",
    "credits transfers that nobody pays (O2)",
    1,
    edit("candidate.ts", "envelope.tip + sent) as Amount", "envelope.tip + 0n * sent) as Amount"),
  ),
  bug(
    "transfers-to-oneself-lost",
    "does not credit what a payer sends to itself (O2)",
    1,
    edit(
      "ledger.ts",
      "for (const { to, amount } of envelope.transfers) this.#entryOf(toHex(to), to).balance += amount;",
      "for (const { to, amount } of envelope.transfers)\n      if (toHex(to) !== candidate.payer) this.#entryOf(toHex(to), to).balance += amount;",
    ),
  ),
  bug(
    "last-transfer-only",
    "credits one transfer of a blob (O2)",
    1,
    edit("ledger.ts", "of envelope.transfers) this", "of envelope.transfers.slice(-1)) this"),
  ),
  bug(
    "touches-free",
    "takes no fee for the shards that a blob touches (O2)",
    1,
    edit("fees.ts", "perTouch * BigInt(envelope.touches.length)", "perTouch * 0n"),
  ),
  bug(
    "bytes-of-the-payload-only",
    "takes fees for the payload alone, not for the whole blob (O2)",
    1,
    edit("candidate.ts", "envelope, bytes.length);", "envelope, envelope.payload.length);"),
  ),
  bug(
    "ledger-of-the-final-block",
    "executes a block on the ledger of the last final one instead of its parent's (O2)",
    1,
    edit(
      "judge.ts",
      "return yield* execute(ground, block, parent, candidates, cited);",
      "const below = { ...parent, ledger: chain.base.ledger };\n  return yield* execute(ground, block, below, candidates, cited);",
    ),
    edit(
      "build.ts",
      "const draft = new LedgerDraft(parent.ledger);",
      "const draft = new LedgerDraft(ground.chain.base.ledger);\n  parent = { ...parent, ledger: ground.chain.base.ledger };",
    ),
  ),
  bug(
    "expires-one-late",
    "orders a blob one height after it expired (O1)",
    1,
    edit("candidate.ts", "if (envelope.expires < height) {", "if (envelope.expires + 1 < height) {"),
    edit("pool/pool.ts", "if (expiryOf(first) >= next) break;", "if (expiryOf(first) + 1 >= next) break;"),
  ),
  bug(
    "foreign-network",
    "takes what was signed for another network (O1)",
    1,
    edit("candidate.ts", "if (!equalBytes(envelope.network, network))", "if (envelope.network === network)"),
  ),
  bug(
    "unknown-shards",
    "takes what touches a shard that there is not (O2)",
    1,
    edit("candidate.ts", "if (unknown !== undefined)", "if (unknown === (network as unknown))"),
  ),
];
