/** `peci`: processors whose sensors are read over PECI. */
import { suggestion } from '../../base/suggestion.ts';
import { pointer } from '../source/pointer.ts';
import { id, integer, list, object, optional, record } from './schema.ts';
import { sensor } from './sensor.ts';

/** Values that drivers/hwmon/peci.ts reads. */
export const peciValueNames: readonly string[] = [
  'temperature',
  'tjMax',
  'thermalMargin',
  'memory',
  'dimmGroupA',
  'dimmGroupB',
];

export const peci = optional(
  list(
    object(
      {
        id: id('processor', { space: 'device', description: 'Id of the processor, for messages.' }),
        address: integer('Client address.', { minimum: 0x30, maximum: 0x37 }),
        sensors: record(
          { pattern: '^[a-z][A-Za-z0-9]*$', words: 'the name of a value of the processor, in camelCase' },
          sensor,
          'Sensors by the value of the processor that they read.',
        ),
      },
      'A processor.',
      {
        rules: {
          *'peci-value'({ sensors = {} }, path) {
            for (const name of Object.keys(sensors).filter((each) => !peciValueNames.includes(each))) {
              const message = `a processor has no value "${name}"`;
              yield {
                path: pointer(path, 'sensors', name),
                at: 'name',
                message,
                hint: suggestion(name, peciValueNames),
              };
            }
          },
        },
      },
    ),
    'Processors that are reached over PECI.',
    {
      example:
        'peci:\n  - { id: CPU0, address: 0x30, sensors: { temperature: { id: CPU0_TEMP, context: CPU } } }',
    },
  ),
);
