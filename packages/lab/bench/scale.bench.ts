// What ordering costs as what it holds grows: the same block on ledgers of a thousand to a million accounts, each beside the
// smallest in the same run; and the same block out of a pool that holds six times as much.
//
//   checked    as in ordering.bench.ts, from the encoded blobs in hand
//   final      the block is delivered and settled, and all that is to be stored of it is written
//   cold       the ledger is in the store, and nothing of it was read yet
//   warm       the block before changed the same accounts

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { useNative } from "@tandem/native";
import type { OrderNetwork } from "@tandem/ordering";
import { type MemoryStore, type OrderBlock, SparseMap } from "@tandem/shared";
import type { Bench, Work } from "../../../scripts/bench/measure.ts";
import { genesisBlock, type MadeBlob, makeBlobs, openBenchNetwork } from "./support/network.ts";
import { filledShell, OrderShell, Supply, workOn } from "./support/shell.ts";

export const area = "ordering";

const payers = 1000;
/** Payers, and as many receivers. */
const accountsMin = 2 * payers;
const sizes = [10_000, 100_000, 1_000_000];

export default async function (bench: Bench): Promise<void> {
  useNative();
  await measurePools(bench);
  await measureLedgers(bench);
}

/** A ledger in a store, and two blocks on it: each payer pays once in each. */
interface Ground {
  readonly network: OrderNetwork;
  readonly base: MemoryStore;
  readonly first: Load;
  readonly second: Load;
}

interface Load {
  readonly block: OrderBlock;
  readonly supply: Supply;
}

async function measureLedgers(bench: Bench): Promise<void> {
  const blobs = [0, 1].map((nonce) => makeBlobs({ count: payers, payers, nonce, bytes: 256, isPaidToOthers: true }));
  const small = worksOn(groundOf(accountsMin, blobs));
  for (const accounts of sizes) {
    const works = worksOn(groundOf(accounts, blobs));
    for (const [name, work] of Object.entries(works)) {
      const title = `${name}, per blob, ${accounts.toLocaleString("en")} accounts beside ${accountsMin}`;
      await bench.cost(title, work, small[name as keyof typeof small]);
    }
  }
}

function groundOf(accounts: number, blobs: readonly (readonly MadeBlob[])[]): Ground {
  const whole = openBenchNetwork(accounts, accountsMin);
  const base = new OrderShell({ network: whole, isVerifying: false }).disk();
  // Whoever begins from a store needs no ledger of the genesis in memory.
  const network = { ...whole, ledger: SparseMap.empty };
  const [one, two] = blobs as [readonly MadeBlob[], readonly MadeBlob[]];
  const builder = filledShell(network, one, base);
  const first = builder.build(genesisBlock(network), 1);
  builder.deliver(first);
  builder.fill(two);
  const second = builder.build(first, 2);
  return {
    network,
    base,
    first: { block: first, supply: new Supply(one) },
    second: { block: second, supply: new Supply([...one, ...two]) },
  };
}

function worksOn({ network, base, first, second }: Ground): Record<string, Work> {
  const open = ({ supply }: Load, isVerifying: boolean) => new OrderShell({ network, base, supply, isVerifying });
  const checked = (load: Load) => {
    const shell = open(load, false);
    shell.check(first.block);
    return shell;
  };
  const followed = (isVerifying: boolean) => {
    const shell = checked(second);
    shell.deliver(first.block);
    shell.disk();
    shell.isVerifying = isVerifying;
    return shell;
  };
  const finish = (shell: OrderShell, block: OrderBlock) => {
    shell.deliver(block);
    shell.disk();
  };
  const whole = (block: OrderBlock) => (shell: OrderShell) => {
    shell.check(block);
    finish(shell, block);
  };
  return {
    "checked and final, cold": workOn(payers, () => open(first, true), whole(first.block)),
    "checked and final, warm": workOn(payers, () => followed(true), whole(second.block)),
    "checked and final, cold, no signatures": workOn(payers, () => open(first, false), whole(first.block)),
    "final alone": workOn(
      payers,
      () => checked(first),
      (shell) => finish(shell, first.block),
    ),
  };
}

const waiting = 60_000;
const blockBlobs = 10_000;
/** What intake takes at a time. */
const fillBlobs = 15_000;

/** The same block, out of those that wait for it alone and out of six times as many. */
async function measurePools(bench: Bench): Promise<void> {
  const many = waiting / 10;
  const network = openBenchNetwork(many, many);
  const blobs = makeBlobs({ count: waiting, payers: many, bytes: 256, isSigned: false });
  const before = heapBytes();
  const full = new OrderShell({ network, isVerifying: false });
  for (let at = 0; at < waiting; at += fillBlobs) full.fill(blobs.slice(at, at + fillBlobs));
  full.forget();
  const value = (heapBytes() - before) / waiting;
  const unit = "B";
  bench.report({ name: "memory of a blob of 256 bytes that waits", value, unit, limit: null, ratio: null });
  const scant = filledShell(network, blobs.slice(0, blockBlobs));
  const work = (shell: OrderShell): Work => {
    let view = 1;
    return { items: blockBlobs, run: () => void shell.build(genesisBlock(network), view++) };
  };
  const title = `build of ${blockBlobs} blobs, per blob, ${waiting} waiting, beside as many as it takes`;
  await bench.cost(title, work(full), work(scant));
}

function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  // Once for objects, and once more for the buffers that these held.
  for (let i = 0; i < 2; i++) runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
