// Why a thread cannot go on, in words that cross threads: an error loses its code on the way.

import { StoreFault } from "@tandem/shared";

export interface Failed {
  readonly code: string;
  readonly message: string;
}

/** What storage and machines say already has its code. `usual` is for what nobody thought of. */
export function failureOf(error: unknown, usual: string): Failed {
  if (error instanceof StoreFault) {
    const message = `The store does not hold what was written into it: ${error.message} (${error.code}).`;
    return { code: "store-damaged", message };
  }
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  if (typeof code === "string" && typeof message === "string") return { code, message };
  return { code: usual, message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
