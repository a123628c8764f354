/** Lines and LEDs: requested until available, always released, blinking in the pattern of the descriptor. */
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { GpioLines } from '../../../../drivers/gpio/lines.ts';
import { Lines } from '../../../../src/board/lines/lines.ts';
import { BoardSignals } from '../../../../src/board/signals.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, Disk, gpioWith, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const retryPeriod = 10_000;
const isLit = (b: Bench, line: string) => b.twin.edges(line).at(-1)?.asserted ?? false;

describe('a line that is not available', () => {
  it('is reported once, requested again, and its recovery reported', async () => {
    const missing = { is: true };
    const b = await startBench({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'CPU0_PRESENT' && missing.is) }),
    });
    expect(b.host.processorCount).toBeNull();
    expect(b.events).toMatchObject([
      {
        message: 'Platform.DeviceManagementInterfaceError',
        args: ['line CPU0_PRESENT', 'CPU0_PRESENT: has gone'],
        severity: 'Warning',
        condition: 'line:CPU0_PRESENT',
      },
    ]);
    await pass(3 * retryPeriod);
    expect(b.events).toHaveLength(1);
    missing.is = false;
    await pass(retryPeriod);
    expect(b.host.processorCount).toBe(1);
    expect(b.events.at(-1)).toMatchObject({ condition: 'line:CPU0_PRESENT', resolves: true });
  });

  it('does not delay the start, and works once it is available', async () => {
    const slow: (() => void)[] = [];
    const b = await startBench({
      hardware: (twin) => ({
        gpio: {
          close: () => twin.gpio.close(),
          async request(request) {
            if (request.line === 'POWER_GOOD' || request.line === 'READY')
              await new Promise<void>((resolve) => slow.push(resolve));
            return twin.gpio.request(request);
          },
        },
      }),
    });
    expect(b.host.powerState).toBeNull();
    expect(b.sensor('INLET_TEMP').reading).not.toBeNull();
    // Still one request for each: a second one would be told that the line is in use.
    await pass(3 * retryPeriod);
    expect(slow).toHaveLength(2);
    for (const go of slow) go();
    await pass(0);
    expect(b.host.powerState).toBe('Off');
    expect(isLit(b, 'READY')).toBe(true);
    expect(b.events).toEqual([]);
  });
});

/** The lines of the bench board without the board. */
function linesOf(gpio: GpioLines, report: (name: string, fault: string | null) => unknown): Lines {
  const signals = new BoardSignals((error) => {
    throw error;
  });
  return new Lines(bench.lines ?? {}, { gpio, signals, report, isPresent: () => true });
}

describe('lines', () => {
  const held: Lines[] = [];
  afterEach(() => {
    for (const lines of held.splice(0)) lines.close();
  });
  async function open(gpio: (gpio: GpioLines) => GpioLines = (same) => same) {
    const twin = createTwin(bench, { speed: 10 });
    const faults: [string, string | null][] = [];
    const lines = linesOf(gpio(twin.gpio), (name, fault) => faults.push([name, fault]));
    held.push(lines);
    await lines.open();
    return { twin, lines, faults, asserted: (line: string) => twin.edges(line).at(-1)?.asserted ?? false };
  }

  it('are asserted during a job, also one that fails', async () => {
    const { lines, asserted } = await open();
    const job = lines.during('BRIDGE', async () => {
      expect(asserted('BRIDGE')).toBe(true);
      throw new Error('broken');
    });
    await expect(job).rejects.toThrow('broken');
    expect(asserted('BRIDGE')).toBe(false);
  });

  it('are released when they are given back during a job', async () => {
    const { lines, asserted } = await open();
    const job = lines.during('BRIDGE', () => new Promise((resolve) => setTimeout(resolve, 100, 'done')));
    lines.close();
    expect(asserted('BRIDGE')).toBe(false);
    await pass(100);
    await expect(job).resolves.toBe('done');
  });

  it('that open after the stop are given back at once', async () => {
    const twin = createTwin(bench, { speed: 10 });
    const fail = (name: string, fault: string | null) => {
      throw new Error(`${name}: ${fault}`);
    };
    let go = () => {};
    const late = new Promise<void>((resolve) => {
      go = resolve;
    });
    const request: GpioLines['request'] = async (wanted) => {
      await late;
      return twin.gpio.request(wanted);
    };
    const slow = { request, close: () => twin.gpio.close() };
    const lines = linesOf(slow, fail);
    void lines.open();
    await pass(10);
    lines.close();
    go();
    await pass(10);
    // Whoever comes next can have all of them.
    const again = linesOf(twin.gpio, fail);
    held.push(again);
    await again.open();
    expect(again.get('POWER_GOOD')).toBe(false);
  });

  it('cannot be driven or read before they are open', async () => {
    const { lines } = await open((gpio) => ({
      close: () => gpio.close(),
      request: async ({ line }) => {
        throw new DeviceError('held', line, 'somebody else has it');
      },
    }));
    expect(() => lines.set('READY', true)).toThrow(/somebody else has it/);
    expect(() => lines.set('NOWHERE', true)).toThrow(DeviceError);
    expect(lines.get('READY')).toBeNull();
    expect(lines.get(undefined)).toBeNull();
  });

  it('whose first read fails are requested again', async () => {
    let broken = true;
    const { lines, faults } = await open((gpio) => ({
      close: () => gpio.close(),
      async request(request) {
        const line = await gpio.request(request);
        return {
          ...line,
          get() {
            if (broken && request.line === 'POWER_GOOD')
              throw new DeviceError('no-bus', 'POWER_GOOD', 'has gone');
            return line.get();
          },
        };
      },
    }));
    expect(faults).toEqual([['POWER_GOOD', 'POWER_GOOD: has gone']]);
    broken = false;
    await pass(retryPeriod);
    expect(faults.at(-1)).toEqual(['POWER_GOOD', null]);
    expect(lines.get('POWER_GOOD')).toBe(false);
  });
});

