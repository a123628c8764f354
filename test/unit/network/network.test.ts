/** Changes that may cut a client off: they wait for the answer, are put back when they fail, and when nobody confirms them. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HttpsPort } from '../../../src/network/https-port.ts';
import { linuxNetwork } from '../../../src/network/linux.ts';
import {
  defaultInterfaceSettings,
  type InterfaceSettings,
  NetworkError,
} from '../../../src/network/model.ts';
import { Network, type NetworkReport } from '../../../src/network/network.ts';
import { Settings } from '../../../src/store/settings.ts';
import type { Store } from '../../../src/store/store.ts';
import { twinNetwork } from '../../../src/twin/network.ts';
import { open } from '../store/support.ts';
import { boardRoot, programs } from './support.ts';

const uuid = '5b1d3c52-6d0f-4c1c-8b43-6f5f0c2f7a11';
const address = { ipv4: [{ address: '192.0.2.7', prefixLength: 24, gateway: '192.0.2.1' }] };
const fixed: Partial<InterfaceSettings> = {
  ...address,
  dhcp4: { ...defaultInterfaceSettings.dhcp4, enabled: false },
};
const eth0 = (settings: Partial<InterfaceSettings>) => ({
  ...{ kind: 'interface' as const, id: 'eth0', settings: { ...defaultInterfaceSettings, ...settings } },
});

/** A twin's network on a store; what it reports is collected. */
function twin(store: Store = open()) {
  const settings = new Settings(store);
  const reports: NetworkReport[] = [];
  const httpsPort = new HttpsPort(settings, 8443);
  const network = new Network({
    ...{ settings, httpsPort },
    backend: twinNetwork(settings, uuid),
    report: (report) => reports.push(report),
  });
  const addresses = () => network.read().interfaces.flatMap(({ ipv4 }) => ipv4.map((each) => each.address));
  const told = () => network.read().interfaces[0]?.settings;
  return { network, reports, httpsPort, addresses, told, store };
}

