/** IpmiTransports to controllers: what is missing is named with what to do, and nothing of a secret is in any message. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getDeviceId, IpmbBus, type IpmbLink, IpmiError, IpmiNode, LanServer, run } from 'node-ipmi';
import { describe, expect, it } from 'vitest';
import type { DeviceError } from '../../../../drivers/errors.ts';
import type { IpmiPaths } from '../../../../drivers/ipmi/ipmi.ts';
import { linuxIpmi } from '../../../../drivers/ipmi/linux.ts';
import { deviceError, type IpmiConnection, IpmiTransports } from '../../../../src/board/nodes/transports.ts';
import type { NodeFacts } from '../../../../src/platform/vocabulary/index.ts';
import { temporary } from '../../store/support.ts';

const lan = (secret: string, changes: object = {}): Pick<NodeFacts, 'id' | 'link'> => ({
  id: 'n',
  link: { kind: 'lan', host: '127.0.0.1', port: 1, user: 'admin', secret, timeout: 50, ...changes },
});
const bus = (changes: object = {}): Pick<NodeFacts, 'id' | 'link'> => ({
  id: 'n',
  link: { kind: 'ipmb', bus: 3, address: 0x20, ...changes },
});

/** The error of an opened way, as the node would have it. */
async function failureOf(
  transports: IpmiTransports,
  facts: Pick<NodeFacts, 'id' | 'link'>,
): Promise<DeviceError> {
  let way: IpmiConnection | undefined;
  try {
    way = await transports.open(facts);
    await run(way.target, getDeviceId, undefined);
  } catch (error) {
    return deviceError('n', error);
  } finally {
    await way?.close();
    transports.close();
  }
  throw new Error('nothing was wrong');
}

/** Everything that is in an error, its causes included. */
function allOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return [error.message, error.stack, JSON.stringify(error), error.cause ? allOf(error.cause) : ''].join(
    '\n',
  );
}

describe('a bus', () => {
  it('that the machine does not have is named, with what makes one', async () => {
    const error = await failureOf(new IpmiTransports(linuxIpmi(temporary())), bus());
    expect(error.kind).toBe('no-bus');
    expect(error.message).toMatch(
      /IPMB 3: there is no .*\/ipmb-3; the kernel makes one of an "ipmb-dev" node/,
    );
  });

  it('that cannot be opened is somebody else’s', async () => {
    const folder = temporary();
    mkdirSync(join(folder, 'ipmb-3'));
    expect(await failureOf(new IpmiTransports(linuxIpmi(folder)), bus())).toMatchObject({ kind: 'held' });
  });

  /** Controllers at two addresses on one wire, the second of which takes its time. */
  function wired() {
    const sent: Uint8Array[] = [];
    let opened = 0;
    let isGone = false;
    const ends: IpmbLink[] = [];
    const node = (address: number) => {
      const end: IpmbLink = {
        onMessage: undefined,
        send: (message) => setImmediate(() => ends.at(-1)?.onMessage?.(message)) && undefined,
        close: () => undefined,
      };
      const controller = new IpmiNode({ address, deviceId: address });
      new IpmbBus(end, { address }).onRequest = async (request) => {
        await new Promise((resolve) => setTimeout(resolve, address === 0x42 ? 60 : 0));
        return controller.send(request);
      };
      return end;
    };
    const nodes = new Map([0x40, 0x42].map((address) => [address, node(address)]));
    const paths: IpmiPaths = {
      ipmb() {
        opened += 1;
        const end: IpmbLink = {
          onMessage: undefined,
          send(message) {
            sent.push(message);
            if (isGone)
              throw new IpmiError('unreachable', 'gone', {
                cause: Object.assign(new Error(), { code: 'ENODEV' }),
              });
            const to = nodes.get(message[0] ?? 0);
            setImmediate(() => to?.onMessage?.(message));
          },
          close: () => undefined,
        };
        ends.push(end);
        return end;
      },
      lan: async (_node, options) => options,
    };
    return {
      ...{ sent, paths },
      gone(gone: boolean) {
        isGone = gone;
      },
      get opened() {
        return opened;
      },
    };
  }
  const two = [
    { id: 'slow', link: { kind: 'ipmb', bus: 3, address: 0x21, timeout: 2000, own: 0x12 } },
    { id: 'n', link: { kind: 'ipmb', bus: 3, address: 0x20 } },
  ] as const;

  it('is shared, and each node on it may take as long as it says, whoever is asked first', async () => {
    const w = wired();
    const transports = new IpmiTransports(w.paths, two);
    const satellite = transports.satellite(3, 0x20);
    expect((await run(satellite, getDeviceId, undefined)).deviceId).toBe(0x40);
    const slow = await transports.open(two[0]);
    const other = await transports.open(two[1]);
    expect((await run(slow.target, getDeviceId, undefined)).deviceId).toBe(0x42);
    expect((await run(other.target, getDeviceId, undefined)).deviceId).toBe(0x40);
    expect(w.opened).toBe(1);
    // Once each: nobody was asked again before it could answer. And all of it from the one address that is ours there.
    expect(w.sent.map((message) => [message[0], message[3]])).toEqual([
      ...[[0x40, 0x24], [0x42, 0x24], [0x40, 0x24]], // biome-ignore format: rows
    ]);
    transports.close();
  });

  it('goes on for the others when one is let go of', async () => {
    const w = wired();
    const transports = new IpmiTransports(w.paths, two);
    const [slow, other] = [await transports.open(two[0]), await transports.open(two[1])];
    const asked = run(slow.target, getDeviceId, undefined);
    const also = run(other.target, getDeviceId, undefined);
    await slow.close();
    await expect(asked).rejects.toMatchObject({ kind: 'closed' });
    expect((await also).deviceId).toBe(0x40);
    transports.close();
  });

  it('that was taken away is opened anew', async () => {
    const w = wired();
    const transports = new IpmiTransports(w.paths, two);
    const { target } = await transports.open(two[1]);
    w.gone(true);
    await expect(run(target, getDeviceId, undefined)).rejects.toMatchObject({ kind: 'unreachable' });
    w.gone(false);
    expect((await run(target, getDeviceId, undefined)).deviceId).toBe(0x40);
    expect(w.opened).toBe(2);
    transports.close();
  });

  it('answers whom it knows, and nobody else', async () => {
    const w = wired();
    let answer: ((message: Uint8Array) => void) | undefined;
    const answers: (number | undefined)[] = [];
    const transports = new IpmiTransports({
      ...w.paths,
      ipmb: () => {
        const link: IpmbLink = {
          onMessage: undefined,
          send: (message) => void answers.push(message[6]),
          close: () => undefined,
        };
        answer = (message) => link.onMessage?.(message);
        return link;
      },
    });
    transports.answer({ bus: 3, address: 0x20 }, async () => ({ code: 0, data: new Uint8Array() }));
    await transports.open(bus());
    const request = (from: number) => {
      const bytes = [0x20, 0x28, 0xb8, from, 4, 0x48];
      return Uint8Array.from([...bytes, -(from + 4 + 0x48) & 0xff]);
    };
    answer?.(request(0x40));
    answer?.(request(0x42));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(answers).toEqual([0, 0xc1]);
    transports.close();
  });
});

