import { describe, test } from "vitest";
import { blsMalformed, mockMalformed, schemeCases } from "../../src/compliance/index.ts";
import { mockScheme } from "../../src/schemes/mock.ts";
import { portableScheme } from "../../src/schemes/portable.ts";

const schemes = [
  [portableScheme, blsMalformed],
  [mockScheme, mockMalformed],
] as const;

for (const [scheme, malformed] of schemes) {
  describe(`scheme: ${scheme.name}`, () => {
    for (const { name, run } of schemeCases(scheme, malformed)) test(name, run);
  });
}
