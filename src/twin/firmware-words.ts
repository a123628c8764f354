/** What the simulated firmware of a host says of its parts: requests of Facebook's boards, and SMBIOS tables. Parts are invented. */
import { le } from 'node-ipmi';

/** A request: network function, command, data. */
export type Words = readonly [netFn: number, command: number, ...data: number[]];

/** Parts of a simulated host. */
export interface FirmwareParts {
  readonly processors: number;
  readonly model: string;
  readonly cores: number;
  readonly mhz: number;
  /** Channels of each processor, one module in each. */
  readonly channels: number;
  readonly moduleMib: number;
  readonly moduleMhz: number;
}

/** A server with two processors, and a server on a card with one. */
export const firmwareParts = {
  server: {
    processors: 2,
    model: 'Twin Xeon 6138 @ 2.00GHz',
    cores: 20,
    mhz: 2000,
    channels: 6,
    moduleMib: 32_768,
    moduleMhz: 2666,
  },
  card: {
    processors: 1,
    model: 'Twin Xeon D-2191 @ 1.60GHz',
    cores: 18,
    mhz: 1600,
    channels: 4,
    moduleMib: 16_384,
    moduleMhz: 2400,
  },
} as const satisfies Record<string, FirmwareParts>;

export const firmwareVersion = 'TWIN 2.41';

const inventory = 0x36;
const enterprise = [0x15, 0xa0, 0x00] as const;
const text = (value: string, length: number) => [
  ...Buffer.from(value.padEnd(length, '\0'), 'latin1').subarray(0, length),
];
const partNumber = 'TWIN-DDR4-RDIMM';
const serialOf = (index: number) => 0x7e000000 + index;

/** The firmware's version as a system information text (IPMI 2.0, section 22.14a). */
export function versionWords(version = firmwareVersion): Words {
  return [0x06, 0x58, 1, 0, 0, version.length, ...text(version, 14)];
}

/** Processors, then memory modules; `absent` are indexes of modules that are not there. */
export function facebookWords(parts: FirmwareParts, absent: ReadonlySet<number> = new Set()): Words[] {
  const { processors, model, cores, mhz, channels, moduleMib, moduleMhz } = parts;
  const words: Words[] = [];
  for (let index = 0; index < processors; index++) {
    words.push([inventory, 0x10, ...enterprise, index, 1, ...text(model, 48)]);
    words.push([inventory, 0x10, ...enterprise, index, 2, cores, ...le(2 * cores, 2), ...le(mhz, 2), 0, 0]);
  }
  for (let index = 0; index < processors * channels; index++) {
    const isPresent = !absent.has(index);
    const place = [Math.floor(index / channels), index % channels, 0];
    const set = (parameter: number, ...data: number[]): void => {
      words.push([inventory, 0x12, ...enterprise, index, parameter, ...data]);
    };
    set(1, isPresent ? 0x01 : 0xff, ...place);
    if (!isPresent) continue;
    set(2, 0xc6);
    set(3, ...le(moduleMhz, 2), ...le(moduleMib, 4));
    set(4, ...text(partNumber, 20));
    set(5, ...le(serialOf(index), 4));
    set(6, 0x80, 0xce);
  }
  return words;
}

const hex = (digits: string) => [...Buffer.from(digits.replaceAll(' ', ''), 'hex')];
const word = (value: number) => le(value, 2);

/** A structure: type, formatted area behind the header, and strings. */
function structure(
  type: number,
  handle: number,
  body: readonly number[],
  strings: readonly string[] = [],
): number[] {
  const texts = strings.flatMap((each) => [...Buffer.from(`${each}\0`, 'latin1')]);
  return [type, body.length + 4, ...word(handle), ...body, ...(texts.length === 0 ? [0, 0] : [...texts, 0])];
}

