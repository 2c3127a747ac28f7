// O2: value is neither made nor lost. In each final block what payers lose is what proposer, execution pool and receivers
// gain; and all accounts together hold what the genesis gave, to the unit. The ledger is the oracle's, which `recompute`
// compares with every node's.

import type { Checker } from "../checker.ts";
import { type Oracle, type OracleState, sentBy } from "./oracle.ts";
import type { Watch } from "./watch.ts";

interface Books extends Pick<Watch, "stateAt"> {
  readonly oracle: Pick<Oracle, "first" | "costOf" | "feesOf">;
}

export function conserved(watch: Books): Checker {
  const { oracle } = watch;
  const given = totalOf(oracle.first);
  let checked = 0;
  return {
    name: "conserved",
    onObservation(observation) {
      if (observation.kind !== "delivered" || observation.info.height !== checked + 1) return undefined;
      checked++;
      const state = watch.stateAt(checked);
      return state === undefined ? undefined : (lossProblem(oracle, state) ?? totalProblem(state, given));
    },
  };
}

function totalOf({ accounts }: OracleState): bigint {
  let total = 0n;
  for (const { balance } of accounts.values()) total += balance;
  return total;
}

function totalProblem(state: OracleState, given: bigint): string | undefined {
  const total = totalOf(state);
  return total === given
    ? undefined
    : `height ${state.header.height}: ${total} in all accounts where ${given} was given`;
}

/** Over the accounts that changed: those who only paid, and all others. */
function lossProblem(oracle: Pick<Oracle, "costOf" | "feesOf">, state: OracleState): string | undefined {
  const { blobs, accounts, parent, header } = state;
  let change = 0n;
  for (const [key, account] of accounts) change += account.balance - (parent?.accounts.get(key)?.balance ?? 0n);
  let lost = 0n;
  let gained = 0n;
  for (const blob of blobs) {
    const { ordering, execution } = oracle.feesOf(blob);
    lost += oracle.costOf(blob);
    gained += ordering + blob.tip + execution + sentBy(blob);
  }
  if (lost !== gained) return `height ${header.height}: payers lose ${lost}, and others gain ${gained}`;
  return change === 0n ? undefined : `height ${header.height}: accounts change by ${change} together`;
}
