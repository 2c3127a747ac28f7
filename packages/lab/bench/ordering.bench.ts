// What ordering costs beside what it cannot do without. A machine builds blocks and others check them, each behind a shell
// that answers at once from memory.
//
//   check    from the encoded blobs in hand to `checked valid`: all is decoded, every root recomputed, every signature
//            verified, the ledger executed, what the vote rests on written. Its limit is the signatures, and the hashing
//            that is needed, bare.
//   build    from `build` to `built`, out of a pool that holds as much as a block takes. Signatures were checked when the
//            blobs came, so the limit is the hashing of a header and its ledger.
//   intake   from `submit` to `accepted`; the limit is the signatures and the hashing of the blobs.

import { useNative } from "@tandem/native";
import type { OrderNetwork } from "@tandem/ordering";
import type { OrderBlock } from "@tandem/shared";
import type { Bench, Figure } from "../../../scripts/bench/measure.ts";
import { hashBlobs, hashBlock, pairsOf, replay, verifyAll } from "./support/bare.ts";
import { type BlobPlan, genesisBlock, type MadeBlob, makeBlobs, openBenchNetwork } from "./support/network.ts";
import { hashedBy } from "./support/recorded.ts";
import { filledShell, OrderShell, Supply, workOn } from "./support/shell.ts";

export const area = "ordering";

const kib = 1024;
const payers = 1000;

/** Blobs, and the block of all of them on top of the genesis. */
interface Load {
  readonly name: string;
  readonly network: OrderNetwork;
  readonly blobs: readonly MadeBlob[];
  readonly block: OrderBlock;
}

const small: BlobPlan = { count: 10_000, payers, bytes: 256 };
const large: BlobPlan = { count: 128, payers: 128, bytes: 64 * kib };

export default async function (bench: Bench): Promise<void> {
  useNative();
  const network = openBenchNetwork(2 * payers);
  for (const [name, plan] of [
    ["10,000 blobs of 256 bytes", small],
    ["8 MiB in blobs of 64 KiB", large],
  ] as const) {
    const load = loadOf(name, network, makeBlobs(plan));
    await measureCheck(bench, load);
    await measureBuild(bench, load);
    await measureIntake(bench, load);
  }
}

function loadOf(name: string, network: OrderNetwork, blobs: readonly MadeBlob[]): Load {
  return { name, network, blobs, block: filledShell(network, blobs).build(genesisBlock(network), 1) };
}

function reportBytes(bench: Bench, { value, limit, ratio }: Figure, name: string, bytes: number): void {
  const scale = bytes / 1e6;
  bench.report({ name, value: value * scale, unit: "MB/s", limit: limit === null ? null : limit * scale, ratio });
}

async function measureCheck(bench: Bench, { name, network, blobs, block }: Load): Promise<void> {
  const supply = new Supply(blobs);
  const open = () => new OrderShell({ network, supply, isVerifying: true });
  const work = workOn(blobs.length, open, (shell) => shell.check(block));
  const calls = hashedBy(() => {
    hashBlobs(network, blobs);
    hashBlock(network, blobs, block.header);
  });
  const [verify, hash] = [verifyAll(network, blobs), replay(calls)];
  const bare = {
    items: blobs.length,
    run() {
      verify();
      hash();
    },
  };
  const title = `check, ${name}`;
  const figure = await bench.rate(`${title}, beside signatures and hashing`, "blobs/s", work, bare);
  reportBytes(bench, figure, title, sizeOf(blobs) / blobs.length);
  const fresh = open();
  const value = pairsOf(hashedBy(() => fresh.check(block))) / blobs.length;
  const limit = pairsOf(calls) / blobs.length;
  bench.report({
    name: `${title}, hashes per blob beside needed ones`,
    value,
    unit: "pairs",
    limit,
    ratio: value / limit,
  });
}

function sizeOf(blobs: readonly MadeBlob[]): number {
  return blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
}

async function measureBuild(bench: Bench, { name, network, blobs, block }: Load): Promise<void> {
  const parent = genesisBlock(network);
  const work = workOn(
    blobs.length,
    () => filledShell(network, blobs),
    (shell) => void shell.build(parent, 1),
  );
  const bare = { items: blobs.length, run: replay(hashedBy(() => hashBlock(network, blobs, block.header))) };
  const title = `build, ${name}`;
  const figure = await bench.rate(`${title}, beside hashing`, "blobs/s", work, bare);
  reportBytes(bench, figure, title, sizeOf(blobs) / blobs.length);
}

async function measureIntake(bench: Bench, { name, network, blobs }: Load): Promise<void> {
  const work = workOn(
    blobs.length,
    () => new OrderShell({ network, isVerifying: true }),
    (shell) => shell.fill(blobs),
  );
  const [verify, hash] = [verifyAll(network, blobs), replay(hashedBy(() => hashBlobs(network, blobs)))];
  const bare = {
    items: blobs.length,
    run() {
      verify();
      hash();
    },
  };
  await bench.rate(`intake, ${name}, beside signatures and hashing`, "blobs/s", work, bare);
}
