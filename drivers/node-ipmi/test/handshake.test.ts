/** Handshakes with controllers that deviate from the specification, as public bug reports describe them. */
import fc from 'fast-check';
import { getDeviceId, LanClient, type LanOptions, run } from 'node-ipmi';
import { afterEach, describe, expect, test } from 'vitest';
import { openSession20 } from '../src/lan/handshake.ts';
import { decodePacket, encode15, encode20, PAYLOAD, type Packet20 } from '../src/lan/packet.ts';
import { credentials, type Exchange } from '../src/lan/session.ts';
import { startServer } from './fixture.ts';

type Started = Awaited<ReturnType<typeof startServer>>;
/** What becomes of a datagram; undefined drops it. */
type Change = (packet: Packet20, datagram: Buffer) => Buffer | undefined;

const started: Started[] = [];
const clients: LanClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(started.splice(0).map(({ server }) => server.close()));
});

/** A client of our server whose datagrams pass through the given changes. */
async function between(
  changes: { readonly toServer?: Change; readonly toClient?: Change },
  options: Partial<LanOptions> = {},
): Promise<LanClient> {
  const changed = (change: Change | undefined, datagram: Buffer): Buffer | undefined => {
    const packet = decodePacket(datagram);
    return change !== undefined && packet?.kind === '2.0' ? change(packet, datagram) : datagram;
  };
  const made = await startServer(
    {},
    {
      carry(datagram, toServer, deliver) {
        const kept = changed(toServer ? changes.toServer : changes.toClient, datagram);
        if (kept !== undefined) deliver(kept);
      },
    },
  );
  started.push(made);
  const client = new LanClient({
    host: '127.0.0.1',
    port: made.port,
    user: 'admin',
    password: 'secret123',
    timeout: 20,
    ...options,
  });
  clients.push(client);
  return client;
}

/** The same packet with another payload, outside a session. */
const withPayload = ({ type }: Packet20, payload: Buffer): Buffer => encode20(type, 0, 0, payload);

/** The authentication algorithm that an Open Session Request proposes. */
const proposed = (packet: Packet20): number | undefined =>
  packet.type === PAYLOAD.openRequest ? packet.payload[12] : undefined;

describe('a session is opened with a controller that', () => {
  test('answers RAKP 1 with message tag 0', async () => {
    const client = await between({
      toClient(packet, datagram) {
        if (packet.type !== PAYLOAD.rakp2) return datagram;
        const payload = Buffer.from(packet.payload);
        payload[0] = 0;
        return withPayload(packet, payload);
      },
    });
    await expect(run(client, getDeviceId, undefined)).resolves.toMatchObject({ firmware: '3.14' });
  });

  test('sends the whole hash where the specification wants the beginning of it', async () => {
    const client = await between({
      toClient: (packet, datagram) =>
        packet.type === PAYLOAD.rakp4 || packet.type === PAYLOAD.rakp2
          ? withPayload(packet, Buffer.concat([packet.payload, Buffer.alloc(16, 0x5a)]))
          : datagram,
    });
    await expect(run(client, getDeviceId, undefined)).resolves.toMatchObject({ firmware: '3.14' });
  });

  test('is silent when suite 17 is proposed: suite 3 follows', async () => {
    const algorithms: (number | undefined)[] = [];
    const client = await between({
      toServer(packet, datagram) {
        const algorithm = proposed(packet);
        if (algorithm !== undefined) algorithms.push(algorithm);
        return algorithm === 3 ? undefined : datagram;
      },
    });
    await expect(run(client, getDeviceId, undefined)).resolves.toMatchObject({ firmware: '3.14' });
    expect(algorithms.slice(0, 3)).toEqual([3, 3, 3]);
    expect(algorithms.at(-1)).toBe(1);
  });

  test.each([0x01, 0x12, 0x7f])('refuses suite 17 with status 0x%i: suite 3 follows', async (status) => {
    const client = await between({
      toClient: (packet, datagram) =>
        packet.type === PAYLOAD.openResponse && packet.payload[16] === 3
          ? withPayload(packet, Buffer.from([packet.payload[0] ?? 0, status]))
          : datagram,
    });
    await expect(run(client, getDeviceId, undefined)).resolves.toMatchObject({ firmware: '3.14' });
  });

  test('and it is not opened where the codes are wrong, whatever their length', async () => {
    const client = await between({
      toClient: (packet, datagram) =>
        packet.type === PAYLOAD.rakp2
          ? withPayload(packet, Buffer.concat([packet.payload.subarray(0, 40), Buffer.alloc(64, 0x5a)]))
          : datagram,
    });
    await expect(run(client, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'refused', code: 0x0f });
  });
});

test('the first refusal is reported, not the silence after it', async () => {
  const client = await between({
    toServer: (packet, datagram) => (proposed(packet) === 1 ? undefined : datagram),
    toClient: (packet, datagram) =>
      packet.type === PAYLOAD.openResponse
        ? withPayload(packet, Buffer.from([packet.payload[0] ?? 0, 0x11]))
        : datagram,
  });
  await expect(run(client, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'refused', code: 0x11 });
});

test('a controller that refuses the reserved bit of Get Channel Authentication Capabilities is asked without it', async () => {
  const { askCapabilities } = await import('../src/lan/session15.ts');
  const asked: number[] = [];
  const exchange: Exchange = async (_what, datagram, match) => {
    const packet = decodePacket(datagram());
    if (packet?.kind !== '1.5') throw new Error('not an IPMI 1.5 packet');
    const channel = packet.payload[6] ?? 0;
    asked.push(channel);
    const data = channel & 0x80 ? [0xcc] : [0, 1, 0x04, 0x04, 0, 0, 0, 0, 0];
    const head = [0x81, 0x1c, 0x63, 0x20, packet.payload[4] ?? 0, 0x38, ...data];
    const sum = -head.slice(3).reduce((total, byte) => total + byte, 0) & 0xff;
    const answer = match(decodePacket(encode15(0, 0, 0, Uint8Array.from([...head, sum]))) ?? packet);
    if (answer === undefined) throw new Error('no answer');
    return answer;
  };
  expect(await askCapabilities(exchange, 4)).toMatchObject({ md5: true, ipmi15: true, ipmi20: false });
  expect(asked).toEqual([0x8e, 0x0e]);
});

test('no answer of any content opens a session or fails other than with an IpmiError', async () => {
  const who = credentials({ user: 'admin', password: 'secret123' });
  const types = [PAYLOAD.openResponse, PAYLOAD.rakp2, PAYLOAD.rakp4];
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }), async (payloads) => {
      // Each step gets the payloads as answers of every type; then it is silent.
      const exchange: Exchange = async (_what, datagram, match) => {
        datagram();
        for (const payload of payloads)
          for (const type of types) {
            const packet = decodePacket(encode20(type, 0, 0, payload));
            const answer = packet && match(packet);
            if (answer !== undefined) return answer;
          }
        throw Object.assign(new Error('silent'), { name: 'Silent' });
      };
      await expect(openSession20(exchange, who, [17, 3])).rejects.toMatchObject({
        name: expect.stringMatching(/^(IpmiError|Silent)$/),
      });
    }),
  );
});
