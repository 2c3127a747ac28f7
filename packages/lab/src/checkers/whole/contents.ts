// C5: who stores the content of a claim has what the claim commits to; who votes for an attest block holds that of all its
// claims, but for who lost its store and says again what it voted for; and what a pending program needs of an attested claim is in some honest node's store (C3).

import { claimCodec, type StoreBatch, toHex } from "@tandem/shared";
import type { Instance } from "@tandem/simulator";
import type { Losses } from "../../losses.ts";
import type { Observation } from "../../nodes/words.ts";
import type { Checker } from "../checker.ts";
import { hex } from "../order/raw-blob.ts";
import { Recalled } from "../recalled.ts";
import { type AttestOracleState, attestHeaderRootOf, placeName } from "./attest-oracle.ts";
import { contentProblem } from "./stored-content.ts";
import { contentKind, notarizedRoot, type WholeWatch } from "./whole-watch.ts";

export function contents(watch: WholeWatch, losses?: Pick<Losses, "isOver">): Checker {
  let looked = 0;
  const recalled = new Recalled(losses);
  return {
    name: "contents",
    onObservation(observation, instance, timeUs) {
      if (observation.kind === "stored") return unsound(observation.batch);
      if (observation.kind !== "attest") return undefined;
      recalled.see(observation.observation, instance, timeUs);
      const voted = notarizedRoot(observation.observation, attestHeaderRootOf);
      if (voted !== undefined) return recalled.has(instance, voted) ? undefined : unheld(voted, instance);
      return observation.observation.kind === "delivered" ? lost(observation.observation) : undefined;
    },
  };

  function unsound({ puts }: StoreBatch): string | undefined {
    for (const { key, value } of puts) {
      const claim = key[0] === contentKind ? hex(key.subarray(1)) : undefined;
      const wrong = claim && contentProblem(claim, value);
      if (wrong !== undefined) return `stored for the claim ${claim?.slice(0, 8)} ${wrong}`;
    }
    return undefined;
  }

  function unheld(root: string, instance: Instance): string | undefined {
    const items = watch.oracle.stateOf(root)?.block?.body.items ?? [];
    const held = watch.of(instance).contents;
    for (const item of items) {
      if (item.kind !== "attestation") continue;
      const { claim } = item.value;
      if (!held.has(toHex(claimCodec.root(claim))))
        return `voted for the claim of round ${claim.round} of ${claim.shard} without its content`;
    }
    return undefined;
  }

  /** Looked at whenever the attest chain has grown. */
  function lost({ info }: Extract<Observation, { kind: "delivered" }>): string | undefined {
    if (info.height <= looked) return undefined;
    looked = info.height;
    const { final, truth } = watch;
    const needed = [...final.fresh.map(({ shard, round }) => placeName(shard, round)), ...truth.neededPlaces()];
    return needed.map((name) => lostAt(final, name)).find((problem) => problem !== undefined);
  }

  function lostAt({ claims }: AttestOracleState, name: string): string | undefined {
    const attested = claims.get(name);
    if (attested === undefined || watch.isHeld(attested.root)) return undefined;
    return `no honest node holds the content of the attested claim of ${name}`;
  }
}
