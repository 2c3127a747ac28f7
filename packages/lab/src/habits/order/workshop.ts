// Blobs that habits make, each with a payer of its own who has enough: good ones that are kept back or spent twice, and
// bad ones. They are known to the work, so that checkers know all bytes that can be ordered.

import { nativePayerScheme } from "@tandem/native";
import type { RefusalCode } from "@tandem/ordering";
import {
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  type Blob,
  blobCodec,
  blobDomain,
  type Envelope,
  envelopeCodec,
  type Nonce,
  type Root,
  signingRoot,
  toHex,
} from "@tandem/shared";
import type { MadeBlob } from "../../work/blobs.ts";
import type { Payer } from "../../work/payers.ts";
import type { HabitName } from "../index.ts";

export interface Ware {
  readonly root: Root;
  readonly bytes: Uint8Array;
  /** Felt by an honest node that is given it. */
  readonly habit: HabitName | undefined;
}

interface Order {
  readonly payer: Payer;
  readonly nonce: Nonce;
  readonly envelope?: Partial<Envelope>;
  readonly habit?: HabitName;
  /** Why nobody may ever order it. */
  readonly why?: RefusalCode;
}

/** Heights that no run comes to. */
const neverExpires = 1_000_000;

export class Workshop {
  readonly #network: Root;
  readonly #register: (blob: MadeBlob) => void;
  /** By root in hexadecimal. */
  readonly #wares = new Map<string, Ware>();
  #made = 0;

  constructor(network: Root, register: (blob: MadeBlob) => void) {
    this.#network = network;
    this.#register = register;
  }

  find(root: Root): Ware | undefined {
    return this.#wares.get(toHex(root));
  }

  /** No two are the same: each payload begins with a number. */
  make({ payer, nonce, envelope: changes = {}, habit, why }: Order): Ware {
    const payload = new Uint8Array(Math.max(8, changes.payload?.length ?? 0));
    new DataView(payload.buffer).setUint32(0, ++this.#made);
    const envelope: Envelope = {
      version: 1,
      network: this.#network,
      payer: payer.key,
      nonce,
      expires: asHeight(neverExpires),
      tip: asAmount(0n),
      budget: asBudget(0),
      touches: [],
      transfers: [],
      ...changes,
      payload,
    };
    const ware = { ...signed(envelope, payer, why === "signature"), habit };
    this.#wares.set(toHex(ware.root), ware);
    const meant = why === undefined ? "either" : "refuse";
    const known = { bytes: ware.bytes, root: toHex(ware.root), payer: payer.number, nonce, meant } as const;
    this.#register({ ...known, ...(why && { why }) });
    return ware;
  }
}

function signed(envelope: Envelope, { seed }: Payer, isForged: boolean) {
  const message = signingRoot(blobDomain(envelope.network), envelopeCodec.root(envelope));
  const signature = nativePayerScheme.sign(seed, message).slice();
  if (isForged) signature[0] = (signature[0] as number) ^ 1;
  const blob: Blob = { envelope, signature };
  return { root: blobCodec.root(blob), bytes: blobCodec.encode(blob) };
}

/** For payers of whom nothing is ordered yet. */
export const firstNonce = asNonce(0);
