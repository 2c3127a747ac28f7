// Blobs that payers submit, drawn from the seed: mostly good ones of many forms, and bad ones of each kind. Of each is
// known what an honest node has to make of it.
//
//   solvent payers    have enough for all that they send, and every blob of theirs is good and never expires: each nonce
//                     that an honest node accepted has to be ordered
//   careless payers   have little, let blobs expire, and sign two blobs of one nonce: what becomes of theirs depends on
//                     who comes first
//
// Payloads are anything, for nobody looks into them: zeros, random bytes, now and then as large as they may be.

import { nativePayerScheme } from "@tandem/native";
import type { RefusalCode } from "@tandem/ordering";
import {
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asShardName,
  type Blob,
  blobCodec,
  blobDomain,
  type Envelope,
  envelopeCodec,
  limits,
  type Root,
  sha256,
  signingRoot,
  type Transfer,
  toHex,
  utf8,
} from "@tandem/shared";
import type { Random } from "@tandem/simulator";
import type { BlobPlan } from "../setting.ts";
import { type Payer, payerOf } from "./payers.ts";

/** Of each network. */
const carelessPayers = 3;
export const solventBalance = 10n ** 18n;
/** Enough for some blobs, not for many. */
export const carelessBalance = 200_000n;

/** What an honest node has to make of a blob. */
export type Meant =
  /** Sooner or later it takes it in, or one of the same nonce. */
  | "accept"
  /** It depends on what else is under way. */
  | "either"
  /** It never takes it in, and no final block has it. */
  | "refuse";

export interface MadeBlob {
  readonly bytes: Uint8Array;
  /** In hexadecimal; absent where it is no blob. */
  readonly root: string | undefined;
  readonly payer: number;
  readonly nonce: number;
  readonly meant: Meant;
  /** Where it is to be refused: what for, if nothing else is found first. */
  readonly why?: RefusalCode;
}

/** A blob on its way to some nodes, some time after the item that it belongs to. */
export interface Submission {
  readonly blob: MadeBlob;
  readonly nodes: number;
  readonly afterMs: number;
}

/** Heights that no run comes to. */
const neverExpires = 1_000_000;
const mediumBytes = 4096;
const smallBytesMax = 200;
/** The first part of a blob, which does not decode alone; a payload cut short would. */
const fixedBytes = 68;

export function shardNamesOf({ shards }: BlobPlan) {
  return Array.from({ length: shards }, (_, i) => asShardName(`shard-${i}`));
}

/** Habits have payers of their own, numbered from here on. */
export function habitPayersFrom({ payers }: BlobPlan): number {
  return payers + carelessPayers;
}

/** What a good blob holds: a program, with all of its envelope that belongs to it; or nothing for bytes of any kind. */
export type DrawProgram = (payer: number) => Pick<Envelope, "payload" | "touches" | "budget"> | undefined;

type Kind = "plain" | "ahead" | "replaced" | "doubled" | "careless" | "refused";

export class BlobStream {
  readonly #plan: BlobPlan;
  readonly #network: Root;
  readonly #random: Random;
  readonly #drawProgram: DrawProgram;
  /** By payer: the nonce of its next blob. */
  readonly #nonces: number[];

  constructor(plan: BlobPlan, network: Root, random: Random, drawProgram: DrawProgram = () => undefined) {
    this.#plan = plan;
    this.#network = network;
    this.#random = random;
    this.#drawProgram = drawProgram;
    this.#nonces = Array.from({ length: plan.payers + carelessPayers }, () => 0);
  }

