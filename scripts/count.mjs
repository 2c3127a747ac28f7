// Adds up what ran (.ci/run): the tests by vitest's report, the checks by the last line of `npm run check`. Plain
// JavaScript, because it must count a failure also where the set-up itself has failed. Whatever ended badly without
// saying which test failed counts as one failure, so the last line never says "0 failed" when something was wrong.
// It is always "N passed, N failed"; what was skipped stands on a line above.

import { readFileSync } from "node:fs";

const [testsPath, testsCode, checkPath, checkCode] = process.argv.slice(2);

const tests = withExitCode(countTests(testsPath), testsCode);
const checks = withExitCode(countChecks(checkPath), checkCode);
const passed = tests.passed + checks.passed;
const failed = tests.failed + checks.failed;

if (tests.skipped > 0) console.log(`\n${tests.skipped} skipped: look why, for here all that tests need is there`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

/** `undefined` if there is no report: vitest died before it wrote one. */
function countTests(path) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = report;
    // A file that could not be loaded has no tests that could fail.
    const brokenFiles = testResults.filter(isBroken).length;
    const passed = numPassedTests;
    const nothingRan = passed + numFailedTests + brokenFiles === 0 ? 1 : 0;
    const failed = numFailedTests + brokenFiles + nothingRan;
    return { passed, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return undefined;
  }
}

function isBroken({ status, assertionResults }) {
  return status === "failed" && !assertionResults.some((result) => result.status === "failed");
}

function countChecks(path) {
  try {
    const line = /^(\d+) passed, (\d+) failed$/m.exec(readFileSync(path, "utf8"));
    return line ? { passed: Number(line[1]), failed: Number(line[2]), skipped: 0 } : undefined;
  } catch {
    return undefined;
  }
}

function withExitCode(counted, exitCode) {
  const { passed, failed, skipped } = counted ?? { passed: 0, failed: 1, skipped: 0 };
  return { passed, skipped, failed: failed === 0 && exitCode !== "0" ? 1 : failed };
}
