/** Sampling in the background: each sensor at its period, whatever happens to its neighbours. */
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { Hardware } from '../../../../drivers/hardware.ts';
import type { Sensor } from '../../../../src/board/model/sensor.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const settleAfterPowerOn = 2000;
const state = ({ status: { state, health }, reading }: Sensor) =>
  `${state} ${health}${reading === null ? '' : ' with reading'}`;
const well = 'Enabled OK with reading';

/** How often each sensor is read in a time. */
async function readings(b: Bench, ids: readonly string[], milliseconds: number): Promise<number[]> {
  const counts = new Map(ids.map((id) => [id, 0]));
  const last = new Map(ids.map((id) => [id, b.sensor(id).readingTime?.getTime()]));
  for (let passed = 0; passed < milliseconds; passed += 50) {
    await pass(50);
    for (const id of ids) {
      const at = b.sensor(id).readingTime?.getTime();
      if (at !== last.get(id)) counts.set(id, (counts.get(id) ?? 0) + 1);
      last.set(id, at);
    }
  }
  return [...counts.values()];
}

/** The devices of the bench, some changed. */
const withDevices = (change: Readonly<Record<string, object>>): Platform => ({
  ...bench,
  devices: bench.devices?.map((device) => ({ ...device, ...change[device.id] })) ?? [],
});

describe('readings', () => {
  it('come from every chip, ADC channel and tachometer soon after the start', async () => {
    const b = await startBench();
    await b.running();
    await pass(settleAfterPowerOn);
    const states = [...b.board.sensors.values()].map((sensor) => `${sensor.id} ${state(sensor)}`);
    expect(states.filter((each) => !each.endsWith(well))).toEqual([]);
    expect(b.sensor('PCH_TEMP').reading).toBeGreaterThan(20);
    expect(b.told()).toEqual([]);
    expect(b.sensor('P3V3').reading).toBeCloseTo(3.3, 1);
    expect(b.sensor('BATTERY').reading).toBeGreaterThan(2.9);
  });

  it('keep the period of each sensor, also if longer than that of its device', async () => {
    const b = await startBench();
    await pass(10_000);
    expect(await readings(b, ['INLET_TEMP', 'OUTLET_TEMP', 'P3V3', 'FAN0_FRONT'], 20_000)).toEqual([
      20, 5, 20, 20,
    ]);
  });

  it('keep the period of each sensor, also if shorter than that of its device', async () => {
    const local = { id: 'INLET_TEMP', poll: 200 };
    const b = await startBench({
      platform: withDevices({ INLET: { poll: 5000, sensors: { local, remote1: { id: 'OUTLET_TEMP' } } } }),
    });
    expect(await readings(b, ['INLET_TEMP', 'OUTLET_TEMP'], 10_000)).toEqual([50, 2]);
    expect(state(b.sensor('INLET_TEMP'))).toBe(well);
  });

  it('do not drift', async () => {
    const b = await startBench();
    const start = b.sensor('INLET_TEMP').readingTime?.getTime() ?? 0;
    await pass(60_000);
    const end = b.sensor('INLET_TEMP').readingTime?.getTime() ?? 0;
    expect(Math.abs(end - start - 60_000)).toBeLessThan(50);
  });

  it('follow the measured value', async () => {
    const b = await startBench();
    b.twin.set('INLET_TEMP', 33);
    b.twin.set('P3V3', 3.21);
    await pass(1100);
    expect(b.sensor('INLET_TEMP').reading).toBeCloseTo(33, 0);
    expect(b.sensor('P3V3').reading).toBeCloseTo(3.21, 2);
  });

  it('raise the revision, and notify listeners once per turn of the event loop', async () => {
    const b = await startBench();
    let calls = 0;
    const end = b.board.onChange(() => {
      calls += 1;
    });
    const before = b.board.revision;
    await pass(1000);
    expect(b.board.revision - before).toBeGreaterThanOrEqual(8);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(b.board.revision - before);
    end();
    const heard = calls;
    await pass(1000);
    expect(calls).toBe(heard);
  });
});

