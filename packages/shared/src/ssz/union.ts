// One of several types: a selector byte, then the value. `{ kind, value }` in memory. Selectors count from 0 in the order
// of the options, or are given, where there is to be room for others between them.

import { assert } from "../assert.ts";
import { mixInto } from "./merkleize.ts";
import { DecodeFault, type Fields, type Of, type Type, within } from "./type.ts";

export type UnionValue<F extends Fields> = {
  readonly [Kind in keyof F]: { readonly kind: Kind; readonly value: Of<F[Kind]> };
}[keyof F];

const valueRoot = new Uint8Array(32);

type Selectors<F extends Fields> = { readonly [Kind in keyof F]: number };

interface Option {
  readonly kind: string;
  readonly selector: number;
  readonly type: Type<unknown>;
}

function optionsOf<F extends Fields>(types: F, selectors: Selectors<F> | undefined): readonly Option[] {
  const options = Object.entries(types).map(([kind, type], index) => ({
    kind,
    selector: selectors?.[kind] ?? index,
    type,
  }));
  const isByte = ({ selector }: Option) => Number.isInteger(selector) && selector >= 0 && selector < 256;
  const isUnique = new Set(options.map(({ selector }) => selector)).size === options.length;
  assert(isUnique && options.every(isByte), "each option has a selector of its own, a byte");
  return options;
}

export function union<F extends Fields>(fields: F, selectors?: Selectors<F>): Type<UnionValue<F>> {
  const options = optionsOf(fields, selectors);
  const types = options.map(({ type }) => type);
  const byKind = new Map(options.map((option) => [option.kind, option]));
  const bySelector = new Map(options.map((option) => [option.selector, option]));
  const optionOf = (value: UnionValue<F>): Option => {
    const option = byKind.get(value.kind as string);
    assert(option !== undefined, () => `${String(value.kind)} is none of ${[...byKind.keys()].join(", ")}`);
    return option;
  };
  return {
    fixedSize: undefined,
    sizeMin: 1 + Math.min(...types.map((type) => type.sizeMin)),
    sizeMax: 1 + Math.max(...types.map((type) => type.sizeMax)),
    isBasic: false,
    sizeOf: (value) => 1 + optionOf(value).type.sizeOf(value.value),
    write(value, output, offset) {
      const { selector, type } = optionOf(value);
      output.bytes[offset] = selector;
      return type.write(value.value, output, offset + 1);
    },
    read(input, start, end) {
      if (end <= start) throw new DecodeFault("too-short", "a union begins with its selector");
      const selector = input.bytes[start] as number;
      const option = bySelector.get(selector);
      if (option === undefined) throw new DecodeFault("out-of-range", `${selector} selects none of ${options.length}`);
      const { kind, type } = option;
      try {
        return { kind, value: type.read(input, start + 1, end) } as UnionValue<F>;
      } catch (thrown) {
        throw within(kind, thrown);
      }
    },
    rootInto(value, output, offset) {
      const { selector, type } = optionOf(value);
      type.rootInto(value.value, valueRoot, 0);
      mixInto(valueRoot, selector, output, offset);
    },
  };
}
