/** Fans and power supplies: duty, failure, insertion and removal, and the state that a stop leaves. */
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { Hwmon } from '../../../../drivers/hwmon/hwmon.ts';
import type { Twin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, Disk, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const failSafe = 90;
const duties = (twin: Twin) => twin.status().fans.map(({ duty }) => duty);
const fan = (b: Bench, id: string) => {
  const found = b.board.fans.get(id);
  if (found === undefined) throw new Error(`no fan ${id}`);
  const { present, duty, status } = found;
  return { present, duty, status };
};
const supply = (b: Bench) => {
  const found = b.board.powerSupplies.get('PSU');
  if (found === undefined) throw new Error('no supply');
  const { present, status } = found;
  return { present, status };
};
const good = { present: true, duty: failSafe, status: { state: 'Enabled', health: 'OK' } };

/** The PWM outputs of a twin, with a say of the test in every write. */
const pwmWith = (
  twin: Twin,
  write: (pwm: number, percent: number) => Promise<void> | void,
): { hwmon: Hwmon } => ({
  hwmon: {
    ...twin.hwmon,
    async setDuty(pwm, percent) {
      await write(pwm, percent);
      await twin.hwmon.setDuty(pwm, percent);
    },
  },
});

describe('the duty of the fans', () => {
  it('is the fail-safe duty from the start', async () => {
    const b = await startBench();
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
    expect(b.board.cooling).toEqual({
      ...{ mode: 'automatic', minimumDuty: 20, failSafeDuty: failSafe, isFullSpeed: false },
      zones: new Map(),
    });
    expect(fan(b, 'FAN0')).toEqual(good);
  });

  it('can be set in manual mode only, within its limits', async () => {
    const b = await startBench();
    await expect(b.board.setFanDuty('FAN0', 50)).rejects.toMatchObject({ reason: 'not-in-this-state' });
    await b.board.setCooling('manual');
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
    await b.board.setFanDuty('FAN0', 50);
    expect(duties(b.twin)).toEqual([50, failSafe]);
    expect(fan(b, 'FAN0').duty).toBe(50);
    for (const wrong of [19.9, 100.1, -1, Number.NaN])
      await expect(b.board.setFanDuty('FAN0', wrong)).rejects.toMatchObject({ reason: 'out-of-range' });
    await expect(b.board.setFanDuty('FAN9', 50)).rejects.toMatchObject({ reason: 'not-supported' });
    expect(duties(b.twin)).toEqual([50, failSafe]);
    await b.board.setCooling('automatic');
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
  });

  it('persists over a restart, but never below the present minimum', async () => {
    const b = await startBench();
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 40);
    await b.stop();
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
    const again = await startBench({ twin: b.twin, disk: b.disk });
    expect(again.board.cooling.mode).toBe('manual');
    expect(duties(b.twin)).toEqual([40, failSafe]);
    await again.stop();
    const stricter = await startBench({
      twin: b.twin,
      disk: b.disk,
      platform: { ...bench, cooling: { minimumDuty: 60 } },
    });
    expect(duties(b.twin)).toEqual([60, 100]);
    await stricter.stop();
  });

  it('that is stored damaged is the fail-safe duty', async () => {
    for (const stored of ['', 'fast', '-5', '400']) {
      const disk = new Disk();
      disk.values.set('board.cooling', 'manual').set('board.fan.FAN0.duty', stored);
      const b = await startBench({ disk });
      expect(duties(b.twin)).toEqual([failSafe, failSafe]);
      await b.stop();
    }
  });

  it('is the one requested last, whatever is under way', async () => {
    let slow = false;
    const b = await startBench({
      hardware: (twin) =>
        pwmWith(twin, async (_, percent) => {
          if (slow && percent < failSafe) await new Promise((resolve) => setTimeout(resolve, 300));
        }),
    });
    await b.board.setCooling('manual');
    slow = true;
    const first = b.board.setFanDuty('FAN0', 30);
    const second = b.board.setCooling('automatic');
    await expect(b.board.setFanDuty('FAN0', 35)).rejects.toMatchObject({ reason: 'not-in-this-state' });
    await pass(1000);
    await Promise.all([first, second]);
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
  });
});

