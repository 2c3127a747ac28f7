// As leader, proposes more than a block may hold: too many blobs, too many bytes, or too much work for one shard.

import { asBudget, asNonce, asRoot, blobsRootOf, type Envelope, limits, type Root, sha256, utf8 } from "@tandem/shared";
import type { Block } from "../../payload/block.ts";
import type { HabitContext, MakeHabit } from "../habit.ts";
import { changeProposals, leaveRoom, nonceOn, toolsOf } from "./tools.ts";

/** Networks whose blocks hold more are spared: to fill one takes a link longer than a view. */
const fillBytesMax = 4 * 1024 * 1024;

export const oversize: MakeHabit = (context) => {
  // What fills a block is sent once: the world is to be slowed down now and then, not stopped.
  let hasFilled = false;
  const change = (block: Block) => {
    const { blockBytes } = toolsOf(context).forge.network.genesis.limits;
    switch (context.random.below(4)) {
      case 0:
        return undefined;
      case 1:
        return withMany(context, block);
      case 2:
        if (hasFilled || blockBytes > fillBytesMax) return withWork(context, block);
        hasFilled = true;
        return withBytes(context, block, blockBytes);
      default:
        return withWork(context, block);
    }
  };
  return { effects: (effects) => changeProposals(context, effects, change, "oversize") };
};

function withMany(context: HabitContext, block: Block): Block {
  const { blockBlobs } = toolsOf(context).forge.network.genesis.limits;
  const blobs = [...block.body.blobs, ...rootsOf(blockBlobs + 1)].slice(0, blockBlobs + 1);
  const blobsRoot = blobsRootOf(blobs.slice(0, limits.blockBlobsMax));
  return { header: { ...block.header, blobsRoot }, body: { ...block.body, blobs } };
}

const roots: Root[] = [];

function rootsOf(count: number): readonly Root[] {
  while (roots.length < count) roots.push(asRoot(sha256(utf8(`too many ${roots.length}`))));
  return roots.slice(0, count);
}

function withBytes(context: HabitContext, block: Block, blockBytes: number): Block | undefined {
  const count = Math.ceil(blockBytes / limits.payloadBytesMax) + 1;
  return withOwn(context, block, count, { payload: new Uint8Array(limits.payloadBytesMax) });
}

function withWork(context: HabitContext, block: Block): Block | undefined {
  const { network } = toolsOf(context).forge;
  const budget = asBudget(Math.ceil(network.genesis.limits.shardBudget / 2));
  const [shard] = network.shards;
  return withOwn(context, block, 3, { budget, touches: shard === undefined ? [] : [shard] });
}

/** After blobs of others, so many of its own payer. */
function withOwn(context: HabitContext, block: Block, count: number, envelope: Partial<Envelope>): Block | undefined {
  const { forge, workshop, payer } = toolsOf(context);
  const parent = forge.after(block.header.parent);
  const blobs = forge.read(block.body.blobs.filter((root) => workshop.find(root) === undefined));
  if (parent === undefined || blobs === undefined) return undefined;
  const first = nonceOn(parent, payer);
  const own = Array.from({ length: count }, (_, i) => workshop.make({ payer, nonce: asNonce(first + i), envelope }));
  return forge.rebuild(block, [...leaveRoom(context, blobs, count), ...own.map(({ bytes }) => bytes)]);
}
