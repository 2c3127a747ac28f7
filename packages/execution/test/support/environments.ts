// Environments of a test's own: methods by name, each marked as one that may take the whole contract, or not.

import {
  asEnvironmentName,
  asMethodName,
  type Call,
  createMethod,
  type Environment,
  type Host,
  type Reply,
  success,
  utf8,
} from "@tandem/shared";

export type Run = (call: Call, host: Host) => Reply;

export const key = (name: string): Uint8Array => utf8(name);
export const nothing: Reply = success(null);

/** Named `own`. Every method may take the whole contract, but for those in `some`. */
export function ownEnvironment(
  methods: Readonly<Record<string, Run>>,
  some: Readonly<Record<string, Run>> = {},
): Environment {
  const marked = (whole: boolean, runs: Readonly<Record<string, Run>>) =>
    Object.entries(runs).map(([name, run]) => [asMethodName(name), { whole, run }] as const);
  const create = [createMethod, { whole: true, run: () => nothing }] as const;
  return {
    name: asEnvironmentName("own"),
    methods: new Map([create, ...marked(true, methods), ...marked(false, some)]),
  };
}

/** A method that does this with its host, and yields `null`. */
export function does(...uses: readonly ((host: Host) => unknown)[]): Run {
  return (_, host) => {
    for (const use of uses) use(host);
    return nothing;
  };
}

/** What a test hands over in spite of the types. */
export function anything<T>(thing: unknown): T {
  return thing as T;
}
