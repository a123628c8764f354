/** The network of a board: what its files tell, and what is written and called to change it. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { linuxNetwork } from '../../../src/network/linux.ts';
import { ipv6Addresses } from '../../../src/network/linux-state.ts';
import {
  fqdnOf,
  type InterfaceSettings,
  type NetworkBackend,
  NetworkError,
} from '../../../src/network/model.ts';
import { boardRoot, interfaceFiles, programs, put, temporary } from './support.ts';

const ownFile = 'etc/systemd/network/05-redfishd-eth0.network';
const timeFile = 'etc/systemd/timesyncd.conf.d/50-redfishd.conf';
const ipv4 = (address: string): NetworkInterfaceInfo => ({
  ...{ address, netmask: '255.255.255.0', family: 'IPv4', mac: '', internal: false, cidr: null },
});
const board = (root: string, ...addresses: string[]) =>
  linuxNetwork({ root, addresses: () => ({ eth0: addresses.map(ipv4) }) });
const eth0 = (network: NetworkBackend) => {
  const [first] = network.read().interfaces;
  if (first === undefined) throw new Error('there is no interface');
  return first;
};
const change = (network: NetworkBackend, patch: Partial<InterfaceSettings>) => ({
  ...{ kind: 'interface' as const, id: 'eth0', settings: { ...eth0(network).settings, ...patch } },
});

describe('reading a board', () => {
  it('shows its interface as the kernel has it', () => {
    const root = boardRoot({
      'proc/net/route':
        'Iface\tDestination\tGateway \tFlags\neth0\t00000000\t010200C0\t0003\neth0\t000200C0\t00000000\t0001\n',
      'proc/net/ipv6_route': [
        `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00450003 eth0`,
        `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'0'.repeat(32)} ffffffff 00000001 00000000 00200200 lo`,
      ].join('\n'),
    });
    const network = board(root, '192.0.2.7', '198.51.100.7');
    expect(eth0(network)).toMatchObject({
      ...{ id: 'eth0', macAddress: '02:00:5e:10:20:30', permanentMacAddress: '02:00:5e:10:20:30' },
      ...{ up: true, linkUp: true, speedMbps: 1000, fullDuplex: true, mtu: 1500, own: false },
      ipv6Gateway: 'fe80::1',
    });
    // One interface has one gateway, whatever the number of its addresses.
    expect(eth0(network).ipv4.map(({ address, gateway }) => [address, gateway])).toEqual([
      ['192.0.2.7', '192.0.2.1'],
      ['198.51.100.7', null],
    ]);
  });

  it('an interface that is down has no link and no speed', () => {
    const root = boardRoot(
      interfaceFiles('eth0', {
        'sys/class/net/eth0/flags': '0x1002\n',
        'sys/class/net/eth0/speed': '-1\n',
        'sys/class/net/eth0/duplex': 'unknown\n',
      }),
    );
    expect(eth0(board(root))).toMatchObject({ up: false, linkUp: false, speedMbps: null, fullDuplex: null });
  });

  it('passes over what is no Ethernet hardware, unless there is nothing else', () => {
    const virtual = { 'sys/class/net/br0/type': '1\n', 'sys/class/net/br0/uevent': 'DEVTYPE=bridge\n' };
    const veth = { 'sys/class/net/veth0/type': '1\n', 'sys/class/net/veth0/uevent': 'INTERFACE=veth0\n' };
    const root = boardRoot({ ...virtual, ...veth });
    expect(
      board(root)
        .read()
        .interfaces.map(({ id }) => id),
    ).toEqual(['eth0']);
    const container = temporary();
    const { 'sys/class/net/eth0/device/uevent': _, ...bare } = interfaceFiles('eth0');
    put(container, { ...virtual, ...bare });
    expect(
      board(container)
        .read()
        .interfaces.map(({ id }) => id),
    ).toEqual(['eth0']);
  });

  it('tells where addresses come from', () => {
    const flags = { tentative: '40', deprecated: '20', failed: '08', permanent: '80', none: '00' };
    const line = (hex: string, length: string, bits: string, id = 'eth0') =>
      `${hex.padEnd(32, '0')} 02 ${length} 00 ${bits}     ${id}`;
    const table = [
      line('fe80', '40', flags.permanent),
      line('20010db8', '40', flags.none),
      line('20010db80001', '80', flags.none),
      line('20010db80002', '40', flags.permanent),
      line('20010db80003', '40', flags.tentative),
      line('20010db80004', '40', flags.deprecated),
      line('20010db80005', '40', flags.failed),
      line('20010db80006', '40', flags.none, 'eth1'),
      'garbage',
    ].join('\n');
    const settings = { ipv6: [{ address: '2001:db8:3::', prefixLength: 64 }] };
    expect(
      ipv6Addresses(table, 'eth0', settings).map(({ address, origin, state }) => [address, origin, state]),
    ).toEqual([
      ['fe80::', 'LinkLocal', 'Preferred'],
      ['2001:db8::', 'SLAAC', 'Preferred'],
      ['2001:db8:1::', 'DHCPv6', 'Preferred'],
      ['2001:db8:2::', 'Static', 'Preferred'],
      ['2001:db8:3::', 'Static', 'Tentative'],
      ['2001:db8:4::', 'SLAAC', 'Deprecated'],
      ['2001:db8:5::', 'SLAAC', 'Failed'],
    ]);
    const dhcp = boardRoot({
      'etc/systemd/network/10-all.network': '[Match]\nName=*\n[Network]\nDHCP=yes\n',
    });
    expect(eth0(board(dhcp, '192.0.2.7', '169.254.3.4')).ipv4.map(({ origin }) => origin)).toEqual([
      'DHCP',
      'IPv4LinkLocal',
    ]);
    const fixed = boardRoot({
      'etc/systemd/network/10-all.network': '[Match]\nName=eth0\n[Network]\nAddress=192.0.2.7/24\n',
    });
    expect(eth0(board(fixed, '192.0.2.7', '192.0.2.8')).ipv4.map(({ origin }) => origin)).toEqual([
      'Static',
      null,
    ]);
  });

  it('takes the settings of the first file that matches, as networkd does', () => {
    const mtu = (files: Record<string, string>) => eth0(board(boardRoot(files))).settings.mtu;
    const file = (match: string, size: number) => `[Match]\n${match}\n[Link]\nMTUBytes=${size}\n`;
    expect(
      mtu({
        'usr/lib/systemd/network/20-b.network': file('Name=eth0', 2000),
        'etc/systemd/network/10-a.network': file('Name=usb*', 3000),
        'etc/systemd/network/30-c.network': file('Name=eth0', 4000),
      }),
    ).toBe(2000);
    expect(
      mtu({
        'usr/lib/systemd/network/20-b.network': file('Name=eth0', 2000),
        'etc/systemd/network/20-b.network': file('Name=eth?', 3000),
        'etc/systemd/network/20-b.network.d/more.conf': '[Link]\nMTUBytes=3500\n',
      }),
    ).toBe(3500);
    for (const match of ['Name=!eth*', 'Driver=ftgmac100', 'MACAddress=02:00:00:00:00:01', ''])
      expect(mtu({ 'etc/systemd/network/20-b.network': file(match, 2000) })).toBeNull();
    for (const match of ['Name=!usb*', 'MACAddress=02:00:5E:10:20:30', 'Type=ether', 'Name=usb0 eth[01]'])
      expect(mtu({ 'etc/systemd/network/20-b.network': file(match, 2000) })).toBe(2000);
  });

  it('knows its name, its name servers and its time servers', () => {
    const network = board(
      boardRoot({
        'etc/systemd/timesyncd.conf': '[Time]\nNTP=ntp1.example ntp2.example\n',
        'run/systemd/netif/state': 'OPER_STATE=routable\nNTP=192.0.2.123\n',
        'etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service': '',
      }),
    ).read();
    expect([network.hostName, network.domain, fqdnOf(network)]).toEqual([
      'bmc',
      'lab.example',
      'bmc.lab.example',
    ]);
    expect(network.nameServers).toEqual(['192.0.2.53']);
    expect(network.ntp).toEqual({
      ...{ enabled: true, servers: ['ntp1.example', 'ntp2.example'], suppliedServers: ['192.0.2.123'] },
    });
    // The stub of the resolver stands in resolv.conf; its own file has the real ones.
    const resolved = boardRoot({ 'run/systemd/resolve/resolv.conf': 'nameserver 198.51.100.53\n' });
    expect(board(resolved).read().nameServers).toEqual(['198.51.100.53']);
  });

  it('reports SSH as enabled when a socket listens on its port', () => {
    const listening = (port: string) =>
      ` sl local\n   0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000\n`;
    const ssh = (files: Record<string, string>) => board(boardRoot(files)).read().ssh;
    expect(ssh({})).toEqual({ enabled: false, port: 22 });
    expect(ssh({ 'proc/net/tcp': listening('0016') })).toEqual({ enabled: true, port: 22 });
    expect(
      ssh({ 'proc/net/tcp6': listening('08AE'), 'etc/ssh/sshd_config': '#Port 22\nPort 2222\n' }),
    ).toEqual({
      ...{ enabled: true, port: 2222 },
    });
    const bare = boardRoot();
    put(bare, {});
    expect(linuxNetwork({ root: `${bare}nowhere/` }).read()).toMatchObject({
      ssh: null,
      configurable: false,
    });
  });
});

describe('changing a board', () => {
  it('writes a file for networkd and has it read', async () => {
    const { calls } = programs('networkctl');
    const root = boardRoot();
    const network = board(root);
    const wanted = change(network, {
      ipv4: [{ address: '192.0.2.7', prefixLength: 24, gateway: '192.0.2.1' }],
      nameServers: ['192.0.2.53'],
    });
    network.write(wanted);
    expect(readFileSync(root + ownFile, 'utf8')).toContain(
      'Address=192.0.2.7/24\nGateway=192.0.2.1\nDNS=192.0.2.53\n',
    );
    expect(eth0(network)).toMatchObject({ own: true, settings: wanted.settings });
    await network.activate(wanted);
    expect(calls()).toEqual(['networkctl reload']);
    // Nothing half written stays behind.
    expect(readdirSync(`${root}etc/systemd/network`)).toEqual(['05-redfishd-eth0.network']);
  });

  it('tells an interface to go down or come up only when it is not so already', async () => {
    const { calls } = programs('networkctl');
    const root = boardRoot();
    const network = board(root);
    const off = change(network, { enabled: false });
    network.write(off);
    await network.activate(off);
    expect(calls()).toEqual(['networkctl reload', 'networkctl down eth0']);
    put(root, { 'sys/class/net/eth0/flags': '0x1002\n' });
    const on = change(network, { enabled: true });
    network.write(on);
    await network.activate(on);
    expect(calls().slice(2)).toEqual(['networkctl reload', 'networkctl up eth0']);
  });

  it('takes down the VLAN that is no longer asked for', async () => {
    const { calls } = programs('networkctl');
    const root = boardRoot();
    const network = board(root);
    const tagged = (id: number | null) =>
      change(network, { vlan: { enabled: id !== null, id, priority: 0 } });
    for (const id of [5, 6, null]) {
      const wanted = tagged(id);
      network.write(wanted);
      await network.activate(wanted);
    }
    expect(calls()).toEqual([
      ...['networkctl reload', 'networkctl reload', 'networkctl delete eth0.5'],
      ...['networkctl reload', 'networkctl delete eth0.6'],
    ]);
    expect(readdirSync(`${root}etc/systemd/network`)).toEqual(['05-redfishd-eth0.network']);
  });

  it('shows the addresses of the VLAN as those of the interface', () => {
    const root = boardRoot({ 'proc/net/if_inet6': `${'20010db8'.padEnd(32, '0')} 03 40 00 80 eth0.5\n` });
    const network = linuxNetwork({ root, addresses: () => ({ 'eth0.5': [ipv4('192.0.2.7')] }) });
    network.write(change(network, { vlan: { enabled: true, id: 5, priority: 0 } }));
    expect(eth0(network)).toMatchObject({
      ipv4: [{ address: '192.0.2.7' }],
      ipv6: [{ address: '2001:db8::' }],
    });
  });

  it('gives an interface back to the system', () => {
    const root = boardRoot({
      'etc/systemd/network/20-b.network': '[Match]\nName=eth0\n[Link]\nMTUBytes=2000\n',
    });
    const network = board(root);
    network.write(change(network, { mtu: 1400, vlan: { enabled: true, id: 5, priority: 0 } }));
    expect(eth0(network).settings.mtu).toBe(1400);
    network.write({ kind: 'interface', id: 'eth0', settings: null });
    expect(eth0(network)).toMatchObject({ own: false, settings: { mtu: 2000, vlan: { enabled: false } } });
    expect(readdirSync(`${root}etc/systemd/network`)).toEqual(['20-b.network']);
  });

  it('changes the name at once and for good', async () => {
    const root = boardRoot({ 'etc/hostname': 'bmc\n' });
    const network = board(root);
    const wanted = { kind: 'name' as const, hostName: 'bmc7', domain: 'rack.example' };
    network.write(wanted);
    await network.activate(wanted);
    expect(readFileSync(`${root}etc/hostname`, 'utf8')).toBe('bmc7.rack.example\n');
    expect(readFileSync(`${root}proc/sys/kernel/hostname`, 'utf8')).toBe('bmc7.rack.example\n');
    expect(network.read()).toMatchObject({ hostName: 'bmc7', domain: 'rack.example' });
  });

  it('tells timesyncd its servers and never lets it go to those compiled in', async () => {
    const { calls } = programs('systemctl');
    const root = boardRoot();
    const network = board(root);
    const wanted = { kind: 'time' as const, enabled: true, servers: ['ntp.example', '192.0.2.123'] };
    network.write(wanted);
    await network.activate(wanted);
    expect(readFileSync(root + timeFile, 'utf8')).toBe('[Time]\nNTP=ntp.example 192.0.2.123\nFallbackNTP=\n');
    expect(network.read().ntp.servers).toEqual(wanted.servers);
    await network.activate({ ...wanted, enabled: false });
    expect(calls()).toEqual([
      'systemctl enable --now systemd-timesyncd.service',
      'systemctl restart systemd-timesyncd.service',
      'systemctl disable --now systemd-timesyncd.service',
    ]);
  });

  it('switches the SSH server that the system has', async () => {
    const { calls } = programs('systemctl');
    const network = board(boardRoot({ 'usr/lib/systemd/system/dropbear.socket': '' }));
    await network.activate({ kind: 'ssh', enabled: true });
    await network.activate({ kind: 'ssh', enabled: false });
    expect(calls()).toEqual([
      'systemctl enable --now dropbear.socket',
      'systemctl disable --now dropbear.socket',
    ]);
  });

  it('keeps what else stands in the file of address policies', () => {
    const root = boardRoot({ 'etc/gai.conf': '# why\nreload yes\nlabel ::/0 9\n' });
    const network = board(root);
    const policies = [{ prefix: '2001:db8::/32', precedence: 45, label: 7 }];
    network.write({ kind: 'addressPolicies', policies });
    expect(network.read().addressPolicies).toEqual(policies);
    expect(readFileSync(`${root}etc/gai.conf`, 'utf8')).toBe(
      '# why\nreload yes\nlabel 2001:db8::/32 7\nprecedence 2001:db8::/32 45\n',
    );
  });

  it('says which program failed, and how', async () => {
    const { fail } = programs('networkctl');
    fail('reload');
    const network = board(boardRoot());
    const failure = await network.activate(change(network, {})).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(NetworkError);
    expect(failure).toMatchObject({ reason: 'command-failed', message: 'networkctl reload: no such luck' });
  });

  it('says that a program is missing', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      const network = board(boardRoot());
      await expect(network.activate(change(network, {}))).rejects.toMatchObject({
        reason: 'command-missing',
      });
    } finally {
      process.env.PATH = path;
    }
  });

  it.each([
    ['05-redfishd-eth0-vlan.netdev'],
    ['05-redfishd-eth0-vlan.network'],
    ['05-redfishd-eth0.network'],
  ])('changes nothing when it cannot write %s', (name) => {
    const root = boardRoot();
    const network = board(root);
    const before = change(network, { mtu: 1400 });
    network.write(before);
    // A folder cannot be replaced by a file.
    const blocked = `${root}etc/systemd/network/${name}`;
    if (name !== '05-redfishd-eth0.network') mkdirSync(`${blocked}/in-the-way`, { recursive: true });
    else mkdirSync(`${blocked}.redfishd-new`);
    const vlan = { enabled: true, id: 5, priority: 0 };
    expect(() => network.write(change(network, { mtu: 1300, vlan }))).toThrow(NetworkError);
    expect(readFileSync(root + ownFile, 'utf8')).toContain('MTUBytes=1400');
    for (const other of ['05-redfishd-eth0-vlan.netdev', '05-redfishd-eth0-vlan.network'].filter(
      (each) => each !== name,
    ))
      expect(existsSync(`${root}etc/systemd/network/${other}`)).toBe(false);
  });

  it('refuses a VLAN for which the interface has too long a name', () => {
    const root = boardRoot(interfaceFiles('enp0s31f6np0'));
    const network = linuxNetwork({ root, addresses: () => ({}) });
    const settings = { ...eth0(network).settings, vlan: { enabled: true, id: 4000, priority: 0 } };
    expect(() => network.write({ kind: 'interface', id: 'enp0s31f6np0', settings })).toThrow('too long');
  });
});
