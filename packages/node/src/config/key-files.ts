// Secrets on disk, each in a file that nobody but its owner can read: keys of validators and payers as JSON, and the
// libp2p identity as its own bytes. What others can read is refused, for it may not be a secret any more.

import { readFile, stat, writeFile } from "node:fs/promises";
import { nativePayerScheme, nativeScheme } from "@tandem/native";
import {
  equalBytes,
  jsonHex,
  jsonObject,
  payerKeyBytes,
  payerSeedBytes,
  publicKeyBytes,
  readJson,
  type SecretKey,
  secretKeyBytes,
  toHex,
} from "@tandem/shared";
import { NodeError } from "../node-error.ts";
import { readTextFile } from "./node-config.ts";

export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
}

const ownerOnly = 0o600;
/** Permissions of the owner's group and of everybody. */
const others = 0o077;
/** Two keys in hexadecimal, and whatever white space. */
const fileCharactersMax = 4096;

/** Never over a file that is there. */
export async function writeKeyFile(file: string, { publicKey, secretKey }: KeyPair): Promise<void> {
  const text = JSON.stringify({ publicKey: toHex(publicKey), secretKey: toHex(secretKey) }, null, 2);
  await writeSecret(file, `${text}\n`);
}

export async function readValidatorKey(file: string): Promise<SecretKey> {
  const pair = await readKeyFile(file, publicKeyBytes, secretKeyBytes);
  const secret = nativeScheme.parseSecretKey(pair.secretKey);
  if (!secret.ok) throw badKey(file, `secretKey: ${secret.error.message}`);
  if (!equalBytes(secret.value.publicKey.bytes, pair.publicKey)) throw otherKey(file);
  return secret.value;
}

/** The secret of a payer is a seed. */
export async function readPayerKey(file: string): Promise<KeyPair> {
  const pair = await readKeyFile(file, payerKeyBytes, payerSeedBytes);
  if (!equalBytes(nativePayerScheme.publicKeyOf(pair.secretKey), pair.publicKey)) throw otherKey(file);
  return pair;
}

/** The bytes of the file; where there is none, of `create`, which are kept from then on. */
export async function readIdentity(file: string, create: () => Promise<Uint8Array>): Promise<Uint8Array> {
  try {
    await checkPrivate(file);
    return new Uint8Array(await readFile(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    const identity = await create();
    await writeSecret(file, identity);
    return identity;
  }
}

async function readKeyFile(file: string, publicBytes: number, secretBytes: number): Promise<KeyPair> {
  const text = await readTextFile(file, "key file");
  await checkPrivate(file);
  const reader = jsonObject<KeyPair>({ publicKey: jsonHex(publicBytes), secretKey: jsonHex(secretBytes) });
  const read = readJson(text, fileCharactersMax, reader);
  if (!read.ok) throw badKey(file, read.error.message);
  return read.value;
}

async function checkPrivate(file: string): Promise<void> {
  const { mode } = await stat(file);
  if ((mode & others) === 0) return;
  const what = `${file} holds a secret, and others than its owner may open it (mode ${(mode & 0o777).toString(8)}).`;
  throw new NodeError("open-secret", what, `chmod 600 ${file}; if others did read it, make a new key.`);
}

async function writeSecret(file: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(file, content, { flag: "wx", mode: ownerOnly });
  } catch (cause) {
    const { code = "unknown" } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new NodeError("exists", `${file} is there already.`, "Name another, or move it away.", cause);
    }
    throw new NodeError("unwritable", `Cannot write ${file} (${code}).`, "Is there such a folder?", cause);
  }
}

function badKey(file: string, why: string): NodeError {
  return new NodeError("bad-key", `${file}: ${why}.`, 'A key file is {"publicKey": HEX, "secretKey": HEX}.');
}

function otherKey(file: string): NodeError {
  return new NodeError("bad-key", `${file}: publicKey is not that of secretKey.`, "Is it a file of another kind?");
}
