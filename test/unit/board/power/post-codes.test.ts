/** What the board makes of the codes that firmware writes: boots are told apart, timed, and never told of as events. */
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { PostCode } from '../../../../src/board/model/power.ts';
import type { HostPostCodes } from '../../../../src/board/power/post-codes.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import {
  type Bench,
  type BenchOptions,
  bench,
  Disk,
  pass,
  startBench,
  timing,
  useOwnTime,
} from '../support.ts';

useOwnTime();

/** A device that says nothing: codes come from elsewhere. */
const silent = { open: async () => new Readable({ read() {} }) };

describe('POST codes', () => {
  const ends: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function start(options: BenchOptions = {}) {
    const b = await startBench(options);
    const codes: PostCode[] = [];
    const groups: string[] = [];
    b.board.onPostCodes((group, over) => {
      codes.push(...group);
      groups.push(over ? 'over' : 'codes');
    });
    const stop = async () => {
      await b.stop();
      await b.twin.close();
    };
    ends.push(stop);
    return { b, codes, groups };
  }
  const boots = (codes: readonly PostCode[]) => [...new Set(codes.map(({ boot }) => boot))];
  const last = (b: Bench) => b.host.postCodes?.last ?? null;
  /** Until the twin's firmware has done its work; it is ten times as fast as a real one. */
  const finish = () => pass(1000);

  it('of a boot are numbered, timed from power-good, and no events', async () => {
    const { b, codes, groups } = await start();
    expect(last(b)).toBeNull();
    await b.running();
    await finish();
    expect(b.host.postComplete).toBe(true);
    expect(codes.length).toBeGreaterThan(100);
    expect(boots(codes)).toEqual([1]);
    expect(codes.every(({ host }) => host === 'system')).toBe(true);
    const elapsed = codes.map((code) => code.elapsed ?? Number.NaN);
    expect(elapsed).toEqual([...elapsed].sort((one, other) => one - other));
    expect(elapsed[0]).toBeLessThan(100);
    expect(elapsed.at(-1)).toBeGreaterThanOrEqual(799);
    expect(elapsed.at(-1)).toBeLessThan(900);
    expect(groups.at(-1)).toBe('over');
    expect(groups.filter((group) => group === 'over')).toHaveLength(1);
    expect(last(b)?.code).toBe(codes.at(-1)?.code);
    expect(b.disk.values.get('board.host.system.boots')).toBe('1');
    expect(b.events.filter(({ message }) => /Redfishd|POST/.test(message))).toEqual([]);
    // The power state is remembered once it has lasted.
    await pass(10_000);
    const writes = b.disk.writes;
    const count = codes.length;
    await pass(60_000);
    expect([b.disk.writes, codes.length]).toEqual([writes, count]);
  });

  it('begin anew with every reset and power cycle, and when the operating system restarts its machine', async () => {
    const { b, codes } = await start();
    await b.running();
    await finish();
    const whole = codes.length;
    await b.reset('ForceRestart');
    await pass(timing.resetPulse + 100);
    expect(last(b)?.code).not.toBe(codes[whole - 1]?.code);
    await finish();
    expect(boots(codes)).toEqual([1, 2]);
    expect(codes.length).toBe(2 * whole);
    expect(codes[whole]?.elapsed).toBeLessThan(100);
    await b.reset('PowerCycle');
    await pass(timing.forceOffPulse + 100);
    expect(last(b)).toBeNull();
    await pass(timing.cycleDelay + timing.onPulse + 3000);
    expect(boots(codes)).toEqual([1, 2, 3]);
    // A reset that is none of ours: only the line of the self test tells of it.
    await finish();
    void b.twin.pressButton('system', 30, 'reset');
    await pass(2000);
    expect(boots(codes)).toEqual([1, 2, 3, 4]);
    expect(codes.length).toBe(4 * whole);
    expect(codes[3 * whole]?.elapsed).toBeLessThan(100);
  });

  it('go on in the boot under way after the daemon has started anew, at a time that nobody knows', async () => {
    const twin = createTwin(bench, { speed: 10 });
    const disk = new Disk();
    const first = await startBench({ twin, disk });
    const before: PostCode[] = [];
    first.board.onPostCodes((codes) => before.push(...codes));
    await first.board.reset('system', 'On');
    await pass(timing.onPulse + timing.settle + 300);
    expect(before.length).toBeGreaterThan(10);
    await first.stop();
    const codes: PostCode[] = [];
    const second = await startBench({ twin, disk, idle: true });
    second.board.onPostCodes((group) => codes.push(...group));
    void second.board.start();
    await pass(2000);
    expect(codes.length).toBeGreaterThan(10);
    expect(boots(codes)).toEqual([1]);
    expect(codes.every(({ elapsed }) => elapsed === null)).toBe(true);
    await second.reset('ForceRestart');
    await pass(2000);
    expect(boots(codes)).toEqual([1, 2]);
    expect(codes.at(-1)?.elapsed).toBeGreaterThan(700);
    await second.stop();
    await twin.close();
  });

  it('of a host whose disk is full are told of all the same', async () => {
    const { b, codes } = await start();
    b.disk.full = true;
    await b.running();
    await finish();
    await b.reset('ForceRestart');
    await finish();
    expect(boots(codes)).toEqual([1, 2]);
    expect(b.log).toContain('the boot count of a host cannot be stored');
  });

  it('come again once a device is there that was not, or that had gone', async () => {
    let there = false;
    let stream: Readable | undefined;
    const { b, codes } = await start({
      hardware: () => ({
        postCodes: {
          async open(path) {
            if (!there) throw new DeviceError('no-bus', path, 'there is no such device');
            stream = new Readable({ read() {} });
            return stream;
          },
        },
      }),
    });
    expect(b.host.postCodes?.fault).toMatchObject({
      device: '/dev/post0',
      message: '/dev/post0: there is no such device',
    });
    await pass(120_000);
    expect(b.log.filter((text) => text === 'the POST codes of a host are not available')).toHaveLength(1);
    there = true;
    await pass(61_000);
    expect(b.host.postCodes?.fault).toBeNull();
    stream?.push(Buffer.of(0x10));
    await pass(10);
    stream?.destroy(new DeviceError('no-bus', '/dev/post0', 'the device has gone'));
    await pass(10);
    expect(b.host.postCodes?.fault?.message).toBe('/dev/post0: the device has gone');
    await pass(1500);
    stream?.push(Buffer.of(0x20));
    await pass(1000);
    expect(codes.map(({ code }) => code)).toEqual([0x10, 0x20]);
  });

  it('that come a moment before power-good is told of belong to that boot, and late ones to the boot before', async () => {
    const { b, codes } = await start({ hardware: () => ({ postCodes: silent }) });
    const sink = b.host.postCodes as HostPostCodes;
    sink.receive([1]);
    await b.running();
    sink.receive([2]);
    await b.reset('ForceOff');
    await pass(timing.forceOffPulse + 100);
    expect(b.host.powerState).toBe('Off');
    sink.receive([3]);
    await pass(2000);
    await b.running();
    sink.receive([4]);
    expect(codes.map(({ code, boot }) => [code, boot])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
      [4, 2],
    ]);
  });

  it('that are written without end are not told of without end, but the last one is', async () => {
    const { b, codes, groups } = await start({ hardware: () => ({ postCodes: silent }) });
    await b.running();
    const sink = b.host.postCodes as HostPostCodes;
    sink.begin();
    for (let n = 0; n < 10_000; n++) sink.receive([n]);
    expect(codes.length).toBe(512);
    expect(last(b)?.code).toBe(9999);
    sink.end();
    expect(codes.at(-1)?.code).toBe(9999);
    expect(groups.at(-1)).toBe('over');
    sink.end();
    expect(codes.length).toBe(513);
    sink.begin();
    sink.receive([1, 2, 3]);
    expect(codes.slice(-3).map(({ code, boot }) => [code, boot])).toEqual([
      [1, 2],
      [2, 2],
      [3, 2],
    ]);
  });

  it('keep their order and their boot, however they come', async () => {
    const { b } = await start({ hardware: () => ({ postCodes: silent }) });
    await b.running();
    const group = fc.record({
      codes: fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 9 }),
      begins: fc.boolean(),
      ends: fc.boolean(),
    });
    const sink = b.host.postCodes as HostPostCodes;
    fc.assert(
      fc.property(fc.array(group, { maxLength: 12 }), (groups) => {
        const told: PostCode[] = [];
        const off = b.board.onPostCodes((codes) => told.push(...codes));
        let starts = 0;
        let fresh = false;
        const wanted: (readonly [number, number])[] = [];
        sink.begin();
        sink.receive([0]);
        const first = told[0]?.boot ?? Number.NaN;
        wanted.push([0, first]);
        for (const { codes, begins, ends } of groups) {
          if (begins) sink.begin();
          fresh ||= begins;
          if (fresh && codes.length > 0) {
            starts++;
            fresh = false;
          }
          sink.receive(codes);
          wanted.push(...codes.map((code) => [code, first + starts] as const));
          if (ends) sink.end();
        }
        off();
        expect(told.map(({ code, boot }) => [code, boot])).toEqual(wanted);
      }),
    );
  });
});
