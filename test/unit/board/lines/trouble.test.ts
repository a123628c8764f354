/** Line faults at run time: each is reported by the name in the descriptor, and recovers without help. */
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { type Bench, bench, gpioWith, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const look = 10_000;

/** What was told of a line: null once it is well. */
const of = (b: Bench, line: string) =>
  b.events.flatMap(({ condition, resolves, args }) =>
    condition === `line:${line}` ? [resolves === true ? null : args[1]] : [],
  );

const relay: Platform = {
  ...bench,
  lines: { ...bench.lines, FEED: { direction: 'out', activeLow: true, keep: true } },
  hosts: [{ id: 'system', chassis: 'main', power: { kind: 'relay', line: 'FEED', cycleDelay: 500 } }],
};

describe('an output whose chip is reset', () => {
  it('is reported by name, driven again, and its recovery reported', async () => {
    const b = await startBench();
    await b.board.setIdentify('card', true);
    b.twin.inject({ kind: 'released', line: 'IDENTIFY_CARD' });
    expect(b.twin.edges('IDENTIFY_CARD').at(-1)?.asserted).toBe(false);
    await pass(look + 2000);
    expect(of(b, 'IDENTIFY_CARD')).toEqual([
      'it did not show the value that it was set to: its chip was reset, and it has been set again',
      null,
    ]);
    expect(b.twin.edges('IDENTIFY_CARD').at(-1)?.asserted).toBe(true);
    expect(b.twin.faults).toEqual([]);
  });

  it('powers its host again', async () => {
    const b = await startBench({ platform: relay });
    await b.board.reset('system', 'On');
    await pass(1000);
    expect(b.host.powerState).toBe('On');
    b.told();
    b.twin.inject({ kind: 'released', line: 'FEED' });
    await pass(look + 3000);
    expect(b.host.powerState).toBe('On');
    expect(b.twin.edges('FEED').at(-1)?.asserted).toBe(true);
    // Nobody asked for it.
    expect(b.told()).toEqual([
      'DeviceManagementInterfaceError Warning',
      'ResourcePoweredOff Warning',
      'ResourceStatusChangedOK OK',
      'ResourcePoweredOn Warning',
    ]);
  });

  it('is not requested again when something else pulls it for a moment', async () => {
    let pulled = false;
    const b = await startBench({
      hardware: ({ gpio }) => ({
        gpio: {
          ...gpio,
          request: async (request) => {
            const line = await gpio.request(request);
            if (request.line !== 'READY') return line;
            return { ...line, get: () => line.get() !== pulled, close: () => line.close() };
          },
        },
      }),
    });
    pulled = true;
    // From just before a look until just after it.
    await pass(look - 500);
    pulled = false;
    await pass(2 * look);
    expect(of(b, 'READY')).toEqual([]);
    // A chip that never reads its outputs back has not been reset either.
    pulled = true;
    await pass(10 * look);
    expect(of(b, 'READY')).toEqual([]);
  });
});

describe('a line whose chip disappears and returns', () => {
  it('is requested until it is back', async () => {
    let gone = false;
    const b = await startBench({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => gone && line === 'POWER_GOOD') }),
    });
    await b.running();
    gone = true;
    await pass(look + 100);
    expect(of(b, 'POWER_GOOD')).toEqual(['POWER_GOOD: has gone']);
    gone = false;
    await pass(look + 100);
    expect(of(b, 'POWER_GOOD')).toEqual(['POWER_GOOD: has gone', null]);
    expect(b.host.powerState).toBe('On');
  });

  it('that another process owns is opened as soon as it is free', async () => {
    const b = await startBench({ idle: true });
    const other = await b.twin.gpio.request({ line: 'PSU_GOOD', direction: 'in', activeLow: false });
    const started = b.board.start();
    await pass(1000);
    await started;
    expect(of(b, 'PSU_GOOD')).toEqual(['PSU_GOOD: the line is in use']);
    other.close();
    await pass(look + 100);
    expect(of(b, 'PSU_GOOD')).toEqual(['PSU_GOOD: the line is in use', null]);
  });

  it('that does not exist is reported by its name in the descriptor', async () => {
    const platform = { ...bench, lines: { ...bench.lines, PSU_GOOD: { direction: 'in', line: 'psu-ok' } } };
    const b = await startBench({
      platform: platform as Platform,
      hardware: ({ gpio }) => ({
        gpio: {
          ...gpio,
          request: (request) =>
            request.line === 'psu-ok'
              ? Promise.reject(new DeviceError('no-bus', 'psu-ok', 'the machine has no such line'))
              : gpio.request(request),
        },
      }),
    });
    expect(of(b, 'PSU_GOOD')).toEqual(['psu-ok: the machine has no such line']);
  });
});

describe('an input that changes 100,000 times a second', () => {
  it('is not followed until it is calm, and then shows its value', async () => {
    const b = await startBench();
    await b.running();
    const fault = b.twin.inject({ kind: 'storm', line: 'FAN1_PRESENT' });
    await pass(100);
    expect(of(b, 'FAN1_PRESENT')).toEqual([
      'it changes more than 2000 times a second; its last value is used until it is calm',
    ]);
    const events = b.events.length;
    await pass(3000);
    expect(b.events.length).toBe(events);
    // It is checked now and then, and still not followed.
    await pass(3 * look);
    expect(b.events.length - events).toBeLessThan(3000);
    expect(of(b, 'FAN1_PRESENT')).toHaveLength(1);
    b.twin.clear(fault);
    await pass(2 * look);
    expect(of(b, 'FAN1_PRESENT').at(-1)).toBeNull();
    expect(b.board.fans.get('FAN1')?.present).toBe(true);
    b.twin.present('FAN1', false);
    await pass(100);
    expect(b.board.fans.get('FAN1')?.present).toBe(false);
  });
});

describe('a driver of the kernel', () => {
  it('that binds a chip at run time is read instead, until it is unbound', async () => {
    const b = await startBench();
    const fault = b.twin.inject({ kind: 'held', device: 'CARD' });
    await pass(5000);
    expect(b.sensor('CARD_TEMP').status).toEqual({ state: 'UnavailableOffline', health: 'Warning' });
    expect(b.sensor('CARD_TEMP').fault).toContain('the kernel drives this device');
    expect(b.sensor('INLET_TEMP').status.state).toBe('Enabled');
    const [event] = b.events.filter(({ condition }) => condition === 'device:CARD');
    expect(event?.args[0]).toBe('CARD');
    b.twin.clear(fault);
    await pass(timing.onTimeout + 35_000);
    expect(b.sensor('CARD_TEMP').status.state).toBe('Enabled');
    expect(b.events.filter(({ condition }) => condition === 'device:CARD').at(-1)?.resolves).toBe(true);
  });
});
