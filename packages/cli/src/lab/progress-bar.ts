// How far a long command is, on stderr: one line that is written over on a terminal, a line for each tenth elsewhere.

const width = 30;

export class ProgressBar {
  readonly #total: number;
  #lastTenth = 0;

  constructor(total: number) {
    this.#total = total;
  }

  show(done: number, said: string): void {
    const share = this.#total === 0 ? 1 : done / this.#total;
    if (process.stderr.isTTY) {
      const full = "#".repeat(Math.floor(share * width)).padEnd(width, ".");
      process.stderr.write(`\r[${full}] ${done}/${this.#total}  ${said}\u001b[K`);
      return;
    }
    const tenth = Math.floor(share * 10);
    if (tenth === this.#lastTenth) return;
    this.#lastTenth = tenth;
    process.stderr.write(`${done}/${this.#total}  ${said}\n`);
  }

  /** A line of its own, above the bar. */
  note(line: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${line}\n` : `${line}\n`);
  }

  end(): void {
    if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  }
}
