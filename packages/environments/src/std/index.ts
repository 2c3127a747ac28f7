// The pure functions that every program may call (P12). They are named like methods; arguments are values whose
// origin they do not know, and what they give has the origin `pure` (P11): no money comes out of them.

import type { PureFunction } from "@tandem/shared";
import { add, atMost, divide, less, max, min, multiply, remainder, subtract } from "./integers.ts";
import { append, concat, item, length, listOf } from "./lists.ts";
import { and, choose, equal, not, or, when } from "./logic.ts";
import { field, hasField, mapOf, withField, withoutField } from "./maps.ts";

export const std = {
  ...{ add, subtract, multiply, divide, remainder, min, max, less, atMost },
  ...{ equal, not, and, or, choose, when },
  ...{ listOf, item, length, append, concat },
  ...{ mapOf, field, hasField, withField, withoutField },
} as const;

export const pureFunctions: readonly PureFunction[] = Object.values(std);
