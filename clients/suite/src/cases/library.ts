/** The cases that come with the suite, and those of a folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SuiteFileError } from '../checklist/library.ts';
import type { Problem } from '../text/document.ts';
import { type LoadedCase, readCases } from './case.ts';

/** Cases as they are shipped. */
export const shippedCases: string = join(import.meta.dirname, '../../cases');

/** Every case of a folder, by file and place. @throws SuiteFileError with the problems of all files */
export function readCaseFolder(folder: string = shippedCases): readonly LoadedCase[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const problems: Problem[] = [];
  const cases: LoadedCase[] = [];
  for (const name of files) {
    const path = join(folder, name);
    const read = readCases(path, readFileSync(path, 'utf8'));
    problems.push(...read.problems);
    cases.push(...read.cases);
  }
  if (problems.length) throw new SuiteFileError(problems);
  return cases;
}
