// C3, C4: a validator that lost its disk begins with a snapshot of each of its shards, in the middle of open programs, instead
// of replaying them. It makes the claims that the others make from there on, and affirms nothing: nobody knows any more what
// its key signed.

import { importSnapshot, type StageTwoNews, writeSnapshot } from "@tandem/attestation";
import { openNetwork } from "@tandem/ordering";
import {
  type Argument,
  asBudget,
  asContractName,
  asMethodName,
  asShardName,
  type CallStep,
  encodeProgram,
  type Footprint,
  type Frontier,
  fromHex,
  genesisCodec,
  type ShardName,
  type SparseStore,
  toHex,
  utf8,
  type Value,
} from "@tandem/shared";
import { expect, test } from "vitest";
import { blobOf, testNetwork } from "../../ordering/test/support/blobs.ts";
import { Town, type TownNode } from "./support/town.ts";

const patienceMs = 120_000;
const stepBudget = 1_000_000;
const plain = testNetwork({ balance: 10n ** 12n, limits: { shardBudget: 100_000_000 } });
const network = openNetwork({ genesis: plain.genesis, network: genesisCodec.root(plain.genesis) });
/** The third shard has no claim: it begins at the genesis. */
const shards = ["bank", "hotel"].map(asShardName);
const [bank] = shards;

const literal = (value: Value): Argument => ({ kind: "literal", value });
const outcomeOf = (step: number) => ({ kind: "step", step }) as Argument;
const total: Footprint = { kind: "keys", reads: [], writes: [utf8("total")] };

function call(at: string, method: string, args: readonly Argument[], footprint: Footprint): CallStep {
  const budget = asBudget(stepBudget);
  return { kind: "call", at: asContractName(at), method: asMethodName(method), args, budget, footprint };
}

const create = (at: string) => call(at, "create", [literal("counter"), literal(1n)], { kind: "whole" });
const add = (at: string, argument: Argument) => call(at, "add", [argument], total);

let nonce = 0;

function programOf(...steps: readonly CallStep[]) {
  const touches = [...new Set(steps.map(({ at }) => at.split("/")[0] as string))];
  const payload = encodeProgram({ steps, groups: [] });
  return blobOf(network, { nonce: nonce++, touches, payload, budget: stepBudget * steps.length });
}

/** There and back again: it is pending in both shards for some rounds. */
const hops = () =>
  programOf(
    add("bank/a", literal(4n)),
    add("hotel/b", outcomeOf(0)),
    add("bank/a", outcomeOf(1)),
    add("hotel/b", outcomeOf(2)),
  );

function submit(town: Town, ...programs: readonly ReturnType<typeof programOf>[]): void {
  for (const { bytes } of programs) town.submit(town.nodes[0] as TownNode, bytes);
}

const isAttested = ({ replica }: TownNode, { root }: ReturnType<typeof programOf>) =>
  replica?.statusOf(root)?.stage === "attested";

/** The disk of a node as its operator reads it. */
function diskOf(node: TownNode): SparseStore {
  return {
    read: async (keys) => node.read(keys),
    async list({ from, until, countMax, isReverse }) {
      const [low, high] = [toHex(from), toHex(until)];
      const keys = [...node.store.keys()].filter((key) => key >= low && key < high).sort();
      const some = (isReverse ? keys.reverse() : keys).slice(0, countMax);
      return some.map((key) => ({ key: fromHex(key) as Uint8Array, value: node.store.get(key) as Uint8Array }));
    },
  };
}

async function copySnapshot(town: Town, from: TownNode, to: TownNode, shard: ShardName): Promise<Frontier> {
  const { network: attest } = town.network.setting;
  const parts: Uint8Array[] = [];
  const writing = writeSnapshot(diskOf(from), attest, shard);
  for (let step = await writing.next(); ; step = await writing.next()) {
    if (step.done !== true) parts.push(step.value);
    else if (step.value.ok) break;
    else throw new Error(step.value.error.message);
  }
  const importing = importSnapshot(
    diskOf(to),
    attest,
    shard,
    (async function* () {
      yield* parts;
    })(),
  );
  for (let step = await importing.next(); ; step = await importing.next()) {
    if (step.done !== true) to.write(step.value);
    else if (step.value.ok) return step.value.value;
    else throw new Error(step.value.error.message);
  }
}

const claimsOf = ({ news }: TownNode) =>
  news.flatMap((each) => (each.kind === "claimed" ? [`${each.shard} ${each.round} ${toHex(each.claim)}`] : []));
const alarmsOf = (news: readonly StageTwoNews[]) =>
  news.flatMap((each) => (each.kind === "alarm" ? [each.alarm.what] : []));

test("who lost everything follows from snapshots, makes the same claims, and affirms none", async () => {
  const town = new Town(network);
  const [first, , , lost] = town.nodes as [TownNode, TownNode, TownNode, TownNode];
  const begun = [programOf(create("bank/a")), programOf(create("hotel/b"))];
  submit(town, ...begun);
  town.runUntil(() => begun.every((each) => town.nodes.every((node) => isAttested(node, each))), patienceMs);
  lost.isCutOff = true;
  const many = [hops(), hops(), hops()];
  submit(town, ...many);
  // In the middle of it, as the snapshot has to be.
  const pendingIn = () => first.replica?.progress().shards.find(({ shard }) => shard === bank)?.attested.pending ?? 0;
  town.runUntil(() => pendingIn() > 0, patienceMs);

  lost.store.clear();
  lost.journal = [];
  lost.effects.length = 0;
  const frontiers = new Map<ShardName, Frontier>();
  for (const shard of shards) frontiers.set(shard, await copySnapshot(town, first, lost, shard));
  expect(frontiers.get(bank as ShardName)?.pending.count).toBeGreaterThan(0);
  lost.isCutOff = false;
  town.start(lost);
  const later = [hops(), hops()];
  submit(town, ...later);
  town.runUntil(() => later.every((each) => isAttested(lost, each)), patienceMs);

  // It replayed nothing: its first round is the one after the snapshot.
  const rounds = lost.effects.flatMap((effect) => (effect.kind === "execute" ? [effect] : []));
  for (const [shard, { round }] of frontiers) {
    expect(rounds.find((each) => each.shard === shard)?.input.slice.height).toBe(round + 1);
  }
  const made = claimsOf(lost);
  expect(made.length).toBeGreaterThan(shards.length);
  const known = new Set(claimsOf(first));
  expect(made.filter((claim) => !known.has(claim))).toEqual([]);
  // C4.
  const isAffirming = lost.effects.some(
    (effect) => effect.kind === "broadcast" && effect.message.kind === "affirmations",
  );
  expect(isAffirming).toBe(false);
  expect(new Set(alarmsOf(lost.news))).toEqual(new Set(["no-mark"]));
});
