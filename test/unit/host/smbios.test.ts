/** SMBIOS tables of the twin's firmware, whole and damaged; beside dmidecode where that is installed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { structuresOf, tableOf } from '../../../src/host/smbios/structures.ts';
import { parseSmbios } from '../../../src/host/smbios/tables.ts';
import { firmwareParts, smbiosTables } from '../../../src/twin/firmware-words.ts';

const tables = smbiosTables(firmwareParts.server, new Set([2]));

describe('parseSmbios', () => {
  it('finds every part of a table', () => {
    const facts = parseSmbios(tables);
    expect(facts).toMatchObject({
      biosVersion: 'TWIN 2.41',
      biosVendor: 'Twin firmware',
      biosDate: '11/30/2026',
    });
    expect(facts.processors).toHaveLength(2);
    expect(facts.processors[0]).toMatchObject({
      ...{ socket: 'CPU0', present: true, enabled: true, manufacturer: 'Intel(R) Corporation' },
      ...{ model: 'Twin Xeon 6138 @ 2.00GHz', id: '0x0000000000050654', maxMHz: 4000, mhz: 2000 },
      ...{ cores: 20, enabledCores: 20, threads: 40, serialNumber: 'P0-SERIAL', partNumber: 'P0-PART' },
    });
    expect(facts.processors[0]?.caches).toEqual([
      { level: 1, kib: 1280, type: 'Data' },
      { level: 2, kib: 20_480, type: 'Unified' },
      { level: 3, kib: 28_160, type: 'Unified' },
    ]);
    expect(facts.memory).toHaveLength(12);
    expect(facts.memory[2]).toMatchObject({ locator: 'CPU0_DIMM_C0', present: false, mib: null });
    expect(facts.memory[11]).toMatchObject({
      ...{
        locator: 'CPU1_DIMM_F0',
        mib: 32_768,
        type: 'DDR4_SDRAM',
        module: 'RDIMM',
        maxMHz: 2933,
        mhz: 2666,
      },
      ...{ ranks: 2, dataWidth: 64, totalWidth: 72, errorCorrection: 'MultiBitECC' },
    });
    expect(facts.slots).toEqual([
      {
        name: 'Riser slot 1',
        generation: 'Gen3',
        lanes: 16,
        inUse: true,
        available: true,
        address: '0000:3b:00.0',
      },
      {
        name: 'Riser slot 2',
        generation: 'Gen3',
        lanes: 8,
        inUse: false,
        available: true,
        address: '0000:5e:00.0',
      },
    ]);
  });

  it('never fails on damaged tables, and keeps what comes before the damage', () => {
    const damage = fc.array(fc.tuple(fc.nat(tables.length - 1), fc.integer({ min: 0, max: 255 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(damage, fc.nat(tables.length), (changes, cut) => {
        const bytes = Uint8Array.from(tables).subarray(0, cut);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        const first = Math.min(...changes.map(([at]) => at), cut);
        const facts = parseSmbios(bytes);
        expect(facts.structures).toBeLessThanOrEqual(bytes.length / 4 + 1);
        // The whole structures before the first change are there.
        const whole = structuresOf(tables.subarray(0, first)).length;
        expect(facts.structures).toBeGreaterThanOrEqual(Math.max(0, whole - 1));
      }),
      { numRuns: 2000 },
    );
  });

  it('never fails on noise, with or without an entry point', () => {
    const anchor = fc.constantFrom('', '_SM3_', '_SM_');
    fc.assert(
      fc.property(anchor, fc.uint8Array({ maxLength: 2048 }), (head, noise) => {
        const dump = Uint8Array.from([...Buffer.from(head), ...noise]);
        expect(() => parseSmbios(dump)).not.toThrow();
        expect(tableOf(dump).length).toBeLessThanOrEqual(dump.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('parses 64 KiB of the shortest structures without growing beyond its bound', () => {
    const short = Uint8Array.from({ length: 65_536 }, (_, index) => [200, 4, 0, 0, 0, 0][index % 6] ?? 0);
    expect(parseSmbios(short).structures).toBeLessThanOrEqual(8192);
  });
});

/** Dumps of real machines: `REDFISHD_SMBIOS_DUMPS` names a folder with raw tables or dumps. */
const dumps = process.env.REDFISHD_SMBIOS_DUMPS;
const hasJudge = (() => {
  try {
    execFileSync('dmidecode', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

describe.skipIf(!hasJudge)('beside dmidecode', () => {
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-smbios-'));
  const given =
    dumps === undefined
      ? []
      : readdirSync(dumps).map((name) => [name, readFileSync(join(dumps, name))] as const);

  it.each([['twin', Buffer.from(tables)] as const, ...given])('reads %s alike', (name, dump) => {
    const raw = Buffer.from(tableOf(dump));
    const path = join(folder, `${name}.bin`);
    writeFileSync(path, withEntryPoint(raw));
    const said = (type: number, key: string): string[] => {
      const output = execFileSync('dmidecode', ['--from-dump', path, '-t', String(type)], {
        encoding: 'utf8',
      });
      const found = output.matchAll(new RegExp(`^\\t${key}: ?(.*)$`, 'gm'));
      return [...found].map((match) =>
        /^(?:Not Specified|Unknown|No Module Installed|None|)$/.test(match[1]?.trim() ?? '')
          ? ''
          : (match[1]?.trim() ?? ''),
      );
    };
    const facts = parseSmbios(raw);
    const shown = (values: readonly (string | number | null)[]) =>
      values.map((value) => (value === null ? '' : String(value)));
    const populated = facts.processors.filter(({ present }) => present);
    expect(shown(facts.processors.map(({ socket }) => socket))).toEqual(said(4, 'Socket Designation'));
    expect(shown(populated.map(({ cores }) => cores))).toEqual(
      said(4, 'Core Count').filter((text) => text !== ''),
    );
    expect(shown(populated.map(({ threads }) => threads))).toEqual(
      said(4, 'Thread Count').filter((text) => text !== ''),
    );
    const systemMemory = said(16, 'Use');
    // Other arrays than system memory are left out.
    if (!systemMemory.every((use) => use === 'System Memory')) return;
    expect(shown(facts.memory.map(({ locator }) => locator))).toEqual(said(17, 'Locator'));
    expect(facts.memory.map(({ mib }) => mib ?? 0)).toEqual(said(17, 'Size').map(mebibytes));
  });
});

function mebibytes(text: string): number {
  const [value = '0', unit] = text.split(' ');
  return (
    Number(value) *
    (unit === 'GB' ? 1024 : unit === 'TB' ? 1024 ** 2 : unit === 'kB' ? 1 / 1024 : unit === 'MB' ? 1 : 0)
  );
}

/** An entry point of SMBIOS 3 before a raw table (DSP0134, section 5.2.2). */
function withEntryPoint(raw: Buffer): Buffer {
  const entry = Buffer.alloc(32);
  entry.write('_SM3_');
  entry.set([24, 3, 2, 0, 1], 6);
  entry.writeUInt32LE(raw.length, 12);
  entry.writeBigUInt64LE(32n, 16);
  entry[5] = -entry.reduce((sum, byte) => sum + byte, 0) & 0xff;
  return Buffer.concat([entry, raw]);
}
