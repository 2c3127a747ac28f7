import { blsMalformed, schemeCases } from "@tandem/shared/compliance";
import { describe, test } from "vitest";
import { nativeScheme } from "../src/index.ts";

describe(`scheme: ${nativeScheme.name}`, () => {
  for (const { name, run } of schemeCases(nativeScheme, blsMalformed)) test(name, run);
});
