/** `peci`: processors whose sensors are read over PECI. */
import { id, integer, list, object, optional, record } from './schema.ts';
import { sensor } from './sensor.ts';

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
    ),
    'Processors that are reached over PECI.',
    {
      example:
        'peci:\n  - { id: CPU0, address: 0x30, sensors: { temperature: { id: CPU0_TEMP, context: CPU } } }',
    },
  ),
);
