// From what a payer wants to say to a blob that a node has accepted: nonce, expiry, signature, fee.

import { nativePayerScheme, useNative } from "@tandem/native";
import { feeOf } from "@tandem/ordering";
import {
  type Amount,
  asAmount,
  asBudget,
  asHeight,
  asNonce,
  asRoot,
  asShardName,
  blobCodec,
  type Fees,
  fromHex,
  signBlob,
  type Transfer,
  toHex,
} from "@tandem/shared";
import type { Keystore } from "../account/keystore.ts";
import { type ApiClient, apiHelp, apiOption, type NetworkAnswer, type SubmitAnswer } from "../api-client.ts";
import { amountFlag, countFlag, type Flags } from "../flags.ts";
import { Complaint } from "../terminal.ts";

/** Blocks: at ten a second, a quarter of an hour. */
const lifeUsual = 10_000;

export const payOptions = {
  ...apiOption,
  keys: { type: "string" },
  from: { type: "string" },
  tip: { type: "string" },
  nonce: { type: "string" },
  life: { type: "string" },
  wait: { type: "boolean" },
} as const;

export const payHelp = `  --from NAME       who pays
  --tip T           to whoever orders it, beside the fee (0)
  --nonce N         its place among the payer's blobs (the next)
  --life B          it expires after so many blocks (${lifeUsual})
  --wait            until it is final and executed; exit code 1 if that takes more than 30 s
  --keys DIR        the folder of key files (.tandem/accounts)
${apiHelp}`;

export interface Content {
  readonly transfers: readonly Transfer[];
  readonly touches: readonly string[];
  readonly payload: Uint8Array;
  readonly budget: number;
}

export type Paid = SubmitAnswer & { readonly nonce: number; readonly fee: string; readonly bytes: number };

export interface Payer {
  readonly name: string;
  readonly keystore: Keystore;
  readonly api: ApiClient;
  readonly flags: Flags;
}

interface Signed {
  readonly network: string;
  readonly blob: string;
  readonly nonce: number;
  readonly fee: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Nothing of it is noted: nobody has it yet. */
export async function sign(payer: Payer, content: Content): Promise<Signed> {
  useNative();
  const { name, keystore, api, flags } = payer;
  const { secretKey, publicKey } = await keystore.read(name);
  const [said, account] = await Promise.all([api.network(), api.account(toHex(publicKey))]);
  const network = networkOf(said);
  const nonce = countFlag(flags, "nonce") ?? (await nextNonce(payer, said.network, account.nonce));
  const { bytes, root } = signBlob(nativePayerScheme, secretKey, {
    network,
    nonce: asNonce(nonce),
    expires: asHeight(account.height + (countFlag(flags, "life") ?? lifeUsual)),
    tip: asAmount(amountFlag(flags, "tip") ?? 0n),
    budget: asBudget(content.budget),
    touches: [...new Set(content.touches)].sort().map(asShardName),
    transfers: content.transfers,
    payload: content.payload,
  });
  const fee = `${feeFor(said, bytes)}`;
  return { network: said.network, blob: toHex(root), nonce, fee, bytes: new Uint8Array(bytes) };
}

export async function pay(payer: Payer, content: Content): Promise<Paid> {
  const { name, keystore, api, flags } = payer;
  const { network, blob, nonce, fee, bytes } = await sign(payer, content);
  const answer = await api.submit(bytes, flags["wait"] === true);
  await keystore.noteSent(name, { network, nonce, blob });
  return { ...answer, nonce, fee, bytes: bytes.length };
}

/** What still waits is not in the account yet; what expired or was replaced never will be. */
async function nextNonce({ name, keystore, api }: Payer, network: string, ordered: number): Promise<number> {
  const last = await keystore.lastSent(name);
  if (last === undefined || last.network !== network || last.nonce < ordered) return ordered;
  const { status } = await api.blob(last.blob);
  return status === "unknown" ? ordered : last.nonce + 1;
}

function networkOf({ network }: NetworkAnswer) {
  const root = fromHex(network);
  if (root?.length === 32) return asRoot(root);
  throw new Complaint("not-a-node", "The node does not name its network.", "Is the URL that of a node's API?", 1);
}

function feeFor({ fees }: NetworkAnswer, bytes: Uint8Array): Amount {
  const blob = blobCodec.decode(bytes);
  if (!blob.ok) throw new Error("what was signed decodes");
  const inUnits: Fees = {
    base: asAmount(BigInt(fees.base)),
    perByte: asAmount(BigInt(fees.perByte)),
    perTouch: asAmount(BigInt(fees.perTouch)),
    perBudget: asAmount(BigInt(fees.perBudget)),
  };
  const { ordering, execution } = feeOf(inUnits, blob.value.envelope, bytes.length);
  return asAmount(ordering + execution);
}

/** Whoever waits hears of it when what came of it is printed; the blob may be ordered later. */
export function complainIfLate({ status, blob }: Paid, flags: Flags): void {
  if (flags["wait"] !== true || status === "ordered") return;
  const what = "The blob was accepted, but not ordered and executed within 30 s.";
  const advice = `It may be yet: ./tandem blob show ${blob} tells.`;
  throw new Complaint("timeout", what, advice, 1);
}

export function paidWords(paid: Paid): string {
  const { blob, nonce, fee, bytes } = paid;
  const what = `blob ${blob}\n  nonce ${nonce}, ${bytes} bytes, fee ${fee}\n`;
  if (paid.status === "ordered") return `${what}  ordered: block ${paid.height}, place ${paid.index}\n`;
  return `${what}  accepted: it is offered until it is ordered, replaced or expired;\n  if its payer leaves it stuck, it may give way when the pool is full\n`;
}