describe('stop', () => {
  it('leaves the fans at the fail-safe duty, also during a write', async () => {
    let hang = false;
    const b = await startBench({
      hardware: (twin) =>
        pwmWith(twin, async (pwm, percent) => {
          if (hang && pwm === 0 && percent < failSafe)
            await new Promise((resolve) => setTimeout(resolve, 2000));
        }),
    });
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN1', 25);
    hang = true;
    void b.board.setFanDuty('FAN0', 30).catch(() => undefined);
    await pass(100);
    await b.stop();
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
    // The write that hung comes through after all.
    await pass(3000);
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
    await expect(b.board.setFanDuty('FAN0', 30)).rejects.toMatchObject({ reason: 'busy' });
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
  });

  it('during the first write leaves nothing running', async () => {
    const b = await startBench({
      idle: true,
      hardware: (twin) => pwmWith(twin, () => new Promise((resolve) => setTimeout(resolve, 400))),
    });
    await b.board.start();
    await b.stop();
    const writes = b.events.length;
    await pass(20_000);
    expect(b.events.length).toBe(writes);
    expect(duties(b.twin)).toEqual([failSafe, failSafe]);
  });
});

describe('a fan', () => {
  it('on an output shared with others is driven with them', async () => {
    const fans = (bench.fans ?? []).map((fan) => ({ ...fan, pwm: 3 }));
    const disk = new Disk();
    const b = await startBench({ platform: { ...bench, fans }, disk });
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN1', 55);
    expect([...b.board.fans.values()].map(({ duty }) => duty)).toEqual([55, 55]);
    expect(await b.twin.hwmon.duty(3)).toBeCloseTo(55, 0);
    await b.stop();
    const again = await startBench({ platform: { ...bench, fans }, disk });
    expect([...again.board.fans.values()].map(({ duty }) => duty)).toEqual([55, 55]);
    await again.stop();
  });

  it('that cannot be driven fails, is reported once, retried, and its recovery reported', async () => {
    let broken = true;
    const b = await startBench({
      hardware: (twin) =>
        pwmWith(twin, (pwm) => {
          if (broken && pwm === 1) throw new DeviceError('no-bus', 'pwm 1', 'has gone');
        }),
    });
    expect(duties(b.twin)[0]).toBe(failSafe);
    expect(fan(b, 'FAN1')).toMatchObject({ duty: null, status: { state: 'Enabled', health: 'Critical' } });
    expect(b.events.at(-1)).toMatchObject({ message: 'Environmental.FanFailed', detail: 'pwm 1: has gone.' });
    expect(b.board.health).toBe('Critical');
    await pass(30_000);
    expect(b.told()).toEqual([]);
    broken = false;
    await pass(5000);
    expect(b.told()).toEqual(['FanRestored OK']);
    expect(fan(b, 'FAN1')).toEqual(good);
  });

  it('that refuses a duty keeps its old one, and the command fails', async () => {
    let broken = false;
    const b = await startBench({
      hardware: (twin) =>
        pwmWith(twin, (_, percent) => {
          if (broken && percent === 30) throw new DeviceError('held', 'pwm 0', 'in use by another driver');
        }),
    });
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 50);
    broken = true;
    await expect(b.board.setFanDuty('FAN0', 30)).rejects.toMatchObject({ kind: 'held' });
    expect(duties(b.twin)[0]).toBe(50);
    expect(fan(b, 'FAN0')).toMatchObject({ duty: 50, status: { health: 'OK' } });
  });

  it('whose rotor stands still fails, and is restored when it turns', async () => {
    const b = await startBench();
    b.twin.set('FAN0_REAR', 0);
    await pass(1100);
    expect(fan(b, 'FAN0').status).toEqual({ state: 'Enabled', health: 'Critical' });
    expect(b.told()).toEqual(['FanFailed Critical']);
    expect(b.events.at(-1)).toMatchObject({
      origin: { kind: 'fan', id: 'FAN0', chassis: 'main' },
      condition: 'fan:FAN0',
    });
    b.twin.set('FAN0_REAR', null);
    await pass(1100);
    expect(b.told()).toEqual(['FanRestored OK']);
  });

  it('with one unreadable tachometer keeps the reading of the other', async () => {
    let broken = false;
    const b = await startBench({
      hardware: (twin) => ({
        hwmon: {
          ...twin.hwmon,
          async tach(index) {
            if (broken && index === 1) throw new DeviceError('no-bus', 'tach 1', 'has gone');
            return twin.hwmon.tach(index);
          },
        },
      }),
    });
    broken = true;
    await pass(3000);
    expect(b.sensor('FAN0_FRONT').reading).toBeGreaterThan(5000);
    expect(b.sensor('FAN0_REAR')).toMatchObject({ reading: null, status: { health: 'Warning' } });
    expect(fan(b, 'FAN0').status).toEqual({ state: 'Enabled', health: 'Warning' });
  });

  it('that is removed is absent with its sensors until it is inserted', async () => {
    const b = await startBench();
    b.twin.present('FAN1', false);
    await pass(1100);
    expect(fan(b, 'FAN1')).toEqual({
      present: false,
      duty: failSafe,
      status: { state: 'Absent', health: 'OK' },
    });
    expect(b.sensor('FAN1_TACH')).toMatchObject({ reading: null, status: { state: 'Absent', health: 'OK' } });
    expect(b.told()).toEqual(['FanRemoved Warning']);
    b.twin.present('FAN1', true);
    await pass(3000);
    expect(b.told()[0]).toBe('FanInserted OK');
    expect(fan(b, 'FAN1')).toEqual(good);
    expect(b.sensor('FAN1_TACH').reading).toBeGreaterThan(5000);
  });

  it('that is inserted has time to reach its speed, whatever the period of its sensor', async () => {
    const fans = bench.fans?.map((each) => ({
      ...each,
      tachs: (each.tachs ?? []).map(({ tach, sensor }) => ({ tach, sensor: { ...sensor, poll: 60_000 } })),
    }));
    const b = await startBench({ platform: { ...bench, fans: fans ?? [] } });
    b.twin.present('FAN1', false);
    await pass(5000);
    b.twin.present('FAN1', true);
    await pass(1900);
    expect(b.sensor('FAN1_TACH').status).toEqual({ state: 'Starting', health: 'OK' });
    await pass(200);
    expect(b.sensor('FAN1_TACH').reading).toBeGreaterThan(5000);
    expect(b.told()).toEqual(['FanRemoved Warning', 'FanInserted OK']);
  });

  it('that has failed is not restored by its removal', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'deadFan', fan: 'FAN1' });
    await pass(5000);
    b.twin.present('FAN1', false);
    await pass(2000);
    // The speed of what is not there is no fault; that the fan is missing is.
    expect(b.told()).toEqual(['FanFailed Critical', 'FanRemoved Warning', 'ResourceStatusChangedOK OK']);
  });

  it('that is absent at the start emits no event', async () => {
    const first = await startBench({ idle: true });
    first.twin.present('FAN1', false);
    const b = await startBench({ twin: first.twin });
    expect(fan(b, 'FAN1').present).toBe(false);
    expect(b.events).toEqual([]);
  });

  it('is in standby if its rotors are', async () => {
    const fans = bench.fans?.map((each) => ({
      ...each,
      tachs: (each.tachs ?? []).map(({ tach, sensor }) => ({
        tach,
        sensor: { ...sensor, poweredBy: 'system' },
      })),
    }));
    const b = await startBench({ platform: { ...bench, fans: fans ?? [] } });
    expect(fan(b, 'FAN0').status).toEqual({ state: 'StandbyOffline', health: 'OK' });
    expect(b.events).toEqual([]);
  });
});

