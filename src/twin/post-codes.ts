/** POST codes of simulated hosts, from reset to the operating system. */
import { Readable } from 'node:stream';
import { DeviceError } from '../../drivers/errors.ts';
import type { PostCodeDevices } from '../../drivers/post/post-codes.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { HostModel } from './host.ts';

export interface TwinPostCodes extends PostCodeDevices {
  /** The state of a host may have changed. */
  changed(): void;
  close(): void;
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

/** Checkpoints like those of common UEFI firmware: cache as memory, memory, drivers, devices, boot. */
const sequence: readonly number[] = [
  ...range(0x01, 0x0b),
  ...range(0x10, 0x1e),
  ...range(0xb0, 0xbf),
  ...range(0x2b, 0x37),
  ...[0x3b, 0x4f],
  ...range(0x60, 0x72),
  ...range(0x78, 0x7a),
  ...range(0x90, 0x9d),
  ...range(0xa0, 0xa6),
  ...[0xa2, 0xa2, 0xb2, 0xb4, 0x92, 0xa9, 0xab, 0xad, 0xaa],
];
/** Period at which codes are written, ms. */
const step = 20;
/** Codes kept while the device is not open, as the kernel does. */
const room = 2048;

interface Device {
  readonly host: string;
  boot: number;
  /** Codes of this boot that have been written, and the progress of its firmware then. */
  written: number;
  progress: number | null;
  kept: number[];
  stream: Readable | undefined;
  timer: NodeJS.Timeout | undefined;
}

/** @param host by its id */
export function createPostCodes(
  board: Platform,
  host: (id: string) => Pick<HostModel, 'boots' | 'progress'> | undefined,
): TwinPostCodes {
  const devices = new Map<string, Device>();
  for (const { id, postCodes } of board.hosts ?? []) {
    if (postCodes?.device === undefined) continue;
    const nothing = { boot: 0, written: 0, progress: null, kept: [], stream: undefined, timer: undefined };
    devices.set(postCodes.device, { host: id, ...nothing });
  }

  function refresh(device: Device): void {
    clearTimeout(device.timer);
    const { boots = 0, progress = null } = host(device.host) ?? {};
    if (boots !== device.boot) device.written = 0;
    device.boot = boots;
    const moves = progress !== device.progress;
    device.progress = progress;
    if (progress === null) return;
    const due = Math.floor(progress * sequence.length);
    const codes = sequence.slice(device.written, due);
    device.written = Math.max(device.written, due);
    if (device.stream === undefined) device.kept = [...device.kept, ...codes].slice(-room);
    else if (codes.length > 0) device.stream.push(Buffer.from(codes));
    // Hung firmware writes no further codes.
    if (progress < 1 && moves) device.timer = setTimeout(() => refresh(device), step).unref();
  }

  return {
    async open(path) {
      const device = devices.get(path);
      if (device === undefined) throw new DeviceError('no-bus', path, 'there is no such device');
      if (device.stream !== undefined) throw new DeviceError('held', path, 'another process has it');
      const stream = new Readable({ read() {} });
      if (device.kept.length > 0) stream.push(Buffer.from(device.kept));
      device.kept = [];
      device.stream = stream;
      stream.once('close', () => {
        device.stream = undefined;
      });
      return stream;
    },
    changed() {
      for (const device of devices.values()) refresh(device);
    },
    close() {
      for (const { stream, timer } of devices.values()) {
        clearTimeout(timer);
        stream?.destroy();
      }
    },
  };
}
