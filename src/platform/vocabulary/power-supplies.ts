/** `powerSupplies`: supplies and hot-swap controllers that feed the board. */
import { displayName, inChassis } from './common.ts';
import { choice, flag, id, lineRef, list, object, optional, quantity, ref } from './schema.ts';

export const powerSupplies = optional(
  list(
    object(
      {
        id: id('power supply'),
        name: optional(displayName, 'the id'),
        chassis: optional(inChassis('it feeds'), 'the first chassis'),
        type: choice(['AC', 'DC', 'ACorDC', 'DCRegulator'], 'Redfish PowerSupplyType.'),
        hotPluggable: optional(flag('Whether it can be replaced while the board runs.'), 'false'),
        capacity: optional(quantity('W', 'Rated output power.')),
        inputVoltage: optional(ref('sensor', 'Sensor of the input voltage.')),
        inputCurrent: optional(ref('sensor', 'Sensor of the input current.')),
        inputPower: optional(ref('sensor', 'Sensor of the input power.')),
        outputVoltage: optional(ref('sensor', 'Sensor of the output voltage.')),
        outputCurrent: optional(ref('sensor', 'Sensor of the output current.')),
        outputPower: optional(ref('sensor', 'Sensor of the output power.')),
        temperature: optional(ref('sensor', 'Sensor of its temperature.')),
        present: optional(lineRef('in', 'Input: asserted while the supply is plugged in.')),
        good: optional(lineRef('in', 'Input: asserted while its output is good.')),
        fru: optional(ref('FRU', 'FRU that identifies it.')),
      },
      'A power supply.',
    ),
    'Power supplies, or the hot-swap controllers that feed the board from a bus bar.',
    {
      example:
        'powerSupplies:\n  - { id: psu1, type: AC, capacity: 800 W, outputPower: PSU1_POUT, present: PSU1_PRESENT }',
    },
  ),
);
