// What every pure function must do (P9, P12): the same for the same arguments, no throw, no change of what it is given,
// a charge before anything else and nothing after a meter that stops it, a value or a refusal with a code of the list.

import { checkValue, encodeValue, HostFault, type PureFunction, type Reply, toHex, type Value } from "@tandem/shared";
import { describe, expect, test } from "vitest";
import { Draw } from "../src/compliance/index.ts";
import { pureFunctions } from "../src/index.ts";

const codes = ["bad-arguments", "out-of-range", "by-zero", "not-so", "no-item", "no-field", "too-large"];

/** Arguments of all kinds; each function is to like some of them. */
function drawArguments(draw: Draw): Value[] {
  const list = () => Array.from({ length: draw.below(4) }, () => draw.integer());
  const map = () => new Map(["a", "b"].slice(draw.below(2)).map((key) => [key, draw.integer()]));
  const likely = () => draw.pick<() => Value>([() => draw.integer(), () => draw.oneIn(2), list, map, () => "a"])();
  return Array.from({ length: draw.below(4) + 1 }, () => (draw.oneIn(4) ? draw.value() : likely()));
}

class Stopping {
  spent = 0;
  stopped = 0;
  private readonly budget: number;

  constructor(budget: number) {
    this.budget = budget;
  }

  charge(units: number): void {
    expect(Number.isSafeInteger(units) && units >= 0).toBe(true);
    this.spent += units;
    if (this.spent <= this.budget) return;
    this.stopped++;
    throw new HostFault("budget", "over");
  }
}

function run(called: PureFunction, args: readonly Value[]): [text: string, reply: Reply, spent: number] {
  const meter = new Stopping(Number.POSITIVE_INFINITY);
  const reply = called.run(args, meter);
  return [reply.ok ? toHex(encodeValue(reply.value)) : reply.error.code, reply, meter.spent];
}

describe.each(pureFunctions.map((called) => [called.name, called] as const))("%s", (_, called) => {
  const draw = new Draw(7);
  const all = Array.from({ length: 1500 }, () => drawArguments(draw));

  test("replies with a value or a refusal of the list, the same each time, and changes nothing", () => {
    const first = all.map((args) => {
      const given = toHex(encodeValue(args));
      const [text, reply, spent] = run(called, args);
      expect(toHex(encodeValue(args))).toBe(given);
      expect(spent).toBeGreaterThan(0);
      if (reply.ok) expect(checkValue(reply.value)).toBeUndefined();
      else expect(codes).toContain(reply.error.code);
      return `${text} ${spent}`;
    });
    const again = all.toReversed().map((args) => run(called, args));
    expect(again.map(([text, , spent]) => `${text} ${spent}`).reverse()).toEqual(first);
  });

  test("succeeds at times", () => {
    expect(all.some((args) => run(called, args)[1].ok)).toBe(true);
  });

  test("does nothing more once its meter stops it", () => {
    for (const args of all.slice(0, 200)) {
      const { 2: spent } = run(called, args);
      for (const budget of [0, Math.floor(spent / 2), spent - 1]) {
        const meter = new Stopping(budget);
        expect(() => called.run(args, meter)).toThrow(HostFault);
        expect(meter.stopped).toBe(1);
      }
    }
  });
});
