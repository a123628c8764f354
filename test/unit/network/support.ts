/** A made-up root of a Linux system, and stand-ins for the programs that a board has. */
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import fc from 'fast-check';
import { canonicalIpv6 } from '../../../src/network/addresses.ts';
import type { InterfaceSettings } from '../../../src/network/model.ts';
import { afterwards } from '../../support/cleanup.ts';
import { temporary as temporaryDirectory } from '../../support/temporary.ts';

/** A directory for one test, with a slash at its end. */
export const temporary = (): string => `${temporaryDirectory()}/`;

export type Files = Readonly<Record<string, string>>;

export function put(root: string, files: Files): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(root + path), { recursive: true });
    writeFileSync(root + path, text);
  }
}

/** What the kernel shows of an Ethernet interface. */
export const interfaceFiles = (id: string, more: Files = {}): Files => ({
  [`sys/class/net/${id}/type`]: '1\n',
  [`sys/class/net/${id}/address`]: '02:00:5e:10:20:30\n',
  [`sys/class/net/${id}/addr_assign_type`]: '0\n',
  [`sys/class/net/${id}/flags`]: '0x1003\n',
  [`sys/class/net/${id}/carrier`]: '1\n',
  [`sys/class/net/${id}/speed`]: '1000\n',
  [`sys/class/net/${id}/duplex`]: 'full\n',
  [`sys/class/net/${id}/mtu`]: '1500\n',
  [`sys/class/net/${id}/device/uevent`]: '',
  ...more,
});

/** A board with eth0, systemd and an SSH server, and nothing configured. */
export function boardRoot(more: Files = {}): string {
  const root = temporary();
  put(root, {
    ...interfaceFiles('eth0'),
    'sys/class/net/lo/type': '772\n',
    'proc/sys/kernel/hostname': 'bmc\n',
    'usr/bin/networkctl': '',
    'usr/lib/systemd/system/ssh.service': '',
    'etc/resolv.conf': 'search lab.example\nnameserver 192.0.2.53\n',
    ...more,
  });
  return root;
}

export interface Programs {
  /** Command lines in the order in which they came. */
  calls(): string[];
  /** Makes calls fail whose command line holds this text. */
  fail(text: string): void;
}

/** Puts programs on the path that write down how they are called. */
export function programs(...names: string[]): Programs {
  const directory = temporary();
  for (const name of names) {
    const script = `#!/bin/sh
line="${name} $*"
echo "$line" >> "${directory}calls"
while read -r text; do
  case "$line" in *"$text"*) echo "no such luck" >&2; exit 3 ;; esac
done < "${directory}fail"
`;
    writeFileSync(directory + name, script);
    chmodSync(directory + name, 0o755);
  }
  writeFileSync(`${directory}calls`, '');
  writeFileSync(`${directory}fail`, '');
  const before = process.env.PATH;
  process.env.PATH = `${directory}${delimiter}${before}`;
  afterwards(() => {
    process.env.PATH = before;
  });
  return {
    calls: () =>
      readFileSync(`${directory}calls`, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    fail: (text) => writeFileSync(`${directory}fail`, `${text}\n`, { flag: 'a' }),
  };
}

const octet = (least = 0, most = 255) => fc.integer({ min: least, max: most });
export const ipv4Address = fc
  .tuple(octet(1, 223), octet(), octet(), octet(1, 254))
  .map((octets) => octets.join('.'));
export const ipv6Address = fc
  .array(fc.integer({ min: 1, max: 0xffff }), { minLength: 7, maxLength: 7 })
  .map((groups) => canonicalIpv6(`2001:${groups.map((each) => each.toString(16)).join(':')}`) ?? '');
const macAddress = fc
  .array(octet(), { minLength: 5, maxLength: 5 })
  .map((octets) => `02:${octets.map((each) => each.toString(16).padStart(2, '0')).join(':')}`);

/** Any settings that an interface can have. */
export const anySettings: fc.Arbitrary<InterfaceSettings> = fc.record({
  enabled: fc.boolean(),
  macAddress: fc.option(macAddress),
  mtu: fc.option(fc.integer({ min: 1280, max: 9000 })),
  vlan: fc
    .record({
      enabled: fc.boolean(),
      id: fc.option(fc.integer({ min: 1, max: 4094 })),
      priority: fc.integer({ min: 0, max: 7 }),
    })
    .map((vlan) => ({ ...vlan, enabled: vlan.enabled && vlan.id !== null })),
  dhcp4: fc.record({
    enabled: fc.boolean(),
    useDns: fc.boolean(),
    useDomain: fc.boolean(),
    useGateway: fc.boolean(),
    useNtp: fc.boolean(),
    useRoutes: fc.boolean(),
  }),
  dhcp6: fc.record({
    enabled: fc.boolean(),
    useDns: fc.boolean(),
    useDomain: fc.boolean(),
    useNtp: fc.boolean(),
    rapidCommit: fc.boolean(),
  }),
  autoconf: fc.record({ ipv4: fc.boolean(), ipv6: fc.boolean() }),
  ipv4: fc.array(
    fc.record({
      address: ipv4Address,
      prefixLength: fc.integer({ min: 1, max: 32 }),
      gateway: fc.option(ipv4Address),
    }),
    { maxLength: 1 },
  ),
  ipv6: fc.array(fc.record({ address: ipv6Address, prefixLength: fc.integer({ min: 1, max: 128 }) }), {
    maxLength: 3,
  }),
  gateways6: fc.uniqueArray(
    fc.record({ address: ipv6Address, prefixLength: fc.option(fc.integer({ min: 0, max: 128 })) }),
    { maxLength: 2, selector: ({ address }) => address },
  ),
  nameServers: fc.array(fc.oneof(ipv4Address, ipv6Address), { maxLength: 3 }),
});