/** SMBIOS 3.2 tables (DSP0134) of the same parts. */
export function smbiosTables(parts: FirmwareParts, absent: ReadonlySet<number> = new Set()): Uint8Array {
  const modules = parts.processors * parts.channels;
  return Uint8Array.from([
    ...structure(0, 0, hex('01 02 00f0 03 ff 0000000000000000'), [
      'Twin firmware',
      firmwareVersion,
      '11/30/2026',
    ]),
    // System memory on the board, multi-bit error correction.
    ...structure(16, 0x1000, [...hex('03 03 06 00000080 feff'), ...word(modules)]),
    ...Array.from({ length: parts.processors }, (_, index) => processorBytes(parts, index)).flat(),
    ...Array.from({ length: modules }, (_, index) => moduleBytes(parts, index, absent.has(index))).flat(),
    // PCI Express 3: sixteen lanes in use, eight free.
    ...structure(9, 0x0900, hex('01 b6 0d 04 04 0000 0c 01 0000 3b 00'), ['Riser slot 1']),
    ...structure(9, 0x0901, hex('01 b6 0b 03 04 0000 0c 01 0000 5e 00'), ['Riser slot 2']),
    ...structure(127, 0x7f00, []),
  ]);
}

/** Level, kibibytes for each core, and system cache type: data or unified. */
const caches = [
  [1, 64, 4],
  [2, 1024, 5],
  [3, 1408, 5],
] as const;

function processorBytes({ model, cores, mhz }: FirmwareParts, index: number): number[] {
  const handle = 0x0700 + 16 * index;
  const cacheBytes = caches.flatMap(([level, each, type], at) => {
    const kib = each * cores;
    const size = word(kib < 0x8000 ? kib : 0x8000 | Math.ceil(kib / 64));
    const configuration = word(0x0180 | (level - 1));
    return structure(7, handle + at, [
      0,
      ...configuration,
      ...size,
      ...size,
      ...hex('2000 2000 00 05'),
      type,
      7,
    ]);
  });
  const body = [
    ...hex('01 03 b3 02 5406050000000000 03 90 6400'),
    ...[
      ...word(mhz * 2),
      ...word(mhz),
      0x41,
      0x36,
      ...word(handle),
      ...word(handle + 1),
      ...word(handle + 2),
    ],
    ...[4, 0, 5, cores, cores, 2 * cores, ...hex('fc00 b300')],
    ...[...word(cores), ...word(cores), ...word(2 * cores)],
  ];
  const strings = [`CPU${index}`, 'Intel(R) Corporation', model, `P${index}-SERIAL`, `P${index}-PART`];
  return [...cacheBytes, ...structure(4, 0x0400 + index, body, strings)];
}

function moduleBytes(
  { channels, moduleMib, moduleMhz }: FirmwareParts,
  index: number,
  isAbsent: boolean,
): number[] {
  const [socket, channel] = [Math.floor(index / channels), index % channels];
  const letter = String.fromCharCode(0x41 + channel);
  const names = [`CPU${socket}_DIMM_${letter}0`, `_Node${socket}_Channel${channel}_Dimm0`];
  const head = hex('0010 feff');
  if (isAbsent)
    return structure(
      17,
      0x1100 + index,
      [...head, ...hex('0000 0000 0000 09 00 01 02 02 0400 0000'), ...new Array<number>(17).fill(0)],
      names,
    );
  const isLarge = moduleMib >= 0x7fff;
  const body = [
    ...[
      ...head,
      ...hex('4800 4000'),
      ...word(isLarge ? 0x7fff : moduleMib),
      ...hex('09 00 01 02 1a 8020'),
      ...word(2933),
    ],
    ...[
      ...hex('03 04 00 05 02'),
      ...le(isLarge ? moduleMib : 0, 4),
      ...word(moduleMhz),
      ...hex('0000 0000 0000'),
    ],
  ];
  const maker = ['Samsung', serialOf(index).toString(16).toUpperCase(), partNumber];
  return structure(17, 0x1100 + index, body, [...names, ...maker]);
}
