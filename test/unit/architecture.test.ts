/** The arrows of the design: who may know whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** Every source file below a folder of the project, by its path from the root. */
function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && entry.name.endsWith('.ts') && !/node_modules|dist/.test(entry.parentPath),
    )
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** What a file imports: paths from the root, or names of packages; types count too, unless told otherwise. */
function imports(file: string, typesToo = true): string[] {
  const text = readFileSync(join(root, file), 'utf8');
  const found = text.matchAll(
    /(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\('([^']+)'\)|import\s+'([^']+)'/g,
  );
  return [...found]
    .filter(([, type]) => typesToo || type === undefined)
    .map((match) => match[2] ?? match[3] ?? match[4] ?? '')
    .map((target) =>
      target.startsWith('.') ? relative(root, resolve(root, dirname(file), target)) : target,
    );
}

/** Files below `folder` and what they import against the rule. */
function offenders(folder: string, forbidden: RegExp, typesToo = true): string[] {
  return sources(folder).flatMap((file) =>
    imports(file, typesToo)
      .filter((target) => forbidden.test(target))
      .map((target) => `${file} imports ${target}`),
  );
}

describe('the arrows of the design', () => {
  it.each([
    ['drivers know nothing of the daemon', 'drivers', /^src\//],
    [
      'the board knows no Redfish, no HTTP and no store',
      'src/board',
      /^src\/(redfish|http|store|accounts|journal|twin)\//,
    ],
    [
      'the protocol knows no resource',
      'src/redfish/service',
      /^src\/(redfish\/(resources|mapping|records)|board|accounts|store|journal|http|platform|network|twin)\//,
    ],
    ['resources know no HTTP', 'src/redfish/resources', /^src\/http\/|^koa/],
    [
      'a probe knows the board, and nothing of what serves it',
      'src/probe',
      /^src\/(redfish|http|store|accounts|journal|network|tls)\//,
    ],
    ['certificates know of the store only', 'src/tls', /^src\/(?!tls\/|store\/|base\/)|koa/],
    [
      'the controller’s own network knows no Redfish and no HTTP',
      'src/network',
      /^src\/(redfish|http|board|journal)\//,
    ],
    [
      'events are told by the journal alone',
      'src/events',
      /^src\/(redfish|http|board|platform|network|telemetry)\/|^koa/,
    ],
    ['diagnostic data know no Redfish and no HTTP', 'src/diagnostics', /^src\/(redfish|http)\/|^koa/],
    ['added nodes know the board', 'src/aggregation', /^src\/(redfish|http|journal|platform)\/|^koa/],
    ['tasks know no Redfish and no HTTP', 'src/tasks', /^src\/(redfish|http|board|platform|network)\/|^koa/],
    ['discovery knows no Redfish and no HTTP', 'src/discovery', /^src\/(redfish|http|board|journal)\//],
    [
      'telemetry knows the board, the store and the journal',
      'src/telemetry',
      /^src\/(redfish|http|platform|network|tls|discovery)\/|koa/,
    ],
    [
      'the store knows nobody above it',
      'src/store',
      /^src\/(redfish|http|board|accounts|journal|platform)\//,
    ],
    [
      'descriptors know nothing of what is built from them',
      'src/platform',
      /^src\/(redfish|http|board|store|journal)\//,
    ],
    ['only the HTTP layer knows Koa', 'src/redfish', /koa/],
    ['messages import nothing', 'src/messages', /^(?!src\/messages\/)/],
    ['clients know nothing of the daemon', 'clients', /^(src|drivers)\//],
  ])('%s', (_, folder, forbidden) => {
    expect(sources(folder).length).toBeGreaterThan(0);
    expect(offenders(folder, forbidden)).toEqual([]);
  });

  it('loads the vocabulary of descriptors only to check a descriptor or to generate from it', () => {
    const vocabulary = /^src\/platform\/(vocabulary|checker|source)\/|^src\/platform\/(documents|load)\.ts$/;
    const checking = /^src\/(platform|cli)\//;
    expect(offenders('src', vocabulary, false).filter((line) => !checking.test(line))).toEqual([]);
    // Each start reads the cache of checked descriptors: that loads the checker only for a changed descriptor.
    const cache = readFileSync(join(root, 'src/platform/cache.ts'), 'utf8');
    const eager = [...cache.matchAll(/^import (?!type )[^;]*?from '\.\/([^']+)'/gms)].map(
      (match) => match[1],
    );
    expect(eager).toEqual(['files.ts']);
  });

  it('keeps node-ipmi a package that stands alone', () => {
    expect(offenders('drivers/node-ipmi/src', /^(?!node:|drivers\/node-ipmi\/src\/)/)).toEqual([]);
  });

  it('would notice an arrow the wrong way', () => {
    expect(offenders('src/redfish/resources', /^src\/board\//).length).toBeGreaterThan(0);
  });
});