describe('a chip that does not respond', () => {
  it('is tolerated for one period, then marks its sensors unavailable and is reported once', async () => {
    const b = await startBench();
    const { reading, readingTime } = b.sensor('HSC_VIN');
    expect(reading).not.toBeNull();
    b.twin.inject({ kind: 'nack', device: 'HSC' });
    await pass(1000);
    expect(state(b.sensor('HSC_VIN'))).toBe(well);
    await pass(1100);
    expect(b.sensor('HSC_VIN')).toMatchObject({
      reading: null,
      status: { state: 'UnavailableOffline', health: 'Warning' },
    });
    expect(b.sensor('HSC_VIN').fault).toMatch(/i2c-1 0x45/);
    expect((b.sensor('HSC_VIN').readingTime?.getTime() ?? 0) - (readingTime?.getTime() ?? 0)).toBeLessThan(
      1000,
    );
    await pass(60_000);
    expect(b.told()).toEqual(['DeviceManagementInterfaceUnresponsive Warning']);
    expect(b.board.chassis.get('main')?.status.health).toBe('Warning');
  });

  it('is retried less and less often, without end, and its recovery is reported', async () => {
    const asked: number[] = [];
    const b = await startBench({
      hardware: (twin) => spied(twin, 1, 0x45, () => asked.push(performance.now())),
    });
    const id = b.twin.inject({ kind: 'nack', device: 'HSC' });
    await pass(1500);
    asked.length = 0;
    await pass(150_000);
    const tries = asked.filter((at, index) => index === 0 || at - (asked[index - 1] ?? 0) > 100);
    const gaps = tries.slice(1).map((at, index) => Math.round((at - (tries[index] ?? 0)) / 1000));
    expect(gaps.slice(0, 5)).toEqual([2, 4, 8, 16, 30]);
    expect(Math.max(...gaps)).toBe(30);
    b.twin.clear(id);
    await pass(30_500);
    expect(state(b.sensor('HSC_VIN'))).toBe(well);
    expect(b.told()).toEqual(['DeviceManagementInterfaceUnresponsive Warning', 'ResourceStatusChangedOK OK']);
    expect(b.events.at(-1)).toMatchObject({ resolves: true, condition: 'device:HSC' });
  });

  it('is read in full as soon as it responds again, also sensors with a long period', async () => {
    const b = await startBench({
      platform: withDevices({
        INLET: { sensors: { local: { id: 'INLET_TEMP' }, remote1: { id: 'OUTLET_TEMP', poll: 3_600_000 } } },
      }),
    });
    const nack = b.twin.inject({ kind: 'nack', device: 'INLET' });
    await pass(3000);
    expect(state(b.sensor('OUTLET_TEMP'))).toBe('UnavailableOffline Warning');
    b.twin.clear(nack);
    await pass(5000);
    expect([state(b.sensor('INLET_TEMP')), state(b.sensor('OUTLET_TEMP'))]).toEqual([well, well]);
  });

  it('does not affect others on its bus', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'nack', device: 'HSC' });
    expect(await readings(b, ['INLET_TEMP'], 10_000)).toEqual([10]);
  });

  it('is absent without a warning if it is optional and never responded', async () => {
    const twin = createTwin(bench, { speed: 10 });
    twin.present('OPTION', false);
    const b = await startBench({ twin });
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    expect(state(b.sensor('OPTION_TEMP'))).toBe('Absent OK');
    expect(b.told()).toEqual([]);
    twin.present('OPTION', true);
    await pass(31_000);
    expect(state(b.sensor('OPTION_TEMP'))).toBe(well);
  });

  it('is a warning if it is optional and has responded before', async () => {
    const b = await startBench();
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    b.twin.present('OPTION', false);
    await pass(3000);
    expect(state(b.sensor('OPTION_TEMP'))).toBe('UnavailableOffline Warning');
    expect(b.told()).toEqual(['DeviceManagementInterfaceUnresponsive Warning']);
    // With the next power-on it is looked for anew.
    await b.reset('ForceOff');
    await pass(1000);
    await b.reset('On');
    await pass(timing.onPulse + timing.settle + settleAfterPowerOn + 2000);
    expect(state(b.sensor('OPTION_TEMP'))).toBe('Absent OK');
    expect(b.events.at(-1)).toMatchObject({ condition: 'device:OPTION', resolves: true });
  });
});

