// A registry: names, each with an owner and a value that the owner may change.
//
// - `register(name, value)`: a name that never was goes to the payer.
// - `update(name, value)`, `transfer(name, account)` and `end(name)` are the owner's.
// - A name that ended is never registered again, as a contract's is not (P10): whoever relied on it is not deceived.
// - `lookup(name)` replies with {name, owner, value}. It says the name too: an origin tells who made a value (P11),
//   not of which arguments.
//
// It is created with null. Each name has one key, name/<name>: {owner, value} while it lives, null once it ended.

import {
  type Environment,
  equalBytes,
  type Footprint,
  type Host,
  type Reply,
  success,
  utf8,
  type Value,
} from "@tandem/shared";
import { footprintOf, keyOf, wholeFootprint } from "../support/keys.ts";
import { environmentOf, method, refuse } from "../support/method.ts";
import { account, content, label, nothing } from "../support/shapes.ts";

export const registryKeys = { name: (name: string): Uint8Array => keyOf("name/", utf8(name)) } as const;

const writing = (name: string): Footprint => footprintOf({ writes: [registryKeys.name(name)] });

export const registryFootprints = {
  create: (): Footprint => wholeFootprint,
  register: writing,
  update: writing,
  transfer: writing,
  end: writing,
  lookup: (name: string): Footprint => footprintOf({ reads: [registryKeys.name(name)] }),
} as const;

interface Entry {
  readonly owner: Uint8Array;
  readonly value: Value;
}

type Found = { readonly ok: true; readonly value: Entry } | ReturnType<typeof refuse>;

function entryOf(host: Host, name: string): Found {
  const held = host.get(registryKeys.name(name));
  if (held === undefined) return refuse("no-name", `There is no name ${JSON.stringify(name)}.`);
  if (!(held instanceof Map)) return refuse("ended", `The name ${JSON.stringify(name)} has ended.`);
  return success({ owner: held.get("owner") as Uint8Array, value: held.get("value") as Value });
}

/** The entry of a name that is the payer's. */
function ownEntryOf(host: Host, name: string, payer: Uint8Array): Found {
  const found = entryOf(host, name);
  if (!found.ok || equalBytes(found.value.owner, payer)) return found;
  return refuse("no-right", `The name ${JSON.stringify(name)} is another's.`);
}

function setEntry(host: Host, name: string, { owner, value }: Entry): Reply {
  host.set(
    registryKeys.name(name),
    new Map<string, Value>([
      ["owner", owner],
      ["value", value],
    ]),
  );
  return success(null);
}

const register = method([label, content], ({ payer }, host, name, value) => {
  const found = entryOf(host, name);
  if (found.ok) return refuse("name-taken", `The name ${JSON.stringify(name)} has an owner.`);
  return found.error.code === "ended" ? found : setEntry(host, name, { owner: payer, value });
});

const update = method([label, content], ({ payer }, host, name, value) => {
  const found = ownEntryOf(host, name, payer);
  return found.ok ? setEntry(host, name, { owner: payer, value }) : found;
});

const transfer = method([label, account], ({ payer }, host, name, owner) => {
  const found = ownEntryOf(host, name, payer);
  return found.ok ? setEntry(host, name, { owner, value: found.value.value }) : found;
});

const end = method([label], ({ payer }, host, name) => {
  const found = ownEntryOf(host, name, payer);
  if (!found.ok) return found;
  host.set(registryKeys.name(name), null);
  return success(null);
});

const lookup = method([label], (_, host, name) => {
  const found = entryOf(host, name);
  if (!found.ok) return found;
  const { owner, value } = found.value;
  return success(
    new Map<string, Value>([
      ["name", name],
      ["owner", owner],
      ["value", value],
    ]),
  );
});

export const registry: Environment = environmentOf(
  "registry",
  { config: nothing, create: () => success(null) },
  { register, update, transfer, end, lookup },
);
