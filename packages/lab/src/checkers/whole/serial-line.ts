// The final order log, run serially (R5), as shards see it that are told what others claim. What a committee of liars had
// attested of a step is what every other shard is given for that step's outcome, tentative or settled, whatever would follow from
// the rest: where it is false the line is another one from there on, and it is run once more from the beginning. Verdicts are
// not told: nobody waits for them (R1).

import type { EncodedOutcome, Export, Genesis } from "@tandem/shared";
import type { LineProgram } from "../../rounds/oracle/line.ts";
import { Serial, type SerialContract, type SerialOutcome, type SerialProgram } from "../../rounds/oracle/serial.ts";

type LineGenesis = Pick<Genesis, "shards" | "contracts" | "startMs">;

export class SerialLine {
  readonly #genesis: LineGenesis;
  #serial: Serial;
  readonly #programs = new Map<LineProgram, SerialProgram>();
  /** By program, the outcomes of steps that count, whatever comes of them. */
  readonly #told = new Map<LineProgram, Map<number, SerialOutcome>>();
  /** Those that were told and are not what would come of it. */
  lies = 0;

  constructor(genesis: LineGenesis) {
    this.#genesis = genesis;
    this.#serial = begin(genesis);
  }

  /** As they are now: they grow, and what was told changes them. */
  get programs(): ReadonlyMap<LineProgram, SerialProgram> {
    return this.#programs;
  }

  get contracts(): ReadonlyMap<string, SerialContract> {
    return this.#serial.contracts;
  }

  run(program: LineProgram): void {
    this.#programs.set(program, this.#serial.run(program, this.#told.get(program)));
  }

  /** What a claim exports. */
  tell(exports: readonly Export[]): void {
    const before = this.lies;
    for (const { node, content } of exports) {
      if (content.kind === "verdict") continue;
      const at = [...this.#programs].find(([line]) => line.height === node.height && line.index === node.index);
      const known = at?.[1].steps[node.step]?.outcome;
      const outcome = decoded(content.kind === "outcome" ? content.value : content.value.outcome);
      if (at === undefined || known === undefined) continue;
      if (!isSame(known, outcome)) this.lies++;
      const told = this.#told.get(at[0]) ?? new Map<number, SerialOutcome>();
      this.#told.set(at[0], told.set(node.step, outcome));
    }
    if (this.lies > before) this.#again();
  }

  #again(): void {
    this.#serial = begin(this.#genesis);
    for (const program of this.#programs.keys()) this.run(program);
  }
}

function begin(genesis: LineGenesis): Serial {
  const serial = new Serial(genesis);
  for (const { name, environment, config } of genesis.contracts) serial.begin(name, environment, config);
  return serial;
}

function decoded({ kind, value }: EncodedOutcome): SerialOutcome {
  return kind === "nothing" ? { kind, why: value.why, step: value.step } : { kind, ...value };
}

function isSame(a: SerialOutcome, b: SerialOutcome): boolean {
  if (a.kind === "nothing" || b.kind === "nothing")
    return a.kind === "nothing" && b.kind === "nothing" && a.why === b.why && a.step === b.step;
  return Buffer.compare(a.bytes, b.bytes) === 0 && a.environment === b.environment;
}
