/** The laws of imports: which part may import which (docs/architecture.md). */
import { describe, expect, it } from 'vitest';
import { cycles } from './debt.ts';
import { imports, offenders, sources, textOf } from './support.ts';

/** Folder, and what no file in it imports, types included. */
const laws: readonly (readonly [folder: string, forbidden: RegExp, law: string])[] = [
  ['drivers', /^src\//, 'import nothing from src'],
  ['src/base', /^(?!src\/base\/|node:|pino$)/, 'imports nothing'],
  ['src/messages', /^(?!src\/messages\/)/, 'import nothing'],
  [
    'src/board',
    /^src\/(redfish|http|store|accounts|journal|twin|daemon|cli)\//,
    'imports no Redfish, HTTP or store',
  ],
  [
    'src/redfish/service',
    /^src\/(redfish\/(resources|mapping|records)|board|accounts|store|journal|http|platform|network|twin)\//,
    'knows no resource',
  ],
  ['src/redfish/resources', /^src\/http\/|^koa/, 'import no HTTP'],
  [
    'src/host',
    /^src\/(redfish|http|store|accounts|journal|twin|daemon|cli)\/|^koa/,
    'imports the board only',
  ],
  ['src/redfish', /koa/, 'leaves Koa to the HTTP layer'],
  ['src/probe', /^src\/(redfish|http|store|accounts|journal|network|tls)\//, 'imports the board only'],
  ['src/tls', /^src\/(?!tls\/|store\/|base\/)|koa/, 'imports the store only'],
  ['src/network', /^src\/(redfish|http|board|journal)\//, 'imports no Redfish, HTTP or board'],
  [
    'src/events',
    /^src\/(redfish|http|board|platform|network|telemetry)\/|^koa/,
    'get everything from the journal',
  ],
  ['src/diagnostics', /^src\/(redfish|http)\/|^koa/, 'imports no Redfish or HTTP'],
  ['src/aggregation', /^src\/(redfish|http|journal|platform)\/|^koa/, 'imports the board only'],
  ['src/tasks', /^src\/(redfish|http|board|platform|network)\/|^koa/, 'import no Redfish or HTTP'],
  ['src/discovery', /^src\/(redfish|http|board|journal)\//, 'imports no Redfish, HTTP or board'],
  [
    'src/telemetry',
    /^src\/(redfish|http|platform|network|tls|discovery)\/|koa/,
    'imports board, store and journal only',
  ],
  ['src/store', /^src\/(redfish|http|board|accounts|journal|platform)\//, 'imports nothing above it'],
  [
    'src/platform',
    /^src\/(?!platform\/|base\/)|^drivers\/(?!i2c\/)/,
    'imports src/base and the chips of drivers/i2c only',
  ],
  [
    'src/twin',
    /^src\/(?!twin\/|platform\/|base\/|network\/)/,
    'imports drivers, descriptors, and what network.ts stands in for',
  ],
  ['clients', /^(src|drivers)\//, 'import nothing of the daemon'],
  ['drivers/node-ipmi/src', /^(?!node:|drivers\/node-ipmi\/src\/)/, 'is a package that stands alone'],
];

/** Parts of which only these files may know: the difference between a board and its twin, the commands. */
const doors: readonly (readonly [target: RegExp, doors: RegExp, law: string])[] = [
  [
    /^src\/twin\//,
    /^src\/(twin\/|cli\/|daemon\/site\.ts)/,
    'only the commands and daemon/site.ts know the twin',
  ],
  [/^src\/cli\//, /^src\/(cli\/|main\.ts)/, 'only main.ts knows the commands'],
  [/^src\/daemon\//, /^src\/(daemon|cli)\//, 'only the commands know the daemon'],
];

describe('the laws of imports', () => {
  it.each(laws)('%s: %#', (folder, forbidden, law) => {
    expect(sources(folder).length, folder).toBeGreaterThan(0);
    expect(offenders(folder, forbidden), `${folder} ${law}`).toEqual([]);
  });

  it.each(doors)('%s is known through its doors only: %#', (target, door, law) => {
    expect(
      offenders('src', target).filter((line) => !door.test(line)),
      law,
    ).toEqual([]);
  });

  it('loads the vocabulary of descriptors only to check a descriptor or to generate from it', () => {
    const vocabulary = /^src\/platform\/(vocabulary|checker|source)\/|^src\/platform\/(documents|load)\.ts$/;
    const checking = /^src\/(platform|cli)\//;
    expect(offenders('src', vocabulary, false).filter((line) => !checking.test(line))).toEqual([]);
    // Each start reads the cache of checked descriptors: that loads the checker only for a changed descriptor.
    const eager = [
      ...textOf('src/platform/cache.ts').matchAll(/^import (?!type )[^;]*?from '\.\/([^']+)'/gms),
    ];
    expect(eager.map((match) => match[1])).toEqual(['files.ts']);
  });

  it('would notice a forbidden import', () => {
    expect(offenders('src/redfish/resources', /^src\/board\//).length).toBeGreaterThan(0);
  });
});

describe('import cycles, types included', () => {
  it.each(['src', 'drivers', 'clients'])('there is none in %s', (folder) => {
    const graph = new Map(sources(folder).map((file) => [file, imports(file)]));
    expect(cyclesOf(graph).filter((cycle) => !cycles.has(cycle.join(' ')))).toEqual([]);
  });

  it('would be noticed', () => {
    const graph = new Map([
      ['a', ['b']],
      ['b', ['c', 'node:fs']],
      ['c', ['a']],
      ['d', ['a']],
    ]);
    expect(cyclesOf(graph)).toEqual([['a', 'b', 'c']]);
  });
});

/** The files of each cycle: strongly connected components of more than one file (Tarjan). */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    low.set(file, own);
    stack.push(file);
    for (const target of graph.get(file) ?? []) {
      if (!graph.has(target)) continue;
      const reached = index.has(target)
        ? stack.includes(target)
          ? (index.get(target) ?? own)
          : own
        : visit(target);
      low.set(file, Math.min(low.get(file) ?? own, reached));
    }
    if (low.get(file) === own) {
      const component = stack.splice(stack.indexOf(file));
      if (component.length > 1) found.push(component);
    }
    return low.get(file) ?? own;
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return found;
}
