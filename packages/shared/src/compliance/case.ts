/**
 * One thing that an implementation must do. `run` throws if it does not. A suite is a list of cases, so that
 * any test runner, in Node or in a browser, can run it.
 */
export interface ComplianceCase {
  readonly name: string;
  run(): void;
}
