// A second reading of P8: any well-formed CBOR item is read into a tree of bytes and heads; then it is
// asked whether that tree is a value, and whether encoding the value anew gives the same bytes. Slow and plain;
// shares nothing with the reader under test.

type Item =
  | { readonly major: 0 | 1 | 7; readonly argument: bigint; readonly width: number }
  | { readonly major: 2 | 3; readonly content: readonly number[]; readonly whole: boolean }
  | { readonly major: 4 | 5 | 6; readonly argument: bigint; readonly items: readonly Item[]; readonly whole: boolean };

interface Cursor {
  readonly bytes: readonly number[];
  at: number;
}

/** Why the bytes are not the canonical encoding of a value with these limits, or nothing if they are. */
export function valueProblem(
  bytes: Uint8Array,
  limits: { readonly depth: number; readonly items: number; readonly bytes: number },
): string | undefined {
  if (bytes.length > limits.bytes) return "too many bytes";
  const cursor: Cursor = { bytes: [...bytes], at: 0 };
  try {
    const item = readItem(cursor, 0);
    if (cursor.at !== bytes.length) return "bytes left over";
    if (depthOf(item) > limits.depth) return "too deep";
    if (countOf(item) > limits.items) return "too many items";
    const again = encodeItem(item);
    return again.length === bytes.length && again.every((byte, at) => byte === bytes[at]) ? undefined : "another form";
  } catch (error) {
    return (error as Error).message;
  }
}

function take(cursor: Cursor, count: number): number[] {
  if (cursor.at + count > cursor.bytes.length) throw new Error("short");
  cursor.at += count;
  return cursor.bytes.slice(cursor.at - count, cursor.at);
}

function toNumber(bytes: readonly number[]): bigint {
  return bytes.reduce((number, byte) => number * 256n + BigInt(byte), 0n);
}

function readItem(cursor: Cursor, nesting: number): Item {
  if (nesting > 100) throw new Error("too deep");
  const [first] = take(cursor, 1) as [number];
  const major = Math.floor(first / 32) as Item["major"];
  const info = first % 32;
  if (info >= 28 && info <= 30) throw new Error("reserved");
  if (info === 31) throw new Error("indefinite, or a break");
  const width = info < 24 ? 0 : 2 ** (info - 24);
  const argument = info < 24 ? BigInt(info) : toNumber(take(cursor, width));
  if (major === 0 || major === 1 || major === 7) return { major, argument, width };
  if (major === 2 || major === 3) {
    if (argument > 1_000_000n) throw new Error("short");
    return { major, content: take(cursor, Number(argument)), whole: true };
  }
  const count = major === 5 ? 2n * argument : major === 6 ? 1n : argument;
  const items: Item[] = [];
  for (let index = 0n; index < count; index++) items.push(readItem(cursor, nesting + 1));
  return { major, argument, items, whole: true };
}

function depthOf(item: Item): number {
  if (item.major !== 4 && item.major !== 5) return 1;
  return 1 + Math.max(0, ...item.items.map(depthOf));
}

function countOf(item: Item): number {
  if (item.major !== 4 && item.major !== 5) return 0;
  return Number(item.argument) + item.items.map(countOf).reduce((a, b) => a + b, 0);
}

function head(major: number, argument: bigint): number[] {
  const widths = [1, 2, 4, 8];
  if (argument < 24n) return [major * 32 + Number(argument)];
  const power = widths.findIndex((width) => argument < 256n ** BigInt(width));
  return [major * 32 + 24 + power, ...bigEndian(argument, widths[power] as number)];
}

function bigEndian(number: bigint, width: number): number[] {
  return Array.from({ length: width }, (_, at) => Number((number >> BigInt(8 * (width - 1 - at))) % 256n));
}

/** The one canonical encoding of what an item means, if it means a value. */
function encodeItem(item: Item): number[] {
  switch (item.major) {
    case 0:
      return encodeInteger(item.argument);
    case 1:
      return encodeInteger(-1n - item.argument);
    case 2:
      return [...head(2, BigInt(item.content.length)), ...item.content];
    case 3:
      return encodeText(item.content);
    case 4:
      return [...head(4, item.argument), ...item.items.flatMap(encodeItem)];
    case 5:
      return encodeMap(item.items);
    case 6:
      return encodeInteger(integerOf(item.argument, item.items[0] as Item));
    default:
      if (item.width > 0 || item.argument < 20n || item.argument > 22n) throw new Error("no simple value of ours");
      return [0xe0 + Number(item.argument)];
  }
}

function integerOf(tag: bigint, item: Item): bigint {
  if (item.major !== 2) throw new Error("a bignum is bytes");
  if (tag === 2n) return toNumber(item.content);
  if (tag === 3n) return -1n - toNumber(item.content);
  throw new Error("no tag of ours");
}

function encodeInteger(integer: bigint): number[] {
  if (integer < -(2n ** 255n) || integer >= 2n ** 256n) throw new Error("beyond 256 bits");
  const magnitude = integer < 0n ? -1n - integer : integer;
  if (magnitude < 2n ** 64n) return head(integer < 0n ? 1 : 0, magnitude);
  let width = 8;
  while (magnitude >= 256n ** BigInt(width)) width++;
  return [integer < 0n ? 0xc3 : 0xc2, ...head(2, BigInt(width)), ...bigEndian(magnitude, width)];
}

function encodeText(content: readonly number[]): number[] {
  const text = Buffer.from(content).toString("utf8");
  const again = [...Buffer.from(text, "utf8")];
  if (Buffer.compare(Buffer.from(again), Buffer.from(content)) !== 0) throw new Error("not UTF-8");
  return [...head(3, BigInt(content.length)), ...content];
}

function encodeMap(items: readonly Item[]): number[] {
  const entries = new Map<string, number[]>();
  for (let at = 0; at < items.length; at += 2) {
    const key = items[at] as Item;
    if (key.major !== 3) throw new Error("a key is text");
    const hex = Buffer.from(encodeItem(key)).toString("hex");
    if (entries.has(hex)) throw new Error("a key twice");
    entries.set(hex, encodeItem(items[at + 1] as Item));
  }
  // Lower-case hex sorts like the bytes that it stands for.
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...head(5, BigInt(sorted.length)),
    ...sorted.flatMap(([key, value]) => [...Buffer.from(key, "hex"), ...value]),
  ];
}
