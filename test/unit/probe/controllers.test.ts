/** What a probe says of nodes and satellites, in words that tell what to do, and that it changes nothing in them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chassisControl, decodeIpmb, IpmiNode, LanServer, run } from 'node-ipmi';
import { afterEach, describe, expect, it } from 'vitest';
import type { Hardware } from '../../../drivers/hardware.ts';
import { linuxIpmi } from '../../../drivers/ipmi/linux.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { readOnly } from '../../../src/probe/controllers.ts';
import { probe } from '../../../src/probe/probe.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { redfishd } from '../../support/command.ts';
import { pair } from '../board/nodes/support.ts';
import { temporary } from '../store/support.ts';

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

function twinOf(platform: Platform): Twin {
  const twin = createTwin(platform);
  ends.push(() => twin.close());
  return twin;
}

/** A card behind a bridge IC and the management engine on another bus. */
const card: Platform = {
  ...{ id: 'card', name: 'Card', manager: { id: 'bmc' } },
  buses: [{ bus: 1 }, { bus: 4 }],
  chassis: [{ id: 'sled', type: 'Sled' }],
  nodes: [
    {
      ...{ id: 'card1', host: 'host1', bridgeIc: 'meta', simulate: 'twin-lakes' },
      link: { kind: 'ipmb', bus: 1, address: 0x20 },
    },
  ],
  ipmb: [
    {
      ...{ id: 'ME', bus: 4, address: 0x16 },
      sensors: [
        { number: 8, id: 'PCH', quantity: 'Temperature', scale: 0.5, offset: 10 },
        { number: 9, id: 'CPU', quantity: 'Power', poweredBy: 'host1' },
      ],
    },
  ],
  lines: {
    BUTTON: { direction: 'out' },
    GOOD: { direction: 'in', node: 'card1', bit: 0 },
  },
  hosts: [
    {
      ...{ id: 'host1', chassis: 'sled' },
      power: {
        kind: 'gpio',
        button: 'BUTTON',
        good: 'GOOD',
        onPulse: 100,
        forceOffPulse: 6000,
        cycleDelay: 1000,
      },
    },
  ],
};

const cardWith = (changes: object, more: object = {}): Platform =>
  ({ ...card, ...more, nodes: [{ ...card.nodes?.[0], ...changes }] }) as Platform;

const of = async (platform: Platform, hardware: Hardware) => {
  const { controllers, ok } = await probe(platform, hardware);
  return { ok, all: Object.fromEntries(controllers.map((each) => [each.id, each])) };
};