  /** What one item of work is. */
  next(): readonly Submission[] {
    switch (this.#kind()) {
      case "plain":
        return [submit(this.#good())];
      case "ahead":
        return this.#ahead();
      case "replaced":
        return this.#replaced();
      case "doubled":
        return [submit(this.#good(), { nodes: 2 })];
      case "careless":
        return this.#careless();
      case "refused":
        return [submit(this.#refused())];
    }
  }

  #kind(): Kind {
    const { aheadPpm, replacedPpm, doubledPpm, carelessPpm, refusedPpm } = this.#plan;
    const shares: readonly (readonly [Kind, number])[] = [
      ["ahead", aheadPpm],
      ["replaced", replacedPpm],
      ["doubled", doubledPpm],
      ["careless", carelessPpm],
      ["refused", refusedPpm],
    ];
    let drawn = this.#random.below(1_000_000);
    for (const [kind, ppm] of shares) {
      if (drawn < ppm) return kind;
      drawn -= ppm;
    }
    return "plain";
  }

  #solvent(): Payer {
    return payerOf(this.#random.below(this.#plan.payers));
  }

  #takeNonce({ number }: Payer): number {
    const nonce = this.#nonces[number] as number;
    this.#nonces[number] = nonce + 1;
    return nonce;
  }

  #good(payer = this.#solvent()): MadeBlob {
    return this.#make(payer, { nonce: asNonce(this.#takeNonce(payer)) }, "accept");
  }

  /** A nonce, and only then the one before it. */
  #ahead(): Submission[] {
    const payer = this.#solvent();
    const first = this.#good(payer);
    return [submit(this.#good(payer)), submit(first, { afterMs: this.#random.below(500) })];
  }

  /** One nonce, a second time with a higher tip: either may be ordered. */
  #replaced(): Submission[] {
    const payer = this.#solvent();
    const nonce = asNonce(this.#takeNonce(payer));
    const tip = this.#random.below(1000);
    const first = this.#make(payer, { nonce, tip: asAmount(BigInt(tip)) }, "accept");
    const second = this.#make(payer, { nonce, tip: asAmount(BigInt(2 * tip + 10)) }, "accept");
    return [submit(first), submit(second, { afterMs: this.#random.below(300) })];
  }

  #careless(): Submission[] {
    const { payers } = this.#plan;
    const payer = payerOf(payers + this.#random.below(carelessPayers));
    const expires = asHeight(this.#random.pick([neverExpires, this.#random.between(1, 100)]));
    const amount = asAmount(BigInt(this.#random.below(Number(carelessBalance))));
    const transfers = [{ to: this.#solvent().key, amount }];
    const nonce = asNonce(this.#takeNonce(payer));
    const first = this.#make(payer, { nonce, expires, transfers }, "either");
    if (this.#random.below(2) === 0) return [submit(first)];
    return [submit(first), submit(this.#make(payer, { nonce, transfers }, "either"))];
  }

  #refused(): MadeBlob {
    const payer = this.#solvent();
    const nonce = asNonce(this.#nonces[payer.number] as number);
    const refuse = (why: RefusalCode, envelope: Partial<Envelope>) =>
      this.#make(payer, { nonce, ...envelope }, "refuse", why);
    switch (this.#random.below(8)) {
      case 0:
        return forged(refuse("signature", {}));
      case 1:
        return refuse("expired", { expires: asHeight(0) });
      case 2:
        return refuse("network", { network: sha256(utf8("another network")) as Root });
      case 3:
        return refuse("unknown-shard", { touches: [asShardName("nowhere")] });
      case 4:
        return refuse("over-budget", {
          touches: shardNamesOf(this.#plan).slice(0, 1),
          budget: asBudget(limits.budgetMax),
        });
      case 5:
        return refuse("balance", { transfers: [{ to: payer.key, amount: asAmount(2n * solventBalance) }] });
      case 6:
        return this.#noBlob(payer);
      default:
        return this.#replay(payer);
    }
  }

  /** Bytes that are no blob: random ones, the first part of one, or too many. */
  #noBlob({ number }: Payer): MadeBlob {
    const bytes = this.#random.pick([
      () => this.#bytes(this.#random.between(0, 400)),
      () => this.#make(payerOf(number), {}, "refuse").bytes.slice(0, this.#random.below(fixedBytes)),
      () => new Uint8Array(limits.blobBytesMax + 1),
    ])();
    return { bytes, root: undefined, payer: number, nonce: 0, meant: "refuse", why: "malformed" };
  }

  /** Another blob of a nonce that was used. */
  #replay(payer: Payer): MadeBlob {
    const used = this.#nonces[payer.number] as number;
    if (used === 0) return this.#good(payer);
    return this.#make(payer, { nonce: asNonce(this.#random.below(used)) }, "accept");
  }

  #make(payer: Payer, changes: Partial<Envelope>, meant: Meant, why?: RefusalCode): MadeBlob {
    const envelope: Envelope = {
      version: 1,
      network: this.#network,
      payer: payer.key,
      nonce: asNonce(0),
      expires: asHeight(neverExpires),
      tip: asAmount(BigInt(this.#random.below(1000))),
      budget: asBudget(this.#random.below(1000)),
      touches: this.#touches(),
      transfers: this.#transfers(),
      payload: this.#payload(),
      ...(payer.number < this.#plan.payers && this.#drawProgram(payer.number)),
      ...changes,
    };
    const message = signingRoot(blobDomain(this.#network), envelopeCodec.root(envelope));
    const blob = { envelope, signature: nativePayerScheme.sign(payer.seed, message) };
    return { ...encoded(blob), payer: payer.number, nonce: envelope.nonce, meant, ...(why && { why }) };
  }

  #touches(): Envelope["touches"] {
    const names = shardNamesOf(this.#plan);
    return this.#random.pickSome(names, this.#random.below(Math.min(names.length, 3) + 1)).sort();
  }

  /** To others, to oneself, and to keys that nobody had before. */
  #transfers(): readonly Transfer[] {
    const to = () => (this.#random.below(4) === 0 ? this.#bytes(32) : this.#solvent().key);
    const count = this.#random.pick([0, 0, 1, 1, 2, limits.transfersMax]);
    return Array.from({ length: count }, () => ({ to: to(), amount: asAmount(BigInt(this.#random.below(1000))) }));
  }

  #payload(): Uint8Array {
    const { mediumPpm, largePpm } = this.#plan;
    const drawn = this.#random.below(1_000_000);
    if (drawn < largePpm) return new Uint8Array(limits.payloadBytesMax);
    const length = drawn < largePpm + mediumPpm ? mediumBytes : this.#random.below(smallBytesMax);
    return this.#random.below(3) === 0 ? new Uint8Array(length) : this.#bytes(length);
  }

  #bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.#random.below(256));
  }
}

function submit(blob: MadeBlob, how: Partial<Omit<Submission, "blob">> = {}): Submission {
  return { blob, nodes: 1, afterMs: 0, ...how };
}

function encoded(blob: Blob) {
  return { bytes: blobCodec.encode(blob), root: toHex(blobCodec.root(blob)) };
}

/** With one bit of the signature changed. */
function forged(made: MadeBlob): MadeBlob {
  const blob = blobCodec.decode(made.bytes);
  if (!blob.ok) return made;
  const signature = blob.value.signature.slice();
  signature[0] = (signature[0] as number) ^ 1;
  return { ...made, ...encoded({ ...blob.value, signature }) };
}
