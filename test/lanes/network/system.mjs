/** Changes the network of a machine on which systemd-networkd runs, and prints what it then shows. */
import { linuxNetwork } from '../../../dist/src/network/linux.js';

const network = linuxNetwork();
const eth0 = () => network.read().interfaces.find(({ id }) => id === 'eth0');
const met = { first: eth0() };

/** What is shown once `found` holds, or at last after ten seconds. */
async function shown(found) {
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (found(eth0())) break;
  }
  return eth0();
}

async function change(patch, found) {
  const settings = patch === null ? null : { ...eth0().settings, ...patch };
  const step = { kind: 'interface', id: 'eth0', settings };
  network.write(step);
  await network.activate(step);
  return shown(found);
}

met.fixed = await change(
  {
    dhcp4: { ...met.first.settings.dhcp4, enabled: false },
    ipv4: [{ address: '192.0.2.77', prefixLength: 24, gateway: '192.0.2.1' }],
    ipv6: [{ address: '2001:db8::77', prefixLength: 64 }],
    gateways6: [{ address: '2001:db8::1', prefixLength: 64 }],
    mtu: 1400,
  },
  ({ ipv4, ipv6Gateway }) => ipv4.length === 1 && ipv6Gateway !== null,
);
met.down = await change({ enabled: false }, ({ up }) => !up);
met.up = await change(
  { enabled: true, macAddress: '02:00:00:00:00:77' },
  ({ up, ipv4 }) => up && ipv4.length === 1,
);
met.back = await change(null, ({ ipv4 }) => ipv4.length === 0);
process.stdout.write(JSON.stringify(met));
