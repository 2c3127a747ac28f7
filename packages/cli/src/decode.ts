// `tandem decode KIND [FILE]`: reads one public encoding, and prints its value and root or why it is refused.

import { createReadStream } from "node:fs";
import { fromHex, fromUtf8, toHex } from "@tandem/shared";
import type { Command } from "./command.ts";
import { type Kind, kinds } from "./kinds.ts";
import { toJson, toLines } from "./readable.ts";
import { Complaint, wrap } from "./terminal.ts";

const kindNames = [...kinds.keys()].join(", ");

export const decodeCommand: Command = {
  help: `./tandem decode KIND [FILE] [--hex] [--json]

Reads one encoding and prints its value and its root (CBOR has none), or the reason why it is
refused.

  KIND     one of: ${wrap(kindNames, 68).join("\n           ")}
  FILE     the bytes; without it, or as -, they come from stdin
  --hex    the input is hexadecimal text; white space and a leading 0x are ignored
`,
  options: { hex: { type: "boolean" } },
  async run({ positionals, flags, json, print }) {
    const [name, file = "-", ...more] = positionals;
    const kind = findKind(name);
    if (more.length > 0) throw new Complaint("bad-arguments", "decode takes one FILE.", "./tandem decode --help");
    const bytes = await readBytes(file, kind, flags["hex"] === true);
    const decoded = kind.decode(bytes);
    if (!decoded.ok) {
      const { code, message } = decoded.error;
      throw new Complaint(code, message, `Is it another kind${flags["hex"] ? "" : ", or hexadecimal (--hex)"}?`, 1);
    }
    const value = toJson(decoded.value);
    const root = kind.root === undefined ? null : `0x${toHex(kind.root(decoded.value))}`;
    print(
      json
        ? `${JSON.stringify({ kind: kind.name, bytes: bytes.length, root, value })}\n`
        : `${kind.name}, ${bytes.length} bytes\n${root === null ? "" : `root ${root}\n`}\n${toLines(value)}`,
    );
  },
};

function findKind(name: string | undefined): Kind {
  const kind = name === undefined ? undefined : kinds.get(name);
  if (kind !== undefined) return kind;
  const what = name === undefined ? "Name the KIND to decode." : `There is no kind "${name}".`;
  throw new Complaint("unknown-kind", what, `Kinds: ${kindNames}.`);
}

async function readBytes(file: string, kind: Kind, hex: boolean): Promise<Uint8Array> {
  if (file === "-" && process.stdin.isTTY) process.stderr.write("Reading stdin (Ctrl-D ends it).\n");
  // One byte above the limit is enough for the decoder to refuse; hex may be spread out with white space.
  const input = await readUpTo(file, hex ? 4 * kind.bytesMax + 1024 : kind.bytesMax + 1);
  if (!hex) return input;
  const text = fromUtf8(input)?.replaceAll(/\s/g, "").replace(/^0x/, "").toLowerCase();
  const bytes = text === undefined ? undefined : fromHex(text);
  if (bytes === undefined) {
    throw new Complaint("not-hex", `${nameOf(file)} is not hexadecimal.`, "Leave out --hex if these are raw bytes.");
  }
  return bytes;
}

/** `-` is stdin. */
export async function readUpTo(file: string, bytesMax: number): Promise<Uint8Array> {
  const stream = file === "-" ? process.stdin : createReadStream(file);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= bytesMax) break;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Complaint("unreadable", `Cannot read ${nameOf(file)} (${code ?? message}).`, "Is the path right?");
  }
  return new Uint8Array(Buffer.concat(chunks).subarray(0, bytesMax));
}

export function nameOf(file: string): string {
  return file === "-" ? "stdin" : file;
}
