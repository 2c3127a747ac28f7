// One of several types: a selector byte, then the value. `{ kind, value }` in memory.

import { assert } from "../assert.ts";
import { mixInto } from "./merkleize.ts";
import { DecodeFault, type Fields, type Of, type Type, within } from "./type.ts";

export type UnionValue<F extends Fields> = {
  readonly [Kind in keyof F]: { readonly kind: Kind; readonly value: Of<F[Kind]> };
}[keyof F];

const valueRoot = new Uint8Array(32);

export function union<F extends Fields>(options: F): Type<UnionValue<F>> {
  const kinds = Object.keys(options);
  const types = Object.values(options) as Type<unknown>[];
  const selectorOf = (value: UnionValue<F>) => {
    const selector = kinds.indexOf(value.kind as string);
    assert(selector >= 0, `${String(value.kind)} is none of ${kinds.join(", ")}`);
    return selector;
  };
  return {
    fixedSize: undefined,
    sizeMin: 1 + Math.min(...types.map((type) => type.sizeMin)),
    sizeMax: 1 + Math.max(...types.map((type) => type.sizeMax)),
    isBasic: false,
    sizeOf: (value) => 1 + (types[selectorOf(value)] as Type<unknown>).sizeOf(value.value),
    write(value, output, offset) {
      const selector = selectorOf(value);
      output.bytes[offset] = selector;
      return (types[selector] as Type<unknown>).write(value.value, output, offset + 1);
    },
    read(input, start, end) {
      if (end <= start) throw new DecodeFault("too-short", "a union begins with its selector");
      const selector = input.bytes[start] as number;
      const type = types[selector];
      if (type === undefined) throw new DecodeFault("out-of-range", `no selector ${selector} of ${kinds.length}`);
      const kind = kinds[selector] as string;
      try {
        return { kind, value: type.read(input, start + 1, end) } as UnionValue<F>;
      } catch (thrown) {
        throw within(kind, thrown);
      }
    },
    rootInto(value, output, offset) {
      const selector = selectorOf(value);
      (types[selector] as Type<unknown>).rootInto(value.value, valueRoot, 0);
      mixInto(valueRoot, selector, output, offset);
    },
  };
}
