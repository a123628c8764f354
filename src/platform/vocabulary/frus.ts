/** `frus`: field replaceable units that carry an IPMI FRU inventory. */
import { context, displayName, inChassis } from './common.ts';
import { choicesOf, type DeviceFacts, sensorChip } from './devices.ts';
import { exactlyOne, type Loose } from './rule.ts';
import { id, integer, list, object, optional, ref } from './schema.ts';

const device = ref<Loose<DeviceFacts>>(
  'device',
  'EEPROM that holds the inventory; this or `node`.',
  (target) => {
    const wrong = choicesOf(target, '').find(({ item }) => sensorChip(item.chip) !== undefined);
    return wrong === undefined
      ? undefined
      : {
          rule: 'fru-device',
          message: `"${target.id}" is the chip ${wrong.item.chip}, which holds no inventory`,
          hint: 'name an EEPROM, such as a 24c64',
        };
  },
);

export const frus = optional(
  list(
    object(
      {
        id: id('FRU'),
        name: optional(displayName, 'the id'),
        device: optional(device),
        node: optional(ref('node', 'Node that holds the inventory; this or `device`.')),
        number: optional(integer('FRU device id at that node.', { minimum: 0, maximum: 254 }), '0'),
        chassis: optional(inChassis('the unit belongs to'), 'the first chassis'),
        context: optional(context),
      },
      'A field replaceable unit.',
      {
        rules: {
          *'one-source'({ id, device, node }, path) {
            yield* exactlyOne(path, `the storage of the inventory of "${id}"`, { device, node });
          },
        },
      },
    ),
    'Field replaceable units, described by an IPMI FRU inventory.',
    { example: 'frus:\n  - { id: MB, name: Main Board, device: mb_eeprom, context: SystemBoard }' },
  ),
);
