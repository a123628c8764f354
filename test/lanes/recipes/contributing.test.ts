/** The recipes of CONTRIBUTING.md, done as they are written, in a copy of the project. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const project = resolve(import.meta.dirname, '../../..');
const text = readFileSync(join(project, 'CONTRIBUTING.md'), 'utf8');

/** Code blocks by what follows the three backquotes. */
const blocks = [...text.matchAll(/^```(\S+(?: \S+)?)\n(.*?)^```$/gms)].map(
  ([, info = '', code = '']) => [info, code] as const,
);

describe('the recipes of CONTRIBUTING.md', () => {
  let copy: string;
  const run = (command: string, ...words: string[]) =>
    stripVTControlCharacters(execFileSync(command, words, { cwd: copy, encoding: 'utf8' }));

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'redfishd-recipe-'));
    for (const part of [
      'src',
      'drivers',
      'clients',
      'docs',
      'platform',
      'systemd',
      'test',
      'package.json',
      'biome.json',
      '.gitignore',
      'tsconfig.json',
      'tsconfig.build.json',
      'vitest.config.ts',
    ]) {
      cpSync(join(project, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(project, 'node_modules'), join(copy, 'node_modules'));
    for (const [info, code] of blocks) {
      const file = /^(?:ts|yaml) (\S+)$/.exec(info)?.[1];
      if (file !== undefined) writeFileSync(join(copy, file), code);
    }
    const diffs = blocks.filter(([info]) => info === 'diff');
    writeFileSync(join(copy, 'recipes.diff'), diffs.map(([, diff]) => diff).join(''));
    run('patch', '-p1', '-i', 'recipes.diff');
    // Format and lint leave out what Git ignores.
    run('git', 'init', '--quiet');
    for (const script of ['format', 'generate']) run('npm', 'run', '--silent', script);
  }, 180_000);

  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('make a chip that passes the walk over all chips', () => {
    const output = run(
      'npx',
      ...['vitest', 'run', 'test/unit/drivers/i2c', '-t', 'mcp9808', '--reporter=verbose'],
    );
    expect(output).toMatch(/mcp9808.*reads in the twin what was set there/);
    expect(output).toContain('three alarm bits');
    expect(output).not.toMatch(/failed/);
  }, 120_000);

  it('make sources that pass format, lint, types and docs', () => {
    run('npx', 'biome', 'ci', 'drivers/i2c');
    run('npx', 'tsc', '-p', 'tsconfig.json');
    const page = readFileSync(join(copy, 'drivers/i2c/CHIPS.md'), 'utf8');
    expect(page).toContain('| `mcp9808` |');
  }, 180_000);

  it('make a board whose twin reads that chip', async () => {
    expect(run('node', 'dist/src/main.js', 'check', 'platform/bench.yaml')).toMatch(/no fault/);
    const script = `
      const { createTwin } = await import('${copy}/dist/src/twin/twin.js');
      const { loadPlatform } = await import('${copy}/dist/src/platform/load.js');
      const { createBoard } = await import('${copy}/dist/src/board/board.js');
      const platform = loadPlatform('platform/bench.yaml');
      const twin = createTwin(platform);
      twin.set('AIR_TEMP', 31.5);
      const board = createBoard(platform, twin, { get: () => undefined, set: () => undefined });
      await board.start();
      while (board.sensors.get('AIR_TEMP').reading === null) await new Promise((wait) => setTimeout(wait, 10));
      console.log(board.sensors.get('AIR_TEMP').reading);
      await board.stop();
      await twin.close();`;
    expect(run('node', '--input-type=module', '-e', script).trim()).toBe('31.5');
  }, 60_000);

  it('make a descriptor word that is checked, documented and typed', () => {
    expect(run('node', 'dist/src/main.js', 'check', 'platform/cabled.yaml')).toMatch(/no fault/);
    const descriptor = readFileSync(join(copy, 'platform/cabled.yaml'), 'utf8');
    writeFileSync(join(copy, 'platform/wrong.yaml'), descriptor.replace('to: riser', 'to: chassis'));
    expect(() => run('node', 'dist/src/main.js', 'check', 'platform/wrong.yaml')).toThrow(
      expect.objectContaining({ stdout: expect.stringContaining('cable-ends: both ends are in chassis') }),
    );
    rmSync(join(copy, 'platform/wrong.yaml'));
    const page = readFileSync(join(copy, 'docs/descriptors.md'), 'utf8');
    expect(page).toContain('## `cables`');
    expect(page).toContain('| `connected` | input [line](#lines) | **required** |');
    run('npx', 'biome', 'ci', 'src/platform', 'src/board/parts');
    const output = run('npx', 'vitest', 'run', 'test/unit/platform/schema.test.ts');
    expect(output).not.toMatch(/failed/);
  }, 180_000);

  it('make a resource with an action, reached by its link', () => {
    const output = run(
      'npx',
      ...['vitest', 'run', 'test/unit/redfish/resources/drive-environment.test.ts'],
      ...['test/unit/redfish/declarations.test.ts'],
    );
    expect(output).toMatch(/Test Files +2 passed/);
  }, 180_000);

  it('make a message that its registry holds', () => {
    const script = `
      const { message } = await import('${copy}/dist/src/messages/messages.js');
      const { registryDocument } = await import('${copy}/dist/src/messages/registry-document.js');
      console.log(message('Redfishd.CableDisconnected', ['RISER_CABLE']).Message);
      console.log(JSON.parse(registryDocument('Redfishd', 'x')).Messages.CableDisconnected.Resolution);`;
    expect(run('node', '--input-type=module', '-e', script)).toBe(
      "The cable 'RISER_CABLE' is not connected.\nPlug in both ends of the cable.\n",
    );
    expect(run('npx', 'vitest', 'run', 'test/unit/messages')).not.toMatch(/failed/);
  }, 120_000);

  it('make a command with help, an exit status and JSON', () => {
    const chips = JSON.parse(run('node', 'dist/src/main.js', 'chips', '--json')) as string[];
    expect(chips).toContain('mcp9808');
    expect(run('node', 'dist/src/main.js', 'chips').trim().split('\n')).toEqual(chips);
    expect(run('node', 'dist/src/main.js', '--help')).toContain('list the chips that have a driver');
    expect(() => run('node', 'dist/src/main.js', 'chips', '--jsonn')).toThrow(
      expect.objectContaining({ status: 2 }),
    );
  });

  it('leave format, lint and types clean in all that they touch', () => {
    run('npx', 'biome', 'ci', 'src', 'test/unit/redfish', 'drivers/i2c', 'platform');
    run('npx', 'vitest', 'run', 'test/unit/architecture');
  }, 180_000);
});
