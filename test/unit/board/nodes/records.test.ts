/** What records of any kind become: sensors whose ids, limits and ranges hold for every reader behind them. */
import fc from 'fast-check';
import { type FullSensor, type Sdr, type SensorUnit, UNITS } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import { fullSensor as anyFull, anySdr } from '../../../../drivers/node-ipmi/test/arbitraries.ts';
import { fullSensor } from '../../../../drivers/node-ipmi/test/fixture.ts';
import { recordedSensors } from '../../../../src/board/nodes/records.ts';
import type { NodeFacts } from '../../../../src/platform/vocabulary/index.ts';

const node: NodeFacts = { id: 'n', name: 'Node', link: { kind: 'ipmb', bus: 1, address: 0x20 } };
const validId = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const rising = [
  'lowerFatal',
  'lowerCritical',
  'lowerCaution',
  'upperCaution',
  'upperCritical',
  'upperFatal',
] as const;

const unit = (changes: Partial<SensorUnit>): { unit: SensorUnit } => ({
  unit: { percent: false, base: 1, modifier: 0, join: 'none', rate: 0, ...changes },
});
const named = (name: string) => unit({ base: (UNITS as readonly string[]).indexOf(name) });
const factors = (changes: Partial<FullSensor['factors']>) => ({
  factors: { ...fullSensor(1, '').factors, ...changes },
});
const raw = (...values: readonly [number, number, number, number, number, number]) => {
  const [lowerNonRecoverable, lowerCritical, lowerNonCritical, ...upper] = values;
  const [upperNonCritical, upperCritical, upperNonRecoverable] = upper;
  return {
    thresholds: {
      ...{ lowerNonRecoverable, lowerCritical, lowerNonCritical },
      ...{ upperNonCritical, upperCritical, upperNonRecoverable },
    },
  };
};
const only = (record: Sdr, facts = node) => {
  const [found, ...others] = recordedSensors(facts, [record]);
  expect(others).toEqual([]);
  return found;
};
const ids = (records: readonly Sdr[], facts = node) =>
  recordedSensors(facts, records).map(({ facts: { id } }) => id);

describe('units of records', () => {
  it.each([
    ['degrees C', 'Temperature', 100, 100],
    ['degrees F', 'Temperature', 212, 100],
    ['degrees K', 'Temperature', 255, -18.15],
    ['Volts', 'Voltage', 12, 12],
    ['Amps', 'Current', 3, 3],
    ['Watts', 'Power', 200, 200],
    ['Joules', 'EnergyJoules', 7, 7],
    ['RPM', 'Rotational', 90, 90],
    ['Hz', 'Frequency', 50, 50],
    ['kPa', 'Pressure', 101, 101],
    ['PSI', 'Pressure', 10, 68.94757],
  ])('%s is %s, and %d of it are %d of ours', (name, quantity, value, ours) => {
    const found = only(fullSensor(1, 'A', { ...named(name), ...raw(0, 1, 2, value, value, value) }));
    expect(found?.quantity).toBe(quantity);
    const { scale = 1, offset = 0, thresholds } = found?.facts ?? {};
    expect(value * scale + offset).toBeCloseTo(ours, 6);
    // Limits are told in our unit, as the reading is.
    expect(thresholds?.upperCritical).toBeCloseTo(ours, 6);
  });

  it('have a quantity or are left out', () => {
    const known = UNITS.filter((name) => recordedSensors(node, [fullSensor(1, 'A', named(name))]).length > 0);
    expect(known).toEqual([
      ...['degrees C', 'degrees F', 'degrees K', 'Volts', 'Amps', 'Watts', 'Joules'],
      ...['kPa', 'PSI', 'RPM', 'Hz'],
    ]);
  });

  it('are percent whatever they are percent of', () => {
    for (const base of [0, 1, 18])
      expect(only(fullSensor(1, 'A', unit({ percent: true, base })))?.quantity).toBe('Percent');
  });

  it('of something per something, or of no analogue readings, are left out', () => {
    for (const changes of [unit({ rate: 3 }), unit({ join: 'divide' }), factors({ format: 'none' })])
      expect(only(fullSensor(1, 'A', changes))).toBeUndefined();
  });
});

