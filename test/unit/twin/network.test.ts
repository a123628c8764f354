/** The network of a twin: its configuration is readable and survives a restart. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prefixLengthOf } from '../../../src/network/addresses.ts';
import { Settings } from '../../../src/store/settings.ts';
import { twinNetwork } from '../../../src/twin/network.ts';
import { anySettings } from '../network/support.ts';
import { open } from '../store/support.ts';

const uuid = '5b1d3c52-6d0f-4c1c-8b43-6f5f0c2f7a11';

describe('the network of a twin', () => {
  it('has an interface with every property', () => {
    const { interfaces, nameServers, ntp, ssh, configurable } = twinNetwork(
      new Settings(open()),
      uuid,
    ).read();
    const [eth0] = interfaces;
    expect(interfaces).toHaveLength(1);
    expect(eth0).toMatchObject({ id: 'eth0', up: true, linkUp: true, speedMbps: 1000, fullDuplex: true });
    // Locally administered, of one station.
    expect(eth0?.macAddress).toMatch(/^02(:[0-9a-f]{2}){5}$/);
    expect(eth0?.ipv4).toEqual([
      { address: '192.0.2.10', subnetMask: '255.255.255.0', gateway: '192.0.2.1', origin: 'DHCP' },
    ]);
    expect(eth0?.ipv6.map(({ origin }) => origin)).toEqual(['LinkLocal', 'SLAAC', 'DHCPv6']);
    expect(nameServers).toEqual(['192.0.2.53', '2001:db8::53']);
    expect([ntp.enabled, ssh, configurable]).toEqual([false, { enabled: false, port: 22 }, true]);
  });

  it('has a MAC address derived from the service UUID', () => {
    const macOf = (id: string) => twinNetwork(new Settings(open()), id).read().interfaces[0]?.macAddress;
    expect(macOf(uuid)).toBe(macOf(uuid));
    expect(macOf(uuid)).not.toBe(macOf('5b1d3c52-6d0f-4c1c-8b43-6f5f0c2f7a12'));
  });

  it('applies a configuration at activation, and keeps it over a restart', async () => {
    await fc.assert(
      fc.asyncProperty(anySettings, async (wanted) => {
        const settings = new Settings(open());
        const network = twinNetwork(settings, uuid);
        const before = network.read().interfaces[0]?.ipv4;
        const change = { kind: 'interface' as const, id: 'eth0', settings: wanted };
        network.write(change);
        expect(network.read().interfaces[0]).toMatchObject({ settings: wanted, ipv4: before });
        await network.activate(change);
        const shown = network.read();
        const [eth0] = shown.interfaces;
        expect(twinNetwork(settings, uuid).read()).toEqual(shown);
        expect(eth0?.up).toBe(wanted.enabled);
        // One address with at most one gateway, and every mask is one.
        expect(eth0?.ipv4.length).toBeLessThanOrEqual(1);
        for (const { subnetMask } of eth0?.ipv4 ?? []) expect(prefixLengthOf(subnetMask)).toBeDefined();
        if (wanted.enabled && !wanted.dhcp4.enabled)
          expect(eth0?.ipv4.map(({ address }) => address)).toEqual(wanted.ipv4.map(({ address }) => address));
        if (wanted.macAddress !== null) expect(eth0?.macAddress).toBe(wanted.macAddress);
      }),
      { numRuns: 25 },
    );
  });

  it('starts with defaults when the kept configuration is invalid', () => {
    const settings = new Settings(open());
    settings.setJson('twin.network', { settings: { enabled: 1 } });
    expect(twinNetwork(settings, uuid).read().interfaces).toHaveLength(1);
  });
});
