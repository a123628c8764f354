/** The sources of the project, as the tests of its architecture read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../../..');

/** Every hand-written source file below a folder, by its path from the root. */
export function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|\/)(node_modules|dist|generated|test)\//.test(file));
}

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** What a file imports: paths from the root, or names of packages. @param typesToo false: only what is loaded */
export function imports(file: string, typesToo = true): string[] {
  const found = textOf(file).matchAll(
    /(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|import\s+'([^']+)'/g,
  );
  return [...found]
    .filter(([, type]) => typesToo || type === undefined)
    .map((match) => match[2] ?? match[3] ?? match[4] ?? '')
    .map((target) =>
      target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
    );
}

/** Imports of files below `folder` that match `forbidden`. */
export function offenders(folder: string, forbidden: RegExp, typesToo = true): string[] {
  return sources(folder).flatMap((file) =>
    imports(file, typesToo)
      .filter((target) => forbidden.test(target))
      .map((target) => `${file} imports ${target}`),
  );
}
