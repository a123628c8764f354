/** systemd-networkd itself, in a network and a file system of its own, does what our files say. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { NetworkInterface } from '../../../src/network/model.ts';

const root = join(import.meta.dirname, '../../..');
const networkd = ['/usr/lib/systemd/systemd-networkd', '/lib/systemd/systemd-networkd'].find((path) =>
  existsSync(path),
);

/** Without udev, networkd takes links as they are where /sys cannot be written. */
const script = `set -e
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mount -t sysfs -o ro sysfs /sys
mount -t tmpfs tmpfs /etc/systemd/network
mkdir -p /run/dbus /run/systemd/netif/links /run/systemd/netif/leases /run/systemd/system
chown -R systemd-network: /run/systemd/netif
ip link set lo up
ip link add eth0 type veth peer name peer0
ip link set peer0 up
printf '[Match]\\nName=eth*\\n[Network]\\nDHCP=ipv4\\nLLDP=no\\n' > /etc/systemd/network/80-all.network
dbus-daemon --system --fork --nopidfile
${networkd} >&2 &
until networkctl list >/dev/null 2>&1; do sleep 0.1; done
node test/lanes/network/system.mjs
`;

function obstacle(): string | undefined {
  if (networkd === undefined) return 'systemd-networkd is not installed';
  const probe = spawnSync('unshare', ['-n', '-m', '-p', '-f', '--mount-proc', 'dbus-daemon', '--version']);
  return probe.status === 0 ? undefined : 'no private namespace with a message bus can be made';
}
const reason = obstacle();
if (reason !== undefined)
  process.stderr.write(`\nSKIPPED: systemd-networkd does not judge our files: ${reason}\n`);

describe.skipIf(reason !== undefined)('systemd-networkd', () => {
  let met: Readonly<Record<'first' | 'fixed' | 'down' | 'up' | 'back', NetworkInterface>>;
  let said: string;

  beforeAll(() => {
    const words = ['-n', '-m', '-p', '-f', '--mount-proc', '--kill-child', 'bash', '-c', script];
    const run = spawnSync('unshare', words, { cwd: root, encoding: 'utf8', timeout: 60_000 });
    if (run.status !== 0) throw new Error(run.stderr);
    met = JSON.parse(run.stdout) as typeof met;
    said = run.stderr;
  }, 70_000);

  it('understands every line', () => {
    expect(said).toContain('05-redfishd-eth0.network');
    expect(said).not.toMatch(/Unknown (key|section|lvalue)|Failed to parse|ignoring assignment/i);
  });

  it('begins with what the system says', () => {
    expect(met.first).toMatchObject({ own: false, up: true, settings: { dhcp4: { enabled: true } } });
  });

  it('gives static addresses and gateways', () => {
    expect(met.fixed).toMatchObject({
      own: true,
      ipv4: [{ address: '192.0.2.77', subnetMask: '255.255.255.0', gateway: '192.0.2.1', origin: 'Static' }],
      ...{ ipv6Gateway: '2001:db8::1', mtu: 1400 },
    });
    const origins = met.fixed.ipv6.map(({ address, origin }) => [address, origin]);
    expect(origins).toContainEqual(['2001:db8::77', 'Static']);
    expect(origins).toContainEqual([expect.stringMatching(/^fe80:/), 'LinkLocal']);
  });

  it('takes the interface down and brings it up, with another MAC address', () => {
    expect(met.down).toMatchObject({ up: false, linkUp: false, ipv4: [] });
    expect(met.up).toMatchObject({
      up: true,
      macAddress: '02:00:00:00:00:77',
      ipv4: [{ address: '192.0.2.77' }],
    });
  });

  it('goes back to what the system says', () => {
    expect(met.back).toMatchObject({
      own: false,
      ipv4: [],
      settings: { dhcp4: { enabled: true }, ipv4: [] },
    });
  });
});