describe('a power supply', () => {
  it('fails with its good line, and is restored with it', async () => {
    const b = await startBench();
    expect(supply(b)).toEqual({ present: true, status: { state: 'Enabled', health: 'OK' } });
    b.twin.inject({ kind: 'blownSupply', powerSupply: 'PSU' });
    await pass(10);
    expect(supply(b).status.health).toBe('Critical');
    expect(b.told()).toContain('PowerSupplyFailed Critical');
    b.twin.clear('all');
    await pass(2500);
    expect(b.told()).toContain('PowerSupplyRestored OK');
  });

  it('fails with a critical sensor of its own', async () => {
    const b = await startBench();
    b.twin.set('HSC_VIN', 14);
    await pass(1100);
    expect(supply(b).status.health).toBe('Critical');
    expect(b.told()).toEqual(['PowerSupplyFailed Critical']);
    b.twin.set('HSC_VIN', null);
    await pass(1100);
    expect(b.told()).toEqual(['PowerSupplyRestored OK']);
  });

  it('that is removed is absent with its sensors, with one event', async () => {
    const b = await startBench();
    b.twin.present('PSU', false);
    await pass(5000);
    expect(supply(b)).toEqual({ present: false, status: { state: 'Absent', health: 'OK' } });
    expect(b.sensor('HSC_VIN').status).toEqual({ state: 'Absent', health: 'OK' });
    expect(b.told()).toContain('PowerSupplyRemoved Warning');
    expect(b.told()).toEqual([]);
    b.twin.present('PSU', true);
    await pass(2000);
    expect(b.told()).toContain('PowerSupplyInserted OK');
    expect(b.sensor('HSC_VIN').reading).toBeGreaterThan(11);
  });
});
