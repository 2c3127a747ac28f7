// The checkers of the whole stage, beside those of consensus and of the order chain.

import type { Alarm } from "@tandem/attestation";
import { type OrderBlock, toHex } from "@tandem/shared";
import { type Losses, nobody } from "../../losses.ts";
import type { Observation } from "../../nodes/words.ts";
import { attested } from "../../payload/block.ts";
import type { Checker } from "../checker.ts";
import { hex } from "../order/raw-blob.ts";
import { attestHeaderRootOf } from "./attest-oracle.ts";
import { notarizedRoot, type WholeWatch } from "./whole-watch.ts";

/**
 * A2-A4: an attest block that an honest node proposes, votes for or delivers is what the oracle makes of it. It stands
 * first: others read what it enters.
 */
export function attestBlock(watch: WholeWatch): Checker {
  const judge = (what: string, root: string) => {
    const verdict = watch.oracle.judge(root);
    return "problem" in verdict ? `${what} attest block ${root.slice(0, 8)}: ${verdict.problem}` : undefined;
  };
  return {
    name: "attest-block",
    onObservation(observation, instance) {
      const wrong = observation.kind === "attest" ? ofAttest(observation.observation) : undefined;
      watch.see(observation, instance);
      return wrong;
    },
  };

  function ofAttest(observation: Observation): string | undefined {
    if (observation.kind === "delivered") return judge("delivered", hex(observation.info.root));
    const root = notarizedRoot(observation, attestHeaderRootOf);
    return root === undefined ? undefined : judge("voted for", root);
  }
}

/**
 * R1-R5, C1-C3: every claim that an honest node makes, and every one that is attested, is the truth's. `blobOf` gives bytes by
 * root: what was final at a crash is told by the next boot alone.
 */
export function truth(watch: WholeWatch, blobOf: (root: string) => Uint8Array | undefined = () => undefined): Checker {
  const { truth: own } = watch;
  /** Final at a boot, and not told as ordered. */
  const found = new Map<number, OrderBlock>();
  return {
    name: "truth",
    onObservation(observation) {
      if (observation.kind === "booted") for (const { block } of observation.finals) find(block);
      if (observation.kind === "executed") return own.onExecuted(observation);
      if (observation.kind === "restored" || observation.kind === "stored") return order();
      if (observation.kind === "ordered") {
        const { block, blobs } = observation;
        return own.onOrdered({ header: block.header, blobs });
      }
      if (observation.kind !== "attest" || observation.observation.kind !== "delivered") return undefined;
      return own.advance() ?? falselyAttested(observation.observation);
    },
  };

  function find(block: OrderBlock): void {
    if (block.header.height > own.height) found.set(block.header.height, block);
  }

  function order(): string | undefined {
    for (const [height, { header, body }] of found) {
      const blobs = body.blobs.flatMap((root) => blobOf(hex(root)) ?? []);
      if (blobs.length < body.blobs.length) continue;
      found.delete(height);
      const wrong = own.onOrdered({ header, blobs });
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  function falselyAttested({ block }: Extract<Observation, { kind: "delivered" }>): string | undefined {
    for (const item of attested(block).body.items) {
      if (item.kind !== "attestation") continue;
      const { shard, round } = item.value.claim;
      // A whole committee can say what it likes, as far as A3 allows.
      if (own.lost.has(shard)) continue;
      const known = own.claimAt(shard, round);
      if (known === undefined && round > own.height) continue;
      if (known === undefined) return `attested a claim of ${shard} for round ${round} that no honest node made`;
      if (toHex(known.claim.contracts) !== toHex(item.value.claim.contracts))
        return `attested other contracts of ${shard} in round ${round}`;
      const [a, b] = [known.root, rootIn(watch, shard, round)];
      if (toHex(a) !== b) return `attested another claim of ${shard} for round ${round} than honest nodes make`;
    }
    return undefined;
  }
}

function rootIn({ final }: WholeWatch, shard: string, round: number): string | undefined {
  return final.claims.get(`${shard} ${round}`)?.root;
}

/** C1, R6: who has nothing to do reads nothing; what would be work makes a claim, which `truth` sees. */
export function idle(): Checker {
  return {
    name: "idle",
    onObservation(observation) {
      if (observation.kind !== "executed" || observation.result !== undefined || observation.reads === 0)
        return undefined;
      const { shard, height, reads } = observation;
      return `${reads} reads for round ${height} of ${shard}, in which nothing was due`;
    },
  };
}

/**
 * C6, C4: with less than a third of liars nobody's own result differs from a quorum's; and who misses its mark lost its store.
 * Where a committee is lost, disputes.ts looks at what is said.
 */
export function alarms(lost: ReadonlySet<string> = new Set(), losses: Pick<Losses, "isOver"> = nobody): Checker {
  return {
    name: "alarm",
    onObservation(observation, instance, timeUs) {
      if (observation.kind === "attest-diverged")
        return `stopped at attest height ${observation.height}: ${observation.problem}`;
      if (observation.kind !== "news" || observation.news.kind !== "alarm") return undefined;
      const { alarm } = observation.news;
      if (lost.has(shardOf(alarm)) || (alarm.what === "no-mark" && losses.isOver(instance, timeUs))) return undefined;
      return `an alarm in an honest world: ${alarm.what}, ${describe(alarm)}`;
    },
  };
}

function shardOf(alarm: Alarm): string {
  if (alarm.what === "shown") return alarm.explanation.dispute.shard;
  return "dispute" in alarm ? alarm.dispute.shard : alarm.shard;
}

function describe(alarm: object): string {
  return JSON.stringify(alarm, (_, value) => (value instanceof Uint8Array ? toHex(value).slice(0, 8) : value));
}
