/** The checklists and waivers that come with the suite, and those of a folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Problem, problemText } from '../text/document.ts';
import { type LoadedChecklist, readChecklist } from './checklist.ts';

/** Checklists as they are shipped. */
export const shippedFolder: string = join(import.meta.dirname, '../../checklists');

/** A file of the suite that cannot be used; the text has every problem. */
export class SuiteFileError extends Error {
  override readonly name = 'SuiteFileError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}

/** Every checklist of a folder, by name. @throws SuiteFileError with the problems of all files */
export function readChecklists(folder: string = shippedFolder): readonly LoadedChecklist[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort();
  const read = files.map((name) =>
    readChecklist(join(folder, name), readFileSync(join(folder, name), 'utf8')),
  );
  const problems = read.flatMap((each) => each.problems);
  if (problems.length) throw new SuiteFileError(problems);
  return read.flatMap(({ loaded }) => loaded ?? []);
}
