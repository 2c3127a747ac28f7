export { boolean, uint8, uint16, uint32, uint53, uint64, uint128 } from "./basic.ts";
export { asciiText, bitList, byteList, byteVector } from "./bytes.ts";
export { type Codec, codec } from "./codec.ts";
export {
  branded,
  container,
  list,
  oneOf,
  optional,
  type Problem,
  refine,
  sortedList,
  type UnionValue,
  union,
  type ValueOf,
} from "./composite.ts";
export { depthOf, merkleizeInto, mixInto, scratchBytes, zeroHash } from "./merkleize.ts";
export type { DecodeCode, DecodeError, Of, Type } from "./type.ts";
