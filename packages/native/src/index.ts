import { useHasher } from "@tandem/shared";
import { nativeHasher } from "./hasher.ts";

export { nativeHasher } from "./hasher.ts";
export { nativePayerScheme } from "./payer-scheme.ts";
export { nativeScheme } from "./scheme.ts";

/** Puts native hashing behind `shared` for this thread; each worker calls it. Results stay the same. */
export function useNative(): void {
  useHasher(nativeHasher);
}
