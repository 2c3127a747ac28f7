// What peers could send in place of messages; and what of it can be decoded, given to nodes that run.

import { expect, test } from "vitest";
import { attackDecoder, mutate, Random } from "../../shared/test/support/hostile.ts";
import { decodeMessage, encodeMessage, type ReplicaMessage } from "../src/index.ts";
import { table } from "./support/messages.ts";
import { add, create, literal, programNetwork, programOf } from "./support/programs.ts";
import { Town, type TownNode } from "./support/town.ts";

test.each(table)("$kind: any bytes give a message with exactly these bytes, or a typed error", ({ kind, samples }) => {
  attackDecoder({
    name: kind,
    decode: decodeMessage,
    encode: encodeMessage,
    valid: samples.map(encodeMessage),
    runs: 20_000,
  });
});

/** What a node said lately. */
function saidBy({ effects }: TownNode): readonly ReplicaMessage[] {
  const said: ReplicaMessage[] = [];
  for (let at = effects.length - 1; at >= 0 && said.length < 40; at--) {
    const effect = effects[at];
    if (effect?.kind === "send" || effect?.kind === "broadcast") said.push(effect.message);
  }
  return said;
}

/** A message with something changed in its bytes that is still a message: one of these nodes', or a sample. */
function changed(random: Random, town: Town): ReplicaMessage | undefined {
  const said = saidBy(random.pick(town.nodes));
  const message = random.pick(random.below(3) > 0 && said.length > 0 ? said : random.pick(table).samples);
  const decoded = decodeMessage(mutate(random, encodeMessage(message)));
  return decoded.ok ? decoded.value : undefined;
}

function isAttested(replica: TownNode["replica"]): boolean {
  const bank = replica?.progress().shards.find(({ shard }) => shard === "bank");
  return (bank?.attested.round ?? 0) > 0 && bank?.attested.pending === 0;
}

test.each([1, 2, 3, 4])(
  "nodes that are told changed messages by each other go on with both chains, and agree (%i)",
  (seed) => {
    const network = programNetwork;
    const town = new Town(network, 1);
    const random = new Random(seed);
    let told = 0;
    for (let nonce = 0; nonce < 12; nonce++) {
      const step = nonce === 0 ? create("bank/a") : add("bank/a", literal(BigInt(nonce)));
      const blob = programOf(network, nonce, step);
      town.submit(town.nodes[nonce % 4] as TownNode, blob.bytes);
      for (let i = 0; i < 200; i++) {
        const message = changed(random, town);
        if (message === undefined) continue;
        town.give(random.pick(town.nodes), { kind: "message", from: random.below(6), message });
        told++;
      }
      town.runUntil(() => town.nodes.every(({ orderedBlobs }) => orderedBlobs.includes(blob.key)), 120_000);
    }
    expect(told).toBeGreaterThan(1000);
    const [first] = town.nodes;
    for (const { ordered, effects } of town.nodes) {
      const shared = Math.min(ordered.length, first?.ordered.length ?? 0);
      const chain = ordered.slice(0, shared).map(({ info }) => info.root);
      expect(chain).toEqual(first?.ordered.slice(0, shared).map(({ info }) => info.root));
      expect(effects.some(({ kind }) => kind === "diverged" || kind === "attest-diverged")).toBe(false);
    }
    town.runUntil(() => town.nodes.every(({ replica }) => isAttested(replica)), 120_000);
  },
);
