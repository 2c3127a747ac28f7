// Payers' keys in a folder: NAME.json for each, as genesis create makes them. Beside them stands, for each payer, the
// last blob that was sent, so that the next one gets the next nonce while that one still waits.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativePayerScheme } from "@tandem/native";
import { type KeyPair, readPayerKey, writeKeyFile } from "@tandem/node";
import { fromHex, payerKeyBytes, payerSeedBytes, toHex } from "@tandem/shared";
import { badFlag, callerPath, type Flags, pathFlag } from "../flags.ts";
import { Complaint, isTold } from "../terminal.ts";

export const keysOption = { keys: { type: "string" } } as const;
export const keysHelp = "  --keys DIR        the folder of key files (.tandem/accounts)";

export interface StoredAccount {
  readonly name: string;
  /** Public, in hexadecimal. */
  readonly key: string;
}

interface RefusedAccount {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

interface Listing {
  readonly accounts: readonly StoredAccount[];
  readonly refused: readonly RefusedAccount[];
}

/** The last blob of a payer. */
export interface Sent {
  readonly network: string;
  readonly nonce: number;
  readonly blob: string;
}

export class Keystore {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  async create(name: string): Promise<StoredAccount> {
    const file = this.#file(name);
    const secretKey = new Uint8Array(randomBytes(payerSeedBytes));
    const publicKey = nativePayerScheme.publicKeyOf(secretKey);
    await mkdir(this.folder, { recursive: true, mode: 0o700 }).catch(({ code }: NodeJS.ErrnoException) => {
      throw new Complaint("unwritable", `Cannot make the folder ${this.folder} (${code}).`, "Is the path right?");
    });
    await writeKeyFile(file, { publicKey, secretKey });
    return { name, key: toHex(publicKey) };
  }

  /** A file that is not read does not keep the others from being shown. */
  async list(): Promise<Listing> {
    const files = await readdir(this.folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw new Complaint(
        "unreadable",
        `Cannot list ${this.folder}: ${error.message}.`,
        "Is it a folder that you may read?",
      );
    });
    const names = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length));
    const accounts: StoredAccount[] = [];
    const refused: RefusedAccount[] = [];
    for (const name of names.sort()) {
      try {
        accounts.push({ name, key: toHex((await this.read(name)).publicKey) });
      } catch (error) {
        if (!isTold(error)) throw error;
        const { code, message, advice } = error;
        refused.push({ name, code, message, advice });
      }
    }
    return { accounts, refused };
  }

  async read(name: string): Promise<KeyPair> {
    const file = this.#file(name);
    if (existsSync(file)) return readPayerKey(file);
    const advice = "./tandem account list shows them (--keys DIR); a devnet's are in .tandem/devnet/accounts.";
    throw new Complaint("no-account", `There is no account "${name}" in ${this.folder}.`, advice);
  }

  /** Of one of ours by its name, or any payer's in hexadecimal. */
  async keyOf(nameOrKey: string): Promise<Uint8Array> {
    const key = fromHex(nameOrKey.replace(/^0x/, ""));
    return key?.length === payerKeyBytes ? key : (await this.read(nameOrKey)).publicKey;
  }

  async lastSent(name: string): Promise<Sent | undefined> {
    try {
      return JSON.parse(await readFile(this.#sentFile(name), "utf8")) as Sent;
    } catch {
      // Nothing was sent, or the note is damaged: the chain knows the nonce of what was ordered.
      return undefined;
    }
  }

  async noteSent(name: string, sent: Sent): Promise<void> {
    await mkdir(join(this.folder, "sent"), { recursive: true });
    await writeFile(this.#sentFile(name), `${JSON.stringify(sent)}\n`);
  }

  #file(name: string): string {
    return join(this.folder, `${checkName(name)}.json`);
  }

  #sentFile(name: string): string {
    return join(this.folder, "sent", `${checkName(name)}.json`);
  }
}

export function keystoreOf(flags: Flags): Keystore {
  return new Keystore(pathFlag(flags, "keys") ?? callerPath(".tandem/accounts"));
}

function checkName(name: string): string {
  if (/^[a-z0-9-]{1,60}$/.test(name)) return name;
  if (name === "") throw badFlag("A name is missing.");
  throw new Complaint("bad-arguments", `"${name}" is no name of an account.`, "A name is 1-60 of a-z, 0-9, -.");
}
