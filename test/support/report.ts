/** The reporter of `.ci/run`: counts for its last line, and the tests that passed at their second try only. */
import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export interface Report {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** `file > describe > it` of each test that needed a second try. */
  readonly secondTries: readonly string[];
  /** The same of each test that failed, and the path of each file that could not begin. */
  readonly failures: readonly string[];
}

export default class CiReporter implements Reporter {
  /** Writes the report to the file that REDFISHD_REPORT names. */
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const file = process.env.REDFISHD_REPORT;
    if (file !== undefined) writeFileSync(file, JSON.stringify(reportOf(modules, errors)));
  }
}

/** A file that could not begin counts as a failure, and so does an error outside any test. */
function reportOf(modules: readonly TestModule[], errors: readonly unknown[]): Report {
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const count = (state: string) => tests.filter((test) => test.result().state === state).length;
  const nameOf = (test: TestCase) => `${test.module.relativeModuleId} > ${test.fullName}`;
  const broken = modules.filter(
    (module) =>
      module.state() === 'failed' &&
      ![...module.children.allTests()].some((test) => test.result().state === 'failed'),
  );
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length + (errors.length > 0 ? 1 : 0),
    skipped: count('skipped'),
    secondTries: tests.filter((test) => test.diagnostic()?.flaky === true).map(nameOf),
    failures: [
      ...tests.filter((test) => test.result().state === 'failed').map(nameOf),
      ...broken.map((module) => module.relativeModuleId),
      ...(errors.length > 0 ? [`outside any test: ${String(errors[0])}`] : []),
    ],
  };
}
