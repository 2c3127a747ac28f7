// What every machine must do (section 9), shown on a list of inputs that its author gives: a run that reaches
// what the machine can do, and inputs that are wrong.

import { assert } from "../assert.ts";
import type { Machine } from "../machine.ts";
import type { ComplianceCase } from "./case.ts";
import { copyData, sameData } from "./data.ts";

export interface MachineSubject<Input, Effect> {
  /** A new machine, always in the same state. */
  create(): Machine<Input, Effect>;
  /** Makes the same inputs anew each time. */
  inputs(): readonly Input[];
  /** Inputs that are wrong, each to be taken at any time. */
  hostile(): readonly unknown[];
}

export function machineCases<Input, Effect>(subject: MachineSubject<Input, Effect>): ComplianceCase[] {
  return [
    { name: "the inputs have effects", run: () => checkUseful(subject) },
    { name: "the same inputs give the same effects", run: () => checkRepeats(subject) },
    { name: "machines that run beside each other share no state", run: () => checkApart(subject) },
    { name: "effects are data, each with its kind", run: () => checkData(subject) },
    { name: "inputs stay as they were", run: () => checkInputs(subject) },
    { name: "effects stay as they were returned", run: () => checkEffects(subject) },
    { name: "no input makes it throw", run: () => checkHostile(subject) },
  ];
}

/** What each input gave, copied at once. */
function effectsOf<Input, Effect>(machine: Machine<Input, Effect>, inputs: readonly Input[]): unknown[] {
  return inputs.map((input) => copyData(machine.handle(input)));
}

function assertSame(actual: unknown, expected: unknown, what: string): void {
  assert(sameData(actual, expected), what);
}

function checkUseful<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const machine = create();
  assert(
    inputs().some((input) => machine.handle(input).length > 0),
    "no input had an effect: nothing would be shown",
  );
}

function checkRepeats<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const [first, second] = [effectsOf(create(), inputs()), effectsOf(create(), inputs())];
  for (const [index, effects] of first.entries()) assertSame(second[index], effects, `input ${index}: other effects`);
}

/** One machine is always half the inputs ahead of the other. */
function checkApart<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const alone = effectsOf(create(), inputs());
  const [ahead, behind] = [create(), create()];
  const [its, others] = [inputs(), inputs()];
  const lead = its.length >> 1;
  for (let index = 0; index < its.length + lead; index++) {
    if (index < its.length) assertSame(copyData(ahead.handle(its[index] as Input)), alone[index], `input ${index}`);
    const late = index - lead;
    if (late >= 0) assertSame(copyData(behind.handle(others[late] as Input)), alone[late], `input ${late}, behind`);
  }
}

function checkData<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const machine = create();
  for (const [index, input] of inputs().entries()) {
    const effects = machine.handle(input);
    assert(Array.isArray(effects), `input ${index}: effects are a list`);
    for (const effect of effects) {
      copyData(effect);
      const { kind } = (effect ?? {}) as { kind?: unknown };
      assert(typeof kind === "string", `input ${index}: an effect without kind`);
    }
  }
}

function checkInputs<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const machine = create();
  const given = inputs();
  const before = copyData(given) as unknown[];
  for (const input of given) machine.handle(input);
  for (const [index, input] of given.entries()) assertSame(input, before[index], `input ${index} was changed`);
}

function checkEffects<Input, Effect>({ create, inputs }: MachineSubject<Input, Effect>): void {
  const machine = create();
  const returned = inputs().map((input) => {
    const effects = machine.handle(input);
    return { effects, copy: copyData(effects) };
  });
  for (const [index, { effects, copy }] of returned.entries()) {
    assertSame(effects, copy, `the effects of input ${index} were changed later`);
  }
}

/** The wrong ones come before, between and after the others. */
function checkHostile<Input, Effect>({ create, inputs, hostile }: MachineSubject<Input, Effect>): void {
  const machine = create();
  handleWrong(machine, hostile());
  for (const input of inputs()) {
    machine.handle(input);
    handleWrong(machine, hostile());
  }
}

function handleWrong<Input, Effect>(machine: Machine<Input, Effect>, wrong: readonly unknown[]): void {
  for (const [index, input] of wrong.entries()) {
    try {
      machine.handle(input as Input);
    } catch (error) {
      assert(false, `wrong input ${index}: ${error}`);
    }
  }
}
