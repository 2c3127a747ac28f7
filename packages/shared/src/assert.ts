/** We are wrong: a broken invariant of our own code. On in production too. */
export class AssertionFault extends Error {
  override readonly name = "AssertionFault";
}

export function assert(condition: unknown, what: string): asserts condition {
  if (!condition) throw new AssertionFault(what);
}

export function unreachable(value: never): never {
  throw new AssertionFault(`unreachable: ${String(value)}`);
}