describe('a secret', () => {
  const words = 'hunter2-Pässwörd';

  it('that is not there, empty or not to be read is named by its file', async () => {
    const folder = temporary();
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    for (const [path, why] of [
      [join(folder, 'none'), 'the file does not exist'],
      [folder, 'the file cannot be read'],
      [file('empty', ''), 'its first line is empty'],
      [file('line', `\n${words}\n`), 'its first line is empty'],
    ] as const) {
      const error = await failureOf(new IpmiTransports(linuxIpmi()), lan(path));
      expect(error).toMatchObject({ kind: 'held', message: `secret ${path}: ${why}` });
      expect(allOf(error)).not.toContain(words);
    }
    const good = file('good', 'x');
    expect(
      await failureOf(new IpmiTransports(linuxIpmi()), lan(good, { kg: join(folder, 'kg') })),
    ).toMatchObject({
      message: `secret ${join(folder, 'kg')}: the file does not exist`,
    });
  });

  it('that nobody may read is told as such', async () => {
    const path = join(temporary(), 'closed');
    writeFileSync(path, 'x');
    chmodSync(path, 0);
    const error = await failureOf(new IpmiTransports(linuxIpmi()), lan(path));
    // Root reads it all the same, and then nobody answers.
    expect(error.message).toMatch(
      process.getuid?.() === 0 ? /no answer|refused|127\.0\.0\.1/ : /cannot be read/,
    );
  });

  it('is the first line of its file, whatever ends that, and opens the door', async () => {
    const server = new LanServer({ node: new IpmiNode(), users: [{ name: 'admin', password: words }] });
    await server.listen(0, '127.0.0.1');
    for (const text of [words, `${words}\n`, `${words}\r\n`, `${words}\nand more`]) {
      const path = join(temporary(), 'secret');
      writeFileSync(path, text);
      const transports = new IpmiTransports(linuxIpmi());
      const way = await transports.open(lan(path, { port: server.port, timeout: 500 }));
      expect((await run(way.target, getDeviceId, undefined)).deviceId).toBeTypeOf('number');
      await way.close();
    }
    await server.close();
  });

  it('that is wrong, or too long, is refused without a word of it', async () => {
    const server = new LanServer({ node: new IpmiNode(), users: [{ name: 'admin', password: 'right' }] });
    await server.listen(0, '127.0.0.1');
    const path = join(temporary(), 'secret');
    for (const [secret, kind] of [
      [words, 'held'],
      [`${words}${words}`, 'unsupported'],
    ] as const) {
      writeFileSync(path, secret);
      const error = await failureOf(
        new IpmiTransports(linuxIpmi()),
        lan(path, { port: server.port, timeout: 500 }),
      );
      expect(error.kind).toBe(kind);
      expect(allOf(error)).not.toMatch(/hunter2|Pässw/);
    }
    await server.close();
  }, 20_000);
});
