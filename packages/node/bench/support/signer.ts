// Blobs of exact sizes, signed by payers in turn. Each payer has one node to which all its blobs go, so that none comes
// before the one of the nonce before.

import { nativePayerScheme } from "@tandem/native";
import { asAmount, asBudget, asHeight, asNonce, asRoot, fromHex, type Root, signBlob } from "@tandem/shared";
import { readPayerKey } from "../../src/config/key-files.ts";
import type { ToLoader } from "./load-words.ts";

export interface Signed {
  readonly bytes: Uint8Array;
  /** Its root as text of one character for each byte. */
  readonly key: string;
  readonly node: number;
}

/** Above any that a bench comes to. */
const expires = asHeight(10_000_000);

export class Signer {
  readonly #network: Root;
  readonly #seeds: readonly Uint8Array[];
  readonly #nodes: number;
  /** Blobs signed so far. */
  #count = 0;

  static async open({ network, payers, apis }: Extract<ToLoader, { kind: "open" }>): Promise<Signer> {
    const keys = await Promise.all(payers.map(readPayerKey));
    const root = fromHex(network);
    if (root === undefined) throw new Error("a network's id is hexadecimal");
    return new Signer(
      asRoot(root),
      keys.map(({ secretKey }) => secretKey),
      apis.length,
    );
  }

  private constructor(network: Root, seeds: readonly Uint8Array[], nodes: number) {
    this.#network = network;
    this.#seeds = seeds;
    this.#nodes = nodes;
  }

  sign({ count, bytes }: Extract<ToLoader, { kind: "sign" }>): readonly Signed[] {
    const overhead = this.#make(0, new Uint8Array(0)).bytes.length;
    const payload = new Uint8Array(bytes - overhead).map((_, index) => (index * 2654435761) >>> 24);
    return Array.from({ length: count }, () => this.#make(this.#count++, payload));
  }

  /** The last ones were not submitted: without these nonces the next would wait. */
  takeBack(count: number): void {
    this.#count -= count;
  }

  #make(number: number, payload: Uint8Array): Signed {
    const payer = number % this.#seeds.length;
    const { bytes, root } = signBlob(nativePayerScheme, this.#seeds[payer] as Uint8Array, {
      network: this.#network,
      nonce: asNonce(Math.floor(number / this.#seeds.length)),
      expires,
      tip: asAmount(0n),
      budget: asBudget(0),
      touches: [],
      transfers: [],
      payload,
    });
    return { bytes, key: Buffer.from(root).toString("latin1"), node: payer % this.#nodes };
  }
}
