/** `fans`: PWM outputs of the controller and the tachometers of the rotors that they drive. */
import { pointer } from '../source/pointer.ts';
import { displayName, inChassis } from './common.ts';
import { entries, repeated } from './rule.ts';
import { type Facts, flag, id, integer, lineRef, list, number, object, optional } from './schema.ts';
import { plainSensor } from './sensor.ts';

const rotor = object(
  {
    tach: integer('Tachometer input of the controller.', { minimum: 0, maximum: 63 }),
    sensor: plainSensor('Speed of the rotor.'),
  },
  'A rotor.',
);

const fan = object(
  {
    id: id('fan'),
    name: optional(displayName, 'the id'),
    pwm: integer('PWM output that drives it. Fans with the same output are driven together.', {
      minimum: 0,
      maximum: 31,
    }),
    tachs: list(rotor, 'Rotors.', { minItems: 1, key: 'tach' }),
    maxSpeed: optional(number('Revolutions per minute at full duty.', { exclusiveMinimum: 0 })),
    hotPluggable: optional(flag('Whether it can be replaced while the board runs.'), 'false'),
    present: optional(lineRef('in', 'Input: asserted while the fan is plugged in.')),
    chassis: optional(inChassis('it cools'), 'the first chassis'),
  },
  'A fan.',
);
export type FanFacts = Facts<typeof fan>;

export const fans = optional(
  list(fan, 'Fans of the controller.', {
    example: `fans:
  - id: fan0
    pwm: 0
    maxSpeed: 10000
    tachs: [{ tach: 0, sensor: { id: FAN0_TACH, context: Fan, thresholds: { lowerCritical: 500 } } }]`,
    rules: {
      *'shared-input'(all, path) {
        const rotors = entries(all, path).flatMap((each) =>
          entries(each.item.tachs, pointer(each.path, 'tachs')),
        );
        for (const { path: at, item } of repeated(rotors, ({ item }) => item.tach)) {
          const message = `another rotor is on tachometer ${item.tach}`;
          yield { path: pointer(at, 'tach'), message, hint: 'correct one of the two' };
        }
      },
    },
  }),
);
