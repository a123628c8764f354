import { describe, expect, it } from 'vitest';
import { foundOf } from '../../../src/board/found.ts';
import type { Sensor } from '../../../src/board/model/sensor.ts';

const sensor = (device: string, reading: number | null, state: Sensor['status']['state']): Sensor => ({
  id: `${device}-${reading}-${state}`,
  name: device,
  chassis: 'chassis',
  quantity: 'Temperature',
  context: null,
  device,
  thresholds: {},
  inputs: [],
  thresholdSettings: {},
  range: null,
  period: 1000,
  reading,
  readingTime: null,
  status: { state, health: 'OK' },
  crossed: [],
  fault: null,
  revision: 0,
});

const found = (...sensors: readonly Sensor[]) =>
  foundOf({ sensors: new Map(sensors.map((each) => [each.id, each])) });

describe('what was found of a descriptor', () => {
  it('counts a device with one reading as responding', () => {
    expect(
      found(
        sensor('HSC', null, 'UnavailableOffline'),
        sensor('HSC', 12, 'Enabled'),
        sensor('CPU', 40, 'Enabled'),
      ),
    ).toEqual({ devices: 2, responding: 2, unavailable: 0, missing: [] });
  });

  it('names a device that should respond and does not', () => {
    expect(found(sensor('HSC', null, 'UnavailableOffline'), sensor('HSC', null, 'StandbyOffline'))).toEqual({
      devices: 1,
      responding: 0,
      unavailable: 0,
      missing: ['HSC'],
    });
  });

  it('does not miss what is switched off or not inserted', () => {
    expect(found(sensor('CPU', null, 'StandbyOffline'), sensor('CARD', null, 'Absent'))).toEqual({
      devices: 2,
      responding: 0,
      unavailable: 2,
      missing: [],
    });
  });
});
