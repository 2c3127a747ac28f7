// What every implementation of an interface of this room must do, as cases that any test runner can run.

export type { ComplianceCase } from "./case.ts";
export { environmentCases, type SampleCall } from "./environment.ts";
export { hasherCases } from "./hasher.ts";
export { keyWords } from "./key-words.ts";
export { type MachineSubject, machineCases } from "./machine.ts";
export { blsMalformed, type Malformed, type MalformedCase, mockMalformed } from "./malformed.ts";
export { payerSchemeCases } from "./payer-scheme.ts";
export { type PayerTableFamily, type PayerTableRow, payerTable } from "./payer-table.ts";
export { schemeCases } from "./scheme.ts";
