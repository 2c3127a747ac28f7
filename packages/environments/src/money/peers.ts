// P11: value moves from one contract to another that keeps the same money, its *peer*, and nobody vouches for it.
//
// A contract knows its peers from its configuration: the name of each, and the environment that it must have, because
// a name on the list may come to life later. Names are never used again (P10), so that much is known for ever. Whoever
// lists a peer trusts whoever may make money there. `withdraw` learns the name of the taker, not its code: before a peer
// that is yet to come has come, whoever sends money there does it at its own risk.
//
// - `withdraw(amount)` takes from the payer's account, and its outcome is the amount. It refuses unless that outcome
//   has exactly one use: direct, in its own group, as the first argument of `deposit` of a peer.
// - `deposit(value, account)` gives to any account. It takes only a value whose origin is `withdraw` of a peer, with
//   one use, grouped.
//
// So between the two the money is nowhere else, and the group gives all or nothing: if anything in it fails, it never
// left. What is literal, computed by a pure function, nested in another value, used twice or outside of the group, is
// refused on one side or on both. An environment whose `withdraw` and `deposit` keep these rules can be a peer.

import {
  asMethodName,
  type Call,
  type ContractName,
  type EnvironmentName,
  type Host,
  type Method,
  type Origin,
  type Reply,
  success,
  utf8,
} from "@tandem/shared";
import { keyOf } from "../support/keys.ts";
import { method, type Refused, refuse } from "../support/method.ts";
import { account, amount, contractName, environmentName, mapOf } from "../support/shapes.ts";
import { credit, debit } from "./accounts.ts";

/** Each peer has a key, and a call that takes the whole contract touches 256 at most: balances need some too. */
const peersMax = 64;
/** In a configuration: from the name of each peer to its environment. */
export const peersShape = mapOf(contractName, environmentName, peersMax);

const withdrawMethod = asMethodName("withdraw");
const depositMethod = asMethodName("deposit");
/** The place of the value among the arguments of `deposit`. */
const valueArgument = 0;

export function peerKey(contract: ContractName): Uint8Array {
  return keyOf("peer/", utf8(contract));
}

export function setPeers(host: Host, peers: ReadonlyMap<ContractName, EnvironmentName>): void {
  for (const [contract, environment] of peers) host.set(peerKey(contract), environment);
}

export const withdraw: Method = method([amount], (call, host, taken) => {
  const problem = useProblem(call, host);
  if (problem !== undefined) return problem;
  const debited = debit(host, call.payer, taken);
  return debited.ok ? success(taken) : debited;
});

export const deposit: Method = method([amount, account], (call, host, value, to): Reply => {
  const problem = originProblem(call.args[valueArgument]?.origin, host);
  if (problem !== undefined) return problem;
  const credited = credit(host, to, value);
  return credited.ok ? success(value) : credited;
});

type Problem = { readonly ok: false; readonly error: Refused } | undefined;

function useProblem({ uses }: Call, host: Host): Problem {
  const [use, ...others] = uses;
  if (use === undefined || others.length > 0) return refuse("bad-use", "What is withdrawn is used exactly once.");
  if (!use.grouped) return refuse("bad-use", "Withdrawal and deposit are steps of one group.");
  if (!use.direct) return refuse("bad-use", "What is withdrawn is a whole argument, without an alternative.");
  const { contract, method: taker, argument } = use;
  if (contract === undefined || taker !== depositMethod || argument !== valueArgument) {
    return refuse("bad-use", "What is withdrawn is the first argument of a deposit.");
  }
  return host.get(peerKey(contract)) === undefined ? refuse("no-peer", `${contract} is no peer.`) : undefined;
}

function originProblem(origin: Origin | undefined, host: Host): Problem {
  if (origin?.kind !== "contract") return refuse("bad-origin", "A deposit is what a contract gave, not a literal.");
  const { contract, environment, method: maker, uses, grouped } = origin;
  if (maker !== withdrawMethod) return refuse("bad-origin", "A deposit is what was withdrawn elsewhere.");
  if (uses !== 1) return refuse("bad-origin", "What was withdrawn is used exactly once.");
  if (!grouped) return refuse("bad-origin", "Withdrawal and deposit are steps of one group.");
  const isPeer = host.get(peerKey(contract)) === environment;
  return isPeer ? undefined : refuse("no-peer", `${contract} is no peer with the environment ${environment}.`);
}