describe('a change that may cut the client off', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is kept at once and put to work a moment later', async () => {
    const { network, reports, addresses, told } = twin();
    await network.apply(eth0(fixed));
    expect(told()).toMatchObject(address);
    expect(addresses()).toEqual(['192.0.2.10']);
    await vi.advanceTimersByTimeAsync(500);
    expect(addresses()).toEqual(['192.0.2.7']);
    expect(reports).toEqual([{ outcome: 'applied', name: 'interface eth0', reason: '', interface: 'eth0' }]);
  });

  it('nothing else waits', async () => {
    const { network, reports } = twin();
    expect(network.isRisky(eth0({ nameServers: ['192.0.2.53'], ...address }))).toBe(false);
    await network.apply(eth0({ nameServers: ['192.0.2.53'], ...address }));
    expect(network.read().nameServers).toContain('192.0.2.53');
    await vi.advanceTimersByTimeAsync(1000);
    expect(reports).toEqual([]);
  });

  it.each<[string, Partial<InterfaceSettings>]>([
    ['the interface down', { enabled: false }],
    ['another MAC address', { macAddress: '02:00:00:00:00:01' }],
    ['another MTU', { mtu: 1400 }],
    ['a VLAN', { vlan: { enabled: true, id: 5, priority: 0 } }],
    ['DHCP off', { dhcp4: { ...defaultInterfaceSettings.dhcp4, enabled: false } }],
    ['no gateway from DHCP', { dhcp4: { ...defaultInterfaceSettings.dhcp4, useGateway: false } }],
    ['DHCPv6 off', { dhcp6: { ...defaultInterfaceSettings.dhcp6, enabled: false } }],
    ['no addresses from routers', { autoconf: { ipv4: false, ipv6: false } }],
    ['an IPv6 address', { ipv6: [{ address: '2001:db8::7', prefixLength: 64 }] }],
    ['an IPv6 gateway', { gateways6: [{ address: 'fe80::2', prefixLength: null }] }],
  ])('is %s', (_, patch) => {
    expect(twin().network.isRisky(eth0(patch))).toBe(true);
  });

  it('can be taken back while it waits, and afterwards', async () => {
    const { network, addresses, told } = twin();
    const undo = await network.apply(eth0(fixed));
    await undo();
    await vi.advanceTimersByTimeAsync(1000);
    expect(addresses()).toEqual(['192.0.2.10']);
    expect(told()?.dhcp4.enabled).toBe(true);
    const later = await network.apply(eth0(fixed));
    await vi.advanceTimersByTimeAsync(500);
    expect(addresses()).toEqual(['192.0.2.7']);
    await later();
    expect(addresses()).toEqual(['192.0.2.10']);
  });

  it('on trial is undone without a confirmation', async () => {
    const { network, reports, addresses } = twin();
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(addresses()).toEqual(['192.0.2.7']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(addresses()).toEqual(['192.0.2.10']);
    expect(reports.at(-1)).toMatchObject({ outcome: 'undone', name: 'interface eth0' });
  });

  it('on trial stays when it is asked for once more', async () => {
    const { network, addresses } = twin();
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(30_000);
    await network.apply(eth0(fixed));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(addresses()).toEqual(['192.0.2.7']);
  });

  it('a second trial leads back to what was last confirmed', async () => {
    const { network, addresses } = twin();
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(30_000);
    const other = [{ address: '192.0.2.8', prefixLength: 24, gateway: null }];
    await network.apply(eth0({ ...fixed, ipv4: other }), 60_000);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(addresses()).toEqual(['192.0.2.8']);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(addresses()).toEqual(['192.0.2.10']);
  });

  it('a trial that is asked for again begins anew', async () => {
    const { network, addresses } = twin();
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(network.isRisky(eth0(fixed))).toBe(true);
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(45_000);
    expect(addresses()).toEqual(['192.0.2.7']);
    await vi.advanceTimersByTimeAsync(15_000);
    expect(addresses()).toEqual(['192.0.2.10']);
  });

  it('a change that cannot be kept confirms no trial', async () => {
    const { network, addresses, store } = twin();
    await network.apply(eth0(fixed), 60_000);
    await vi.advanceTimersByTimeAsync(1000);
    store.run("CREATE TRIGGER full BEFORE UPDATE ON settings BEGIN SELECT RAISE(ABORT, 'full'); END");
    await expect(network.apply(eth0({ ...fixed, mtu: 1400 }))).rejects.toThrow();
    store.run('DROP TRIGGER full');
    expect(addresses()).toEqual(['192.0.2.7']);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(addresses()).toEqual(['192.0.2.10']);
  });

  it('a trial of what is at no risk is none', async () => {
    const { network } = twin();
    await network.apply(eth0({ nameServers: ['192.0.2.53'] }), 1000);
    await vi.advanceTimersByTimeAsync(5000);
    expect(network.read().nameServers).toContain('192.0.2.53');
  });

  it('does not outlive the daemon without having been confirmed', async () => {
    const before = twin();
    await before.network.apply(eth0(fixed), 60_000);
    await before.network.apply({ kind: 'httpsPort', port: 9443 }, 60_000);
    await vi.advanceTimersByTimeAsync(500);
    await before.network.close();
    const after = twin(before.store);
    expect(after.addresses()).toEqual(['192.0.2.7']);
    await after.network.start();
    expect(after.addresses()).toEqual(['192.0.2.10']);
    expect(after.httpsPort.wanted).toBe(8443);
    expect(after.reports.map(({ outcome, name }) => [outcome, name])).toEqual([
      ['undone', 'interface eth0'],
      ['undone', 'httpsPort'],
    ]);
    const again = twin(before.store);
    await again.network.start();
    expect(again.reports).toEqual([]);
  });

  it('is put to work before the daemon ends', async () => {
    const { network, addresses } = twin();
    await network.apply(eth0(fixed));
    await network.close();
    expect(addresses()).toEqual(['192.0.2.7']);
  });

  it('a trial that was kept in some other form is passed over', async () => {
    const store = open();
    new Settings(store).setJson('network.trials', [
      { name: 'interface eth0', undo: { kind: 'interface', id: 'eth0', settings: { enabled: 'yes' } } },
      { name: 'x', undo: null },
      null,
      'x',
    ]);
    const { network, reports } = twin(store);
    await network.start();
    expect(reports).toEqual([]);
  });
});

