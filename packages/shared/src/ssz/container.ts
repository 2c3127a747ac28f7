// Containers: named fields in a fixed order. Fields of varying size leave an offset in their place, and stand
// after the fixed part in the same order.

import { depthOf, merkleizeInto, scratchBytes } from "./merkleize.ts";
import {
  checkSize,
  DecodeFault,
  type Fields,
  type Input,
  type Of,
  offsetSize,
  readOffset,
  type Type,
  within,
} from "./type.ts";

/** The value of a container: one property for each field, in order. */
export type ValueOf<F extends Fields> = { readonly [Name in keyof F]: Of<F[Name]> };

type Values = Record<string, unknown>;

interface Field {
  readonly name: string;
  readonly type: Type<unknown>;
  readonly fixedSize: number | undefined;
  /** Bytes from this field's offset to the offset of the next field of varying size, if there is one. */
  readonly toNext: number | undefined;
}

interface Layout {
  readonly fields: readonly Field[];
  readonly fixedBytes: number;
  readonly isFixed: boolean;
}

function layoutOf(types: Fields): Layout {
  const fields: Field[] = [];
  let fixedBytes = 0;
  let nextAt: number | undefined;
  const sizeAt = (type: Type<unknown>) => type.fixedSize ?? offsetSize;
  const end = Object.values(types).reduce((sum, type) => sum + sizeAt(type), 0);
  // From the last field to the first, so that the next offset is known.
  for (const [name, type] of Object.entries(types).reverse()) {
    fixedBytes += sizeAt(type);
    const { fixedSize } = type;
    const toNext = nextAt === undefined ? undefined : nextAt - (end - fixedBytes);
    fields.unshift({ name, type, fixedSize, toNext });
    if (fixedSize === undefined) nextAt = end - fixedBytes;
  }
  return { fields, fixedBytes, isFixed: nextAt === undefined };
}

function write({ fields, fixedBytes }: Layout, value: Values, output: Input, offset: number): number {
  let at = offset;
  let variableAt = offset + fixedBytes;
  for (const { name, type, fixedSize } of fields) {
    if (fixedSize === undefined) {
      output.view.setUint32(at, variableAt - offset, true);
      at += offsetSize;
      variableAt = type.write(value[name], output, variableAt);
    } else {
      at = type.write(value[name], output, at);
    }
  }
  return variableAt;
}

function read({ fields, fixedBytes, isFixed }: Layout, input: Input, start: number, end: number): Values {
  if (isFixed || end - start < fixedBytes) checkSize(end - start, fixedBytes);
  const value: Values = {};
  let at = start;
  let variableAt = start + fixedBytes;
  for (const { name, type, fixedSize, toNext } of fields) {
    try {
      if (fixedSize === undefined) {
        const from = start + readOffset(input, at, end);
        if (from !== variableAt)
          throw new DecodeFault("bad-offset", `begins at ${from - start}, not ${variableAt - start}`);
        // It ends where the next one begins, or with the container.
        variableAt = toNext === undefined ? end : start + readOffset(input, at + toNext, end);
        if (variableAt < from || variableAt > end) throw new DecodeFault("bad-offset", "ends outside its container");
        value[name] = type.read(input, from, variableAt);
        at += offsetSize;
      } else {
        value[name] = type.read(input, at, at + fixedSize);
        at += fixedSize;
      }
    } catch (thrown) {
      throw within(name, thrown);
    }
  }
  return value;
}

export function container<F extends Fields>(types: F): Type<ValueOf<F>> {
  const layout = layoutOf(types);
  const { fields, fixedBytes, isFixed } = layout;
  const variable = fields.filter((field) => field.fixedSize === undefined);
  const depth = depthOf(fields.length);
  // One buffer for all roots of this type: no value lies inside another of its own type.
  const roots = new Uint8Array(scratchBytes(fields.length));
  return {
    fixedSize: isFixed ? fixedBytes : undefined,
    sizeMin: variable.reduce((sum, { type }) => sum + type.sizeMin, fixedBytes),
    sizeMax: variable.reduce((sum, { type }) => sum + type.sizeMax, fixedBytes),
    isBasic: false,
    sizeOf: (value) => variable.reduce((sum, { name, type }) => sum + type.sizeOf(value[name]), fixedBytes),
    write: (value, output, offset) => write(layout, value, output, offset),
    read: (input, start, end) => read(layout, input, start, end) as ValueOf<F>,
    rootInto(value, output, offset) {
      for (let i = 0; i < fields.length; i++) {
        const { name, type } = fields[i] as Field;
        type.rootInto(value[name], roots, 32 * i);
      }
      merkleizeInto(roots, fields.length, depth, output, offset);
    },
  };
}
