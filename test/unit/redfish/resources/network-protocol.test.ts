/** The protocols of the controller: which it speaks, on which ports, and how a port moves under its clients. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, at, createClient, messageKeys } from '../../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';
import { until } from '../../../support/until.ts';

const uri = '/redfish/v1/Managers/bmc/NetworkProtocol';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startTestDaemon();
});
afterAll(() => daemon.stop());

const patch = (body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  daemon.send('PATCH', uri, body, { headers });

describe('the protocols of the controller', () => {
  it('are all that the profiles of OCP ask for', async () => {
    const { body } = await daemon.get(uri);
    expect(body).toMatchObject({
      HostName: expect.stringMatching(/^bmc-/),
      FQDN: expect.stringMatching(/^bmc-/),
      HTTP: { ProtocolEnabled: false, Port: 80 },
      HTTPS: { ProtocolEnabled: true, Port: daemon.daemon.address.port },
      SSDP: {
        ProtocolEnabled: false,
        Port: 1900,
        NotifyMulticastIntervalSeconds: 600,
        NotifyTTL: 2,
        NotifyIPv6Scope: 'Link',
      },
      mDNS: { ProtocolEnabled: false, Port: 5353 },
      NTP: { ProtocolEnabled: false, NTPServers: [], NetworkSuppliedServers: ['192.0.2.123'], Port: 123 },
      SSH: { ProtocolEnabled: false, Port: 22 },
      DHCP: { ProtocolEnabled: true },
      DHCPv6: { ProtocolEnabled: true },
      Status: { State: 'Enabled', Health: 'OK' },
    });
    expect(at(body, '/SSDP/@Redfish.WriteableProperties')).toEqual([
      'ProtocolEnabled',
      'NotifyMulticastIntervalSeconds',
      'NotifyTTL',
      'NotifyIPv6Scope',
    ]);
  });

  it('change by PATCH, all of it or nothing', async () => {
    const wanted = {
      SSDP: { NotifyMulticastIntervalSeconds: 60, NotifyTTL: 4, NotifyIPv6Scope: 'Site' },
      NTP: { ProtocolEnabled: true, NTPServers: ['ntp.example', '192.0.2.1', '2001:db8::1'] },
      SSH: { ProtocolEnabled: true },
    };
    const answer = await patch(wanted);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject(wanted);
    const before = (await daemon.get(uri)).text;
    const refused = await patch({ SSH: { ProtocolEnabled: false }, NTP: { NTPServers: ['not a server'] } });
    expect([refused.status, messageKeys(refused)]).toEqual([400, ['PropertyValueFormatError']]);
    expect((await daemon.get(uri)).text).toBe(before);
  });

  it('the list of time servers follows the rules for arrays', async () => {
    const servers = async (list: unknown) =>
      at((await patch({ NTP: { NTPServers: list } })).body, '/NTP/NTPServers');
    expect(await servers(['a.example', 'b.example', 'c.example'])).toEqual([
      'a.example',
      'b.example',
      'c.example',
    ]);
    expect(await servers([null, {}, 'd.example'])).toEqual(['b.example', 'd.example']);
    expect(await servers([{}, 'e.example', {}])).toBeUndefined();
    expect(await servers(['f.example'])).toEqual(['f.example']);
    expect(await servers([])).toEqual([]);
  });

  it.each<[unknown, string]>([
    [{ NTP: { NTPServers: ['ntp.example\nFallbackNTP=evil'] } }, 'PropertyValueFormatError'],
    [{ NTP: { NTPServers: ['127.0.0.1'] } }, 'PropertyValueFormatError'],
    [{ NTP: { NTPServers: Array.from({ length: 9 }, () => 'ntp.example') } }, 'ArraySizeTooLong'],
    [{ NTP: { NetworkSuppliedServers: [] } }, 'PropertyNotWritable'],
    [{ NTP: { ProtocolEnabled: null } }, 'PropertyValueTypeError'],
    [{ SSDP: { Port: 1901 } }, 'PropertyNotWritable'],
    [{ SSDP: { NotifyTTL: 0 } }, 'PropertyValueOutOfRange'],
    [{ SSDP: { NotifyTTL: 256 } }, 'PropertyValueOutOfRange'],
    [{ SSDP: { NotifyMulticastIntervalSeconds: 86_401 } }, 'PropertyValueOutOfRange'],
    [{ SSDP: { NotifyMulticastIntervalSeconds: null } }, 'PropertyValueTypeError'],
    [{ SSDP: { NotifyIPv6Scope: 'Global' } }, 'PropertyValueNotInList'],
    [{ HTTPS: { Port: 0 } }, 'PropertyValueOutOfRange'],
    [{ HTTPS: { Port: 65_536 } }, 'PropertyValueOutOfRange'],
    [{ HTTPS: { Port: null } }, 'PropertyValueTypeError'],
    [{ HTTPS: { ProtocolEnabled: false } }, 'PropertyNotWritable'],
    [{ HostName: 'other' }, 'PropertyNotWritable'],
  ])('%j is refused as %s', async (body, key) => {
    const before = (await daemon.get(uri)).text;
    const answer = await patch(body);
    expect([answer.status, messageKeys(answer)]).toEqual([400, [key]]);
    expect((await daemon.get(uri)).text).toBe(before);
  });
});

describe('the port of HTTPS', () => {
  /** A port that was free just now. */
  const freePort = (): Promise<number> =>
    new Promise((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port } = probe.address() as { port: number };
        probe.close(() => resolve(port));
      });
    });
  const at127 = (port: number) => createClient(`https://127.0.0.1:${port}`);
  const portOf = async (client: Pick<TestDaemon, 'get'>) => at((await client.get(uri)).body, '/HTTPS/Port');
  const refuses = (port: number) =>
    until(`port ${port} to close`, async () => {
      const client = at127(port);
      const answered = await client.get('/redfish/v1/').then(
        () => true,
        () => false,
      );
      client.close();
      return !answered;
    });

  it('moves with its clients: the answer comes over the old one, the new one is open by then', async () => {
    const old = daemon.daemon.address.port;
    const port = await freePort();
    const answer = await patch({ HTTPS: { Port: port } });
    expect([answer.status, at(answer.body, '/HTTPS/Port')]).toEqual([200, port]);
    const moved = at127(port);
    expect(await portOf(moved)).toBe(port);
    await refuses(old);
    expect(await portOf(moved)).toBe(port);
    expect((await moved.send('PATCH', uri, { HTTPS: { Port: old } })).status).toBe(200);
    moved.close();
    await refuses(port);
    expect(await portOf(daemon)).toBe(old);
  });

  it('moves back at once when it was a mistake', async () => {
    const old = daemon.daemon.address.port;
    const port = await freePort();
    await patch({ HTTPS: { Port: port } });
    const moved = at127(port);
    expect((await moved.send('PATCH', uri, { HTTPS: { Port: old } })).status).toBe(200);
    moved.close();
    await refuses(port);
    expect(await portOf(daemon)).toBe(old);
  });

  it('moves back by itself when nobody confirms it', async () => {
    const old = daemon.daemon.address.port;
    const port = await freePort();
    const answer = await patch({ HTTPS: { Port: port } }, { Prefer: 'confirm-within=1' });
    expect(answer.headers['preference-applied']).toBe('confirm-within=1');
    const moved = at127(port);
    expect(await portOf(moved)).toBe(port);
    moved.close();
    await refuses(port);
    expect(await portOf(daemon)).toBe(old);
  });

  it('stays where it is when somebody else has the other', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const answer = await patch({ HTTPS: { Port: port }, NTP: { ProtocolEnabled: false } });
    expect([answer.status, messageKeys(answer)]).toEqual([409, ['PropertyValueExternalConflict']]);
    // The write that had gone before is taken back with it.
    expect(at((await daemon.get(uri)).body, '/NTP/ProtocolEnabled')).toBe(true);
    expect(await portOf(daemon)).toBe(daemon.daemon.address.port);
    await new Promise((resolve) => other.close(resolve));
  });
});
