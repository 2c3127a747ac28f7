// How far a long command is, on a terminal alone: one line on stderr that is written over.

const everyMs = 200;

export class Progress {
  readonly #isShown: boolean;
  #shownMs = 0;

  constructor(json: boolean) {
    this.#isShown = process.stderr.isTTY === true && !json;
  }

  show(words: () => string): void {
    const nowMs = performance.now();
    if (!this.#isShown || nowMs < this.#shownMs + everyMs) return;
    this.#shownMs = nowMs;
    process.stderr.write(`\r${words()}\u001b[K`);
  }

  end(): void {
    if (this.#isShown) process.stderr.write("\r\u001b[K");
  }
}
