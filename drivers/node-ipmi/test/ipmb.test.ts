/** IPMB on I2C and on a serial line. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  bridge,
  chassisControl,
  encodeIpmb,
  encodeSdr,
  FrameReader,
  getChassisStatus,
  getDeviceId,
  getSensorReading,
  I2cIpmbLink,
  IpmbBus,
  IpmbDevice,
  type IpmbLink,
  type IpmbMessage,
  IpmiError,
  IpmiNode,
  run,
  sweep,
} from 'node-ipmi';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { fullSensor } from './fixture.ts';
import { canRun, lanes } from './simulator.ts';

const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end();
});

/** The ends of a wire; `change` may alter or lose what passes. */
function wire(change: (message: Uint8Array) => Uint8Array[] = (message) => [message]): [IpmbLink, IpmbLink] {
  const end = (): IpmbLink & { peer?: IpmbLink } => ({
    onMessage: undefined,
    send(message) {
      for (const passed of change(message)) setImmediate(() => this.peer?.onMessage?.(passed));
    },
    close() {},
  });
  const [left, right] = [end(), end()];
  left.peer = right;
  right.peer = left;
  return [left, right];
}

function busOf(link: IpmbLink, options: ConstructorParameters<typeof IpmbBus>[1] = {}): IpmbBus {
  const bus = new IpmbBus(link, options);
  cleanup.push(() => bus.close());
  return bus;
}

