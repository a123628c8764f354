/** Serial ports of a Linux machine: `/dev/ttyS1`, `/dev/ttyVUART0`, `/dev/ttyUSB0`. */
import { execFile } from 'node:child_process';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { DeviceError, type DeviceErrorKind } from '../errors.ts';
import type { SerialPorts } from './serial.ts';

/** Neither controls this process nor waits for a carrier: open(2), O_NOCTTY and O_NONBLOCK. */
const flags = 0o2 | 0o400 | 0o4000;

export function linuxSerial(): SerialPorts {
  return {
    async open(device, baud) {
      if (await isSocket(device)) return connect(device);
      let handle: FileHandle | undefined;
      try {
        // Node has no call for the settings of a line; stty of coreutils and of busybox know these words.
        await setLine(device, baud);
        handle = await open(device, flags);
        return streamOf(device, handle);
      } catch (error) {
        await handle?.close().catch(() => undefined);
        throw deviceError(device, error);
      }
    },
  };
}

/** The console of a virtual machine is a socket. */
const isSocket = (device: string): Promise<boolean> =>
  stat(device).then(
    (found) => found.isSocket(),
    () => false,
  );

async function connect(path: string): Promise<Duplex> {
  const socket = createConnection(path);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(deviceError(path, error)));
  });
  socket.once('end', () => socket.destroy(new DeviceError('no-bus', path, 'the machine has ended')));
  return socket;
}

async function setLine(device: string, baud: number): Promise<void> {
  const words = ['-F', device, `${baud}`, 'raw', '-echo', 'cs8', '-parenb', '-cstopb', 'clocal', '-hupcl'];
  try {
    await promisify(execFile)('stty', words, { timeout: 5_000 });
  } catch (error) {
    const { code, stderr = '' } = error as { code?: unknown; stderr?: string };
    if (code === 'ENOENT')
      throw new DeviceError('unsupported', device, 'the program stty is not installed', { cause: error });
    const [kind, text] = verdicts.find(([words]) => stderr.includes(words))?.[1] ?? other;
    const detail = stderr.trim() === '' ? String(error) : stderr.trim();
    throw new DeviceError(kind, device, `${text} (${detail})`, { cause: error });
  }
}

const missing = ['no-bus', 'there is no such serial port'] as const;
const refused = ['unsupported', 'this user may not open the port'] as const;
const held = ['held', 'another process owns it'] as const;
const other = ['unsupported', 'the port cannot be set up'] as const;
type Verdict = readonly [DeviceErrorKind, string];
const verdicts: readonly (readonly [string, Verdict])[] = [
  ['No such', missing],
  ['Permission denied', refused],
  ['not permitted', refused],
  ['busy', held],
];
const codes: Readonly<Record<string, Verdict>> = {
  ...{ ENOENT: missing, ENODEV: missing, ENXIO: missing },
  ...{ EACCES: refused, EPERM: refused, EBUSY: held, ECONNREFUSED: missing },
};

function deviceError(device: string, error: unknown): unknown {
  if (error instanceof DeviceError || !(error instanceof Error)) return error;
  const { code = '' } = error as NodeJS.ErrnoException;
  const [kind, text] = codes[code] ?? (['no-answer', 'the port has failed'] as const);
  return new DeviceError(kind, device, `${text} (${code === '' ? error.message : code})`, { cause: error });
}

/** The terminal device as one stream; libuv polls a descriptor of its own, so that no thread waits for characters. */
function streamOf(device: string, handle: FileHandle): Duplex {
  const stream = new ReadStream(handle.fd);
  stream.once('close', () => void handle.close().catch(() => undefined));
  // A port that is unplugged, or whose other end hangs up, reads as ended.
  stream.once('end', () => stream.destroy(new DeviceError('no-bus', device, 'the port has gone')));
  return stream;
}
