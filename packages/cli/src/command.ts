import type { ParseArgsOptionsConfig } from "node:util";

export interface Command {
  readonly help: string;
  /** Flags of this command besides those of every command. */
  readonly options?: ParseArgsOptionsConfig;
  readonly run: (call: Call) => void | Promise<void>;
}

export interface Call {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly print: (text: string) => void;
}
