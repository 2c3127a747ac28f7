// A peer or a caller is wrong: that is a value, never an exception (house style, three kinds of error).

export type Result<T, E> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: E };

/** What went wrong, for code (`code`), for people (`message`), and where (`path`, empty for the whole). */
export interface Failure<Code extends string = string> {
  readonly code: Code;
  readonly path: string;
  readonly message: string;
}

export function success<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function failure<Code extends string>(
  code: Code,
  path: string,
  message: string,
): { readonly ok: false; readonly error: Failure<Code> } {
  return { ok: false, error: { code, path, message } };
}

/** A statement holds, or why it is not shown. */
export type Verdict<Code extends string> = Result<undefined, Failure<Code>>;

export const verified: { readonly ok: true; readonly value: undefined } = success(undefined);
