/** Values of processors from the drivers of the kernel for PECI. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { linuxHwmon } from '../../../../drivers/hwmon/linux.ts';
import { peciValues, readPeci } from '../../../../drivers/hwmon/peci.ts';
import { peciValueNames } from '../../../../src/platform/vocabulary/peci.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'peci-'));
  await device('hwmon4', {
    name: 'peci_cputemp.cpu1',
    ...{ temp1_label: 'Die', temp1_input: 71_000, temp2_label: 'DTS', temp2_input: 68_000 },
    ...{ temp5_label: 'Tjmax', temp5_input: 93_000, temp6_label: 'Core 0', temp6_input: 72_000 },
  });
  await device('hwmon5', {
    name: 'peci_dimmtemp.cpu1',
    ...{ temp1_label: 'DIMM A1', temp1_input: 41_000, temp5_label: 'DIMM C1', temp5_input: 44_500 },
    ...{ temp7_label: 'DIMM D1', temp7_input: 52_000 },
  });
});
afterEach(() => rm(root, { recursive: true }));

async function device(name: string, files: Record<string, string | number>): Promise<void> {
  const path = join(root, 'devices', name);
  await mkdir(path, { recursive: true });
  await mkdir(join(root, 'class/hwmon'), { recursive: true });
  for (const [file, content] of Object.entries(files)) await writeFile(join(path, file), `${content}\n`);
  await symlink(path, join(root, 'class/hwmon', name));
}

it.each([
  ['temperature', 71],
  ['tjMax', 93],
  ['thermalMargin', -22],
  ['dimmGroupA', 44.5],
  ['dimmGroupB', 52],
  ['memory', 52],
])('%s is %s', async (name, value) => {
  expect(await readPeci(linuxHwmon(root), 0x31, name)).toBe(value);
});

it('says what is missing', async () => {
  const hwmon = linuxHwmon(root);
  await expect(readPeci(hwmon, 0x30, 'temperature')).rejects.toMatchObject({ kind: 'no-bus' });
  await expect(readPeci(hwmon, 0x30, 'temperature')).rejects.toThrow('peci_cputemp.cpu0');
  await expect(readPeci(hwmon, 0x31, 'power')).rejects.toMatchObject({ kind: 'unsupported' });
  await rm(join(root, 'devices/hwmon5/temp7_label'));
  await expect(readPeci(hwmon, 0x31, 'dimmGroupB')).rejects.toMatchObject({ kind: 'wrong-data' });
});

it('has the values that descriptors may name', () => {
  expect(Object.keys(peciValues).sort()).toEqual([...peciValueNames].sort());
});