describe('limits of records', () => {
  it('may be negative', () => {
    const record = fullSensor(1, 'A', {
      ...factors({ format: 'twosComplement' }),
      ...raw(0xce, 0xd8, 0xe2, 0xec, 0xf6, 0xfb),
    });
    expect(rising.map((name) => only(record)?.facts.thresholds?.[name])).toEqual([
      -50, -40, -30, -20, -10, -5,
    ]);
  });

  it('and ranges are turned over where a greater raw reading is a smaller value', () => {
    const record = fullSensor(1, 'A', {
      ...factors({ m: -1, b: 100 }),
      ...raw(90, 80, 70, 30, 20, 10),
      ...{ minimum: 0, maximum: 100 },
    });
    const { thresholds = {}, range } = only(record)?.facts ?? {};
    expect(rising.map((name) => thresholds[name])).toEqual([10, 20, 30, 70, 80, 90]);
    expect(range).toEqual({ min: 0, max: 100 });
  });

  it('that are the same hold, and those that contradict each other are none', () => {
    expect(only(fullSensor(1, 'A', raw(5, 5, 5, 90, 90, 90)))?.facts.thresholds).toMatchObject({
      ...{ lowerFatal: 5, lowerCaution: 5, upperCaution: 90, upperFatal: 90 },
    });
    for (const wrong of [
      raw(1, 2, 90, 90, 91, 92),
      raw(1, 2, 95, 90, 91, 92),
      raw(1, 2, 3, 90, 80, 92),
      raw(1, 2, 3, 90, 91, 0),
      raw(9, 2, 3, 90, 91, 92),
      raw(0xff, 0xff, 0xff, 0, 0, 0),
    ])
      expect(only(fullSensor(1, 'A', wrong))?.facts.thresholds).toBeUndefined();
  });

  it('count only where the record says that they can be read', () => {
    const masks = (reading: number) => ({ masks: { assertion: 0, deassertion: 0, reading } });
    const record = fullSensor(1, 'A', { ...masks(0x10), ...raw(0xff, 0xff, 0xff, 0, 91, 0) });
    expect(only(record)?.facts.thresholds).toEqual({ upperCritical: 91 });
    expect(only(fullSensor(1, 'A', masks(0)))?.facts.thresholds).toBeUndefined();
  });

  it('of the descriptor come before those of the record', () => {
    const facts = { ...node, sensors: { A: { thresholds: { upperCritical: 7 }, name: 'Air' } } };
    expect(only(fullSensor(1, 'A'), facts)?.facts).toMatchObject({
      ...{ name: 'Air', thresholds: { upperCritical: 7 } },
    });
  });

  it('have a hysteresis only where the sensor has one', () => {
    const capabilities = fullSensor(1, 'A').capabilities;
    const record = fullSensor(1, 'A', { hysteresis: { positive: 3, negative: 3 } });
    expect(only(record)?.facts.hysteresis).toBe(3);
    const without = { ...record, capabilities: { ...capabilities, hysteresis: 0 } };
    expect(only(without)?.facts.hysteresis).toBeUndefined();
  });
});

describe('names of records', () => {
  it('become ids whatever they are', () => {
    const records = ['CPU Temp', '12V/5V (aux)', '温度', 'a\0b', '..', '-', '', '   '].map((name, at) =>
      fullSensor(at, name),
    );
    expect(ids(records)).toEqual([
      ...['n_CPU_Temp', 'n_12V_5V_aux_', 'n__', 'n_a_b', 'n_..', 'n_-', 'n_0x06', 'n_0x07'],
    ]);
  });

  it('that several have are told apart, and none is lost', () => {
    const other = { owner: { address: 0x2c, channel: 0, lun: 1 } };
    const records = [
      ...[fullSensor(1, 'Temp'), fullSensor(2, 'Temp'), fullSensor(2, 'Temp', other)],
      ...[fullSensor(2, 'Temp', other), fullSensor(3, ''), fullSensor(3, '')],
    ];
    expect(ids(records)).toEqual([
      ...['n_Temp', 'n_Temp_0x02', 'n_Temp_0x02_0x2c_1', 'n_Temp_0x02_2', 'n_0x03', 'n_0x03_0x03'],
    ]);
  });

  it('leave to a long id of a node what is its own', () => {
    const long = { ...node, id: 'x'.repeat(64) };
    const found = ids([fullSensor(1, 'CPU Temp'), fullSensor(2, 'CPU Temp'), fullSensor(3, 'DIMM')], long);
    expect(found.map((id) => id.replace(/^x+/, ''))).toEqual(['_CPU_Temp', '_CPU_Temp_0x02', '_DIMM']);
    expect(found.map(({ length }) => length)).toEqual([64, 64, 64]);
  });

  it('leave alone an id that something else has', () => {
    const [found] = recordedSensors(node, [fullSensor(9, 'DCMI POWER')], ['n_DCMI_POWER']);
    expect(found?.facts.id).toBe('n_DCMI_POWER_0x09');
  });

  it('mean nothing to the descriptor that it does not say', () => {
    const facts = { ...node, sensors: {} };
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(only(fullSensor(1, name), facts)?.facts.name).toBe(`Node ${name.replaceAll('_', ' ')}`.trim());
  });
});

describe('records of any kind', () => {
  const sdrs = fc.array(fc.oneof(anySdr, anyFull), { maxLength: 40 });
  const nodeIds = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);

  it('never fail, and make sensors whose ids are valid and their own', () => {
    fc.assert(
      fc.property(sdrs, nodeIds, (records, id) => {
        const found = recordedSensors({ ...node, id }, records);
        for (const { facts } of found) {
          expect(facts.id).toMatch(validId);
          expect(facts.name).not.toBe('');
        }
        expect(new Set(found.map(({ facts }) => facts.id)).size).toBe(found.length);
      }),
    );
  });

  it('lose no sensor with readings in a unit that the board has', () => {
    fc.assert(
      fc.property(fc.array(anyFull, { maxLength: 40 }), (records) => {
        const each = records.flatMap((record) => recordedSensors(node, [record]));
        expect(recordedSensors(node, records).map(({ record }) => record)).toEqual(
          each.map(({ record }) => record),
        );
      }),
    );
  });

  it('have limits that rise or none, and ranges that are ranges', () => {
    fc.assert(
      fc.property(anyFull, (record) => {
        for (const { facts } of recordedSensors(node, [record])) {
          const values = rising.flatMap((name) => facts.thresholds?.[name] ?? []);
          expect(values).toEqual(values.toSorted((a, b) => a - b));
          expect(values.every(Number.isFinite)).toBe(true);
          if (facts.range !== undefined)
            expect(Number(facts.range.min)).toBeLessThan(Number(facts.range.max));
          expect(facts.hysteresis ?? 1).toBeGreaterThan(0);
        }
      }),
    );
  });
});