describe('the identify LED', () => {
  it('blinks in the pattern of the descriptor until it is switched off', async () => {
    const b = await startBench();
    b.mark();
    await b.board.setIdentify('main', true);
    expect(b.board.chassis.get('main')?.identify).toBe(true);
    await pass(2500);
    expect(b.edges('IDENTIFY')).toEqual([
      [0, true],
      [100, false],
      [1000, true],
      [1100, false],
      [2000, true],
      [2100, false],
    ]);
    await pass(550);
    b.mark();
    await b.board.setIdentify('main', false);
    await pass(5000);
    expect(b.edges('IDENTIFY')).toEqual([[0, false]]);
    expect(b.board.chassis.get('main')?.identify).toBe(false);
  });

  it('is steady without a pattern, separately for each chassis', async () => {
    const b = await startBench();
    b.mark();
    await b.board.setIdentify('card', true);
    await pass(5000);
    expect(b.edges('IDENTIFY_CARD')).toEqual([[0, true]]);
    expect(b.edges('IDENTIFY')).toEqual([]);
  });

  it('is on again after a restart', async () => {
    const b = await startBench();
    await b.board.setIdentify('main', true);
    await b.stop();
    const again = await startBench({ twin: b.twin, disk: b.disk });
    expect(again.board.chassis.get('main')?.identify).toBe(true);
    await pass(50);
    again.mark();
    await pass(2000);
    expect(again.edges('IDENTIFY')).toHaveLength(4);
    await again.stop();
  });

  it('is on after a restart as soon as its line is available', async () => {
    const disk = new Disk();
    disk.values.set('board.chassis.card.identify', 'on');
    const missing = { is: true };
    const b = await startBench({
      disk,
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'IDENTIFY_CARD' && missing.is) }),
    });
    expect(isLit(b, 'IDENTIFY_CARD')).toBe(false);
    missing.is = false;
    await pass(retryPeriod);
    expect(isLit(b, 'IDENTIFY_CARD')).toBe(true);
  });

  it('that cannot be driven is not shown as lit, and nothing is stored', async () => {
    const broken = { is: true };
    const b = await startBench({
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => line === 'IDENTIFY_CARD' && what === 'set' && broken.is),
      }),
    });
    await expect(b.board.setIdentify('card', true)).rejects.toMatchObject({ kind: 'no-bus' });
    expect(b.board.chassis.get('card')?.identify).toBe(false);
    expect(b.disk.writes).toBe(0);
  });

  it('on two lines is unchanged when one of them cannot be driven', async () => {
    const indicators = bench.indicators?.map((each) => ({
      ...each,
      ...(each.id === 'id_card' ? { chassis: 'main' } : {}),
    }));
    const b = await startBench({
      platform: { ...bench, indicators: indicators ?? [] },
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => line === 'IDENTIFY_CARD' && what === 'set'),
      }),
    });
    await expect(b.board.setIdentify('main', true)).rejects.toThrow('has gone');
    expect(isLit(b, 'IDENTIFY')).toBe(false);
    await pass(3000);
    expect(isLit(b, 'IDENTIFY')).toBe(false);
  });

  it('continues to blink after a fault of its line', async () => {
    const broken = { is: false };
    const b = await startBench({
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => line === 'IDENTIFY' && what !== 'request' && broken.is),
      }),
    });
    await b.board.setIdentify('main', true);
    broken.is = true;
    await pass(5000);
    broken.is = false;
    b.mark();
    await pass(2000);
    expect(b.edges('IDENTIFY').length).toBeGreaterThanOrEqual(3);
  });

  it('is refused where the chassis has none', async () => {
    const { indicators: _, ...dark } = bench;
    const b = await startBench({ platform: dark });
    expect(b.board.chassis.get('main')?.identify).toBeNull();
    await expect(b.board.setIdentify('main', true)).rejects.toMatchObject({ reason: 'not-supported' });
  });
});

describe('other LEDs', () => {
  it('for power follow their host', async () => {
    const b = await startBench();
    expect(isLit(b, 'POWER_LED')).toBe(false);
    await b.running();
    expect(isLit(b, 'POWER_LED')).toBe(true);
    b.twin.loseMains();
    await pass(10);
    expect(isLit(b, 'POWER_LED')).toBe(false);
  });

  it('for faults follow the health of their chassis and its contents', async () => {
    const b = await startBench();
    expect([isLit(b, 'FAULT_LED'), isLit(b, 'CARD_FAULT_LED')]).toEqual([false, false]);
    b.twin.set('INLET_TEMP', 45);
    await pass(1100);
    expect([isLit(b, 'FAULT_LED'), isLit(b, 'CARD_FAULT_LED')]).toEqual([true, false]);
    b.twin.set('INLET_TEMP', null);
    b.twin.present('CARD', false);
    await pass(3100);
    expect([isLit(b, 'FAULT_LED'), isLit(b, 'CARD_FAULT_LED')]).toEqual([true, true]);
  });

  it('that cannot be driven follow as soon as they can', async () => {
    const broken = { is: true };
    const b = await startBench({
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => line === 'POWER_LED' && what !== 'request' && broken.is),
      }),
    });
    await b.running();
    expect(isLit(b, 'POWER_LED')).toBe(false);
    broken.is = false;
    await pass(retryPeriod);
    expect(isLit(b, 'POWER_LED')).toBe(true);
  });

  it('of the manager shows that the daemon runs', async () => {
    const b = await startBench();
    expect(isLit(b, 'READY')).toBe(true);
    await b.stop();
    expect(isLit(b, 'READY')).toBe(false);
  });
});
