/** A made-up sled: two cards behind bridge ICs in switched slots, a server on the network and one on IPMB, an engine. */
import { BIC_IANA, bicGetGpio, IpmbBus, type IpmiRequest, LanClient, run, type Target } from 'node-ipmi';
import type { GpioLine } from '../../../drivers/gpio/lines.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import type { Twin } from '../../../src/twin/twin.ts';

const button = { kind: 'gpio', onPulse: 100, forceOffPulse: 6000, cycleDelay: 1000 } as const;

export const sled = {
  id: 'sled',
  name: 'Sled',
  manufacturer: 'Acme',
  buses: [{ bus: 6 }],
  manager: { id: 'bmc' },
  chassis: [
    { id: 'sled', type: 'Sled' },
    {
      id: 'slot1',
      type: 'Sled',
      containedBy: 'sled',
      present: 'SLOT1_PRESENT',
      switch: { line: 'SLOT1_EN', good: 'SLOT1_GOOD', latch: 'SLOT1_LATCH' },
    },
    { id: 'slot2', type: 'Sled', containedBy: 'sled', switch: { line: 'SLOT2_EN' } },
    { id: 'carrier', type: 'Card', containedBy: 'slot2' },
  ],
  devices: [
    {
      id: 'SLOT1_TEMP',
      chip: 'tmp75',
      bus: 6,
      address: 0x48,
      chassis: 'slot1',
      sensors: { temperature: { id: 'SLOT1_AIR' } },
    },
    { id: 'CARRIER_PORTS', chip: 'pca9555', bus: 6, address: 0x20, chassis: 'carrier' },
  ],
  adc: [{ channel: 0, sensor: { id: 'P12V_SLOT1', chassis: 'slot1' } }],
  frus: [
    { id: 'CARD1', name: 'Card One', node: 'card1' },
    { id: 'CARD1_RISER', name: 'Riser One', node: 'card1', number: 3 },
  ],
  lines: {
    SLOT1_PRESENT: { direction: 'in', activeLow: true },
    SLOT1_EN: { direction: 'out' },
    SLOT1_GOOD: { direction: 'in' },
    SLOT1_LATCH: { direction: 'in', activeLow: true },
    SLOT2_EN: { direction: 'out' },
    POWER1: { direction: 'out', activeLow: true },
    RESET1: { direction: 'out', activeLow: true },
    GOOD1: { direction: 'in', node: 'card1', bit: 0 },
    POST1: { direction: 'in', node: 'card1', bit: 21, activeLow: true },
  },
  ipmb: [
    {
      id: 'ME',
      bus: 4,
      address: 0x16,
      sensors: [
        { number: 8, id: 'PCH_T', quantity: 'Temperature', context: 'ASIC' },
        {
          number: 9,
          id: 'PCH_P',
          quantity: 'Power',
          scale: 0.5,
          offset: 2,
          poweredBy: 'host1',
          thresholds: { upperCritical: 60 },
        },
      ],
    },
  ],
  nodes: [
    {
      id: 'card1',
      link: { kind: 'ipmb', bus: 1, address: 0x20 },
      chassis: 'slot1',
      host: 'host1',
      bridgeIc: 'meta',
      simulate: 'twin-lakes',
      sensors: { PCH_TEMP: { context: 'SystemBoard', thresholds: { upperCritical: 60 } } },
    },
    {
      id: 'card2',
      link: { kind: 'ipmb', bus: 4, address: 0x21, own: 0x12 },
      chassis: 'carrier',
      bridgeIc: 'wiwynn',
      simulate: 'twin-lakes',
    },
    {
      id: 'bmc3',
      name: 'Server Three',
      link: { kind: 'lan', host: 'node3.example', user: 'admin', secret: '/nowhere' },
      host: 'host3',
    },
    { id: 'bmc4', link: { kind: 'ipmb', bus: 4, address: 0x30 } },
  ],
  hosts: [
    {
      id: 'host1',
      chassis: 'slot1',
      power: { ...button, button: 'POWER1', reset: 'RESET1', good: 'GOOD1' },
      post: { complete: 'POST1' },
      console: { device: '/dev/ttyS1' },
    },
    { id: 'host2', chassis: 'carrier', power: { kind: 'ipmi', node: 'card2' } },
    { id: 'host3', chassis: 'sled', power: { kind: 'ipmi', node: 'bmc3' }, console: { node: 'bmc3' } },
    { id: 'host4', chassis: 'sled', power: { kind: 'ipmi', node: 'bmc4' } },
  ],
} as const satisfies Platform;

export const iana = BIC_IANA.meta;

/** The manager's end of the bus of a card, and the requests of the card. */
export function listen(twin: Twin, bus: number, address = 0x20) {
  const ipmb = new IpmbBus(twin.ipmi.ipmb(bus), { address, timeout: 500, retries: 1 });
  const heard: { readonly from: number; readonly request: IpmiRequest }[] = [];
  ipmb.onRequest = async (request, from) => {
    heard.push({ from, request });
    return { code: 0, data: request.data.subarray(0, 3) };
  };
  return { ipmb, heard };
}

export function output(twin: Twin, line: string, activeLow = false): Promise<GpioLine> {
  return twin.gpio.request({ line, direction: 'out', activeLow });
}

export async function client(twin: Twin, node = 'bmc3'): Promise<LanClient> {
  const options = await twin.ipmi.lan(
    node,
    { host: 'node3.example', user: 'root', password: 'secret' },
    async () => ({}),
  );
  return new LanClient({ ...options, timeout: 200 });
}

/** A press of a button of the controller. */
export async function pressLine(twin: Twin, line = 'POWER1', ms = 20): Promise<void> {
  const button = await output(twin, line, true);
  button.set(true);
  await new Promise((resolve) => setTimeout(resolve, ms));
  button.set(false);
  button.close();
}

/** Lines of a card that report its host. */
export async function lineBits(card: Target): Promise<{ readonly good: boolean; readonly posted: boolean }> {
  const bytes = await run(card, bicGetGpio, { iana });
  return { good: ((bytes[0] ?? 0) & 3) === 3, posted: ((bytes[2] ?? 0) & 0x20) === 0 };
}

export const state = (twin: Twin, host: string) => twin.status().hosts.find(({ id }) => id === host)?.state;

export { run, type Target };
