/** Where the kernel shows what we read. */
import { expect, it } from 'vitest';
import type { SensorChipSpec } from '../../../../drivers/i2c/chip.ts';
import { chips, findChip } from '../../../../drivers/i2c/chips/index.ts';
import { hwmonUnit, kernelPlaces } from '../../../../drivers/i2c/kernel.ts';

const sensors = chips.filter((chip): chip is SensorChipSpec => chip.kind === 'sensor');
const placesOf = (name: string) => {
  const spec = findChip(name);
  if (spec?.kind !== 'sensor') throw new Error(`${name} is no sensor chip`);
  return Object.fromEntries(kernelPlaces(spec));
};

it('counts by quantity, in the order of the channels', () => {
  expect(placesOf('tmp423')).toEqual({
    local: 'temp1_input',
    remote1: 'temp2_input',
    remote2: 'temp3_input',
    remote3: 'temp4_input',
  });
});

it('takes the words of the literal where the kernel counts otherwise', () => {
  expect(placesOf('ina226')).toEqual({
    shunt: 'in0_input',
    voltage: 'in1_input',
    current: 'curr1_input',
    power: 'power1_input',
  });
});

it('goes by labels on PMBus', () => {
  expect(placesOf('adm1278')).toEqual({
    vin: { label: 'vin' },
    vout: { label: 'vout1' },
    iout: { label: 'iout1' },
    pin: { label: 'pin' },
    temperature: 'temp1_input',
  });
  expect(placesOf('pxe1610')).toMatchObject({
    vin: { label: 'vin1' },
    vout2: { label: 'vout2' },
    temp3: 'temp3_input',
  });
  expect(placesOf('pmbus-dual')).not.toHaveProperty('temp2');
});

it('shows no two channels of a chip in one place', () => {
  for (const spec of sensors) {
    const places = [...kernelPlaces(spec).values()].map((place) => JSON.stringify(place));
    expect([spec.compatible[0], new Set(places).size]).toEqual([spec.compatible[0], places.length]);
  }
});

it('names attributes of hwmon, labels or IIO channels, and gives units of hwmon', () => {
  for (const spec of sensors) {
    for (const [name, place] of kernelPlaces(spec)) {
      const text = typeof place === 'string' ? place : 'label' in place ? place.label : place.iio;
      const form = typeof place === 'string' ? /^[a-z]+[0-9]+(_input|_average)?$/ : /^[a-z][A-Za-z0-9_. ]*$/;
      expect([spec.compatible[0], name, text]).toEqual([
        spec.compatible[0],
        name,
        expect.stringMatching(form),
      ]);
      const quantity = spec.channels[name]?.quantity;
      if (typeof place === 'string') expect(quantity && hwmonUnit(quantity)).toBeGreaterThan(0);
    }
  }
  expect([hwmonUnit('Temperature'), hwmonUnit('Power'), hwmonUnit('Rotational')]).toEqual([1e-3, 1e-6, 1]);
});