describe('a stuck lane', () => {
  const others = ['CARD_TEMP', 'P3V3', 'FAN0_FRONT'];

  it.each([
    [
      'a hung chip',
      (twin: Twin) => twin.inject({ kind: 'hang', device: 'HSC' }),
      'UnavailableOffline Warning',
    ],
    ['a stuck bus', (twin: Twin) => twin.inject({ kind: 'stuckBus', bus: 1 }), 'UnavailableOffline Warning'],
    [
      'a missing bus',
      (twin: Twin) => twin.inject({ kind: 'missingBus', bus: 1 }),
      'UnavailableOffline Warning',
    ],
  ])(
    '%s leaves the periods of all others as they are, and says so within two of its own',
    async (_, break_, wanted) => {
      const b = await startBench();
      const fault = break_(b.twin);
      await pass(2250);
      expect(state(b.sensor('HSC_VIN'))).toBe(wanted);
      // It may have been read just before the bus was found to hang.
      await pass(1000);
      expect(state(b.sensor('INLET_TEMP'))).toBe(wanted);
      expect(await readings(b, others, 20_000)).toEqual([20, 20, 20]);
      expect(b.told()).toEqual(['DeviceManagementInterfaceUnresponsive Warning']);
      expect(b.events.at(-1)).toMatchObject({ condition: 'bus:1', origin: { kind: 'bus', id: '1' } });
      expect(b.board.buses).toMatchObject([
        { bus: 1, name: 'Air', status: { state: 'UnavailableOffline', health: 'Warning' } },
        { bus: 2, name: 'i2c-2', status: { state: 'Enabled', health: 'OK' }, fault: null },
        { bus: 3, name: 'Inventory' },
      ]);
      expect(b.board.health).toBe('Warning');
      b.twin.clear(fault);
      await pass(31_000);
      expect([state(b.sensor('HSC_VIN')), state(b.sensor('INLET_TEMP'))]).toEqual([well, well]);
      expect(b.told()).toEqual(['ResourceStatusChangedOK OK']);
      expect(b.events.at(-1)).toMatchObject({ condition: 'bus:1', resolves: true });
      await b.stop();
    },
  );

  it('recovers for all devices when one of them responds again', async () => {
    const b = await startBench();
    const fault = b.twin.inject({ kind: 'missingBus', bus: 1 });
    await pass(70_000);
    b.twin.clear(fault);
    while (state(b.sensor('HSC_VIN')) !== well && state(b.sensor('INLET_TEMP')) !== well) await pass(100);
    await pass(100);
    expect([state(b.sensor('HSC_VIN')), state(b.sensor('INLET_TEMP'))]).toEqual([well, well]);
  });

  it('includes the mux channels that the daemon switches itself', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'stuckBus', bus: 20 });
    await pass(3000);
    expect(b.events.at(-1)).toMatchObject({ condition: 'bus:2' });
    expect(b.board.buses[1]).toMatchObject({ bus: 2, status: { state: 'UnavailableOffline' } });
  });

  it('separates faults of the bus from faults of a device', async () => {
    const b = await startBench();
    const nack = b.twin.inject({ kind: 'nack', device: 'HSC' });
    await pass(3000);
    const stuck = b.twin.inject({ kind: 'stuckBus', bus: 1 });
    await pass(5000);
    b.twin.clear(stuck);
    await pass(35_000);
    b.twin.clear(nack);
    await pass(35_000);
    const conditions = b.events.map(
      ({ condition, resolves }) => `${condition} ${resolves ? 'ends' : 'begins'}`,
    );
    expect(conditions).toEqual(['device:HSC begins', 'bus:1 begins', 'bus:1 ends', 'device:HSC ends']);
  });

  it('recovers with any response, also of a device that fails', async () => {
    // While the host is off, the card is all that is asked on its bus.
    const b = await startBench();
    const stuck = b.twin.inject({ kind: 'stuckBus', bus: 2 });
    await pass(5000);
    b.twin.inject({ kind: 'nack', device: 'CARD' });
    b.twin.clear(stuck);
    await pass(35_000);
    const conditions = b.events.map(
      ({ condition, resolves }) => `${condition} ${resolves ? 'ends' : 'begins'}`,
    );
    expect(conditions).toEqual(['bus:2 begins', 'bus:2 ends', 'device:CARD begins']);
  });

  it('of a sysfs file is detected from outside', async () => {
    const hang = { is: false, end: () => {} };
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          tach: (index) =>
            hang.is
              ? new Promise((_, reject) => {
                  hang.end = () => reject(new DeviceError('no-answer', 'tach', 'gave up'));
                })
              : twin.hwmon.tach(index),
        },
      }),
    });
    hang.is = true;
    await pass(3000);
    expect(state(b.sensor('FAN0_FRONT'))).toBe('UnavailableOffline Warning');
    expect(b.sensor('FAN0_FRONT').fault).toMatch(/^no answer since .*Z$/);
    expect(await readings(b, ['INLET_TEMP', 'P3V3'], 5000)).toEqual([5, 5]);
    expect(b.told()).toEqual(['DeviceManagementInterfaceUnresponsive Warning']);
    hang.is = false;
    hang.end();
    await pass(3000);
    expect(state(b.sensor('FAN0_FRONT'))).toBe(well);
    expect(b.told()).toContain('ResourceStatusChangedOK OK');
  });

  it('does not prevent the board from stopping', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'hang', device: 'HSC' });
    await pass(1000);
    const start = performance.now();
    let ended = 0;
    void b.board.stop().then(() => {
      ended = performance.now() - start;
    });
    await pass(1500);
    expect(ended).toBeGreaterThan(0);
    expect(ended).toBeLessThanOrEqual(1000);
  });
});

