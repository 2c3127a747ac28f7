// What a node's data folder has in it, each with a lock of its own.

import { join } from "node:path";
import type { Chain } from "@tandem/shared";

export interface DataFolders {
  /** The store. */
  readonly chain: string;
  /** Journals. */
  readonly votes: Readonly<Record<Chain, string>>;
}

export function foldersIn(data: string): DataFolders {
  return { chain: join(data, "chain"), votes: { order: join(data, "votes"), attest: join(data, "attest-votes") } };
}
