// The compliance suite of machines: an honest one passes, and each misdeed fails the case that forbids it.

import { describe, expect, test } from "vitest";
import { type MachineSubject, machineCases } from "../src/compliance/machine.ts";
import type {
  DeliverEffect,
  Machine,
  PersistEffect,
  SendEffect,
  SetTimerEffect,
  VerifyEffect,
} from "../src/machine.ts";

type Input =
  | { readonly kind: "message"; readonly from: number; readonly bytes: Uint8Array }
  | { readonly kind: "verified"; readonly id: number; readonly good: boolean }
  | { readonly kind: "timer"; readonly timer: "report" };

type Effect =
  | PersistEffect<{ readonly from: number; readonly bytes: Uint8Array }>
  | SendEffect<number, { readonly received: number }>
  | VerifyEffect<readonly { readonly from: number; readonly bytes: Uint8Array }[]>
  | DeliverEffect<ReadonlyMap<number, number>>
  | SetTimerEffect<"report">;

/** Verifies each message, acknowledges it once it is kept, and reports every second how many came from whom. */
class Counter implements Machine<Input, Effect> {
  readonly waiting = new Map<number, Extract<Input, { kind: "message" }>>();
  readonly counts = new Map<number, number>();
  nextId = 0;

  handle(input: Input): readonly Effect[] {
    switch (input?.kind) {
      case "message":
        return this.onMessage(input);
      case "verified":
        return this.onVerified(input.id, input.good);
      case "timer":
        return this.onTimer();
      default:
        return [];
    }
  }

  onMessage(message: Extract<Input, { kind: "message" }>): Effect[] {
    if (!(message.bytes instanceof Uint8Array)) return [];
    const id = this.nextId++;
    this.waiting.set(id, message);
    return [{ kind: "verify", id, task: [{ from: message.from, bytes: message.bytes }] }];
  }

  onVerified(id: number, good: boolean): Effect[] {
    const message = this.waiting.get(id);
    if (message === undefined) return [];
    this.waiting.delete(id);
    if (!good) return [];
    const { from, bytes } = message;
    const received = (this.counts.get(from) ?? 0) + 1;
    this.counts.set(from, received);
    return [
      { kind: "persist", record: { from, bytes } },
      { kind: "send", to: from, message: { received } },
    ];
  }

  onTimer(): Effect[] {
    const report: Effect = { kind: "deliver", result: new Map(this.counts) };
    return [report, { kind: "set-timer", timer: "report", afterMs: 1000 }];
  }
}

function inputs(): Input[] {
  const message = (from: number, byte: number): Input => ({ kind: "message", from, bytes: Uint8Array.of(byte) });
  return [
    message(1, 10),
    message(2, 20),
    { kind: "verified", id: 1, good: true },
    { kind: "timer", timer: "report" },
    { kind: "verified", id: 0, good: true },
    message(1, 11),
    { kind: "verified", id: 2, good: true },
    { kind: "timer", timer: "report" },
  ];
}

const hostile = () => [
  undefined,
  null,
  {},
  { kind: "message" },
  { kind: "verified", id: 99 },
  { kind: "of another sort" },
];

function subject(create: () => Machine<Input, Effect>): MachineSubject<Input, Effect> {
  return { create, inputs, hostile };
}

function failures(create: () => Machine<Input, Effect>): string[] {
  return machineCases(subject(create)).flatMap(({ name, run }) => {
    try {
      run();
      return [];
    } catch {
      return [name];
    }
  });
}

describe("an honest machine", () => {
  for (const { name, run } of machineCases(subject(() => new Counter()))) test(name, run);
});

let created = 0;

class Forgetful extends Counter {
  override handle(): Effect[] {
    return [];
  }
}

class Clocked extends Counter {
  override onTimer(): Effect[] {
    return [...super.onTimer(), { kind: "set-timer", timer: "report", afterMs: performance.now() }];
  }
}

class Numbered extends Counter {
  override nextId = 1000 * created++;
}

/** Its counts are of the whole class; each new machine begins them anew, so that alone it seems honest. */
class Shared extends Counter {
  static counts = new Map<number, number>();
  constructor() {
    super();
    Shared.counts = this.counts;
  }
  override onTimer(): Effect[] {
    const [, timer] = super.onTimer() as [Effect, Effect];
    return [{ kind: "deliver", result: new Map(Shared.counts) }, timer];
  }
}

class Called extends Counter {
  override onTimer(): Effect[] {
    return [...super.onTimer(), { kind: "later", run: () => 1 } as unknown as Effect];
  }
}

class Untold extends Counter {
  override onTimer(): Effect[] {
    return [...super.onTimer(), { afterMs: 1 } as unknown as Effect];
  }
}

class Classy extends Counter {
  override onTimer(): Effect[] {
    return [...super.onTimer(), { kind: "deliver", result: new (class Report {})() } as unknown as Effect];
  }
}

class Scribbler extends Counter {
  override onMessage(message: Extract<Input, { kind: "message" }>): Effect[] {
    const effects = super.onMessage(message);
    message.bytes.fill(0);
    return effects;
  }
}

/** Hands out its own map, and goes on counting in it. */
class Lender extends Counter {
  override onTimer(): Effect[] {
    const [, timer] = super.onTimer() as [Effect, Effect];
    return [{ kind: "deliver", result: this.counts }, timer];
  }
}

class Trusting extends Counter {
  override onVerified(id: number, good: boolean): Effect[] {
    if (this.waiting.get(id)?.from === undefined) throw new Error(`nobody asked for ${id}`);
    return super.onVerified(id, good);
  }
}

describe("a misdeed fails the case that forbids it", () => {
  test.each<[string, () => Machine<Input, Effect>, string[]]>([
    ["it does nothing", () => new Forgetful(), ["the inputs have effects"]],
    [
      "it reads a clock",
      () => new Clocked(),
      ["the same inputs give the same effects", "machines that run beside each other share no state"],
    ],
    [
      "it counts machines",
      () => new Numbered(),
      ["the same inputs give the same effects", "machines that run beside each other share no state"],
    ],
    [
      "it shares a map with all of its class",
      () => new Shared(),
      ["machines that run beside each other share no state"],
    ],
    ["an effect that is a function", () => new Called(), ["effects are data, each with its kind"]],
    ["an effect without kind", () => new Untold(), ["effects are data, each with its kind"]],
    ["an effect that holds an object of a class", () => new Classy(), ["effects are data, each with its kind"]],
    ["it writes into its input", () => new Scribbler(), ["inputs stay as they were"]],
    ["it changes an effect after returning it", () => new Lender(), ["effects stay as they were returned"]],
    ["it throws at an answer it did not ask for", () => new Trusting(), ["no input makes it throw"]],
  ])("%s", (_, create, forbidden) => {
    expect(failures(create)).toEqual(expect.arrayContaining(forbidden));
  });
});