describe('a chip with wrong answers', () => {
  it('in one value loses only that value and is reported once', async () => {
    const b = await startBench({ hardware: (twin) => openDiode(twin) });
    await pass(10_000);
    expect(state(b.sensor('INLET_TEMP'))).toBe(well);
    expect(state(b.sensor('OUTLET_TEMP'))).toBe('UnavailableOffline Warning');
    expect(await readings(b, ['INLET_TEMP'], 5000)).toEqual([5]);
    const told = b.told();
    expect(told).toEqual(['InvalidSensorReading Warning']);
    expect(b.events.at(-1)).toMatchObject({
      origin: { kind: 'sensor', id: 'OUTLET_TEMP' },
      condition: 'reading:OUTLET_TEMP',
    });
  });

  it('that reads all ones fails as a whole', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'allOnes', device: 'HSC' });
    await pass(3000);
    expect(state(b.sensor('HSC_VIN'))).toBe('UnavailableOffline Warning');
    expect(b.told()).toEqual(['DeviceManagementInterfaceError Warning']);
  });

  it('that makes the driver throw loses that reading, not the lane', async () => {
    const broken = { is: false };
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          adc: (channel) => {
            if (broken.is && channel === 0) throw new RangeError('index out of range');
            return twin.hwmon.adc(channel);
          },
        },
      }),
    });
    broken.is = true;
    await pass(3000);
    expect(b.sensor('P3V3').fault).toMatch(/index out of range/);
    expect(state(b.sensor('BATTERY'))).toBe(well);
    broken.is = false;
    await pass(5000);
    expect(state(b.sensor('P3V3'))).toBe(well);
  });
});

