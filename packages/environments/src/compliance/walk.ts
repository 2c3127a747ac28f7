// Walks: contracts that are created and called at random, and beside each call as it was planned another that nobody would
// plan, with arguments, origins and uses of any kind. The planned ones change the contract; the states that the calls
// meet are therefore those that an environment comes to by itself.

import {
  asContractName,
  asEnvironmentName,
  asMethodName,
  asStepIndex,
  createMethod,
  type Delivered,
  type Origin,
  type Use,
} from "@tandem/shared";
import { Draw } from "./draw.ts";
import { type MemoryCall, MemoryContract, type Ran } from "./memory-contract.ts";
import { type EnvironmentSubject, payers } from "./subject.ts";

export interface Tried {
  readonly name: string;
  /** The contract before the call, and not changed since. */
  readonly before: MemoryContract;
  readonly call: MemoryCall;
  readonly ran: Ran;
  readonly planned: boolean;
}

const walks = 12;
const callsOfWalk = 60;
const contract = "a/subject";

export function walkThrough(subject: EnvironmentSubject): Tried[] {
  return Array.from({ length: walks }, (_, seed) => walk(subject, new Draw(seed + 1))).flat();
}

function walk(subject: EnvironmentSubject, draw: Draw): Tried[] {
  const subjectContract = new MemoryContract(subject.environment, contract);
  subjectContract.create(draw.pick(subject.configs));
  const tried: Tried[] = [];
  for (let count = 0, height = 1; count < callsOfWalk && subjectContract.life === "live"; count++) {
    height += draw.oneIn(4) ? draw.below(4) : 0;
    const planned = plan(subject, draw, height);
    if (planned === undefined) continue;
    const name = `${planned.method}, call ${count}`;
    const before = subjectContract.copy();
    const strange = strangeCall(planned, draw);
    const strangeRan = before.copy().run(strange);
    tried.push({ name: `strange ${name}`, before, call: strange, ran: strangeRan, planned: false });
    tried.push({ name, before, call: planned, ran: subjectContract.run(planned), planned: true });
  }
  return tried;
}

/** Methods that end the contract are seldom called, so that walks are long. */
function plan({ plans, endings }: EnvironmentSubject, draw: Draw, height: number): MemoryCall | undefined {
  const names = Object.keys(plans).filter((name) => !endings.includes(name));
  const method = draw.pick(draw.oneIn(20) && endings.length > 0 ? endings : names);
  const payer = draw.pick(payers);
  const planned = plans[method]?.(draw, { payer, height });
  return planned === undefined ? undefined : { method, payer, height, ...planned };
}

/** The call with some of it replaced. It may touch any key, for only its author knows which keys it needs. */
function strangeCall(planned: MemoryCall, draw: Draw): MemoryCall {
  const args = (planned.args ?? []).map((each) => (draw.oneIn(2) ? strangeArgument(each, draw) : each));
  if (draw.oneIn(6)) args.pop();
  if (draw.oneIn(6)) args.push(strangeArgument(undefined, draw));
  const uses = draw.oneIn(2) ? Array.from({ length: draw.below(3) }, () => strangeUse(draw)) : (planned.uses ?? []);
  return { ...planned, args, uses, grouped: draw.oneIn(2), anywhere: true };
}

function strangeArgument(planned: Delivered | undefined, draw: Draw): Delivered {
  const keepsValue = planned !== undefined && draw.oneIn(2);
  return { value: keepsValue ? planned.value : draw.value(), origin: strangeOrigin(draw) };
}

function strangeOrigin(draw: Draw): Origin {
  if (draw.oneIn(3)) return { kind: draw.oneIn(2) ? "literal" : "pure" };
  return {
    kind: "contract",
    contract: asContractName(draw.pick(["a/peer", contract, "b/stranger"])),
    environment: asEnvironmentName(draw.pick(["token", "escrow", "stranger"])),
    method: asMethodName(draw.pick(["withdraw", "transfer", createMethod])),
    step: asStepIndex(draw.below(64)),
    uses: draw.below(3),
    grouped: draw.oneIn(2),
  };
}

function strangeUse(draw: Draw): Use {
  return {
    step: asStepIndex(draw.below(64)),
    argument: draw.below(3),
    contract: draw.oneIn(3) ? undefined : asContractName(draw.pick(["a/peer", contract, "b/stranger"])),
    method: asMethodName(draw.pick(["deposit", "burn", "add"])),
    direct: draw.oneIn(2),
    grouped: draw.oneIn(2),
  };
}
