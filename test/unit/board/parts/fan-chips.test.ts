/** Fans that a chip drives: every output of every chip, a zone on such a chip, and its watchdog. */
import { describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import { chips, findChip } from '../../../../drivers/i2c/chips/index.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import { pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

const drivers = chips.flatMap((spec) => (spec.kind === 'sensor' && spec.outputs !== undefined ? [spec] : []));

/** A board with two fans on the first outputs of a chip that counts their rotors. */
function boardWith(chip: string): Platform {
  const rotor = (number: number) => ({ id: `FAN${number}_TACH`, context: 'Fan' as const });
  return {
    id: 'fans',
    name: 'Fans',
    manager: { id: 'bmc' },
    chassis: [{ id: 'main', type: 'Sled' }],
    buses: [{ bus: 1 }],
    devices: [
      {
        id: 'AIR',
        chip: 'tmp75',
        bus: 1,
        address: 0x48,
        sensors: { temperature: { id: 'AIR_TEMP', context: 'Intake' } },
      },
      { id: 'FANS', chip, bus: 1, address: 0x2c, sensors: { fan1: rotor(1), fan2: rotor(2) } },
    ],
    fans: [1, 2].map((number) => ({
      id: `FAN${number}`,
      output: { device: 'FANS', channel: `pwm${number}` },
      maxSpeed: 10_000,
      rotors: [`FAN${number}_TACH`],
    })),
    cooling: {
      minimumDuty: 20,
      zones: [
        {
          ...{ id: 'air', fans: ['FAN1', 'FAN2'], fall: 20 },
          loops: [
            {
              id: 'inlet',
              of: ['AIR_TEMP'],
              curve: [
                [20, 20],
                [40, 60],
              ],
              filter: 0,
            },
          ],
        },
      ],
    },
  };
}

describe.each(drivers.map((spec) => [spec.compatible[0], spec] as const))('%s', (name, spec) => {
  it.each(Object.keys(spec.outputs ?? {}))('%s takes a duty', async (output) => {
    const platform: Platform = {
      ...boardWith(name),
      devices: [{ id: 'FANS', chip: name, bus: 1, address: 0x2c }],
      fans: [{ id: 'FAN', output: { device: 'FANS', channel: output }, rotors: [] }],
      cooling: {},
    };
    const twin = createTwin(platform);
    const chip = openChip(spec, createI2cBus(twin.i2c(1)).device(0x2c), {}, []);
    expect(twin.status().fans[0]?.duty).toBe(100);
    for (const duty of [0, 33, 100]) {
      await chip.drive(output, duty);
      expect(twin.status().fans[0]?.duty).toBeCloseTo(duty, 0);
    }
    await expect(chip.drive('pwm99', 50)).rejects.toMatchObject({ kind: 'unsupported' });
    await twin.close();
  });
});

describe.each(['max31790', 'nct7363', 'emc2305', 'max6639'])('a zone on %s', (chip) => {
  it('drives its fans, and is answered by their rotors', async () => {
    const platform = boardWith(chip);
    const b = await startBench({ platform, twin: createTwin(platform) });
    b.twin.set('AIR_TEMP', 30);
    await pass(30_000);
    expect(b.twin.status().fans.map(({ duty }) => Math.round(duty))).toEqual([40, 40]);
    expect(b.sensor('FAN1_TACH').reading).toBeGreaterThan(3700);
    expect(b.sensor('FAN1_TACH').reading).toBeLessThan(4300);
    b.twin.inject({ kind: 'deadFan', fan: 'FAN2' });
    await pass(20_000);
    expect(b.board.cooling.zones.get('air')?.failedFans).toEqual(['FAN2']);
    expect(b.twin.status().fans.map(({ duty }) => Math.round(duty))).toEqual([100, 100]);
  });

  it('gives a chip its duty again after the chip lost its power', async () => {
    const platform = boardWith(chip);
    const b = await startBench({ platform, twin: createTwin(platform) });
    b.twin.set('AIR_TEMP', 20);
    await pass(30_000);
    const fault = b.twin.inject({ kind: 'lostMains' });
    b.twin.clear(fault);
    expect(b.twin.status().fans[0]?.duty).toBe(100);
    await pass(20_000);
    expect(Math.round(b.twin.status().fans[0]?.duty ?? 0)).toBe(20);
  });
});

it.each(['max31790', 'emc2305'])('%s drives at full duty when nobody talks to it', async (chip) => {
  const platform = boardWith(chip);
  const twin = createTwin(platform);
  const spec = findChip(chip);
  if (spec?.kind !== 'sensor') throw new Error(`${chip} is no sensor chip`);
  const driver = openChip(spec, createI2cBus(twin.i2c(1)).device(0x2c), {}, []);
  await driver.drive('pwm1', 30);
  await pass(3000);
  expect(Math.round(twin.status().fans[0]?.duty ?? 0)).toBe(30);
  await pass(11_000);
  expect(twin.status().fans[0]?.duty).toBe(100);
  await twin.close();
});

it('a part that the kernel owns is driven through its driver', async () => {
  const platform = boardWith('emc2305');
  const twin = createTwin(platform);
  const driven: number[][] = [];
  twin.inject({ kind: 'held', device: 'FANS' });
  const b = await startBench({
    platform,
    twin,
    hardware: () => ({
      hwmon: {
        ...twin.hwmon,
        setChipDuty: async (...write: [number, number, number, number]) => void driven.push(write),
      },
    }),
  });
  await pass(2000);
  expect(driven).toContainEqual([1, 0x2c, 1, 100]);
  await b.stop();
});
