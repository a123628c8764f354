/** `hosts`: computer systems that the board manages. */
import { buttonResets } from '../reset-types.ts';
import { displayName, inChassis } from './common.ts';
import { hostIpmi } from './host-ipmi.ts';
import { hostPower } from './host-power.ts';
import type { NodeFacts } from './nodes.ts';
import { exactlyOne, type Loose } from './rule.ts';
import {
  choice,
  duration,
  type Facts,
  id,
  integer,
  lineRef,
  list,
  object,
  optional,
  ref,
  text,
} from './schema.ts';

const buttonActions = [...buttonResets, 'None'] as const;

const buttons = object(
  {
    power: optional(lineRef('in', 'Input: power button.')),
    reset: optional(lineRef('in', 'Input: reset button.')),
    nmi: optional(lineRef('in', 'Input: diagnostic interrupt button.')),
    acts: optional(
      choice(
        ['board', 'passThrough', 'policy'],
        'What acts on a press: the board without the daemon; the daemon, whose outputs repeat the button; or the daemon, by the policy below.',
      ),
      'board',
    ),
    shortWhenOn: optional(
      choice(buttonActions, 'Reset after a short press of the power button while the host is on.'),
      'GracefulShutdown',
    ),
    shortWhenOff: optional(
      choice(buttonActions, 'Reset after a short press of the power button while the host is off.'),
      'On',
    ),
    long: optional(choice(buttonActions, 'Reset after a long press of the power button.'), 'ForceOff'),
    longPress: optional(duration('Least length of a long press.'), '4 s'),
  },
  'Buttons that a person presses.',
);

const consoleNode = ref<Loose<NodeFacts>>(
  'node',
  'Node that carries the console over the network (serial over LAN).',
  ({ id, link }) =>
    link?.kind === 'ipmb'
      ? {
          message: `node "${id}" is reached by IPMB, which carries no console`,
          hint: 'write "device" with the serial port instead',
          rule: 'node-use',
        }
      : undefined,
);

const serialConsole = object(
  {
    device: optional(text('Serial port of the controller, for example /dev/ttyS1; this or `node`.')),
    node: optional(consoleNode),
    baud: optional(integer('Bit rate.', { minimum: 1200, maximum: 4_000_000 }), '115200'),
  },
  'Serial console.',
  {
    rules: {
      *'one-source'({ device, node }, path) {
        yield* exactlyOne(path, 'the source of the console', { device, node });
      },
    },
  },
);

const postCodes = object(
  {
    device: optional(
      text('Character device of the kernel, for example /dev/aspeed-lpc-snoop0; this or `node`.'),
    ),
    node: optional(ref('node', 'Node whose bridge IC sends the codes.')),
  },
  'Codes that the firmware writes to I/O port 0x80 during start, kept as a log.',
  {
    rules: {
      *'one-source'({ device, node }, path) {
        yield* exactlyOne(path, 'the source of the codes', { device, node });
      },
    },
  },
);

const memory = object(
  {
    slots: list(
      object(
        {
          id: id('memory slot', { isLocal: true }),
          locator: optional(text('Name of the slot by the firmware (SMBIOS "Locator").'), 'the id'),
          socket: integer('Number of the processor, 0 for the first.', { minimum: 0, maximum: 15 }),
          channel: integer('Channel of that processor, 0 for the first.', { minimum: 0, maximum: 31 }),
          slot: integer('Slot of that channel, 0 for the first.', { minimum: 0, maximum: 7 }),
        },
        'A memory slot.',
      ),
      'Memory slots.',
    ),
  },
  'Memory slots, and where they are.',
);

const host = object(
  {
    id: id('host', { description: 'Id of the system; part of its URI.' }),
    name: optional(displayName, 'the id'),
    chassis: inChassis('the host is in'),
    manufacturer: optional(text('Manufacturer.'), 'as in the FRU'),
    model: optional(text('Model.'), 'as in the FRU'),
    fru: optional(ref('FRU', 'FRU of its main board.')),
    power: hostPower,
    post: optional(
      object(
        {
          complete: lineRef('in', 'Input: asserted once the firmware has finished.'),
          timeout: optional(duration('Longest self test.'), '5 min'),
        },
        'Power-on self test.',
      ),
    ),
    buttons: optional(buttons),
    postCodes: optional(postCodes),
    console: optional(serialConsole),
    restorePolicy: optional(
      choice(['AlwaysOn', 'AlwaysOff', 'LastState'], 'Power state after mains returns.'),
      'LastState',
    ),
    processors: optional(
      object(
        {
          model: optional(text('Processor that fits the sockets.'), 'as the processor reports'),
          sockets: list(
            object(
              {
                id: id('socket', { isLocal: true }),
                present: lineRef('in', 'Input: asserted while the socket is occupied.'),
              },
              'A socket.',
            ),
            'Sockets.',
          ),
        },
        'Processor sockets.',
      ),
    ),
    ipmi: optional(hostIpmi, 'the host cannot reach the controller'),
    memory: optional(memory, 'the slots that the firmware tells'),
  },
  'A computer system.',
);
export type HostFacts = Facts<typeof host>;

export const hosts = optional(
  list(host, 'Computer systems that the board manages.', {
    example: `hosts:
  - id: system
    chassis: chassis
    power:
      { kind: gpio, button: POWER_OUT, good: POWER_GOOD, onPulse: 1 s, forceOffPulse: 6 s, cycleDelay: 10 s }
    console: { device: /dev/ttyS1, baud: 57600 }
    post: { complete: POST_COMPLETE }`,
  }),
);
