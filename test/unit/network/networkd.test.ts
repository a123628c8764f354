/** Files of systemd-networkd: what is written is what is read, and what somebody else wrote stays. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIni, parseIni } from '../../../src/network/ini.ts';
import { defaultInterfaceSettings as settings } from '../../../src/network/model.ts';
import { fileNames, filesOf, settingsFrom, unmanaged } from '../../../src/network/networkd.ts';
import { anySettings } from './support.ts';

const names = fileNames('eth0');
const fileOf = (files: ReadonlyMap<string, string | null>, name: string) => files.get(name) ?? '';

/** What networkd would be told by the files. */
function readBack(files: ReadonlyMap<string, string | null>) {
  const vlan = files.get(names.vlanNetwork);
  return settingsFrom(parseIni(fileOf(files, names.network)), vlan == null ? undefined : parseIni(vlan));
}

describe('settings as files', () => {
  it('say what was said', () => {
    fc.assert(
      fc.property(anySettings, (given) => {
        expect(readBack(filesOf('eth0', given, []))).toEqual(given);
      }),
    );
  });

  it('say it also over whatever was there before', () => {
    fc.assert(
      fc.property(anySettings, anySettings, (first, second) => {
        const before = parseIni(fileOf(filesOf('eth0', first, []), names.network));
        expect(readBack(filesOf('eth0', second, before))).toEqual(second);
      }),
    );
  });

  it('keep what the system says beyond them', () => {
    const system = parseIni(`
# of the distribution
[Match]
Name=eth*
[Link]
RequiredForOnline=no
MTUBytes=9000
[Network]
DHCP=yes
LLDP=yes
Address=192.0.2.9/24
[Route]
Gateway=192.0.2.1
[Route]
Destination=198.51.100.0/24
Gateway=192.0.2.2
Metric=5
[DHCPv4]
ClientIdentifier=mac
UseDNS=no
`);
    const text = fileOf(filesOf('eth0', { ...settingsFrom(system), mtu: 1400 }, system), names.network);
    expect(text).toContain('[Match]\nName=eth0\n');
    for (const kept of [
      'RequiredForOnline=no',
      'LLDP=yes',
      'ClientIdentifier=mac',
      'UseDNS=no',
      'MTUBytes=1400',
    ])
      expect(text).toContain(kept);
    expect(text).toContain('[Route]\nDestination=198.51.100.0/24\nGateway=192.0.2.2\nMetric=5\n');
    expect(text).not.toContain('MTUBytes=9000');
    expect(text).not.toContain('Name=eth*');
    expect(parseIni(text).filter(({ name }) => name === 'Route')).toHaveLength(1);
  });

  it('a static address rests while DHCP is on, and its gateway with it', () => {
    const given = { ...settings, ipv4: [{ address: '192.0.2.7', prefixLength: 24, gateway: '192.0.2.1' }] };
    const sections = parseIni(fileOf(filesOf('eth0', given, []), names.network));
    const network = sections.find(({ name }) => name === 'Network')?.entries ?? [];
    expect(network.map(([key]) => key)).not.toContain('Address');
    expect(network.map(([key]) => key)).not.toContain('Gateway');
    expect(sections.find(({ name }) => name.startsWith('X-'))?.entries).toEqual([
      ['Address', '192.0.2.7/24'],
      ['Gateway', '192.0.2.1'],
    ]);
  });

  it('a VLAN is an interface of its own, which has the addresses', () => {
    const given = {
      ...settings,
      vlan: { enabled: true, id: 42, priority: 3 },
      dhcp4: { ...settings.dhcp4, enabled: false },
      ipv4: [{ address: '192.0.2.7', prefixLength: 24, gateway: null }],
    };
    const files = filesOf('eth0', given, []);
    expect(fileOf(files, names.vlanDevice)).toBe(
      '[NetDev]\nName=eth0.42\nKind=vlan\n\n[VLAN]\nId=42\nEgressQOSMaps=0-3\n',
    );
    expect(fileOf(files, names.vlanNetwork)).toContain('[Match]\nName=eth0.42\n');
    expect(fileOf(files, names.vlanNetwork)).toContain('Address=192.0.2.7/24');
    expect(fileOf(files, names.network)).toContain('VLAN=eth0.42');
    expect(fileOf(files, names.network)).not.toContain('Address=');
    // The file that makes networkd ask for the VLAN comes after those that describe it.
    expect([...files.keys()].at(-1)).toBe(names.network);
    const off = filesOf('eth0', { ...given, vlan: { ...given.vlan, enabled: false } }, []);
    expect([off.get(names.vlanDevice), off.get(names.vlanNetwork)]).toEqual([null, null]);
  });

  it.each([
    ['[Network]\nDHCP=yes\n', true, true],
    ['[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n', true, false],
    ['[Network]\nDHCP=ipv6\n', false, true],
    ['[Network]\nDHCP=no\nIPv6AcceptRA=no\n', false, false],
    ['[Network]\nDHCP=v4\n[IPv6AcceptRA]\nDHCPv6Client=no\n', true, false],
    // A router may ask for DHCPv6 whatever DHCP= says.
    ['[Network]\n', false, true],
  ])('%j means DHCPv4 %s and DHCPv6 %s', (text, ipv4, ipv6) => {
    const read = settingsFrom(parseIni(text));
    expect([read.dhcp4.enabled, read.dhcp6.enabled]).toEqual([ipv4, ipv6]);
  });

  it('reads addresses and routes from sections of their own, and the older name of the DHCP section', () => {
    const read = settingsFrom(
      parseIni(
        '[Network]\nDHCP=no\nDNS=192.0.2.53 2001:db8::53\n[Address]\nAddress=192.0.2.7/24\n[Route]\nGateway=192.0.2.1\n[DHCP]\nUseDNS=false\n',
      ),
    );
    expect(read.ipv4).toEqual([{ address: '192.0.2.7', prefixLength: 24, gateway: '192.0.2.1' }]);
    expect(read.nameServers).toEqual(['192.0.2.53', '2001:db8::53']);
    expect(read.dhcp4.useDns).toBe(false);
  });

  it('an interface that no file matches has no DHCP', () => {
    const read = settingsFrom(unmanaged);
    expect([read.dhcp4.enabled, read.dhcp6.enabled, read.enabled]).toEqual([false, false, true]);
  });
});

describe('configuration files', () => {
  it('comments and what is no entry are passed over, and lines can go on', () => {
    expect(parseIni('a=1\n[S]\n# c\n; d\nx = 1 \\\n 2\nnonsense\n=3\n[T]\ny=\n')).toEqual([
      { name: 'S', entries: [['x', '1   2']] },
      { name: 'T', entries: [['y', '']] },
    ]);
  });

  it('what is written is read again', () => {
    const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9:./-]{0,12}$/);
    const section = fc.record({
      name: word,
      entries: fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(section, { maxLength: 4 }), (sections) => {
        expect(parseIni(formatIni(sections))).toEqual(sections);
      }),
    );
  });

  it('no text makes the reader fail', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        settingsFrom(parseIni(text));
      }),
    );
  });
});