describe('second sources', () => {
  it('are detected, with their own scale and limits; sensors that they lack are absent', async () => {
    const twin = createTwin(bench, { speed: 10 });
    twin.fit('CPU', 1);
    const b = await startBench({ twin });
    await b.running();
    twin.set('CPU_TEMP', 60);
    await pass(settleAfterPowerOn + 1100);
    expect(b.sensor('CPU_TEMP').reading).toBeCloseTo(60, 0);
    expect(b.sensor('CPU_TEMP').thresholds).toEqual({ upperCritical: 90 });
    expect(state(b.sensor('BOARD_TEMP'))).toBe('Absent OK');
    expect(b.told()).toEqual([]);
  });

  it('can replace the first source while the board runs, and be replaced by it', async () => {
    const b = await startBench();
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    expect(state(b.sensor('BOARD_TEMP'))).toBe(well);
    b.twin.fit('CPU', 1);
    b.twin.set('CPU_TEMP', 61);
    await pass(3000);
    expect(b.sensor('CPU_TEMP').reading).toBeCloseTo(61, 0);
    expect(state(b.sensor('BOARD_TEMP'))).toBe('Absent OK');
    b.twin.fit('CPU', 0);
    await pass(3000);
    expect(state(b.sensor('BOARD_TEMP'))).toBe(well);
    expect(b.sensor('CPU_TEMP').thresholds).toEqual({ upperCritical: 95 });
    expect(b.told()).toEqual([]);
  });

  it.each([
    ['within a minute', undefined, 62_000],
    ['at once when it cannot give all that the first could', 1000, 5000],
  ])('at the same address are noticed too, %s', async (_, poll, patience) => {
    const sensors = { temperature: { id: 'INLET_TEMP', offset: 0 } };
    const b = await startBench({
      platform: withDevices({
        INLET: {
          sensors: {
            local: { id: 'INLET_TEMP' },
            remote1: { id: 'OUTLET_TEMP', ...(poll === undefined ? { poll: 3_600_000 } : { poll }) },
          },
          alternatives: [{ chip: 'tmp75', sensors }],
        },
      }),
    });
    expect(state(b.sensor('OUTLET_TEMP'))).toBe(well);
    b.twin.set('INLET_TEMP', 31);
    b.twin.fit('INLET', 1);
    await pass(patience);
    expect(b.sensor('INLET_TEMP').reading).toBeCloseTo(31, 0);
    expect(state(b.sensor('OUTLET_TEMP'))).toBe('Absent OK');
    b.twin.fit('INLET', 0);
    await pass(62_000);
    expect(state(b.sensor('OUTLET_TEMP'))).toBe(well);
  });

  it('that do not respond leave the sensors unavailable', async () => {
    const b = await startBench();
    b.twin.present('CPU', false);
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    expect(state(b.sensor('CPU_TEMP'))).toBe('UnavailableOffline Warning');
  });
});

