/** We are wrong: a broken invariant of our own code. On in production too. */
export class AssertionFault extends Error {
  override readonly name = "AssertionFault";
}

/** Where it is asked often, `what` is a function: to put words together costs more than most of what is asserted. */
export function assert(condition: unknown, what: string | (() => string)): asserts condition {
  if (!condition) throw new AssertionFault(typeof what === "string" ? what : what());
}

export function unreachable(value: never): never {
  throw new AssertionFault(`unreachable: ${String(value)}`);
}
