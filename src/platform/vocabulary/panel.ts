/** `panel`: the front panel that several hosts share. */
import { pointer } from '../source/pointer.ts';
import { entries } from './rule.ts';
import { duration, type Facts, lineRef, list, object, optional, ref } from './schema.ts';

const select = object(
  {
    lines: list(
      lineRef('in', 'Input: a contact of the switch.'),
      'Contacts, as bits of a number; the first is bit 0.',
      {
        minItems: 1,
        maxItems: 4,
      },
    ),
    hosts: list(
      ref('host', 'Host at this position.'),
      'Hosts from position 0. The position after the last host is the controller; further positions repeat.',
      { minItems: 1, maxItems: 15 },
    ),
  },
  'Hand switch that selects a host or the controller.',
);

const lamps = object(
  {
    host: ref('host', 'Host whose state the lamps show.'),
    power: lineRef('out', 'Output: lamp of a healthy host.'),
    fault: lineRef(
      'out',
      'Output: lamp of a host with a fault. An indicator may share the line, to blink for identification.',
      'lamp',
    ),
  },
  'Lamps of a host.',
);

const panelSchema = object(
  {
    select,
    power: optional(lineRef('in', 'Input: power button of the selection.')),
    reset: optional(lineRef('in', 'Input: reset button of the selection.')),
    longPress: optional(
      duration('Press that forces the host off, or power-cycles the board when the controller is selected.'),
      '4 s',
    ),
    servicePress: optional(
      duration('Press that switches the slot of the host off for service, or on again.'),
      '10 s',
    ),
    lamps: optional(list(lamps, 'Lamps of the hosts.')),
  },
  'The front panel that several hosts share.',
  {
    example: `panel:
  select: { lines: [HAND_SW_1, HAND_SW_2], hosts: [host1, host2] }
  power: POWER_BUTTON
  reset: RESET_BUTTON`,
    rules: {
      *'panel-use'(panel, path) {
        const { select: { lines, hosts } = {}, longPress = 4_000, servicePress = 10_000 } = panel;
        const contacts = lines?.length ?? 1;
        for (const { path: at, item } of entries(hosts, pointer(path, 'select', 'hosts')).slice(
          2 ** contacts,
        )) {
          const message = `${contacts} contacts have no position for "${item}"`;
          yield { path: at, message, hint: 'list every contact of the hand switch in "lines"' };
        }
        if (servicePress > longPress) return;
        const message = '"servicePress" is not longer than "longPress": a long press cannot be made';
        const at = panel.servicePress === undefined ? 'longPress' : 'servicePress';
        yield { path: pointer(path, at), message, hint: '4 s and 10 s are usual' };
      },
    },
  },
);
export type PanelFacts = Facts<typeof panelSchema>;

export const panel = optional(panelSchema);
