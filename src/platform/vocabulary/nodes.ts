/** `nodes`: nodes that are managed through a controller of their own by IPMI. */
import { pointer } from '../source/pointer.ts';
import { address, busNumber, context, displayName, inChassis } from './common.ts';
import { entries, type Loose, type Rules } from './rule.ts';
import {
  choice,
  duration,
  type Facts,
  id,
  integer,
  integerChoice,
  kind,
  kinds,
  list,
  object,
  optional,
  record,
  ref,
  text,
} from './schema.ts';
import { pollBreach, thresholds } from './sensor.ts';

/** Slave address of the manager when `own` is left out, 7-bit (0x20 as IPMB writes it). */
const usualOwn = 0x10;

const ipmbLink = object(
  {
    kind: kind('ipmb'),
    bus: busNumber,
    address,
    own: optional(
      integer('7-bit address of this manager on that bus.', { minimum: 0x03, maximum: 0x77 }),
      '0x10',
    ),
    timeout: optional(duration('Longest wait for a response.'), '1 s'),
  },
  'A shared I2C bus (IPMB, `/dev/ipmb-N`).',
);

const lanLink = object(
  {
    kind: kind('lan'),
    host: text('Address or name of the controller.'),
    port: optional(integer('UDP port.', { minimum: 1, maximum: 65_535 }), '623'),
    user: text('User of that controller, at most 16 characters.', { minLength: 0, maxLength: 16 }),
    secret: text('File that holds only the password of that user. The descriptor holds no secret.'),
    kg: optional(text('File that holds the BMC key of that controller (K_g).'), 'no key'),
    suites: optional(
      list(
        integerChoice([17, 3], 'Cipher suite id (IPMI 2.0, table 22-20).'),
        'Cipher suites in the order of trial.',
        {
          minItems: 1,
        },
      ),
      '[17, 3]',
    ),
    privilege: optional(
      choice(['user', 'operator', 'administrator'], 'Requested privilege.'),
      'administrator',
    ),
    timeout: optional(duration('Longest wait for the first response.'), '500 ms'),
  },
  'The network (IPMI 2.0 over LAN, RMCP+).',
);

const node = object(
  {
    id: id('node', { space: 'device', description: 'Id of the controller of the node; part of its URI.' }),
    name: optional(displayName, 'the id'),
    link: kinds([ipmbLink, lanLink], 'Connection to the controller.'),
    chassis: optional(inChassis('the node is in'), 'the first chassis'),
    host: optional(ref('host', 'Host that the node is: its event log becomes the log of that host.')),
    bridgeIc: optional(
      choice(['meta', 'wiwynn'], 'Maker of the bridge IC of OCP, by its commands (NetFn 0x38).'),
      'not a bridge IC',
    ),
    poll: optional(duration('Sampling period of its sensors.'), '2 s'),
    sensors: optional(
      record(
        {
          pattern: '^.{1,16}$',
          words: 'the name of a sensor in the records of the node, up to 16 characters',
        },
        object(
          { name: optional(displayName), context: optional(context), thresholds: optional(thresholds) },
          'Corrections to the record of a sensor.',
        ),
        'Corrections by the name of the sensor in the records (SDR) of the node.',
      ),
    ),
    simulate: optional(
      choice(['server', 'twin-lakes'], 'Model of the node in the simulated board.'),
      'server',
    ),
  },
  'A node with a controller of its own.',
  {
    rules: {
      *poll({ poll }, path) {
        yield* pollBreach(poll, path);
      },
    },
  },
);

const hex = (value: number) => `0x${value.toString(16).padStart(2, '0')}`;

const listRules: Rules<readonly (Loose<NodeFacts> | undefined)[]> = {
  *'own-address'(all, path) {
    const first = new Map<number, { readonly id: string | undefined; readonly own: number }>();
    for (const { path: at, item } of entries(all, path)) {
      const { link } = item;
      if (link?.kind !== 'ipmb' || link.bus === undefined) continue;
      const own = link.own ?? usualOwn;
      const known = first.get(link.bus) ?? { id: item.id, own };
      first.set(link.bus, known);
      if (known.own === own) continue;
      yield {
        path: pointer(at, 'link', link.own === undefined ? 'address' : 'own'),
        message: `this manager has address ${hex(own)} on bus ${link.bus}, and ${hex(known.own)} there for "${known.id}"`,
        hint: 'give both nodes the same "own" address',
      };
    }
  },
};

export const nodes = optional(
  list(node, 'Nodes that are managed through a controller of their own by IPMI.', {
    example: `nodes:
  - id: node1
    chassis: chassis
    link: { kind: lan, host: 192.0.2.11, user: admin, secret: /etc/redfishd/nodes/node1 }`,
    rules: listRules,
  }),
);

export type NodeFacts = Facts<typeof node>;
export type LanLinkFacts = Facts<typeof lanLink>;
export type IpmbLinkFacts = Facts<typeof ipmbLink>;
