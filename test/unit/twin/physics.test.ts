import { describe, expect, it } from 'vitest';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { board, clock } from './board.ts';

const value = (twin: Twin, id: string) =>
  twin.status().sensors.find((sensor) => sensor.id === id)?.value ?? NaN;

/** A twin whose host runs, in thermal equilibrium. */
async function running() {
  const time = clock();
  const twin = createTwin(board, { now: time.now });
  const button = await twin.gpio.request({ line: 'power-out', direction: 'out', activeLow: true });
  button.set(true);
  time.pass(1000);
  button.set(false);
  time.pass(300_000);
  expect(twin.status().hosts).toMatchObject([{ state: 'running' }]);
  return { twin, pass: time.pass, button };
}

describe('heat and electricity of the twin', () => {
  it('power, current and then temperature rise with load', async () => {
    const { twin, pass } = await running();
    const [power, current, volts, temperature] = ['HSC_PIN', 'HSC_IOUT', 'VCCIN_V', 'CPU_TEMP'].map((id) =>
      value(twin, id),
    ) as [number, number, number, number];
    twin.setLoad('system', 1);
    expect(value(twin, 'HSC_PIN')).toBeGreaterThan(2 * power);
    expect(value(twin, 'HSC_IOUT')).toBeGreaterThan(2 * current);
    expect(value(twin, 'VCCIN_V')).toBeLessThan(volts + 0.01);
    expect(value(twin, 'CPU_TEMP')).toBeCloseTo(temperature, 0);
    pass(20_000);
    const halfway = value(twin, 'CPU_TEMP');
    expect(halfway).toBeGreaterThan(temperature + 5);
    pass(200_000);
    expect(value(twin, 'CPU_TEMP')).toBeGreaterThan(halfway + 5);
    expect(value(twin, 'HSC_PIN') / value(twin, 'HSC_IOUT')).toBeCloseTo(12, 0);
  });

  it('temperature rises when fans slow down, beyond the limit when they stand', async () => {
    const { twin, pass } = await running();
    twin.setLoad('system', 1);
    pass(300_000);
    const cool = value(twin, 'CPU_TEMP');
    expect(cool).toBeLessThan(90);
    await twin.hwmon.setDuty(0, 30);
    await twin.hwmon.setDuty(1, 30);
    pass(300_000);
    const warm = value(twin, 'CPU_TEMP');
    expect(warm).toBeGreaterThan(cool + 5);
    twin.inject({ kind: 'deadFan', fan: 'FAN0' });
    twin.inject({ kind: 'deadFan', fan: 'FAN1' });
    pass(300_000);
    expect(value(twin, 'CPU_TEMP')).toBeGreaterThan(Math.max(90, warm));
  });

  it('temperatures follow the inlet', async () => {
    const { twin } = await running();
    const before = value(twin, 'CPU_TEMP');
    twin.setInlet(34);
    expect(value(twin, 'CPU_TEMP')).toBeCloseTo(before + 10, 5);
    expect(value(twin, 'INLET_TEMP')).toBeCloseTo(34, 0);
    expect(() => twin.setInlet(Number.NaN)).toThrow('inlet');
  });

  it('rails of a host have no voltage and current while it is off, and it cools down', async () => {
    const { twin, pass, button } = await running();
    const warm = value(twin, 'CPU_TEMP');
    expect(value(twin, 'VCCIN_V')).toBeGreaterThan(1.5);
    button.set(true);
    pass(6000);
    button.set(false);
    expect([value(twin, 'VCCIN_V'), value(twin, 'VCCIN_A')]).toEqual([0, 0]);
    expect(value(twin, 'HSC_VIN')).toBeGreaterThan(11);
    pass(300_000);
    expect(value(twin, 'CPU_TEMP')).toBeLessThan(warm - 5);
  });

  it('the same seed and time give the same readings', () => {
    const readings = (seed: number) => createTwin(board, { seed, now: clock().now }).status().sensors;
    expect(readings(5)).toEqual(readings(5));
    expect(readings(5)).not.toEqual(readings(6));
  });

  it('invalid control values are refused', () => {
    const twin = createTwin(board);
    expect(() => twin.setLoad('system', 1.1)).toThrow('load is 0 to 1');
    expect(() => twin.setLoad('x', 1)).toThrow('no host "x"');
    expect(() => twin.set('P3V3', Number.POSITIVE_INFINITY)).toThrow('no value');
    expect(() => twin.set('P3V', 1)).toThrow('did you mean "P3V3"');
    expect(() => createTwin(board, { speed: 0 })).toThrow('speed');
  });
});
