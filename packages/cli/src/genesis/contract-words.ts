// Why a contract of a genesis cannot be, in words: by its name, for whoever wrote it wrote no list.

import { environments } from "@tandem/environments";
import type { Failure, Genesis } from "@tandem/shared";

/** Its code, and a sentence; `withPath` also says where it stands in the file. */
export function contractWords(
  { contracts }: Pick<Genesis, "contracts">,
  { code, path, message }: Failure,
  withPath = false,
): [code: string, what: string] {
  const [, index] = /^contracts\[(\d+)\]/.exec(path) ?? [];
  const name = contracts[Number(index)]?.name ?? path;
  const known = environments.map((environment) => environment.name).join(", ");
  const plain = message.startsWith(`${path}: `) ? message.slice(path.length + 2) : message;
  const said = code === "unknown-environment" ? `${plain}; there are ${known}` : plain;
  // An environment's refusal is a sentence, and names the contract.
  const named = said.startsWith(name) ? said : `${name}: ${said}`;
  return [code, `${withPath ? `${path}: ` : ""}${named.replace(/\.$/, "")}.`];
}
