import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCommand, schemaCommand } from '../../../src/platform/cli.ts';
import { schemaFile } from '../../../src/platform/files.ts';
import { files, head } from './support.ts';

function run(command: typeof checkCommand, ...argv: string[]): { status: number; out: string } {
  let out = '';
  const status = command(argv, (text) => {
    out += text;
  });
  return { status, out };
}

describe('redfishd check', () => {
  const folder = files({ 'good.yaml': head, 'bad.yaml': `${head}colour: red\nmanufacturer: 7\n` });
  const [good, bad] = [join(folder, 'good.yaml'), join(folder, 'bad.yaml')];

  it('ends with 0 for clean files', () => {
    expect(run(checkCommand, good)).toEqual({ status: 0, out: `${good}: no faults\n` });
  });

  it('ends with 1 and says every fault of every file', () => {
    const { status, out } = run(checkCommand, good, bad, join(folder, 'none.yaml'));
    expect(status).toBe(1);
    const lines = out.split('\n');
    expect(lines[0]).toBe(`${good}: no faults`);
    expect(lines[1]).toMatch(new RegExp(`^${bad}:5:1: unknown-property: .+ \\(.+\\)$`));
    expect(lines[2]).toBe(`${bad}:6:15: type: "manufacturer" is 7, not text (put it in quotes: "7")`);
    expect(lines[3]).toBe(`${bad}: 2 faults`);
    expect(lines[4]).toContain('none.yaml:1:1: file: the file does not exist');
    expect(lines[5]).toMatch(/none\.yaml: 1 fault$/);
  });

  it('ends with 2 for wrong use', () => {
    expect(run(checkCommand)).toMatchObject({ status: 2, out: expect.stringContaining('no file is named') });
    expect(run(checkCommand, '--strict', good).status).toBe(2);
  });

  it('explains itself', () => {
    const { status, out } = run(checkCommand, '--help');
    expect([status, out]).toEqual([0, expect.stringContaining('Usage: redfishd check FILE...')]);
  });
});

describe('redfishd schema', () => {
  it('prints platform/schema.json', () => {
    expect(run(schemaCommand)).toEqual({ status: 0, out: readFileSync(schemaFile(), 'utf8') });
  });

  it('explains itself, and takes no words', () => {
    expect(run(schemaCommand, '-h')).toMatchObject({ status: 0, out: expect.stringContaining('Usage:') });
    expect(run(schemaCommand, 'x').status).toBe(2);
  });
});
