/** Cleaning up after a test, whatever came of it. */
import { afterAll, onTestFinished } from 'vitest';

/**
 * Runs `clean` when the running test (or the test whose `beforeEach` calls this) has finished. Returns false where no test
 * runs, such as in `beforeAll`: there the caller cleans up in `afterAll`.
 */
export function afterThisTest(clean: () => void | Promise<void>): boolean {
  try {
    onTestFinished(() => clean());
    return true;
  } catch {
    return false;
  }
}

/** Runs `clean` when the running test has finished; where a suite is described, after the tests of that suite. */
export function afterwards(clean: () => void): void {
  if (!afterThisTest(clean)) afterAll(clean);
}
