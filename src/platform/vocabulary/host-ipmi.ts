/** `hosts[].ipmi`: how the firmware and the operating system of a host speak IPMI with the controller. */
import { exactlyOne } from './rule.ts';
import { choice, type Facts, integer, list, object, optional, text } from './schema.ts';

const hostInterface = object(
  {
    kcs: optional(text('Device of a KCS interface, for example /dev/ipmi-kcs3.')),
    bt: optional(text('Device of a BT interface, for example /dev/ipmi-bt-host.')),
    ssif: optional(text('Device of an SSIF interface, for example /dev/ipmi-ssif-host.')),
    vm: optional(text('Unix socket for a virtual machine: the chardev of its ipmi-bmc-extern.')),
  },
  'A system interface: exactly one of its properties.',
  {
    rules: {
      *'one-interface'({ kcs, bt, ssif, vm }, path) {
        yield* exactlyOne(path, 'the interface', { kcs, bt, ssif, vm });
      },
    },
  },
);

/** What a host may change besides its own state. */
const hostRights = ['boot', 'sel', 'watchdog', 'inventory', 'power', 'accounts', 'network', 'time'] as const;
export type HostRight = (typeof hostRights)[number];

export const hostIpmi = object(
  {
    interfaces: optional(
      list(hostInterface, 'System interfaces. A host behind a bridge IC needs none.'),
      'none',
    ),
    dialect: optional(
      choice(['standard', 'meta'], 'OEM commands of the firmware: `meta` are those of Facebook boards.'),
      'standard',
    ),
    manufacturer: optional(
      integer('IANA enterprise number that Get Device ID returns.', { minimum: 0, maximum: 0xfffff }),
      '0',
    ),
    product: optional(
      integer('Product number that Get Device ID returns.', { minimum: 0, maximum: 0xffff }),
      '0',
    ),
    hostMay: optional(
      list(
        choice(hostRights, 'Something that a host may change.'),
        'What the host may change: `boot` override and order, `sel` records, its `watchdog`, what is known as its `inventory`, its `power`, `accounts`, `network`, `time`.',
      ),
      'boot, sel, watchdog, inventory',
    ),
  },
  'IPMI requests of the host.',
);
export type HostIpmiFacts = Facts<typeof hostIpmi>;
