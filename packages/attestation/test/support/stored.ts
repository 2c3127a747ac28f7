// What of a node's store has to be the same on all nodes: both chains, and the state of each shard that it follows. What it
// affirmed itself, and which contents it happened to need, are its own matter.

import { asShardName, concatBytes, toHex, utf8 } from "@tandem/shared";
import { shardPrefix } from "../../src/chain-records.ts";

type Disk = ReadonlyMap<string, Uint8Array>;

const chainKinds = ["0a", "20", "21", "22", "24", "25", "26", "27"];

export function chainIn(disk: Disk): readonly string[] {
  return textsOf(disk, (key) => chainKinds.includes(key.slice(0, 2)));
}

export function shardIn(disk: Disk, shard: string): readonly string[] {
  const name = asShardName(shard);
  const own = toHex(concatBytes(Uint8Array.of(50), utf8(name)));
  const prefix = toHex(shardPrefix(name));
  return textsOf(disk, (key) => key === own || key.startsWith(prefix));
}

function textsOf(disk: Disk, isMeant: (key: string) => boolean): readonly string[] {
  const texts = [...disk].filter(([key]) => isMeant(key)).map(([key, value]) => `${key} ${toHex(value)}`);
  return texts.sort();
}