describe('on a board', () => {
  const own = 'etc/systemd/network/05-redfishd-eth0.network';

  function board() {
    const root = boardRoot();
    const settings = new Settings(open());
    const reports: NetworkReport[] = [];
    const network = new Network({
      ...{ settings, httpsPort: new HttpsPort(settings, 443), delay: 10 },
      backend: linuxNetwork({ root, addresses: () => ({}) }),
      report: (report) => reports.push(report),
    });
    return { root, network, reports };
  }
  const reported = (reports: readonly NetworkReport[]) =>
    vi.waitUntil(() => reports.length > 0, { timeout: 10_000, interval: 10 });

  it('what networkd does not take is put back, also when the answer is already out', async () => {
    const { root, network, reports } = board();
    const { fail, calls } = programs('networkctl');
    fail('reload');
    await network.apply(eth0(fixed));
    expect(readFileSync(root + own, 'utf8')).toContain('192.0.2.7');
    await reported(reports);
    expect(existsSync(root + own)).toBe(false);
    expect(reports).toEqual([
      {
        outcome: 'failed',
        name: 'interface eth0',
        interface: 'eth0',
        reason: expect.stringContaining('no such luck'),
      },
    ]);
    expect(calls()).toHaveLength(2);
  });

  it('an immediate failure changes nothing and is reported', async () => {
    const { root, network } = board();
    programs('networkctl', 'systemctl').fail('timesyncd');
    const time = { kind: 'time' as const, enabled: true, servers: ['ntp.example'] };
    await expect(network.apply(time)).rejects.toThrow(NetworkError);
    expect(readFileSync(`${root}etc/systemd/timesyncd.conf.d/50-redfishd.conf`, 'utf8')).not.toContain(
      'ntp.example',
    );
    expect(network.read().ntp).toEqual({ enabled: false, servers: [], suppliedServers: [] });
  });

  it('the address of the hardware comes back when another was only tried', async () => {
    const { root, network, reports } = board();
    programs('networkctl');
    await network.apply(eth0({ macAddress: '02:00:00:00:00:01', mtu: 1400 }), 100);
    expect(readFileSync(root + own, 'utf8')).toContain('MACAddress=02:00:00:00:00:01');
    await vi.waitUntil(() => reports.some(({ outcome }) => outcome === 'undone'), { timeout: 10_000 });
    expect(readFileSync(root + own, 'utf8')).toContain('MACAddress=02:00:5e:10:20:30\nMTUBytes=1500\n');
  });
});

describe('the port of HTTPS', () => {
  it('is the one that was asked for, as long as the command line says what it said then', async () => {
    const settings = new Settings(open());
    const port = new HttpsPort(settings, 443);
    expect(port.wanted).toBe(443);
    await port.move(8443);
    expect(new HttpsPort(settings, 443).wanted).toBe(8443);
    expect(new HttpsPort(settings, 9443).wanted).toBe(9443);
    await port.move(443);
    expect(settings.get('https.port')).toBeUndefined();
  });

  it('stays where the new one cannot be had', async () => {
    const settings = new Settings(open());
    const port = new HttpsPort(settings, 443);
    port.onMove(() => Promise.reject(new Error('taken')));
    await expect(port.move(8443)).rejects.toThrow('taken');
    expect(port.wanted).toBe(443);
  });
});