describe('sensors powered by a host', () => {
  const powered = ['CPU_TEMP', 'BOARD_TEMP', 'P1V8', 'OPTION_TEMP'];
  const states = (b: Bench) => powered.map((id) => state(b.sensor(id)));

  it('are in standby while it is off, and their chips are not addressed', async () => {
    const asked: number[] = [];
    const b = await startBench({ hardware: (twin) => spied(twin, 2, 0x4c, () => asked.push(1)) });
    expect(new Set(states(b))).toEqual(new Set(['StandbyOffline OK']));
    expect(b.sensor('CPU_TEMP').fault).toBe('its host is off');
    expect(asked).toEqual([]);
  });

  it('start when the host powers on, and are read once its rails have settled', async () => {
    const b = await startBench();
    await b.reset('On');
    await pass(timing.onPulse + 150 + 10);
    expect(new Set(states(b))).toEqual(new Set(['Starting OK']));
    await pass(settleAfterPowerOn - 100);
    expect(new Set(states(b))).toEqual(new Set(['Starting OK']));
    await pass(150);
    expect(new Set(states(b))).toEqual(new Set([well]));
  });

  it('go to standby at once when power is lost, without a warning', async () => {
    const b = await startBench();
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    b.twin.loseMains();
    await pass(0);
    expect(new Set(states(b))).toEqual(new Set(['StandbyOffline OK']));
  });

  it('discard a reading that was under way when power was lost', async () => {
    const slow = { is: false };
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          async adc(channel) {
            const value = await twin.hwmon.adc(channel);
            if (slow.is && channel === 1) await new Promise((resolve) => setTimeout(resolve, 500));
            return value;
          },
        },
      }),
    });
    await b.running();
    await pass(settleAfterPowerOn + 1000);
    slow.is = true;
    await pass(1200);
    b.twin.loseMains();
    for (let at = 0; at < 20; at += 1) {
      await pass(50);
      expect(state(b.sensor('P1V8'))).toBe('StandbyOffline OK');
    }
  });

  it('are read soon after power-on, also with a long period', async () => {
    const platform: Platform = {
      ...bench,
      adc: [{ channel: 1, sensor: { id: 'P1V8', poweredBy: 'system', poll: 60_000 } }],
    };
    const b = await startBench({ platform });
    await b.running();
    await pass(settleAfterPowerOn);
    expect(state(b.sensor('P1V8'))).toBe(well);
    await b.reset('ForceOff');
    await pass(2000);
    await b.reset('On');
    await pass(timing.onPulse + 150 + settleAfterPowerOn + 100);
    expect(state(b.sensor('P1V8'))).toBe(well);
  });
});

describe('the bridge of the battery', () => {
  const bridge = (b: Bench) => b.twin.edges('BRIDGE');

  it('is on only during the measurement', async () => {
    const b = await startBench();
    await pass(500);
    b.mark();
    await pass(3000);
    const edges = b.edges('BRIDGE');
    expect(edges).toHaveLength(6);
    for (const [index, [at, on]] of edges.entries()) {
      if (!on) expect(at - (edges[index - 1]?.[0] ?? at - 5)).toBe(5);
    }
    expect(bridge(b).at(-1)?.asserted).toBe(false);
  });

  it('is off after an error, which the sensor shows', async () => {
    const broken = { is: false };
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          async adc(channel) {
            if (broken.is && channel === 7) throw new DeviceError('no-bus', 'adc 7', 'has gone');
            return twin.hwmon.adc(channel);
          },
        },
      }),
    });
    broken.is = true;
    await pass(5000);
    expect(state(b.sensor('BATTERY'))).toBe('UnavailableOffline Warning');
    expect(bridge(b).at(-1)?.asserted).toBe(false);
  });

  it('is off after a stop during a measurement, also of one that hangs', async () => {
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          adc: (channel) => (channel === 7 ? new Promise(() => {}) : twin.hwmon.adc(channel)),
        },
      }),
    });
    expect(bridge(b).at(-1)?.asserted).toBe(true);
    await b.stop();
    expect(bridge(b).at(-1)?.asserted).toBe(false);
  });
});

/** The twin with somebody listening at a chip's address. */
function spied(twin: Twin, bus: number, address: number, heard: () => void): Partial<Hardware> {
  return {
    i2c: (number) => {
      const transport = twin.i2c(number);
      if (number !== bus) return transport;
      return {
        ...transport,
        transfer: (at, write, length) => {
          if (at === address) heard();
          return transport.transfer(at, write, length);
        },
      };
    },
  };
}

/** The inlet chip with the transistor of its remote channel broken off: TMP421, remote temperature register 1, bit OPEN. */
function openDiode(twin: Twin): Partial<Hardware> {
  const remoteHigh = 0x01;
  const remoteLow = 0x11;
  return {
    i2c: (number) => {
      const transport = twin.i2c(number);
      return {
        ...transport,
        async transfer(address, write, length) {
          const answer = await transport.transfer(address, write, length);
          if (number === 1 && address === 0x4e && length > 0) {
            if (write[0] === remoteHigh) return Uint8Array.of(0x80, 0x01).subarray(0, length);
            if (write[0] === remoteLow) return Uint8Array.of(0x01).subarray(0, length);
          }
          return answer;
        },
      };
    },
  };
}
