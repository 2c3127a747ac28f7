// One contract in memory, for tests and tutorials: its state, whether it lives, and a call at a time. It does what an
// executor does with a single call (P3, P6, P7, P10), in the same order, and knows no programs: who calls says what
// an executor would have found out, such as origins and uses (P11).

import {
  asContractName,
  asHeight,
  asMethodName,
  asTimeMs,
  type Call,
  type ContractName,
  costs,
  createMethod,
  type Delivered,
  type Environment,
  encodeValue,
  type Footprint,
  limits,
  type Method,
  type NothingReason,
  type Reply,
  tryEncodeValue,
  type Use,
  type Value,
} from "@tandem/shared";
import { MemoryHost, type MemoryState } from "./memory-host.ts";

/** What a test has to say of a call. What it leaves out: height 1, used by nobody, in no group, a large budget. */
export interface MemoryCall {
  readonly method: string;
  readonly payer: Uint8Array;
  readonly footprint: Footprint;
  readonly args?: readonly Delivered[];
  readonly height?: number;
  readonly uses?: readonly Use[];
  readonly grouped?: boolean;
  readonly budget?: number;
  /** It may touch any key, whatever the footprint says; no executor allows that. */
  readonly anywhere?: boolean;
}

export type MemoryOutcome =
  | { readonly kind: "value"; readonly value: Value }
  /** `code` is the environment's own, if it refused. */
  | { readonly kind: "nothing"; readonly why: NothingReason; readonly code?: string; readonly message: string };

export interface Ran {
  readonly outcome: MemoryOutcome;
  /** The host of the call, unless it did not come to run. */
  readonly host: MemoryHost | undefined;
  /** What the environment threw, other than the host's fault. */
  readonly thrown?: unknown;
}

export function literal(value: Value): Delivered {
  return { value, origin: { kind: "literal" } };
}

type Life = "absent" | "live" | "ended";

export class MemoryContract {
  readonly environment: Environment;
  readonly name: ContractName;
  life: Life = "absent";
  state: MemoryState = new Map();

  constructor(environment: Environment, name: string) {
    this.environment = environment;
    this.name = asContractName(name);
  }

  /** P10. */
  create(config: Value, payer: Uint8Array = new Uint8Array(32)): MemoryOutcome {
    const args = [literal(config)];
    return this.call({ method: createMethod, payer, footprint: { kind: "whole" }, args });
  }

  call(given: MemoryCall): MemoryOutcome {
    return this.run(given).outcome;
  }

  /** The same contract as it is now; what happens to one does not happen to the other. */
  copy(): MemoryContract {
    const copy = new MemoryContract(this.environment, this.name);
    copy.life = this.life;
    copy.state = this.state;
    return copy;
  }

  run(given: MemoryCall): Ran {
    const args = (given.args ?? []).map(({ value, origin }) => ({ encoded: encodeValue(value), origin }));
    const bytes = args.reduce((sum, { encoded }) => sum + encoded.length, 0);
    const named = given.footprint.kind === "keys" ? given.footprint.reads.length + given.footprint.writes.length : 0;
    const paid = costs.place + costs.key * named + bytes * costs.byte;
    const budget = given.budget ?? limits.budgetMax;
    const method = this.environment.methods.get(asMethodName(given.method));
    const problem = paid > budget ? nothing("budget", "the call itself") : this.problem(given, method);
    if (problem !== undefined || method === undefined) return { outcome: problem ?? noMethod, host: undefined };
    const host = new MemoryHost(this.state, given.anywhere ? { kind: "whole" } : given.footprint, budget, paid);
    const delivered = args.map(({ encoded, origin }) => ({ value: host.handOut(encoded), origin }));
    return this.finish(given, host, () => method.run(callOf(this.name, given, delivered), host));
  }

  private problem(given: MemoryCall, method: Method | undefined): MemoryOutcome | undefined {
    const isCreation = given.method === createMethod;
    if (isCreation && this.life === "live") return nothing("reverted", "there is such a contract");
    if (this.life !== (isCreation ? "absent" : "live")) return nothing("no-contract", `the contract is ${this.life}`);
    if (method === undefined) return noMethod;
    const isWrong = given.footprint.kind === "whole" ? !method.whole : isCreation;
    return isWrong ? nothing("footprint", "the whole contract, or not the whole") : undefined;
  }

  private finish({ method }: MemoryCall, host: MemoryHost, run: () => Reply): Ran {
    const ran = guarded(host, run);
    if (ran.outcome.kind === "value") {
      this.state = host.after();
      this.life = host.ended ? "ended" : method === createMethod ? "live" : this.life;
    }
    return ran;
  }
}

const noMethod = nothing("reverted", "there is no such method");

function nothing(why: NothingReason, message: string, code?: string): MemoryOutcome {
  return { kind: "nothing", why, message, ...(code === undefined ? {} : { code }) };
}

function guarded(host: MemoryHost, run: () => Reply): Ran {
  try {
    const reply = run();
    if (host.fault !== undefined) throw host.fault;
    if (!reply.ok) return { outcome: nothing("reverted", reply.error.message, reply.error.code), host };
    const encoded = tryEncodeValue(reply.value);
    if (!encoded.ok) return { outcome: nothing("trapped", encoded.error.message), host };
    host.payFor(reply.value);
    return { outcome: { kind: "value", value: reply.value }, host };
  } catch (thrown) {
    if (host.fault !== undefined) return { outcome: nothing(host.fault.why, host.fault.message), host };
    return { outcome: nothing("trapped", String(thrown)), host, thrown };
  }
}

/** The call as an environment gets it. */
export function callOf(contract: ContractName, given: MemoryCall, args: readonly Delivered[]): Call {
  return {
    contract,
    method: asMethodName(given.method),
    args,
    uses: given.uses ?? [],
    grouped: given.grouped ?? false,
    payer: given.payer,
    height: asHeight(given.height ?? 1),
    timeMs: asTimeMs(1_700_000_000_000 + 1000 * (given.height ?? 1)),
  };
}
