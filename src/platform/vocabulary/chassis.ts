/** `chassis`: enclosures, sleds, cards: everything that contains parts. */
import { pointer } from '../source/pointer.ts';
import { displayName, inChassis } from './common.ts';
import { choicesOf, type DeviceFacts, sensorChip } from './devices.ts';
import { entries, type Loose, type Rules } from './rule.ts';
import {
  choice,
  duration,
  type Facts,
  id,
  lineRef,
  list,
  object,
  optional,
  quantity,
  ref,
} from './schema.ts';

const cycleDevice = ref<Loose<DeviceFacts>>(
  'device',
  'Hot-swap controller that feeds the chassis, this controller included.',
  (target) => {
    const wrong = choicesOf(target, '').find(
      ({ item }) => item.chip !== undefined && sensorChip(item.chip)?.powerCycle === undefined,
    );
    return wrong === undefined
      ? undefined
      : {
          rule: 'cycle-device',
          message: `"${target.id}" is the chip ${wrong.item.chip}, which cannot cycle the power behind it`,
          hint: 'name a hot-swap controller that can, such as an adm1278',
        };
  },
);

const powerSwitch = object(
  {
    line: lineRef('out', 'Output: the chassis has power while it is asserted.'),
    good: optional(lineRef('in', 'Input: asserted while the chassis has power.'), 'the level of `line`'),
    offTime: optional(duration('Off time of a power cycle.'), '5 s'),
    latch: optional(
      lineRef(
        'in',
        'Input: asserted while the latch of the slot is closed. Opening it switches the power off, closing it on.',
      ),
    ),
    serviced: optional(
      lineRef(
        'in',
        'Input: asserted while the slot is accessible. A latch that opens while it is not asserted only raises an event.',
      ),
      'always accessible',
    ),
  },
  'A switch that feeds the chassis and everything in it, such as the 12 V of a slot.',
  {
    rules: {
      *'slot-use'({ serviced, latch }, path) {
        if (serviced === undefined || latch !== undefined) return;
        const message = '"serviced" has no meaning without "latch"';
        yield { path: pointer(path, 'serviced'), at: 'name', message, hint: 'remove it' };
      },
    },
  },
);

const oneChassis = object(
  {
    id: id('chassis'),
    name: optional(displayName, 'the id'),
    type: choice(
      [
        'RackMount',
        'Sled',
        'Blade',
        'Enclosure',
        'Rack',
        'Shelf',
        'Drawer',
        'Card',
        'Module',
        'Component',
        'Other',
      ],
      'Redfish ChassisType.',
    ),
    containedBy: optional(inChassis('contains this one'), 'none: an outermost chassis'),
    present: optional(
      lineRef('in', 'Input: asserted while it is plugged in. Unplugged, it and everything in it disappear.'),
    ),
    settle: optional(duration('Wait after plugging in before anything in it is read.'), '2 s'),
    fru: optional(ref('FRU', 'FRU that identifies it.')),
    switch: optional(powerSwitch),
    cycle: optional(object({ device: cycleDevice }, 'Means of a power cycle of the whole chassis.')),
    power: optional(
      object(
        {
          consumed: optional(ref('sensor', 'Sensor of the power that it draws.')),
          capacity: optional(quantity('W', 'Power that it may draw.')),
        },
        'Power of the whole chassis.',
      ),
    ),
  },
  'A physical enclosure.',
  {
    rules: {
      *'cycle-device'({ cycle, switch: feeder }, path) {
        if (cycle === undefined || feeder === undefined) return;
        const message = '"switch" and "cycle" both define how its power is cycled';
        yield { path: pointer(path, 'cycle'), at: 'name', message, hint: 'remove one of them' };
      },
    },
  },
);
export type ChassisFacts = Facts<typeof oneChassis>;
type LooseChassis = readonly (Loose<ChassisFacts> | undefined)[];

/** A chassis id and the ids of every chassis around it, the nearest first; a cycle ends where it closes. */
export function enclosing(id: string | undefined, all: LooseChassis | undefined): Set<string> {
  const around = new Map((all ?? []).map((each) => [each?.id, each?.containedBy]));
  const found = new Set<string>();
  for (let next = id; next !== undefined && !found.has(next); next = around.get(next)) found.add(next);
  return found;
}

const listRules: Rules<LooseChassis> = {
  *cycle(all, path) {
    for (const { path: at, item } of entries(all, path)) {
      if (item.id === undefined || !enclosing(item.containedBy, all).has(item.id)) continue;
      const message = `chassis "${item.id}" is inside itself`;
      const hint = 'leave "containedBy" out of the outermost chassis';
      yield { path: pointer(at, 'containedBy'), message, hint };
    }
  },
};

export const chassis = list(oneChassis, 'Physical enclosures, the main one first.', {
  minItems: 1,
  example: `chassis:
  - { id: chassis, name: Main Enclosure, type: RackMount }
  - { id: sled1, type: Sled, containedBy: chassis, present: SLED1_PRESENT }`,
  rules: listRules,
});