describe('IPMB', () => {
  test('asks a node and answers it, many requests under way', async () => {
    const [left, right] = wire();
    const owner = { address: 0x40, channel: 0, lun: 0 };
    const node = new IpmiNode({
      address: 0x40,
      deviceId: 0x40,
      sdrs: [encodeSdr(fullSensor(1, 'BIC', { owner }))],
    });
    busOf(right, { address: 0x40 }).onRequest = (request) => node.send(request);
    const bus = busOf(left);
    const target = bus.node(0x40);
    const ids = await Promise.all(Array.from({ length: 200 }, () => run(target, getDeviceId, undefined)));
    expect(new Set(ids.map((id) => id.deviceId))).toEqual(new Set([0x40]));
    expect((await sweep(target)).samples.map(({ reading }) => reading?.value)).toEqual([40]);
    // The node asks back, and is told that we know nothing.
    await expect(run(bridge(target, { address: 0x2c }), getDeviceId, undefined)).rejects.toMatchObject({
      code: 0x83,
    });
  });

  test('does again what is asked again later: sequence numbers expire', async () => {
    vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] });
    cleanup.push(() => vi.useRealTimers());
    const [left, right] = wire();
    let served = 0;
    busOf(left).onRequest = async () => ({ code: 0, data: Uint8Array.of(++served) });
    const answers: number[] = [];
    right.onMessage = (message) => answers.push(message[7] ?? -1);
    // A node that begins its numbers anew whenever it starts.
    const message = { to: 0x20, toLun: 0, from: 0x40, fromLun: 0, netFn: 10, sequence: 1, command: 0x48 };
    const send = async () => {
      right.send(encodeIpmb({ ...message, data: new Uint8Array() }));
      await new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));
    };
    await send();
    await send();
    await vi.advanceTimersByTimeAsync(6000);
    await send();
    expect(answers).toEqual([1, 1, 2]);
  });

  test('waits for each node as long as that one may take, and gives up at once where it is told to', async () => {
    const [left, right] = wire();
    const slow: (() => void)[] = [];
    busOf(right, { address: 0x40 }).onRequest = (request) =>
      new Promise((resolve) =>
        slow.push(() => resolve({ code: 0, data: Uint8Array.of(request.data[0] ?? 0) })),
      );
    const bus = busOf(left, { timeout: 5, retries: 0 });
    const request = { netFn: 6, command: 1, data: Uint8Array.of(9) };
    const patient = bus.node(0x40, 60_000).send(request);
    await expect(bus.node(0x40).send(request)).rejects.toMatchObject({ kind: 'timeout' });
    for (const answer of slow.splice(0)) answer();
    expect((await patient).data[0]).toBe(9);
    const many = Array.from({ length: 20 }, () => bus.node(0x40, 60_000).send(request));
    bus.giveUp(0x40);
    for (const each of many) await expect(each).rejects.toMatchObject({ kind: 'closed' });
    const again = bus.node(0x40, 60_000).send(request);
    await vi.waitFor(() => expect(slow.length).toBeGreaterThan(0));
    await vi.waitFor(() => {
      for (const answer of slow.splice(0)) answer();
      return again;
    });
    expect((await again).code).toBe(0);
  });

  test('survives lost, doubled and damaged messages', async () => {
    let count = 0;
    const [left, right] = wire((message) => {
      const turn = count++ % 5;
      const damaged = Uint8Array.from(message);
      damaged[4] = (damaged[4] ?? 0) ^ 0x10;
      return turn === 0 ? [] : turn === 1 ? [message, message] : turn === 2 ? [damaged] : [message];
    });
    const node = new IpmiNode({ address: 0x40, deviceId: 0x40 });
    busOf(right, { address: 0x40 }).onRequest = (request) => node.send(request);
    const target = busOf(left, { timeout: 15, retries: 20 }).node(0x40);
    const ids = await Promise.all(Array.from({ length: 40 }, () => run(target, getDeviceId, undefined)));
    expect(ids).toHaveLength(40);
  });

  test('lets a node that is gone hold up no other, and says which it is', async () => {
    const [left, right] = wire();
    const node = new IpmiNode({ address: 0x40 });
    busOf(right, { address: 0x40 }).onRequest = (request) => node.send(request);
    const bus = busOf(left, { timeout: 30, retries: 1, window: 2 });
    const order: string[] = [];
    const gone = Array.from({ length: 4 }, () =>
      run(bus.node(0x60), getDeviceId, undefined).finally(() => order.push('gone')),
    );
    await run(bus.node(0x40), getDeviceId, undefined).then(() => order.push('here'));
    expect(order).toEqual(['here']);
    for (const one of await Promise.allSettled(gone)) {
      expect(one).toMatchObject({ reason: { kind: 'timeout', message: expect.stringContaining('0x60') } });
    }
  });

  test('does not take the answer of one node for that of another', async () => {
    const link: IpmbLink = {
      onMessage: undefined,
      send(message) {
        const [to = 0, , , from = 0, sequence = 0, command = 0] = message;
        const answer: IpmbMessage = {
          to: from,
          toLun: 0,
          from: to === 0x40 ? 0x42 : to,
          fromLun: 0,
          netFn: 7,
          sequence: sequence >> 2,
          command,
          data: new Uint8Array(16),
        };
        setImmediate(() => link.onMessage?.(encodeIpmb(answer)));
      },
      close() {},
    };
    const bus = busOf(link, { timeout: 20, retries: 0 });
    await expect(run(bus.node(0x40), getDeviceId, undefined)).rejects.toMatchObject({ kind: 'timeout' });
    expect((await run(bus.node(0x42), getDeviceId, undefined)).deviceId).toBe(0);
  });

  test('fails what is open when it is closed, and what the link refuses at once', async () => {
    const dead: IpmbLink = {
      onMessage: undefined,
      send: () => Promise.reject(new IpmiError('unreachable', 'no acknowledge')),
      close() {},
    };
    await expect(run(busOf(dead).node(0x40), getDeviceId, undefined)).rejects.toMatchObject({
      kind: 'unreachable',
    });
    const [left] = wire();
    const bus = busOf(left, { window: 1 });
    const open = [1, 2, 3].map(() => run(bus.node(0x40), getDeviceId, undefined));
    bus.close();
    for (const one of await Promise.allSettled(open))
      expect(one).toMatchObject({ reason: { kind: 'closed' } });
    await expect(run(bus.node(0x40), getDeviceId, undefined)).rejects.toMatchObject({ kind: 'closed' });
  });

  test('finds messages in a stream, however it is cut, and after noise', () => {
    const message = encodeIpmb({
      to: 0x24,
      toLun: 0,
      from: 0x20,
      fromLun: 0,
      netFn: 6,
      sequence: 1,
      command: 1,
      data: new Uint8Array(),
    });
    const noise = fc.array(fc.constantFrom(0, 3, 200, 255), { maxLength: 6 });
    fc.assert(
      fc.property(
        fc.array(noise, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 20 }),
        (noises, cut) => {
          const stream = noises.flatMap((some) => [...some, message.length, ...message]);
          const reader = new FrameReader();
          let found = 0;
          for (let at = 0; at < stream.length; at += cut) {
            found += reader.push(Uint8Array.from(stream.slice(at, at + cut))).length;
          }
          expect(found).toBe(noises.length);
        },
      ),
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void new FrameReader().push(bytes)));
  });

  test('by I2C: sends without the address, and takes what the queue has', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ipmb-'));
    cleanup.push(() => rmSync(directory, { recursive: true }));
    const queue = join(directory, 'slave-mqueue');
    writeFileSync(queue, '');
    const sent: [number, Uint8Array][] = [];
    const node = new IpmiNode({ address: 0x40, deviceId: 0x77 });
    const link = new I2cIpmbLink(queue, 0x20, async (address, bytes) => {
      sent.push([address, Uint8Array.from(bytes)]);
      const answer = await node.send({ netFn: 6, command: 1, data: new Uint8Array() });
      const sequence = (bytes[3] ?? 0) >> 2;
      const data = Uint8Array.from([answer.code, ...answer.data]);
      const message = encodeIpmb({
        to: 0x20,
        toLun: 0,
        from: 0x40,
        fromLun: 0,
        netFn: 7,
        sequence,
        command: 1,
        data,
      });
      writeFileSync(queue, message.subarray(1));
    });
    const target = busOf(link).node(0x40);
    expect((await run(target, getDeviceId, undefined)).deviceId).toBe(0x77);
    expect(sent).toEqual([[0x20, Uint8Array.from([0x18, 0xa8, 0x20, 0x04, 0x01, 0xdb])]]);
  });
});