describe('a probe of nodes', () => {
  it('says who answers, and how many sensors of it are read', async () => {
    const { ok, all } = await of(pair, twinOf(pair));
    expect(ok).toBe(true);
    expect(all['bmc-a']).toMatchObject({
      ...{ kind: 'node', way: 'IPMB 1 0x20', state: 'answers', firmware: '1.20', readings: {} },
      deviceId: expect.any(Number),
    });
    const { records, sensors, detail } = all['bmc-a'] ?? {};
    expect(Number(records)).toBeGreaterThan(Number(sensors));
    expect(Number(sensors)).toBeGreaterThan(20);
    expect(detail).toMatch(
      new RegExp(
        `^device 0x[0-9a-f]{2} of maker 42623, firmware 1.20, IPMI 2.0; .*${records} records, ${sensors} sensors`,
      ),
    );
  });

  it('says of a bridge IC what it carries, and reads the satellite', async () => {
    const { ok, all } = await of(card, twinOf(card));
    expect(all.card1?.detail).toContain('bic 01.23; me 04.00.04.29.01; cpld 00.00.02.07');
    const { lines } = await probe(card, twinOf(card));
    expect(lines.find(({ id }) => id === 'GOOD')).toMatchObject({
      ...{ state: 'found', detail: 'pin 0 of node card1, which is asked for it' },
    });
    expect(all.ME).toMatchObject({
      ...{
        kind: 'satellite',
        way: 'IPMB 4 0x16',
        state: 'answers',
        deviceId: 0x50,
        records: null,
        sensors: 1,
      },
      readings: {
        PCH: { value: expect.any(Number), fault: null },
        CPU: { value: null, fault: 'sensor 0x09 has no reading now: its host may be off' },
      },
    });
    expect(Number(all.ME?.readings.PCH?.value)).toBeGreaterThan(10);
    expect(ok).toBe(true);
  });

  it('asks nothing of one whose chassis is not plugged in', async () => {
    const twin = twinOf(pair);
    twin.present('a', false);
    const { ok, all } = await of(pair, twin);
    expect(ok).toBe(true);
    expect(all['bmc-a']).toMatchObject({ state: 'absent', detail: 'its chassis a is not plugged in' });
    expect(all['bmc-b']?.state).toBe('answers');
  });

  it('says what to look for where nobody answers, and goes on with the others', async () => {
    const twin = twinOf(pair);
    twin.inject({ kind: 'deadNode', node: 'bmc-a' });
    const { ok, all } = await of(pair, twin);
    expect(ok).toBe(false);
    expect(all['bmc-a']).toMatchObject({ state: 'silent', firmware: null, records: null });
    expect(all['bmc-a']?.detail).toMatch(
      /no answer after \d tries; has it power, is 0x20 its address without the read\/write bit, and is 0x10 where/,
    );
    expect(all['bmc-b']?.state).toBe('answers');
  }, 20_000);

  it('asks for the power of a slot where that is switched', async () => {
    const slot = cardWith(
      { chassis: 'sled' },
      {
        chassis: [{ id: 'sled', type: 'Sled', switch: { line: 'EN' } }],
        lines: { ...card.lines, EN: { direction: 'out' } },
      },
    );
    const twin = twinOf(slot);
    const line = await twin.gpio.request({ line: 'EN', direction: 'out', activeLow: false });
    line.set(false);
    line.close();
    const { all } = await of(slot, twin);
    expect(all.card1?.state).toBe('silent');
    expect(all.card1?.detail).toContain('has its slot power (line EN)');
  }, 20_000);

  it('says that there is no bus, or that somebody has it', async () => {
    const twin = twinOf(pair);
    twin.inject({ kind: 'missingBus', bus: 1 });
    twin.ipmi.ipmb(2);
    const { ok, all } = await of(pair, twin);
    expect(ok).toBe(false);
    expect(all['bmc-a']).toMatchObject({
      ...{ state: 'no way', detail: expect.stringContaining('without it no message gets there') },
    });
    expect(all['bmc-b']).toMatchObject({
      ...{ state: 'no way', detail: expect.stringMatching(/owns it; stop what has it open: the daemon/) },
    });
  });

  it('says what the descriptor has of a card that the card has not', async () => {
    const wiwynn = await of(cardWith({ bridgeIc: 'wiwynn' }), twinOf(card));
    expect(wiwynn.all.card1).toMatchObject({
      ...{ state: 'other', detail: expect.stringContaining('no bridge IC with the commands of wiwynn') },
    });
    const lines = { ...card.lines, BEYOND: { direction: 'in', node: 'card1', bit: 60 } };
    const pins = await of(cardWith({}, { lines }), twinOf(card));
    expect(pins.all.card1?.detail).toContain('it has 48 pins, so that there is none for BEYOND');
    const names = { SOC_TEMP: { context: 'CPU' }, SOCK_TEMP: { context: 'CPU' } };
    const named = await of(cardWith({ sensors: names }), twinOf(card));
    expect(named.all.card1?.detail).toMatch(/no record is called SOCK_TEMP, as "sensors" has it$/);
    expect([wiwynn.ok, pins.ok, named.ok]).toEqual([false, false, false]);
  });

  it('sends nothing that changes anything', async () => {
    const asked = new Set<string>();
    for (const platform of [pair, card]) {
      const twin = twinOf(platform);
      const ipmi: Hardware['ipmi'] = {
        ...twin.ipmi,
        ipmb(bus) {
          const link = twin.ipmi.ipmb(bus);
          return {
            get onMessage() {
              return link.onMessage;
            },
            set onMessage(listener) {
              link.onMessage = listener;
            },
            send(bytes) {
              const message = decodeIpmb(bytes);
              asked.add(`${message?.netFn.toString(16)} ${message?.command.toString(16)}`);
              return link.send(bytes);
            },
            close: () => link.close(),
          };
        },
      };
      const before = JSON.stringify(twin.status().nodes);
      await probe(platform, { ...twin, ipmi, close: () => twin.close() });
      expect(JSON.stringify(twin.status().nodes)).toBe(before);
    }
    // Get Device ID and GUID, sensor reading, device and repository records, power and its limit, pins, versions of firmware.
    expect([...asked].sort()).toEqual(
      ['4 2d', '6 1', '6 8', 'a 20', 'a 23', '2c 2', '2c 3', '38 3', '38 b'].sort(),
    );
    const node = readOnly(new IpmiNode());
    await expect(run(node, chassisControl, 'powerDown')).rejects.toThrow('a probe changes nothing');
  });
});

