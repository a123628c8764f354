/** `devices`: chips on I2C buses, their second sources, and the sensors on their channels. */
import type { SensorChipSpec } from '../../../drivers/i2c/chip.ts';
import { findChip } from '../../../drivers/i2c/chips/index.ts';
import { suggestion } from '../../base/suggestion.ts';
import { pointer } from '../source/pointer.ts';
import { address, busNumber, inChassis } from './common.ts';
import { type At, type Breach, entries, type Loose, type Rules } from './rule.ts';
import {
  chip,
  duration,
  type Facts,
  flag,
  id,
  integer,
  list,
  object,
  optional,
  quantity,
  record,
  ref,
  withRules,
} from './schema.ts';
import { pollBreach, sensor } from './sensor.ts';

/** What a second source may state as well. */
const fitted = {
  shunt: optional(quantity('Ohm', 'Current-sense resistor.')),
  reference: optional(quantity('V', 'Reference voltage of a converter without an internal one.')),
  pulses: optional(integer('Tachometer pulses per revolution.', { minimum: 1, maximum: 8 }), '2'),
  pec: optional(flag('Whether transfers carry an SMBus packet error code.'), 'false'),
  sensors: optional(
    record(
      { pattern: '^[a-z][A-Za-z0-9_]*$', words: 'the name of a channel of the chip' },
      sensor,
      'Sensors by the channel of the chip that they read.',
    ),
  ),
} as const;

const alternative = object(
  { chip: optional(chip('device')), bus: optional(busNumber), address: optional(address), ...fitted },
  'A second source: the differences from the device. `sensors`, when given, replaces all sensors.',
);

const device = object(
  {
    id: id('device', { description: 'Id of the device, for messages.' }),
    chip: chip('device'),
    bus: busNumber,
    address,
    ...fitted,
    chassis: optional(inChassis('carries the chip'), 'the first chassis'),
    optional: optional(
      flag('Whether a board without the chip is complete: its absence is no fault.'),
      'false',
    ),
    poll: optional(duration('Sampling period of its sensors.'), '1 s'),
    poweredBy: optional(ref('host', 'Host that must be on for the chip to have power.')),
    alternatives: optional(
      list(
        alternative,
        'Second sources, tried in order after the device itself; the first one that identifies itself is used.',
        { minItems: 1 },
      ),
    ),
  },
  'A chip on an I2C bus.',
);
export type DeviceFacts = Facts<typeof device>;
export type AlternativeFacts = Facts<typeof alternative>;

/** A device, or one of its second sources completed from the device. */
export interface Choice extends At<Loose<DeviceFacts>> {
  /** What this choice states itself, at `path`. */
  readonly own: Loose<Partial<DeviceFacts>>;
}

/** A device and its second sources. */
export function choicesOf(device: Loose<DeviceFacts>, path: string): Choice[] {
  const { alternatives, ...first } = device;
  return [
    { path, item: first, own: first },
    ...entries(alternatives, pointer(path, 'alternatives')).map((other) => ({
      path: other.path,
      item: { ...first, ...other.item },
      own: other.item,
    })),
  ];
}

/** The sensor chip of that name; undefined for no chip or another kind. */
export function sensorChip(name: string | undefined): SensorChipSpec | undefined {
  const spec = name === undefined ? undefined : findChip(name);
  return spec?.kind === 'sensor' ? spec : undefined;
}

/** A breach where a chip with sensors lacks a value that its conversion needs. */
function* missing(
  { path, item }: Choice,
  property: 'shunt' | 'reference',
  example: string,
): Iterable<Breach> {
  const isNeeded = sensorChip(item.chip)?.needs?.includes(property) === true;
  if (!isNeeded || item[property] !== undefined || Object.keys(item.sensors ?? {}).length === 0) return;
  const message = `${item.chip} cannot be read without the value of its ${property}`;
  yield { path, message, hint: `add the fitted value, such as "${property}: ${example}"` };
}

const rules: Rules<Loose<DeviceFacts>> = {
  *'unknown-channel'(device, path) {
    for (const { path: at, item, own } of choicesOf(device, path)) {
      const spec = item.chip === undefined ? undefined : findChip(item.chip);
      if (spec === undefined || spec.kind === 'mux') continue;
      const names = Object.keys(spec.kind === 'sensor' ? spec.channels : {});
      const isInherited = own.sensors === undefined;
      // Sensors that a second source of the same chip inherits are checked at the device.
      if (isInherited && own.chip === undefined) continue;
      for (const channel of Object.keys(item.sensors ?? {}).filter((name) => !names.includes(name))) {
        const message = `${item.chip} has no channel "${channel}"`;
        const hint = suggestion(channel, names);
        yield isInherited
          ? { path: pointer(at, 'chip'), message, hint }
          : { path: pointer(at, 'sensors', channel), at: 'name', message, hint };
      }
    }
  },

  *'missing-shunt'(device, path) {
    for (const choice of choicesOf(device, path)) {
      yield* missing(choice, 'shunt', '2 mOhm');
      if (choice.own.shunt !== 0) continue;
      const message = '"shunt" is 0: no current can be calculated';
      yield {
        path: pointer(choice.path, 'shunt'),
        message,
        hint: 'write the fitted value, such as "2 mOhm"',
      };
    }
  },

  *'missing-reference'(device, path) {
    for (const choice of choicesOf(device, path)) yield* missing(choice, 'reference', '3.3 V');
  },

  *poll({ poll }, path) {
    yield* pollBreach(poll, path);
  },
};

export const devices = optional(
  list(withRules(device, rules), 'Chips on I2C buses, with the sensors on their channels.', {
    example: `devices:
  - id: hsc
    chip: adm1278
    bus: 12
    address: 0x11
    shunt: 300 uOhm
    sensors: { pin: { id: HSC_POWER, context: PowerSubsystem } }
  - id: inlet
    chip: tmp421
    bus: 6
    address: 0x4c
    sensors: { local: { id: INLET_TEMP, context: Intake, thresholds: { upperCritical: 40 } } }
    alternatives:
      - { chip: tmp75, sensors: { temperature: { id: INLET_TEMP, context: Intake } } }`,
  }),
);
