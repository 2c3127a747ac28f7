// Keeps dialling one validator until there is a link, whoever dialled it.
//
// The back-off doubles from the shortest to the longest, with jitter, so that a network that was cut in two does not meet
// itself in waves. It starts again from the shortest after a link that held for a while, and only then: a peer that is
// refused, or breaks the protocol, at once each time is met more and more seldom.

import type { NetworkLimits } from "./network-config.ts";

export interface DialerConfig {
  readonly limits: NetworkLimits;
  /** The higher seat of a pair lets the lower one dial first. */
  readonly isPatient: boolean;
  isLinked(): boolean;
  /** Until there is a connection with a hello on its way; its end is told by `onEnd`. Rejects if there is none. */
  dial(): Promise<void>;
}

export class Dialer {
  readonly #config: DialerConfig;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #linkedAtMs: number | undefined;
  #stopped = false;

  constructor(config: DialerConfig) {
    this.#config = config;
  }

  start(): void {
    this.#schedule(this.#config.isPatient ? this.#config.limits.dialPatienceMs : 0);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  onLinked(): void {
    this.#linkedAtMs = performance.now();
  }

  /** A connection or a link with this validator is over. */
  onEnd(): void {
    const { backOffMinMs, backOffMaxMs, dialPatienceMs, steadyMs } = this.#config.limits;
    if (this.#config.isLinked() || this.#timer !== undefined) return;
    if (this.#linkedAtMs !== undefined && performance.now() - this.#linkedAtMs >= steadyMs) this.#attempts = 0;
    this.#linkedAtMs = undefined;
    const patienceMs = this.#config.isPatient && this.#attempts === 0 ? dialPatienceMs : 0;
    const backOffMs = Math.min(backOffMaxMs, backOffMinMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 16);
    this.#schedule(patienceMs + backOffMs * (0.5 + Math.random() / 2));
  }

  #schedule(afterMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (!this.#config.isLinked()) this.#config.dial().catch(() => this.onEnd());
    }, afterMs);
  }
}
