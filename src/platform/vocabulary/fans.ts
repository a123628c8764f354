/** `fans`: the outputs that drive them, of the controller or of a chip, and the speeds of their rotors. */
import { pointer } from '../source/pointer.ts';
import { displayName, inChassis } from './common.ts';
import { entries, exactlyOne, type Loose, type Rules, repeated } from './rule.ts';
import {
  type Facts,
  flag,
  id,
  integer,
  lineRef,
  list,
  number,
  object,
  optional,
  ref,
  text,
  withRules,
} from './schema.ts';
import { plainSensor } from './sensor.ts';

const rotor = object(
  {
    tach: integer('Tachometer input of the controller.', { minimum: 0, maximum: 63 }),
    sensor: plainSensor('Speed of the rotor.'),
  },
  'A rotor.',
);

const output = object(
  {
    device: ref('device', 'Chip.'),
    channel: text('Output of the chip, such as `pwm1`.'),
  },
  'Output of a chip. A chip with a watchdog drives its outputs at full duty when nobody talks to it any more.',
);

const fan = object(
  {
    id: id('fan'),
    name: optional(displayName, 'the id'),
    pwm: optional(
      integer('PWM output of the controller that drives it. Fans with the same output are driven together.', {
        minimum: 0,
        maximum: 31,
      }),
    ),
    output: optional(output),
    tachs: optional(list(rotor, 'Rotors on tachometers of the controller.', { minItems: 1, key: 'tach' })),
    rotors: optional(
      list(ref('sensor', 'Sensor of a channel of a chip.'), 'Speeds of the rotors that a chip counts.', {
        minItems: 1,
      }),
    ),
    maxSpeed: optional(number('Revolutions per minute at full duty.', { exclusiveMinimum: 0 })),
    hotPluggable: optional(flag('Whether it can be replaced while the board runs.'), 'false'),
    present: optional(lineRef('in', 'Input: asserted while the fan is plugged in.')),
    chassis: optional(inChassis('it cools'), 'the first chassis'),
  },
  'A fan.',
);
export type FanFacts = Facts<typeof fan>;

const rules: Rules<Loose<FanFacts>> = {
  *'fan-output'({ pwm, output: ofChip }, path) {
    yield* exactlyOne(path, 'what drives the fan', { pwm, output: ofChip });
  },
  *'fan-rotors'({ tachs, rotors }, path) {
    yield* exactlyOne(path, 'the rotors of the fan', { tachs, rotors });
  },
};

export const fans = optional(
  list(withRules(fan, rules), 'Fans that the controller drives.', {
    example: `fans:
  - id: fan0
    pwm: 0
    maxSpeed: 10000
    tachs: [{ tach: 0, sensor: { id: FAN0_TACH, context: Fan, thresholds: { lowerCritical: 500 } } }]
  - id: fan1
    output: { device: FAN_CONTROLLER, channel: pwm1 }
    rotors: [FAN1_TACH]`,
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
