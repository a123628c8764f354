/** `ipmb`: satellite controllers whose sensors are read by number over IPMB. */
import { address, busNumber } from './common.ts';
import { choice, id, integer, list, object, optional } from './schema.ts';
import { scaledFacts, sensorRules } from './sensor.ts';

const satelliteSensor = object(
  {
    number: integer('IPMI sensor number.', { minimum: 0, maximum: 255 }),
    ...scaledFacts,
    quantity: choice(
      ['Temperature', 'Voltage', 'Current', 'Power', 'Percent', 'Rotational'],
      'Measured quantity.',
    ),
  },
  'A sensor of the controller.',
  { rules: sensorRules },
);

export const ipmb = optional(
  list(
    object(
      {
        id: id('satellite controller', {
          space: 'device',
          description: 'Id of the controller, for messages.',
        }),
        bus: busNumber,
        address,
        sensors: list(satelliteSensor, 'Sensors of the controller.'),
      },
      'A satellite controller, such as a management engine.',
    ),
    'Satellite controllers on an I2C bus (IPMB).',
    {
      example: `ipmb:
  - id: ME
    bus: 4
    address: 0x16
    sensors: [{ number: 8, id: PCH_TEMP, quantity: Temperature, context: SystemBoard }]`,
    },
  ),
);
