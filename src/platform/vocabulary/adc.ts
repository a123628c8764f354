/** `adc`: analogue inputs of the controller. */
import { pointer } from '../source/pointer.ts';
import { entries, repeated } from './rule.ts';
import { choice, duration, integer, lineRef, list, number, object, optional } from './schema.ts';
import { plainSensor } from './sensor.ts';

const bridge = object(
  {
    line: lineRef('out', 'Output that connects the divider while it is asserted.'),
    settle: optional(duration('Wait between connecting and reading.'), 'none'),
  },
  'A divider that is connected for a reading only, such as that of a battery.',
);

export const adc = optional(
  list(
    object(
      {
        channel: integer('Channel of the converter.', { minimum: 0, maximum: 31 }),
        divider: optional(
          number('Volt at the pin per volt of the rail, or per ampere of a current.', {
            exclusiveMinimum: 0,
            maximum: 10,
          }),
          '1',
        ),
        bridge: optional(bridge),
        quantity: optional(choice(['Voltage', 'Current'], 'Measured quantity.'), 'Voltage'),
        sensor: plainSensor('The rail.'),
      },
      'An analogue input.',
    ),
    'Analogue inputs of the controller.',
    {
      key: 'channel',
      example:
        'adc:\n  - { channel: 0, divider: 0.5, sensor: { id: P5V, thresholds: { lowerCritical: 4.5 } } }',
      rules: {
        *'shared-input'(inputs, path) {
          for (const { path: at, item } of repeated(entries(inputs, path), ({ item }) => item.channel)) {
            const message = `another rail is on ADC channel ${item.channel}`;
            yield { path: pointer(at, 'channel'), message, hint: 'correct one of the two' };
          }
        },
      },
    },
  ),
);
