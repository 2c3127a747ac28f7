// The code that logs are about: real environments and pure functions, and the lab's own.

import { environments, pureFunctions } from "@tandem/environments";
import type { Environment, PureFunction } from "@tandem/shared";
import { probe, probeFunctions } from "./probe.ts";

export const labEnvironments: readonly Environment[] = [...environments, probe];
export const labFunctions: readonly PureFunction[] = [...pureFunctions, ...probeFunctions];
