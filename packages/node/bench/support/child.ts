// A process of a bench: told one thing at a time, and heard until it has done it.

import { type ChildProcess, fork } from "node:child_process";

export class Child<Said, Heard extends { readonly kind: string }> {
  readonly #process: ChildProcess;
  /** Heard, and not looked at. */
  #heard: Heard[] = [];
  #onHeard: () => void = () => undefined;
  #onEnd: (error: Error) => void = () => undefined;

  constructor(file: string) {
    this.#process = fork(file);
    this.#process.on("message", (heard: Heard) => {
      this.#heard.push(heard);
      this.#onHeard();
    });
    this.#process.once("exit", (code, signal) => this.#onEnd(new Error(`${file} ended: ${signal ?? code}`)));
  }

  /** Says it, if anything, and resolves with the first word of that kind; `onOther` gets those before. */
  ask<Kind extends Heard["kind"]>(
    said: Said | undefined,
    kind: Kind,
    onOther: (heard: Heard) => void = () => undefined,
  ): Promise<Extract<Heard, { readonly kind: Kind }>> {
    return new Promise((resolve, reject) => {
      this.#onEnd = reject;
      this.#onHeard = () => {
        try {
          for (const heard of this.#heard.splice(0)) {
            if (heard.kind === kind) resolve(heard as Extract<Heard, { readonly kind: Kind }>);
            else onOther(heard);
          }
        } catch (error) {
          reject(error);
        }
      };
      if (said !== undefined) this.#process.send(said as object);
      this.#onHeard();
    });
  }

  stop(): void {
    this.#onEnd = () => undefined;
    if (this.#process.connected) this.#process.disconnect();
  }
}
