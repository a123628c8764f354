import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schemaFile } from '../../../src/platform/files.ts';
import { redfishd } from '../../support/command.ts';
import { files, head } from '../platform/support.ts';

describe('redfishd check', () => {
  const folder = files({ 'good.yaml': head, 'bad.yaml': `${head}colour: red\nmanufacturer: 7\n` });
  const [good, bad] = [join(folder, 'good.yaml'), join(folder, 'bad.yaml')];

  it('exits with 0 for files without faults', async () => {
    expect(await redfishd(['check', good])).toEqual({ status: 0, out: `${good}: no faults\n`, err: '' });
  });

  it('exits with 1 and lists every fault of every file', async () => {
    const { status, out } = await redfishd(['check', good, bad, join(folder, 'none.yaml')]);
    expect(status).toBe(1);
    const lines = out.split('\n');
    expect(lines[0]).toBe(`${good}: no faults`);
    expect(lines[1]).toMatch(new RegExp(`^${bad}:5:1: unknown-property: .+ \\(.+\\)$`));
    expect(lines[2]).toBe(`${bad}:6:15: type: "manufacturer" is 7, not text (put it in quotes: "7")`);
    expect(lines[3]).toBe(`${bad}: 2 faults`);
    expect(lines[4]).toContain('none.yaml:1:1: file: the file does not exist');
    expect(lines[5]).toMatch(/none\.yaml: 1 fault$/);
  });

  it('prints the faults as JSON', async () => {
    const { status, out } = await redfishd(['check', '--json', good, bad]);
    expect(status).toBe(1);
    expect(JSON.parse(out)).toEqual([
      { file: good, faults: [] },
      {
        file: bad,
        faults: [
          expect.objectContaining({ line: 5, column: 1, rule: 'unknown-property' }),
          expect.objectContaining({ line: 6, column: 15, rule: 'type', path: '/manufacturer' }),
        ],
      },
    ]);
  });
});

describe('redfishd schema', () => {
  it('prints platform/schema.json', async () => {
    expect(await redfishd(['schema'])).toEqual({
      status: 0,
      out: readFileSync(schemaFile(), 'utf8'),
      err: '',
    });
  });
});
