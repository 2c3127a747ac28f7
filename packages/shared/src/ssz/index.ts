export { boolean, uint8, uint16, uint32, uint53, uint64, uint128 } from "./basic.ts";
export { asciiText, bitList, byteList, byteListView, byteVector } from "./bytes.ts";
export { type Codec, codec } from "./codec.ts";
export { container, type ValueOf } from "./container.ts";
export { list, optional } from "./list.ts";
export { depthOf, merkleizeInto, mixInto, scratchBytes, zeroHash } from "./merkleize.ts";
export { bounded, branded, oneOf, type Problem, refine, refineRead, sortedList } from "./rules.ts";
export type { DecodeCode, DecodeError, Fields, Of, Type } from "./type.ts";
export { type UnionValue, union } from "./union.ts";
