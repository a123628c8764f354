/** Fan control on a board: demands become duties, and every failure has its answer. */
import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import { type Bench, type BenchOptions, bench, Disk, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

/** Without a FAN1_PRESENT that the tests of other parts use. */
const platform: Platform = {
  ...bench,
  cooling: {
    minimumDuty: 20,
    failSafeDuty: 90,
    manualLimit: 600_000,
    zones: [
      {
        id: 'air',
        fans: ['FAN0', 'FAN1'],
        fall: 10,
        startDuty: 60,
        warmUp: 10_000,
        fansFailed: [{ count: 1, duty: 80 }],
        loops: [
          {
            id: 'inlet',
            of: ['INLET_TEMP'],
            curve: [
              [20, 20],
              [30, 40],
              [40, 60],
            ],
            filter: 0,
          },
          {
            ...{
              id: 'cpu',
              of: ['CPU_TEMP'],
              curve: [
                [40, 20],
                [90, 70],
              ],
              filter: 0,
            },
            ...{ target: 70, proportional: 2, integral: 0.1, deadBand: 0 },
          },
        ],
        shutdown: [{ of: 'CPU_TEMP', above: 100, for: 5000, how: 'ForceOff' }],
      },
    ],
  },
};

const start = (options: BenchOptions = {}) =>
  startBench({
    platform,
    ...options,
    twin: options.twin ?? createTwin(options.platform ?? platform, { speed: 10 }),
  });
const zone = (b: Bench) => {
  const found = b.board.cooling.zones.get('air');
  if (found === undefined) throw new Error('no zone');
  return found;
};
const duties = (b: Bench) => b.twin.status().fans.map(({ duty }) => Math.round(duty));

/** The inlet at a temperature, everything settled. */
async function settled(b: Bench, inlet: number) {
  b.twin.set('INLET_TEMP', inlet);
  await pass(30_000);
}

describe('automatic control', () => {
  it('drives the fans as the curve of the inlet says, and names it', async () => {
    const b = await start();
    await settled(b, 25);
    expect(duties(b)).toEqual([30, 30]);
    expect(zone(b)).toMatchObject({
      mode: 'automatic',
      duty: 30,
      leader: { loop: 'inlet', sensor: 'INLET_TEMP' },
    });
    await settled(b, 35);
    expect(duties(b)).toEqual([50, 50]);
  });

  it('counts a processor only while it has power', async () => {
    const b = await start();
    await settled(b, 20);
    expect(zone(b).loops.get('cpu')?.status.state).toBe('StandbyOffline');
    await b.running();
    b.twin.set('CPU_TEMP', 72);
    await pass(60_000);
    expect(zone(b).leader).toMatchObject({ loop: 'cpu', sensor: 'CPU_TEMP' });
    expect(duties(b)[0]).toBeGreaterThan(56);
    await b.board.reset('system', 'ForceOff');
    await pass(30_000);
    expect(duties(b)).toEqual([20, 20]);
  });

  it('goes to the fail-safe duty while an input is unknown, and says so once', async () => {
    const b = await start();
    await settled(b, 20);
    b.told();
    const fault = b.twin.inject({ kind: 'nack', device: 'INLET' });
    await pass(8000);
    expect(duties(b)).toEqual([90, 90]);
    expect(zone(b)).toMatchObject({ unknown: ['INLET_TEMP'], status: { health: 'Warning' } });
    expect(b.told()).toContain('FanGroupWarning Warning');
    b.twin.clear(fault);
    await pass(60_000);
    expect(duties(b)).toEqual([20, 20]);
    expect(b.told()).toContain('FanGroupNormal OK');
  });

  it('answers a fan that has failed, drives it at full duty, and takes it back', async () => {
    const b = await start();
    await settled(b, 20);
    const fault = b.twin.inject({ kind: 'deadFan', fan: 'FAN0' });
    await pass(10_000);
    expect(duties(b)).toEqual([100, 80]);
    expect(zone(b)).toMatchObject({ failedFans: ['FAN0'], leader: { reason: 'fans-failed' } });
    b.twin.clear(fault);
    await pass(60_000);
    expect(duties(b)).toEqual([20, 20]);
  });

  it('notices a fan that does not follow its duty, and one whose tachometer is dead', async () => {
    for (const kind of ['heldFan', 'deadTach'] as const) {
      const b = await start();
      await settled(b, 20);
      b.twin.inject({ kind, fan: 'FAN0' });
      b.twin.set('INLET_TEMP', 40);
      await pass(30_000);
      expect(zone(b).failedFans).toEqual(['FAN0']);
      expect(duties(b)).toEqual([100, 80]);
      await b.stop();
    }
  });

  it('answers a fan that was pulled out', async () => {
    const b = await start();
    await settled(b, 20);
    b.twin.present('FAN1', false);
    await pass(3000);
    expect(duties(b)[0]).toBe(80);
  });

  it('drives the others at the fail-safe duty while an output cannot be written', async () => {
    let broken = false;
    const twin = createTwin(platform, { speed: 10 });
    const b = await start({
      twin,
      hardware: () => ({
        hwmon: {
          ...twin.hwmon,
          async setDuty(pwm, percent) {
            if (broken && pwm === 1) throw new DeviceError('no-bus', 'pwm 1', 'has gone');
            await twin.hwmon.setDuty(pwm, percent);
          },
        },
      }),
    });
    await settled(b, 20);
    broken = true;
    b.twin.set('INLET_TEMP', 30);
    await pass(3000);
    expect(duties(b)).toEqual([90, 20]);
    expect(zone(b).leader.reason).toBe('output-failed');
    broken = false;
    await settled(b, 20);
    expect(duties(b)).toEqual([20, 20]);
  });

  it('switches a host off that is too hot for too long', async () => {
    const b = await start();
    await b.running();
    b.twin.set('CPU_TEMP', 101);
    await pass(20_000);
    expect(b.host.powerState).toBe('Off');
    expect(b.events.map(({ message }) => message)).toContain('ResourceEvent.ResourceStatusChangedCritical');
  });

  it('leaves the fans at the fail-safe duty when it stops', async () => {
    const b = await start();
    await settled(b, 20);
    expect(b.board.isCooling).toBe(true);
    await b.stop();
    expect(duties(b)).toEqual([90, 90]);
    expect(b.board.isCooling).toBe(false);
  });
});

describe('what a user sets', () => {
  it('a floor and an offset persist, until automatic control is asked for', async () => {
    const disk = new Disk();
    const b = await start({ disk });
    await settled(b, 20);
    await b.board.setZone('air', { mode: 'override', floor: 35 });
    await pass(3000);
    expect(duties(b)).toEqual([35, 35]);
    await b.stop();
    const again = await start({ disk, twin: b.twin });
    expect(zone(again)).toMatchObject({ mode: 'override', floor: 35, offset: 0 });
    await again.board.setZone('air', { mode: 'override', floor: 0, offset: 5 });
    await settled(again, 25);
    expect(duties(again)).toEqual([35, 35]);
    await again.board.setZone('air', { mode: 'automatic' });
    await pass(10_000);
    expect(duties(again)).toEqual([30, 30]);
    await expect(again.board.setZone('air', { mode: 'override', floor: 101 })).rejects.toMatchObject({
      reason: 'out-of-range',
    });
    await expect(again.board.setZone('sea', { mode: 'automatic' })).rejects.toMatchObject({
      reason: 'not-supported',
    });
  });

  it('a full disk changes nothing', async () => {
    const disk = new Disk();
    const b = await start({ disk });
    disk.full = true;
    await expect(b.board.setZone('air', { mode: 'override', floor: 35 })).rejects.toThrow('no space');
    await expect(b.board.setLoop('air', 'cpu', { target: 60 })).rejects.toThrow('no space');
    expect(zone(b)).toMatchObject({ mode: 'automatic', floor: 0 });
    expect(zone(b).loops.get('cpu')?.target).toBe(70);
  });

  it('a target and gains persist, and return to the descriptor', async () => {
    const disk = new Disk();
    const b = await start({ disk });
    await b.board.setLoop('air', 'cpu', { target: 60 });
    await b.board.setLoop('air', 'cpu', { proportional: 4 });
    expect(zone(b).loops.get('cpu')).toMatchObject({ target: 60, proportional: 4, integral: 0.1 });
    await b.stop();
    const again = await start({ disk, twin: b.twin });
    expect(zone(again).loops.get('cpu')).toMatchObject({ target: 60, proportional: 4 });
    await again.board.resetLoop('air', 'cpu');
    expect(zone(again).loops.get('cpu')).toMatchObject({ target: 70, proportional: 2, settings: {} });
    for (const wrong of [{ proportional: -1 }, { target: Number.NaN }])
      await expect(again.board.setLoop('air', 'cpu', wrong)).rejects.toMatchObject({
        reason: 'out-of-range',
      });
    await expect(again.board.setLoop('air', 'inlet', { target: 30 })).rejects.toMatchObject({
      reason: 'not-supported',
    });
  });

  it('full speed holds in every mode', async () => {
    const b = await start();
    await settled(b, 20);
    await b.board.setFullSpeed(true);
    expect(duties(b)).toEqual([100, 100]);
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 30).catch(() => undefined);
    await pass(3000);
    expect(duties(b)).toEqual([100, 100]);
    await b.board.setFullSpeed(false);
    await b.board.setCooling('automatic');
    await pass(30_000);
    expect(duties(b)).toEqual([20, 20]);
  });

  it('a manual duty holds until something is hot, and ends by itself', async () => {
    const b = await start();
    await settled(b, 20);
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 25);
    await b.board.setFanDuty('FAN1', 25);
    b.twin.set('INLET_TEMP', 34);
    await pass(5000);
    expect(duties(b)).toEqual([25, 25]);
    b.twin.set('INLET_TEMP', 36);
    await pass(5000);
    expect(duties(b)).toEqual([52, 52]);
    await settled(b, 20);
    expect(duties(b)).toEqual([25, 25]);
    await pass(600_000);
    expect(b.board.cooling.mode).toBe('automatic');
    expect(duties(b)).toEqual([20, 20]);
  });

  it('a fail-safe counts in manual mode as well', async () => {
    const b = await start();
    await b.board.setCooling('manual');
    await b.board.setFanDuty('FAN0', 25);
    b.twin.inject({ kind: 'nack', device: 'INLET' });
    await pass(8000);
    expect(duties(b)).toEqual([90, 90]);
  });
});
