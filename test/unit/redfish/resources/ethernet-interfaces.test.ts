/** The network of the controller as clients read and write it, on a twin. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, at, messageKeys } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';
import { logEntries } from '../../../support/logs.ts';
import { shows } from '../../../support/until.ts';

const eth0 = '/redfish/v1/Managers/bmc/EthernetInterfaces/eth0';
const fixed = {
  DHCPv4: { DHCPEnabled: false },
  IPv4StaticAddresses: [{ Address: '192.0.2.20', SubnetMask: '255.255.255.0', Gateway: '192.0.2.1' }],
};
const dhcp = { DHCPv4: { DHCPEnabled: true }, IPv4StaticAddresses: [] };

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.stop());

const patch = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  daemon.send('PATCH', eth0, body, { headers });
const read = async (pointer: string) => at((await daemon.get(eth0)).body, pointer);

describe('an interface', () => {
  it('shows all that the profiles of OCP ask for', async () => {
    const { body } = await daemon.get(eth0);
    expect(body).toMatchObject({
      MACAddress: expect.stringMatching(/^02(:[0-9a-f]{2}){5}$/),
      ...{ SpeedMbps: 1000, InterfaceEnabled: true, LinkStatus: 'LinkUp', MTUSize: 1500 },
      Status: { State: 'Enabled', Health: 'OK' },
      HostName: expect.stringMatching(/^bmc-/),
      FQDN: expect.stringMatching(/^bmc-/),
      NameServers: ['192.0.2.53', '2001:db8::53'],
      StaticNameServers: [],
      IPv4Addresses: [
        { Address: '192.0.2.10', SubnetMask: '255.255.255.0', AddressOrigin: 'DHCP', Gateway: '192.0.2.1' },
      ],
      IPv4StaticAddresses: [],
      IPv6StaticAddresses: [],
      IPv6StaticDefaultGateways: [],
      DHCPv4: { DHCPEnabled: true },
      DHCPv6: { OperatingMode: 'Enabled' },
    });
    // None has been set, and a number that nobody chose would be taken for one.
    expect(body).not.toHaveProperty('VLAN');
    const origins = (at(body, '/IPv6Addresses') as readonly Record<string, unknown>[]).map(
      ({ AddressOrigin, AddressState }) => [AddressOrigin, AddressState],
    );
    expect(origins).toEqual([
      ['LinkLocal', 'Preferred'],
      ['SLAAC', 'Preferred'],
      ['DHCPv6', 'Preferred'],
    ]);
  });

  it('names what can be written, in the elements of arrays too', async () => {
    const { body } = await daemon.get(eth0);
    for (const name of ['HostName', 'FQDN', 'NameServers', 'IPv4Addresses', 'StaticNameServers'])
      expect(at(body, '/@Redfish.WriteableProperties')).toContain(name);
    expect(at(body, '/DHCPv4/@Redfish.WriteableProperties')).toContain('DHCPEnabled');
    expect(at(body, '/@Redfish.WriteableProperties')).toContain('VLAN');
    expect(at(body, '/IPv4Addresses/0/@Redfish.WriteableProperties')).toEqual([
      'Address',
      'SubnetMask',
      'Gateway',
    ]);
  });
});

describe('a PATCH of an interface', () => {
  afterEach(async () => {
    expect((await patch({ ...dhcp, IPv6StaticAddresses: [], StaticNameServers: [] })).status).toBe(200);
    await shows(daemon, eth0, '/IPv4Addresses/0/AddressOrigin', 'DHCP');
  });

  it('is answered with what is to be, which then comes to be', async () => {
    const answer = await patch(fixed);
    expect([answer.status, at(answer.body, '/IPv4StaticAddresses/0/Address')]).toEqual([200, '192.0.2.20']);
    expect(answer.headers['preference-applied']).toBeUndefined();
    await shows(daemon, eth0, '/IPv4Addresses/0/Address', '192.0.2.20');
    expect(await read('/IPv4Addresses')).toMatchObject([
      { SubnetMask: '255.255.255.0', AddressOrigin: 'Static', Gateway: '192.0.2.1' },
    ]);
  });

  it('a change that cuts nobody off is there with the answer', async () => {
    const answer = await patch({
      StaticNameServers: ['198.51.100.53', '2001:DB8::5'],
      IPv6AddressPolicyTable: [{ Prefix: '2001:DB8::/32', Precedence: 45, Label: 7 }],
    });
    expect(at(answer.body, '/StaticNameServers')).toEqual(['198.51.100.53', '2001:db8::5']);
    expect(at(answer.body, '/NameServers')).toContain('198.51.100.53');
    expect(at(answer.body, '/IPv6AddressPolicyTable')).toMatchObject([
      { Prefix: '2001:db8::/32', Precedence: 45, Label: 7 },
    ]);
  });

  it('arrays are changed by the rules for arrays', async () => {
    const given = [
      { Address: '2001:db8::21', PrefixLength: 64 },
      { Address: '2001:db8::22', PrefixLength: 64 },
      { Address: '2001:db8::23', PrefixLength: 64 },
    ];
    await patch({ IPv6StaticAddresses: given });
    await patch({ IPv6StaticAddresses: [{}, null, { PrefixLength: 48 }] });
    expect(await read('/IPv6StaticAddresses')).toMatchObject([
      { Address: '2001:db8::21', PrefixLength: 64 },
      { Address: '2001:db8::23', PrefixLength: 48 },
    ]);
  });

  it('a client may send back what it has read', async () => {
    await patch(fixed);
    const { body } = await daemon.get(eth0);
    const again = {
      IPv4StaticAddresses: at(body, '/IPv4StaticAddresses'),
      VLAN: at(body, '/VLAN'),
      DHCPv6: at(body, '/DHCPv6'),
    };
    expect((await patch(again)).status).toBe(200);
    expect(await read('/IPv4StaticAddresses')).toEqual(again.IPv4StaticAddresses);
  });

  it('the older way to set an address does the same', async () => {
    const Address = { Address: '192.0.2.30', SubnetMask: '255.255.255.0' };
    const answer = await patch({ DHCPv4: { DHCPEnabled: false }, IPv4Addresses: [Address] });
    expect(at(answer.body, '/IPv4StaticAddresses')).toMatchObject([
      // What a client does not name stays as it was.
      { ...Address, Gateway: '192.0.2.1' },
    ]);
  });

  it('a name belongs to the whole controller; an FQDN is stronger than a host name', async () => {
    const answer = await patch({ HostName: 'ignored', FQDN: 'node7.rack.example' });
    expect([at(answer.body, '/HostName'), at(answer.body, '/FQDN')]).toEqual(['node7', 'node7.rack.example']);
    const renamed = await patch({ HostName: 'node8' });
    expect(at(renamed.body, '/FQDN')).toBe('node8.rack.example');
    const { body } = await daemon.get('/redfish/v1/Managers/bmc/NetworkProtocol');
    expect([at(body, '/HostName'), at(body, '/FQDN')]).toEqual(['node8', 'node8.rack.example']);
  });

  const ipv4 = (more: object) => ({
    IPv4StaticAddresses: [{ Address: '192.0.2.7', SubnetMask: '255.255.255.0', ...more }],
  });
  it.each<[string, unknown, string, string]>([
    [
      'a mask with holes',
      ipv4({ SubnetMask: '255.0.255.0' }),
      'PropertyValueFormatError',
      '#/IPv4StaticAddresses/0/SubnetMask',
    ],
    [
      'no mask',
      { IPv4StaticAddresses: [{ Address: '192.0.2.7' }] },
      'PropertyMissing',
      '#/IPv4StaticAddresses/0/SubnetMask',
    ],
    [
      'an address of a group',
      ipv4({ Address: '224.0.0.1' }),
      'PropertyValueFormatError',
      '#/IPv4StaticAddresses/0/Address',
    ],
    [
      'the address of the network',
      ipv4({ Address: '192.0.2.0' }),
      'PropertyValueFormatError',
      '#/IPv4StaticAddresses/0/Address',
    ],
    [
      'a gateway elsewhere',
      ipv4({ Gateway: '198.51.100.1' }),
      'PropertyValueConflict',
      '#/IPv4StaticAddresses/0/Gateway',
    ],
    [
      'itself as the gateway',
      ipv4({ Gateway: '192.0.2.7' }),
      'PropertyValueConflict',
      '#/IPv4StaticAddresses/0/Gateway',
    ],
    [
      'two addresses',
      { IPv4StaticAddresses: [...ipv4({}).IPv4StaticAddresses, ...ipv4({}).IPv4StaticAddresses] },
      'ArraySizeTooLong',
      '#/IPv4StaticAddresses',
    ],
    [
      'an origin',
      { IPv4StaticAddresses: [{ AddressOrigin: 'DHCP' }] },
      'PropertyNotWritable',
      '#/IPv4StaticAddresses/0/AddressOrigin',
    ],
    [
      'an address that DHCP gives',
      { IPv4Addresses: [{ Address: '192.0.2.7', SubnetMask: '255.255.255.0' }] },
      'PropertyValueConflict',
      '#/IPv4Addresses',
    ],
    [
      'an IPv6 address of all',
      { IPv6StaticAddresses: [{ Address: 'ff02::1', PrefixLength: 64 }] },
      'PropertyValueFormatError',
      '#/IPv6StaticAddresses/0/Address',
    ],
    [
      'an IPv6 prefix too long',
      { IPv6StaticAddresses: [{ Address: '2001:db8::1', PrefixLength: 129 }] },
      'PropertyValueOutOfRange',
      '#/IPv6StaticAddresses/0/PrefixLength',
    ],
    [
      'a name as a name server',
      { StaticNameServers: ['dns.example'] },
      'PropertyValueFormatError',
      '#/StaticNameServers/0',
    ],
    [
      'name servers by both names',
      { StaticNameServers: [], NameServers: [] },
      'PropertyValueConflict',
      '#/NameServers',
    ],
    [
      'a MAC address of a group',
      { MACAddress: '01:00:5e:00:00:01' },
      'PropertyValueFormatError',
      '#/MACAddress',
    ],
    ['an MTU too small for IPv6', { MTUSize: 576 }, 'PropertyValueOutOfRange', '#/MTUSize'],
    ['a VLAN without a number', { VLAN: { VLANEnable: true } }, 'PropertyValueConflict', '#/VLAN/VLANEnable'],
    ['the VLAN of no network', { VLAN: { VLANId: 0 } }, 'PropertyValueOutOfRange', '#/VLAN/VLANId'],
    ['neither on nor off', { InterfaceEnabled: null }, 'PropertyValueTypeError', '#/InterfaceEnabled'],
    [
      'a mode that is deprecated',
      { DHCPv6: { OperatingMode: 'Stateful' } },
      'PropertyValueNotInList',
      '#/DHCPv6/OperatingMode',
    ],
    ['a host name with a dot', { HostName: 'a.b' }, 'PropertyValueFormatError', '#/HostName'],
    ['more than a host name', { HostName: 'a\nb' }, 'PropertyValueFormatError', '#/HostName'],
    ['a name too long', { FQDN: `${'a'.repeat(60)}.example` }, 'StringValueTooLong', '#/FQDN'],
    [
      'a prefix that is none',
      { IPv6AddressPolicyTable: [{ Prefix: '::', Precedence: 1, Label: 1 }] },
      'PropertyValueFormatError',
      '#/IPv6AddressPolicyTable/0/Prefix',
    ],
    [
      'an entry without a label',
      {
        IPv6AddressPolicyTable: [
          { Prefix: '::/1', Precedence: 1 },
          { Prefix: '::/2', Precedence: 1, Label: 1 },
        ],
      },
      'PropertyMissing',
      '',
    ],
  ])('is refused for %s, and changes nothing', async (_, body, key, pointer) => {
    const table = 'IPv6AddressPolicyTable' in (body as object);
    if (table) await patch({ IPv6AddressPolicyTable: [] });
    const before = (await daemon.get(eth0)).text;
    const answer = await patch({ DHCPv6: { UseNTPServers: false }, ...(body as object) });
    expect([answer.status, messageKeys(answer)]).toEqual([400, [key]]);
    if (pointer !== '')
      expect(at(answer.body, '/error/@Message.ExtendedInfo/0/RelatedProperties/0')).toBe(pointer);
    expect((await daemon.get(eth0)).text).toBe(before);
  });
});

describe('a change on trial', () => {
  const trial = { Prefer: 'confirm-within=1' };

  it('is announced and undone when it is not confirmed, and the log says why', async () => {
    const answer = await patch(fixed, trial);
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, 'confirm-within=1']);
    await shows(daemon, eth0, '/IPv4Addresses/0/Address', '192.0.2.20');
    await shows(daemon, eth0, '/IPv4Addresses/0/Address', '192.0.2.10');
    expect(await read('/DHCPv4/DHCPEnabled')).toBe(true);
    const entry = (await logEntries(daemon, 'EventLog')).at(-1);
    expect(entry?.Message).toContain('it was not confirmed in time');
    expect(at(entry, '/Links/OriginOfCondition/@odata.id')).toBe(eth0);
  });

  it('stays when the same PATCH comes once more without the preference', async () => {
    await patch(fixed, { Prefer: 'confirm-within=2' });
    const confirmed = await patch(fixed);
    expect([confirmed.status, confirmed.headers['preference-applied']]).toEqual([200, undefined]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await read('/IPv4Addresses/0/Address')).toBe('192.0.2.20');
    await patch(dhcp);
  });

  it('is not begun where nothing is at risk', async () => {
    const answer = await patch({ StaticNameServers: ['198.51.100.53'] }, trial);
    expect([answer.status, answer.headers['preference-applied']]).toEqual([200, undefined]);
  });

  it.each(['0', '3601', '-1', '1.5', 'soon', ''])(
    'of %j seconds is refused before anything changes',
    async (time) => {
      const answer = await patch(fixed, { Prefer: `confirm-within="${time}"` });
      expect([answer.status, messageKeys(answer)]).toEqual([400, ['HeaderInvalid']]);
      expect(await read('/IPv4StaticAddresses')).toEqual([]);
    },
  );
});

describe('a restart', () => {
  it('keeps what was set', async () => {
    const state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
    const first = await startTestDaemon({ state });
    await first.send('PATCH', eth0, { ...fixed, HostName: 'kept', MTUSize: 1400 });
    await first.stop();
    const second = await startTestDaemon({ state });
    try {
      expect((await second.get(eth0)).body).toMatchObject({
        ...{ HostName: 'kept', MTUSize: 1400, IPv4Addresses: [{ Address: '192.0.2.20' }] },
      });
    } finally {
      await second.stop();
      rmSync(state, { recursive: true, force: true });
    }
  });
});
