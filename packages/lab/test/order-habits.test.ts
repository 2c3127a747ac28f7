// Each habit of the order stage is met by honest nodes, who bear it; and what the forge makes of a chain is what honest
// nodes make of it, so a block that it changes in one thing is wrong in that alone.

import type { Signer } from "@tandem/consensus";
import { useNative } from "@tandem/native";
import * as replica from "@tandem/replica";
import { asTimeMs, attestHeaderCodec, type Certificate, equalBytes, genesisAttestHeader } from "@tandem/shared";
import { Random } from "@tandem/simulator";
import { expect, test } from "vitest";
import { Ledger } from "../src/habits/ledger.ts";
import { falseCitation } from "../src/habits/order/false-citation.ts";
import { orderHabits } from "../src/habits/order/index.ts";
import { drawSetting, runSetting, type Setting } from "../src/index.ts";
import { type Block, blockRules } from "../src/payload/block.ts";
import { OrderStage } from "../src/stages/order-stage.ts";

useNative();

/** Drawn worlds, of which the first have an occasion for nearly each: blocks to repair, payers who spend all. */
const seeds = [9, 3, 1, 2, 4, 5, 6, 7, 8, 10, 11, 12];
const blocksMax = 20;

function settingWith(habit: keyof typeof orderHabits, seed = seeds[0] as number): Setting {
  const drawn = drawSetting(seed, "order");
  const [first] = drawn.habits;
  return { ...drawn, blocksMax, habits: [{ seat: first?.seat ?? 0, habit }] };
}

function run(setting: Setting) {
  let stage: OrderStage | undefined;
  const report = runSetting(setting, (_, give) => {
    stage = new OrderStage(setting, replica, give);
    return stage;
  });
  return { report, forge: (stage as OrderStage | undefined)?.toolsOf(0).forge };
}

for (const habit of Object.keys(orderHabits) as (keyof typeof orderHabits)[]) {
  test(`${habit} is felt, and borne`, () => {
    const isFelt = seeds.some((seed) => {
      const { report } = run(settingWith(habit, seed));
      expect(report.violation).toBeNull();
      return (report.habits[habit] ?? 0) > 0 && report.blocks > 10;
    });
    expect(isFelt).toBe(true);
  });
}

test("the forge has the ledger of every final block", () => {
  const { forge } = run(settingWith("withheld-blobs"));
  let heights = 0;
  for (let at = forge?.final; at !== undefined; at = at.parent) {
    expect(equalBytes(at.ledger.root, at.header.ledgerRoot)).toBe(true);
    heights++;
  }
  expect(heights).toBeGreaterThan(10);
});

test("false-citation gives some voters a false proof of a good citation, in a block of the same root", () => {
  const stage = new OrderStage(settingWith("false-citation"), replica, () => {});
  const { signers, electorate } = stage.keys;
  const peers = [1, 2, 3];
  const ledger = new Ledger({ seats: [0, ...peers], silent: new Set(), twins: new Set(), leaderOf: () => 0 });
  const { effects } = falseCitation({
    ...{ instance: 0, signer: signers[0] as Signer, accomplices: [], peers, electorate, deltaMs: 100, ledger },
    ...{ leaderOf: () => 0, random: new Random(1), order: stage.toolsOf(0), whole: undefined },
  });
  const { block, proposal } = citingProposal(stage);
  const said = Array.from(
    { length: 10 },
    () => effects?.([proposal], { kind: "clock", id: 1, nowMs: asTimeMs(0) }) ?? [],
  );
  const heard = said.flat().flatMap((effect) => {
    const isProposal = (effect.kind === "send" || effect.kind === "broadcast") && effect.message.kind === "proposal";
    return isProposal && effect.message.kind === "proposal" ? [effect.message.proposal.block] : [];
  });
  for (const each of heard) expect(blockRules.infoOf(each).root).toEqual(blockRules.infoOf(block).root);
  const bad = heard.filter(({ body }) => body.citation !== block.body.citation);
  expect(bad.length).toBeGreaterThan(0);
  expect(bad.length).toBeLessThan(heard.length);
});

/** A proposal of a block that cites, as a leader would make it. */
function citingProposal(stage: OrderStage) {
  const genesis = stage.toolsOf(0).forge.final.header;
  const header = genesisAttestHeader(stage.toolsOf(0).forge.network.genesis);
  const root = attestHeaderCodec.root(header);
  const { epoch, view, height } = header;
  const certificate: Certificate = {
    ...{ kind: "finalization", epoch, view, block: root, bitmap: [], signature: new Uint8Array(96) },
  };
  const citation = { header, certificate, descent: { path: [] } };
  const block: Block = { header: { ...genesis, attested: { height, root } }, body: { blobs: [], citation } };
  const message = { kind: "proposal", proposal: { block, parent: undefined, signature: new Uint8Array(96) } } as const;
  return { block, proposal: { kind: "broadcast", message } as const };
}
