// Every blob that anybody showed, by its root: what clients submit, and what honest nodes hear, say, store or order. Whether
// its payer signed it is asked of the scheme once.

import { sharedPayerScheme } from "../../work/payers.ts";
import { hex, type RawBlob, readBlob } from "./raw-blob.ts";

export class BlobBook {
  readonly #byRoot = new Map<string, RawBlob>();
  /** By payer and nonce. */
  readonly #byNonce = new Map<string, RawBlob[]>();
  readonly #signed = new Map<string, boolean>();
  /** By object: bytes travel as one. */
  readonly #read = new WeakMap<Uint8Array, { readonly blob: RawBlob | undefined }>();

  /** Nothing if these bytes are no blob. */
  learn(bytes: Uint8Array): RawBlob | undefined {
    let read = this.#read.get(bytes);
    if (read === undefined) {
      read = { blob: this.#enter(bytes) };
      this.#read.set(bytes, read);
    }
    return read.blob;
  }

  /** Bytes that are said to have this root. */
  learnAs(root: string, bytes: Uint8Array): RawBlob | undefined {
    const known = this.#byRoot.get(root);
    return known !== undefined && Buffer.compare(known.bytes, bytes) === 0 ? known : this.learn(bytes);
  }

  get(root: string): RawBlob | undefined {
    return this.#byRoot.get(root);
  }

  /** All blobs of a payer with that nonce. */
  rivals({ payer, nonce }: RawBlob): readonly RawBlob[] {
    return this.#byNonce.get(`${payer} ${nonce}`) ?? [];
  }

  isSigned({ root, payerKey, message, signature }: RawBlob): boolean {
    let isSigned = this.#signed.get(root);
    if (isSigned === undefined) {
      isSigned = sharedPayerScheme.verify(payerKey, message as never, signature);
      this.#signed.set(root, isSigned);
    }
    return isSigned;
  }

  #enter(bytes: Uint8Array): RawBlob | undefined {
    const blob = readBlob(bytes);
    if (blob === undefined) return undefined;
    const known = this.#byRoot.get(blob.root);
    if (known !== undefined) return known;
    this.#byRoot.set(blob.root, blob);
    const key = `${blob.payer} ${blob.nonce}`;
    this.#byNonce.set(key, [...(this.#byNonce.get(key) ?? []), blob]);
    return blob;
  }
}

/** By the layout of the store: the first byte of a key is its kind, and the root follows. */
export const blobKind = 4;
export const keptKind = 9;

export function rootInKey(key: Uint8Array): string {
  return hex(key.subarray(1));
}
