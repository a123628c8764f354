/** The command as a user runs it: what it answers to wrong arguments and missing folders. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const main = join(import.meta.dirname, '../dist/main.js');
const folder = mkdtempSync(join(tmpdir(), 'generator-'));
afterAll(() => rmSync(folder, { recursive: true }));

const run = (...args: string[]) => spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' });

describe('generate:redfish', () => {
  it('prints its usage and where the documents are to be had', () => {
    const { status, stderr } = run();
    expect(status).toBe(2);
    expect(stderr).toContain('https://www.dmtf.org/dsp/DSP8010');
  });

  it('refuses an unknown target', () => {
    const { status, stderr } = run(folder, folder, 'cobol');
    expect(status).toBe(2);
    expect(stderr).toContain('unknown target cobol');
  });

  it('names the bundle to download when the folder is missing or empty', () => {
    const missing = run(join(folder, 'csdl'), folder);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/csdl does not exist: download DSP8010/);
    const empty = run(folder, folder);
    expect(empty.status).toBe(1);
    expect(empty.stderr).toMatch(/holds no \.xml file: it should be DSP8010/);
  });

  it('names the document that cannot be read', () => {
    writeFileSync(join(folder, 'Chassis_v1.xml'), '<edmx:Edmx><a></b>');
    const { status, stderr } = run(folder, folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Chassis_v1\.xml: XML element/);
  });
});
