import type { ParseArgsOptionsConfig } from "node:util";

export interface Command {
  readonly help: string;
  /** Flags of this command besides those of every command. */
  readonly options?: ParseArgsOptionsConfig;
  readonly run: (call: Call) => void | Promise<void>;
  /** Commands whose words follow this one's at once: `tandem devnet kill`. */
  readonly entries?: Readonly<Record<string, Entry>>;
}

/** Loaded when it is called, so that no command waits for what only another needs. */
export interface Entry {
  readonly summary: string;
  readonly load: () => Promise<Command | Group>;
}

/** Commands under one word: `tandem lab check`. */
export interface Group {
  readonly about: string;
  readonly entries: Readonly<Record<string, Entry>>;
}

export interface Call {
  readonly positionals: readonly string[];
  readonly flags: Readonly<Record<string, unknown>>;
  readonly json: boolean;
  readonly print: (text: string) => void;
}
