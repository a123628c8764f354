import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterwards } from './cleanup.ts';

/** A directory that lasts for the test that runs; where a suite is described, for the tests of that suite. */
export function temporary(): string {
  const directory = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  afterwards(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
