// The rooms and the walls between them: which are pure, and what each may import. `npm run check` holds the
// workspace to this list, rooms that are not built yet included.

export interface Room {
  /** Cannot name Node, timers, clocks or randomness: the same inputs give the same outputs everywhere. */
  readonly pure: boolean;
  /** Rooms that its source may import. */
  readonly imports: readonly string[];
  /** Rooms that its source may import only when they are needed: by `import()`, and types. */
  readonly importsOnDemand?: readonly string[];
  /** Rooms that only its tests and benches may import besides. */
  readonly testImports?: readonly string[];
  /** Of a pure room: packages that its source may import. They must be as pure as it is. */
  readonly packages?: readonly string[];
  /** Of a pure room: folders of its source that run on Node (a worker's shell). */
  readonly impureFolders?: readonly string[];
  /** Of a pure room: globals of every platform that its `src/platform.d.ts` may declare. */
  readonly platform?: readonly string[];
}

const shared = ["shared"];
const simulated = ["simulator"];
const joined = ["shared", "consensus", "ordering", "execution", "attestation"];

export const rooms: Readonly<Record<string, Room>> = {
  shared: {
    pure: true,
    imports: [],
    packages: ["@noble/curves", "@noble/hashes"],
    platform: ["TextEncoder", "TextDecoder"],
  },
  native: { pure: false, imports: shared },
  consensus: { pure: true, imports: shared, testImports: simulated },
  ordering: { pure: true, imports: shared, testImports: simulated },
  execution: { pure: true, imports: shared, testImports: simulated },
  environments: { pure: true, imports: shared, testImports: simulated },
  attestation: { pure: true, imports: ["shared", "execution"], testImports: simulated },
  replica: { pure: true, imports: joined, testImports: ["simulator", "environments"] },
  simulator: { pure: true, imports: shared, impureFolders: ["workers"] },
  lab: { pure: false, imports: [...joined, "replica", "simulator", "native", "environments"] },
  client: { pure: true, imports: shared, testImports: ["execution", "environments", "simulator"] },
  light: { pure: true, imports: shared, importsOnDemand: ["execution"], testImports: ["environments", "simulator"] },
  node: { pure: false, imports: [...joined, "replica", "native", "environments"] },
  cli: {
    pure: false,
    imports: [...joined, "native", "environments", "replica", "simulator", "lab", "client", "light", "node"],
  },
};

/** Names of the language and of platforms that differ between machines or between runs. */
export const impureNames: Readonly<Record<string, string>> = {
  ...reason("is Node", ["process", "Buffer", "require", "global", "__dirname", "__filename"]),
  ...reason("is a timer; time comes in as an input", [
    "setTimeout",
    "setInterval",
    "setImmediate",
    "clearTimeout",
    "clearInterval",
    "clearImmediate",
    "queueMicrotask",
    "requestAnimationFrame",
    "requestIdleCallback",
    "scheduler",
  ]),
  ...reason("is a clock; time comes in as an input", ["Date", "performance", "Temporal"]),
  ...reason("is randomness or the platform's", ["crypto", "Crypto"]),
  ...reason("reaches every global", ["globalThis", "self", "window", "eval", "Function", "Reflect"]),
  ...reason("is I/O", ["console", "fetch", "XMLHttpRequest", "WebSocket", "Worker", "importScripts", "localStorage"]),
  ...reason("depends on the garbage collector", ["WeakRef", "FinalizationRegistry"]),
  ...reason("depends on other threads", ["SharedArrayBuffer", "Atomics"]),
  ...reason("depends on the platform's language data", ["Intl"]),
};

/** Members, of any object, that do the same. */
export const impureMembers: Readonly<Record<string, string>> = {
  ...reason("reaches the Function constructor", ["constructor", "__proto__"]),
  ...reason("depends on the platform's language data", [
    "localeCompare",
    "toLocaleString",
    "toLocaleDateString",
    "toLocaleTimeString",
    "toLocaleUpperCase",
    "toLocaleLowerCase",
  ]),
  ...reason("depends on the engine's version of Unicode", ["normalize"]),
};

/** The members of `Math` whose result is exact, hence equal on every engine. `random` and `log2` are not. */
export const exactMath: readonly string[] = [
  "abs",
  "ceil",
  "clz32",
  "floor",
  "imul",
  "max",
  "min",
  "sign",
  "sqrt",
  "trunc",
];

function reason(why: string, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, why]));
}