describe('a probe over a network', () => {
  const overLan = (port: number, secret: string): Platform => ({
    ...{ id: 'lan', name: 'Lan', manager: { id: 'bmc' }, chassis: [{ id: 'rack', type: 'Rack' }] },
    nodes: [
      {
        id: 'n',
        link: { kind: 'lan', host: '127.0.0.1', port, user: 'admin', secret, suites: [3], timeout: 200 },
      },
    ],
  });
  async function server(): Promise<number> {
    const lan = new LanServer({ node: new IpmiNode(), users: [{ name: 'admin', password: 'right' }] });
    await lan.listen(0, '127.0.0.1');
    ends.push(() => lan.close());
    return lan.port;
  }
  const probed = async (platform: Platform) => {
    const twin = twinOf({ ...pair, nodes: [], hosts: [], frus: [], indicators: [] });
    const { all, ok } = await of(platform, { ...twin, ipmi: linuxIpmi(), close: () => twin.close() });
    return { ...all.n, ok };
  };

  it('logs in, and says whom it found', async () => {
    const secret = join(temporary(), 'secret');
    writeFileSync(secret, 'right\n');
    const port = await server();
    expect(await probed(overLan(port, secret))).toMatchObject({
      ...{ ok: true, state: 'answers', way: `LAN admin@127.0.0.1:${port}`, records: 0, sensors: 0 },
    });
  });

  it('says that the secret is not there, and what belongs there', async () => {
    const secret = join(temporary(), 'secret');
    expect(await probed(overLan(await server(), secret))).toMatchObject({
      ...{ ok: false, state: 'no way' },
      detail: `secret ${secret}: the file does not exist; put the password of admin there, in one line, for the user of the daemon to read`,
    });
  });

  it('says that the login does not work, and not with what', async () => {
    const secret = join(temporary(), 'secret');
    writeFileSync(secret, 'hunter2');
    const { ok, state, detail } = await probed(overLan(await server(), secret));
    expect([ok, state]).toEqual([false, 'refused']);
    expect(detail).toMatch(
      /^the secret was read, and the login did not work: .*privilege administrator.*suite of 3 /,
    );
    expect(detail).not.toContain('hunter2');
  }, 20_000);

  it('says what to look for where nobody answers', async () => {
    const secret = join(temporary(), 'secret');
    writeFileSync(secret, 'right');
    // Something is bound there, and says nothing.
    const silent = (await import('node:dgram')).createSocket('udp4');
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    ends.push(async () => silent.close());
    const { state, detail } = await probed(overLan(silent.address().port, secret));
    expect(state).toBe('silent');
    expect(detail).toMatch(/is IPMI over LAN switched on there, and is UDP port \d+ let through\?$/);
  }, 20_000);
});

describe('redfishd probe', () => {
  async function command(...argv: string[]): Promise<{ status: number; text: string }> {
    const { status, out } = await redfishd(['probe', ...argv]);
    return { status, text: out };
  }

  it('has nodes in its table and in its JSON', async () => {
    const people = await command('--twin', '--platform', 'platform/lan-chassis.yaml');
    expect(people.status).toBe(0);
    expect(people.text).toMatch(
      /Nodes and satellites\n\n? {2}LAN admin@192\.0\.2\.11:623 +node1 +answers +device 0x/,
    );
    expect(people.text).toContain('Everything answers.');
    const scripts = await command('--twin', '--json', '--platform', 'platform/lan-chassis.yaml');
    expect(scripts.status).toBe(0);
    expect(JSON.parse(scripts.text)).toMatchObject({
      ok: true,
      controllers: [{ id: 'node1', state: 'answers' }, { id: 'node2' }, { id: 'node3' }],
    });
  });

  it('ends with 1 where a node does not answer, and says which', async () => {
    const file = join(temporary(), 'board.yaml');
    const secret = join(temporary(), 'none');
    const link = `{ kind: lan, host: 127.0.0.1, user: admin, secret: ${secret} }`;
    const text = [
      ...['id: x', 'name: X', 'manager: { id: bmc }', 'chassis: [{ id: c, type: Sled }]'],
      `nodes: [{ id: n, chassis: c, link: ${link} }]`,
    ];
    writeFileSync(file, text.join('\n'));
    const found = await command('--platform', file);
    expect(found.status).toBe(1);
    expect(found.text).toContain(`n  no way  secret ${secret}: the file does not exist; put the password`);
    expect(found.text).toContain('1 did not answer: n');
  });
});
