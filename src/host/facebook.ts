/**
 * OEM commands by which the firmware of Facebook's boards tells its inventory: network functions 30h and 36h. An enterprise
 * number stands before the data, and differs between firmwares: it is not checked.
 */
import { FieldReader, type Route, refuse, textOf } from 'node-ipmi';
import type { HostDrive, MemoryModule, Processor } from './facts.ts';

/** What receives the facts; each call has a part of them. */
export interface ToldParts {
  processor(index: number, facts: Partial<Processor>): void;
  module(index: number, facts: Partial<MemoryModule>): void;
  drive(index: number, facts: Partial<HostDrive>): void;
  postBegan(): void;
  postEnded(): void;
}

const general = 0x30;
const inventory = 0x36;
const outOfRange = 0xc9;
const notNow = 0xd5;
/** Indexes that any board has. */
const maxIndex = 127;

/** Memory types, bits 5 to 0 of the type. */
const memoryTypes: Readonly<Record<number, MemoryModule['type']>> = {
  0: 'SDRAM',
  1: 'DDR',
  3: 'DDR2_SDRAM',
  4: 'DDR2_SDRAM_FB_DIMM',
  5: 'DDR3_SDRAM',
  6: 'DDR4_SDRAM',
};

/** JEDEC JEP106: makers of modules by bank (continuation codes without parity) and code. */
const makers: Readonly<Record<string, string>> = {
  '0/ce': 'Samsung',
  '0/ad': 'SK Hynix',
  '0/2c': 'Micron Technology',
  '1/98': 'Kingston',
  '3/0b': 'Nanya Technology',
  '4/cb': 'ADATA',
  '5/9b': 'Crucial Technology',
};

const trimmed = (bytes: Uint8Array): string | null =>
  textOf(bytes)
    .replace(/[^ -~]/g, ' ')
    .trim() || null;

function makerOf(low: number, high: number): string | null {
  if (low === 0 && high === 0) return null;
  // The byte order differs between firmwares; only the continuation count is small.
  const [count, code] = (low & 0x7f) < 0x10 ? [low & 0x7f, high] : [high & 0x7f, low];
  const id = `${count}/${code.toString(16).padStart(2, '0')}`;
  return makers[id] ?? `JEDEC bank ${count + 1}, 0x${code.toString(16).padStart(2, '0').toUpperCase()}`;
}

type Fields<T> = (request: FieldReader) => Partial<T>;

/** Parameters of a processor. */
const processorFields: Readonly<Record<number, Fields<Processor>>> = {
  1: (request) => ({ present: true, enabled: true, model: trimmed(request.rest()) }),
  2: (request) => {
    const [cores, threads, mhz] = [request.u8(), request.u16(), request.u16()];
    return {
      present: cores > 0,
      enabled: cores > 0,
      cores: cores || null,
      threads: threads || null,
      mhz: mhz || null,
    };
  },
};

/** Parameters of a memory module. */
const moduleFields: Readonly<Record<number, Fields<MemoryModule>>> = {
  1: (request) => ({
    present: request.u8() === 0x01,
    socket: request.u8(),
    channel: request.u8(),
    slot: request.u8(),
  }),
  2: (request) => ({ type: memoryTypes[request.u8() & 0x3f] ?? null }),
  3: (request) => {
    const [mhz, mib] = [request.u16(), request.u32()];
    return { mhz: mhz || null, mib: mib || null };
  },
  4: (request) => ({ partNumber: trimmed(request.rest()) }),
  5: (request) => {
    const serial = request.u32();
    return { serialNumber: serial === 0 ? null : serial.toString(16).toUpperCase().padStart(8, '0') };
  },
  6: (request) => ({ manufacturer: makerOf(request.u8(), request.u8()) }),
};

const protocols: Readonly<Record<number, HostDrive['protocol']>> = { 2: 'SATA', 3: 'NVMe' };

/** Parameters of a drive. */
const driveFields: Readonly<Record<number, Fields<HostDrive>>> = {
  0: (request) => {
    request.u16();
    return { present: request.u8() !== 0xff };
  },
  1: (request) => ({ present: true, serialNumber: trimmed(request.rest()) }),
  2: (request) => ({ present: true, model: trimmed(request.rest()) }),
  3: (request) => ({ present: true, firmware: trimmed(request.rest()) }),
  4: (request) => {
    const size = request.u32();
    const capacity = size * (request.u32() + request.u32() * 2 ** 32);
    return { capacityBytes: Number.isSafeInteger(capacity) && capacity > 0 ? capacity : null };
  },
  5: () => ({}),
  6: (request) => ({ protocol: protocols[request.u8()] ?? null }),
  7: () => ({}),
};

export function facebookRoutes(told: ToldParts): readonly Route[] {
  const given = new Map<string, Uint8Array>();
  /** Commands that set one parameter of one part, and return it. */
  function pair<T>(
    command: number,
    indexed: (request: FieldReader) => number,
    fields: Readonly<Record<number, Fields<T>>>,
    receive: (index: number, facts: Partial<T>) => void,
  ): readonly Route[] {
    const place = (request: FieldReader) => {
      request.bytes(3);
      const index = indexed(request);
      const parameter = request.u8();
      const field = fields[parameter];
      if (field === undefined || index > maxIndex) return refuse(outOfRange);
      return { index, field, key: `${command}/${index}/${parameter}` };
    };
    return [
      [
        inventory,
        command,
        0,
        (request) => {
          const { index, field, key } = place(request);
          const bytes = request.rest();
          receive(index, field(new FieldReader(bytes, 'request')));
          given.set(key, bytes);
          return [];
        },
      ],
      [inventory, command + 1, 0, (request) => given.get(place(request).key) ?? refuse(notNow)],
    ];
  }
  const first = (request: FieldReader) => request.u8();
  const second = (request: FieldReader) => {
    // Kind of the controller that found the drive: several count their drives from 0.
    const controller = request.u8() & 15;
    return controller * 32 + (request.u8() & 31);
  };
  return [
    ...pair<Processor>(0x10, first, processorFields, (index, facts) => told.processor(index, facts)),
    ...pair<MemoryModule>(0x12, first, moduleFields, (index, facts) => told.module(index, facts)),
    ...pair<HostDrive>(0x14, second, driveFields, (index, facts) => told.drive(index, facts)),
    [general, 0x73, 0, () => nothing(() => told.postBegan())],
    [general, 0x74, 0, () => nothing(() => told.postEnded())],
    [general, 0x77, 0, (request) => ppin(request, told)],
  ];
}

function nothing(effect: () => void): readonly number[] {
  effect();
  return [];
}

/** Eight bytes for each processor. */
function ppin(request: FieldReader, told: ToldParts): readonly number[] {
  for (let index = 0; request.left >= 8 && index <= maxIndex; index++) {
    const hex = Buffer.from(request.bytes(8)).reverse().toString('hex').toUpperCase();
    if (!/^(?:0+|F+)$/.test(hex)) told.processor(index, { ppin: `0x${hex}` });
  }
  return [];
}
