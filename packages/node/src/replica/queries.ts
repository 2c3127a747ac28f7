// What the API asks of a node's own store. Answers are plain data, for they cross threads.

import {
  type BlockRecord,
  type OrderNetwork,
  orderBlockRules,
  proveAccount,
  readAccount,
  readBlob,
  readBlock,
  readBlockOf,
  readKept,
} from "@tandem/ordering";
import {
  accountProofCodec,
  asHeight,
  asRoot,
  certificateCodec,
  type Failure,
  orderBlockCodec,
  type Result,
  readFrom,
} from "@tandem/shared";
import type { Store } from "../store/store.ts";
import type { Query, QueryAnswer } from "./words.ts";

export async function answerQuery(network: OrderNetwork, store: Store, query: Query): Promise<QueryAnswer> {
  switch (query.kind) {
    case "block":
      return answerBlock(await readFrom(store, readBlock(asHeight(query.height))));
    case "block-of":
      return answerBlock(await readFrom(store, readBlockOf(asRoot(query.root))));
    case "blob":
      return answerBlob(store, query.root);
    case "account":
      return answerAccount(network, store, query.payer, query.isProven);
    case "disk":
      return { kind: "disk", bytes: await store.bytesOnDisk() };
  }
}

function none({ code, message }: Failure): QueryAnswer {
  return { kind: "none", code, message };
}

function answerBlock(found: Result<BlockRecord, Failure>): QueryAnswer {
  if (!found.ok) return none(found.error);
  const { block, certificate } = found.value;
  return {
    kind: "block",
    root: orderBlockRules.infoOf(block).root,
    block: orderBlockCodec.encode(block),
    certificate: certificateCodec.encode(certificate),
  };
}

async function answerBlob(store: Store, bytes: Uint8Array): Promise<QueryAnswer> {
  const root = asRoot(bytes);
  const found = await readFrom(store, readBlob(root));
  if (found.ok) {
    const { height, index } = found.value.position;
    return { kind: "ordered", height, index, bytes: found.value.bytes };
  }
  const kept = await readFrom(store, readKept(root));
  return kept === undefined ? none(found.error) : { kind: "waiting", bytes: kept };
}

async function answerAccount(
  network: OrderNetwork,
  store: Store,
  payer: Uint8Array,
  isProven: boolean,
): Promise<QueryAnswer> {
  const { height, account } = await readFrom(store, readAccount(payer));
  const { balance, nonce } = account;
  if (!isProven) return { kind: "account", height, balance, nonce, proof: undefined };
  const proof = await readFrom(store, proveAccount(network, payer, height));
  if (!proof.ok) return none(proof.error);
  return { kind: "account", height, balance, nonce, proof: accountProofCodec.encode(proof.value) };
}
