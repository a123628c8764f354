/** What a host asks is answered, whatever its bytes are; what it may not change stays as it is. */
import fc from 'fast-check';
import { decodeSdr, guidText, toValue } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { testHost, uuid } from './support.ts';

const byte = fc.integer({ min: 0, max: 255 });

describe('HostCommands', () => {
  it('answers any bytes with a completion code', async () => {
    const { commands } = testHost();
    const netFn = fc.constantFrom(0, 2, 4, 6, 8, 0x0a, 0x0c, 0x2c, 0x2e, 0x30, 0x36, 0x38, 0x3e);
    await fc.assert(
      fc.asyncProperty(
        netFn,
        byte,
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom(0, 1, 2, 3),
        async (fn, command, data, lun) => {
          const { code } = await commands.handle({ netFn: fn, command, data, lun });
          expect(code).toBeGreaterThanOrEqual(0);
          expect(code).toBeLessThanOrEqual(0xff);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('never fails in a way of its own: an unspecified error is a defect here', async () => {
    const { commands, board } = testHost({
      ipmi: { dialect: 'meta', hostMay: ['boot', 'sel', 'watchdog', 'inventory'] },
    });
    const known = [
      ...[0x00, 0x01, 0x06, 0x07, 0x08, 0x09].map((command) => [0, command]),
      ...[0x02, 0x20, 0x21, 0x25, 0x27, 0x29, 0x2b, 0x2d, 0x2f].map((command) => [4, command]),
      ...[
        0x01, 0x04, 0x06, 0x07, 0x08, 0x22, 0x24, 0x25, 0x2e, 0x2f, 0x30, 0x31, 0x35, 0x37, 0x42, 0x58, 0x59,
      ].map((command) => [6, command]),
      ...[0x10, 0x11, 0x20, 0x22, 0x23, 0x40, 0x42, 0x43, 0x44, 0x47, 0x48].map((command) => [0x0a, command]),
      ...[0x52, 0x53, 0x73, 0x74, 0x77].map((command) => [0x30, command]),
      ...[0x10, 0x11, 0x12, 0x13, 0x14, 0x15].map((command) => [0x36, command]),
      [0x2e, 0x80],
    ] as [number, number][];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...known),
        fc.uint8Array({ maxLength: 70 }),
        async ([netFn, command], data) => {
          const { code } = await commands.handle({ netFn, command, data });
          expect(code, `${netFn}/${command} ${Buffer.from(data).toString('hex')}`).not.toBe(0xff);
        },
      ),
      { numRuns: 5000 },
    );
    expect(board.hosts.size).toBe(1);
  });

  it('tells who it is', async () => {
    const { ask } = testHost();
    expect(await ask(6, 0x01)).toEqual({
      code: 0,
      data: [0x20, 0x81, 0x01, 0x23, 0x02, 0x9f, 0x15, 0xa0, 0x00, 0, 0, 0, 0, 0, 0],
    });
    const guid = await ask(6, 0x37);
    expect(guidText(Uint8Array.from(guid.data))).toBe(uuid);
  });

  it('has what the driver of Linux asks at its start', async () => {
    const { ask, signals } = testHost();
    expect((await ask(6, 0x2f)).data).toEqual([0x08]);
    expect((await ask(6, 0x2e, 0x09)).code).toBe(0);
    expect((await ask(6, 0x2f)).data).toEqual([0x09]);
    expect(signals).toContain('interrupts');
    expect((await ask(6, 0x30, 0x08)).code).toBe(0);
    expect((await ask(6, 0x31)).data).toEqual([0]);
    expect((await ask(6, 0x35)).code).toBe(0x80);
    expect((await ask(6, 0x42, 0x0e)).data.slice(0, 3)).toEqual([0x0f, 0x0c, 0x05]);
    expect((await ask(6, 0x42, 0x03)).code).toBe(0xcc);
  });

  it('lets a host change only what it may', async () => {
    const { ask, board } = testHost({ ipmi: { dialect: 'meta', hostMay: ['sel'] } });
    expect((await ask(0, 0x08, 5, 0xe0, 4, 0, 0, 0)).code).toBe(0xd4);
    expect((await ask(0x30, 0x52, 0x81, 1, 2, 3, 4, 5)).code).toBe(0xd4);
    expect((await ask(0x36, 0x12, 0, 0, 0, 0, 1, 1, 0, 0, 0)).code).toBe(0xd4);
    expect((await ask(0, 0x02, 0)).code).toBe(0xd4);
    expect((await ask(6, 0x24, 4, 0, 0, 0, 100, 0)).code).toBe(0xd4);
    expect((await ask(0x0a, 0x49, 0, 0, 0, 0)).code).toBe(0xd4);
    expect((await ask(0x0a, 0x12, 0, 0, 0, 1)).code).toBe(0xd4);
    expect((await ask(6, 0x02)).code).toBe(0xd4);
    expect((await ask(0x0a, 0x44, ...new Array(16).fill(2))).code).toBe(0);
    expect(board.hosts.get('system')?.boot.enabled).toBe('Disabled');
  });

  it('records what the host logs', async () => {
    const { ask, records } = testHost();
    await ask(4, 0x02, 0x21, 4, 0x0c, 0x63, 0x6f, 0xa1, 2, 3);
    await ask(0x0a, 0x44, 9, 9, 2, 1, 2, 3, 4, 0x20, 0, 4, 0x0c, 0x63, 0x6f, 0xa1, 2, 3);
    expect(records.map((record) => record.slice(14))).toEqual(['2100040c636fa10203', '2000040c636fa10203']);
  });

  it('shows every sensor by a short name of its own, with its thresholds', async () => {
    const { ask, board } = testHost();
    const names: string[] = [];
    for (let id = 0; id !== 0xffff; ) {
      const { code, data } = await ask(0x0a, 0x23, 0, 0, id & 0xff, id >> 8, 0, 0xff);
      expect(code).toBe(0);
      const sdr = decodeSdr(Uint8Array.from(data.slice(2)));
      if (sdr.kind !== 'full') throw new Error(`record ${id} is ${sdr.kind}`);
      names.push(sdr.name.text);
      const sensor = [...board.sensors.values()][names.length - 1];
      const limit = sensor?.thresholds.upperCritical;
      if (limit !== undefined) {
        const shown = toValue(sdr.thresholds.upperCritical, sdr.factors);
        // Never later than the threshold of the board.
        expect(shown).toBeLessThanOrEqual(limit + 1e-9);
        expect(shown).toBeGreaterThan(limit * 0.95);
      }
      id = (data[0] ?? 0) | ((data[1] ?? 0) << 8);
    }
    expect(names).toHaveLength(board.sensors.size);
    expect(new Set(names).size).toBe(names.length);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(16);
    // Nothing has been read: every sensor is unavailable at once.
    expect((await ask(4, 0x2d, 1)).data[1]).toBe(0xe0);
    expect((await ask(4, 0x2d, 0xfe)).code).toBe(0xcb);
  });

  it('shows its log, and hides what was cleared', async () => {
    const { ask, entries, again } = testHost();
    const raw = `0100022a1e5d6821000${'40c636fa10203'}`;
    entries.push({ id: 70_001, time: new Date('2026-05-31T00:00:00Z'), detail: { raw } });
    entries.push({ id: 70_003, time: new Date('2026-05-31T00:01:00Z'), detail: null });
    expect((await ask(0x0a, 0x40)).data.slice(0, 3)).toEqual([0x51, 2, 0]);
    const first = await ask(0x0a, 0x43, 0, 0, 0, 0, 0, 0xff);
    const id = 1 + ((70_001 - 1) % 0xfffe);
    expect(first.data.slice(2, 5)).toEqual([id & 0xff, id >> 8, 0x02]);
    const last = await ask(0x0a, 0x43, 0, 0, 0xff, 0xff, 0, 0xff);
    expect(last.data.slice(0, 2)).toEqual([0xff, 0xff]);
    expect(last.data[4]).toBe(0xc0);
    expect((await ask(0x0a, 0x47, 1, 0, 0x43, 0x4c, 0x52, 0xaa)).code).toBe(0xc5);
    const [low = 0, high = 0] = (await ask(0x0a, 0x42)).data;
    expect(await ask(0x0a, 0x47, low, high, 0x43, 0x4c, 0x52, 0xaa)).toEqual({ code: 0, data: [1] });
    expect((await ask(0x0a, 0x40)).data.slice(0, 3)).toEqual([0x51, 0, 0]);
    expect(entries).toHaveLength(2);
    // Hidden for good.
    const info = await again().handle({ netFn: 0x0a, command: 0x40, data: new Uint8Array() });
    expect(info.data[1]).toBe(0);
  });

  it('takes texts of any length, and returns them', async () => {
    const { ask, commands } = testHost();
    const name = 'a-host-name-of-more-than-sixteen-characters';
    const bytes = [...Buffer.from(name)];
    await ask(6, 0x58, 2, 0, 0, bytes.length, ...bytes.slice(0, 14));
    expect(commands.inventory.texts.hostName).toBeNull();
    await ask(6, 0x58, 2, 1, ...bytes.slice(14, 30));
    await ask(6, 0x58, 2, 2, ...bytes.slice(30));
    expect(commands.inventory.texts.hostName).toBe(name);
    expect((await ask(6, 0x59, 0, 2, 1, 0)).data).toEqual([0x11, 1, ...bytes.slice(14, 30)]);
  });
});
