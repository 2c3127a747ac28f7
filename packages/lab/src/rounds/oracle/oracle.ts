// All that is known of a log without rounds: what each program does when the whole line is run serially; and, without
// outcomes, which node runs in which round.

import { fromHex } from "@tandem/shared";
import { type BlockBlob, blobsOf, genesisOf, type Log, timeOf } from "../log.ts";
import { type LineProgram, readProgram } from "./line.ts";
import { type Plan, planRounds } from "./plan.ts";
import { Serial, type SerialContract, type SerialProgram } from "./serial.ts";

export class Oracle {
  /** By height, as all that follows; the first is 1. */
  readonly blobs: readonly (readonly BlockBlob[])[];
  readonly lines: readonly (readonly LineProgram[])[];
  readonly voids: number;
  readonly genesis: ReadonlyMap<string, SerialContract>;
  readonly serial = new Map<LineProgram, SerialProgram>();
  /** After the whole line. */
  readonly contracts: ReadonlyMap<string, SerialContract>;
  readonly plan: Plan;

  constructor(log: Log) {
    this.blobs = log.blocks.map(blobsOf);
    const read = this.blobs.map((blobs, at) =>
      blobs.map((blob) => readProgram(blob, { height: at + 1, timeMs: timeOf(at + 1) })),
    );
    this.lines = read.map((programs) => programs.filter((program) => program !== undefined));
    this.voids = read.flat().filter((program) => program === undefined).length;
    const serial = new Serial(genesisOf(log));
    for (const { name, environment, config } of log.contracts) {
      serial.begin(name, environment, fromHex(config) as Uint8Array);
    }
    this.genesis = new Map(serial.contracts);
    for (const line of this.lines.flat()) this.serial.set(line, serial.run(line));
    this.contracts = serial.contracts;
    this.plan = planRounds(log, this.lines);
  }

  blobsAt(height: number): readonly BlockBlob[] {
    return this.blobs[height - 1] ?? [];
  }

  addedAt(height: number): readonly LineProgram[] {
    return this.lines[height - 1] ?? [];
  }
}