describe.skipIf(!canRun('ipmi_sim', 'socat'))('IPMB against ipmi_sim on a terminal', () => {
  const started: ChildProcess[] = [];
  const launch = (command: string, args: string[], cwd: string): void => {
    started.push(spawn(command, args, { cwd, stdio: 'ignore' }));
  };
  afterEach(async () => {
    for (const child of started.splice(0).reverse()) {
      const gone = new Promise((done) => child.once('exit', done));
      child.kill('SIGKILL');
      await gone;
    }
  });

  test('asks the node: device, sensor, power', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ipmb-'));
    cleanup.push(() => rmSync(directory, { recursive: true, force: true }));
    const [near, far] = [join(directory, 'near'), join(directory, 'far')];
    launch('socat', [`PTY,raw,echo=0,link=${near}`, `PTY,raw,echo=0,link=${far}`], directory);
    await expect.poll(() => existsSync(near) && existsSync(far), { interval: 5 }).toBe(true);
    for (const name of ['ipmb/lan.conf', 'ipmb/n.emu', 'ipmi/chassis.sh']) {
      // The simulator takes paths of at most 15 characters, so it gets one relative to its directory.
      const text = readFileSync(join(lanes, name), 'utf8')
        .replaceAll('@DIR@', directory)
        .replaceAll('@PTY@', 'far');
      writeFileSync(join(directory, name.split('/')[1] ?? ''), text, { mode: 0o755 });
    }
    launch('ipmi_sim', ['-c', 'lan.conf', '-f', 'n.emu', '-s', directory, '-n'], directory);
    // The simulator takes one frame at a read, as the kernel's driver gives it; a terminal joins two.
    const node = busOf(new IpmbDevice(near), { timeout: 100, retries: 30, window: 1 }).node(0x24);
    expect(await run(node, getDeviceId, undefined)).toMatchObject({ firmware: '2.03', manufacturer: 0x1291 });
    expect((await run(node, getSensorReading, { sensor: 1 })).raw).toBe(0x31);
    await run(node, chassisControl, 'powerUp');
    expect((await run(node, getChassisStatus, undefined)).powerOn).toBe(true);
    const many = await Promise.all(Array.from({ length: 50 }, () => run(node, getDeviceId, undefined)));
    expect(many).toHaveLength(50);
  });
});
