// The signals that ask a command to end. Ctrl-C reaches every process of a terminal's group, and those that started us hand
// it on, so one key press comes several times: what comes soon after the first is the same wish.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
const sameWishMs = 1000;

/** `again`: somebody does not want to wait. Returns what ends it. */
export function onSignals(first: () => void, again: () => void): () => void {
  let firstMs: number | undefined;
  const hear = () => {
    if (firstMs === undefined) {
      firstMs = performance.now();
      first();
    } else if (performance.now() - firstMs > sameWishMs) again();
  };
  for (const signal of signals) process.on(signal, hear);
  return () => {
    for (const signal of signals) process.off(signal, hear);
  };
}
