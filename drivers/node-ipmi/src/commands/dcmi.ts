/** Commands of DCMI 1.5: power readings and limits, asset tag, controller name. */
import { type Command, type FieldReader, ignore, le, run, textOf } from '../command.ts';
import { IpmiError } from '../errors.ts';
import { NETFN, type Target } from '../message.ts';

/** Commands of the Data Center Manageability Interface (DCMI v1.5, section 6): group extension 0xDC. */

const GROUP = 0xdc;
const netFn = NETFN.group;

/** All DCMI messages start with the group's number, both ways. */
function dcmi<Request, Response>(
  name: string,
  command: number,
  encode: (request: Request) => readonly number[],
  decode: (reader: FieldReader, request: Request) => Response,
  codes?: Readonly<Record<number, string>>,
): Command<Request, Response> {
  return {
    name,
    netFn,
    command,
    encode: (request) => [GROUP, ...encode(request)],
    decode(reader, request) {
      reader.expect(GROUP);
      return decode(reader, request);
    },
    ...(codes === undefined ? {} : { codes }),
  };
}

/** One parameter of the capabilities: 1 supported, 2 mandatory attributes, 3 optional ones, 4 access, 5 power statistics. */
export const getDcmiCapabilities = dcmi(
  'Get DCMI Capabilities',
  0x01,
  ({ parameter }: { readonly parameter: number }) => le(parameter, 1),
  (reader) => ({ version: `${reader.u8()}.${reader.u8()}`, revision: reader.u8(), data: reader.rest() }),
);

export interface PowerReading {
  /** Watts. */
  readonly current: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly average: number;
  readonly at: Date | undefined;
  /** Over which the statistics were taken, milliseconds. */
  readonly period: number;
  readonly active: boolean;
}

export const getPowerReading = dcmi(
  'Get Power Reading',
  0x02,
  () => [0x01, 0x00, 0x00],
  (reader): PowerReading => {
    const [current, minimum, maximum, average] = [reader.u16(), reader.u16(), reader.u16(), reader.u16()];
    const seconds = reader.u32();
    const period = reader.u32();
    const at = seconds === 0 || seconds === 0xffffffff ? undefined : new Date(seconds * 1000);
    return { current, minimum, maximum, average, at, period, active: (reader.u8() & 0x40) !== 0 };
  },
);

/** What happens when the limit cannot be kept. */
export const LIMIT_ACTIONS = { none: 0x00, powerOff: 0x01, log: 0x11 } as const;

export interface PowerLimit {
  /** Number of the action; the three of LIMIT_ACTIONS or an OEM one (0x02 to 0x10). */
  readonly action: number;
  /** Watts. */
  readonly limit: number;
  /** Milliseconds until the action. */
  readonly correctionTime: number;
  /** Seconds between two samples. */
  readonly samplingPeriod: number;
}

const LIMIT_CODES = {
  128: 'no power limit is set',
  132: 'the power limit is out of range',
  133: 'the correction time is out of range',
  137: 'the sampling period is out of range',
};

export const getPowerLimit = dcmi(
  'Get Power Limit',
  0x03,
  () => [0, 0],
  (reader): PowerLimit => {
    reader.u16();
    const head = { action: reader.u8(), limit: reader.u16(), correctionTime: reader.u32() };
    reader.u16();
    return { ...head, samplingPeriod: reader.u16() };
  },
  LIMIT_CODES,
);

export const setPowerLimit = dcmi(
  'Set Power Limit',
  0x04,
  (limit: PowerLimit) => [
    ...[0, 0, 0],
    ...le(limit.action, 1),
    ...le(limit.limit, 2),
    ...le(limit.correctionTime, 4),
    ...[0, 0],
    ...le(limit.samplingPeriod, 2),
  ],
  ignore,
  LIMIT_CODES,
);

export const activatePowerLimit = dcmi(
  'Activate/Deactivate Power Limit',
  0x05,
  ({ active }: { readonly active: boolean }) => [active ? 1 : 0, 0, 0],
  ignore,
  LIMIT_CODES,
);

interface TextPart {
  /** Length of the whole text. */
  readonly length: number;
  readonly data: Uint8Array;
}

const part = (reader: FieldReader): TextPart => ({ length: reader.u8(), data: reader.rest() });
const range = ({ offset, count }: { readonly offset: number; readonly count: number }): number[] => [
  ...le(offset, 1),
  ...le(count, 1),
];
const write = ({ offset, data }: { readonly offset: number; readonly data: Uint8Array }): number[] => [
  ...le(offset, 1),
  ...le(data.length, 1),
  ...data,
];

/** Up to 16 bytes of the asset tag; `readAssetTag` gets it whole. */
export const getAssetTag = dcmi('Get Asset Tag', 0x06, range, part, {
  128: 'the asset tag is stored in an encoding that DCMI does not know',
  129: 'the FRU device of the asset tag is not supported',
});

export const setAssetTag = dcmi('Set Asset Tag', 0x08, write, (reader) => reader.u8());
export const getControllerId = dcmi('Get Management Controller Identifier String', 0x09, range, part);
export const setControllerId = dcmi('Set Management Controller Identifier String', 0x0a, write, (reader) =>
  reader.u8(),
);

type TextCommand = Command<{ readonly offset: number; readonly count: number }, TextPart>;

async function readText(target: Target, command: TextCommand): Promise<string> {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ; ) {
    const { length, data } = await run(target, command, { offset, count: 16 });
    parts.push(data);
    offset += data.length;
    if (data.length === 0 || offset >= length) return textOf(Buffer.concat(parts));
    if (length - offset < 16) {
      // The last part is asked for by its own length: some controllers refuse more.
      const rest = await run(target, command, { offset, count: length - offset });
      return textOf(Buffer.concat([...parts, rest.data]));
    }
  }
}

async function writeText(
  target: Target,
  command: Command<{ readonly offset: number; readonly data: Uint8Array }, number>,
  text: string,
  limit: number,
): Promise<void> {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > limit)
    throw new IpmiError('invalid', `a text of ${bytes.length} bytes where ${limit} fit`);
  for (let offset = 0; offset === 0 || offset < bytes.length; offset += 16) {
    await run(target, command, { offset, data: bytes.subarray(offset, offset + 16) });
  }
}

/** The whole asset tag, at most 63 bytes. */
export const readAssetTag = (target: Target): Promise<string> => readText(target, getAssetTag);
export const writeAssetTag = (target: Target, tag: string): Promise<void> =>
  writeText(target, setAssetTag, tag, 63);

/** The whole name of the controller, at most 63 bytes. */
export const readControllerId = (target: Target): Promise<string> => readText(target, getControllerId);
export const writeControllerId = (target: Target, id: string): Promise<void> =>
  writeText(target, setControllerId, `${id}\0`, 64);

/** Entities whose temperatures DCMI knows. */
export const DCMI_ENTITY = { inlet: 0x40, processor: 0x41, baseboard: 0x42 } as const;

/** Record IDs in the SDR repository of an entity's sensors, up to 8 at a time from `start`. */
export const getDcmiSensors = dcmi(
  'Get DCMI Sensor Info',
  0x07,
  ({ entity, start = 0 }: { readonly entity: number; readonly start?: number }) => [
    1,
    ...le(entity, 1),
    0,
    ...le(start, 1),
  ],
  (reader) => {
    const total = reader.u8();
    const count = reader.u8();
    return { total, records: Array.from({ length: count }, () => reader.u16()) };
  },
);

export interface TemperatureReading {
  readonly instance: number;
  /** Degrees Celsius. */
  readonly value: number;
}

/** Temperatures of an entity's instances, up to 8 at a time from `start` (1 is the first). */
export const getTemperatures = dcmi(
  'Get Temperature Readings',
  0x10,
  ({ entity, start = 1 }: { readonly entity: number; readonly start?: number }) => [
    1,
    ...le(entity, 1),
    0,
    ...le(start, 1),
  ],
  (reader) => {
    const total = reader.u8();
    const count = reader.u8();
    const readings = Array.from({ length: count }, (): TemperatureReading => {
      const raw = reader.u8();
      // Bit 7 is the sign, the rest the amount.
      return { value: raw & 0x80 ? -(raw & 0x7f) : raw, instance: reader.u8() };
    });
    return { total, readings };
  },
);

export const getThermalLimit = dcmi(
  'Get Thermal Limit',
  0x0c,
  ({ entity, instance }: { readonly entity: number; readonly instance: number }) => [
    ...le(entity, 1),
    ...le(instance, 1),
  ],
  (reader) => ({ actions: reader.u8(), limit: reader.u8(), exceptionTime: reader.u16() }),
);

export const setThermalLimit = dcmi(
  'Set Thermal Limit',
  0x0b,
  (limit: {
    readonly entity: number;
    readonly instance: number;
    /** Bit 6 powers off, bit 5 logs. */
    readonly actions: number;
    /** Degrees Celsius. */
    readonly limit: number;
    /** Seconds. */
    readonly exceptionTime: number;
  }) => [
    ...le(limit.entity, 1),
    ...le(limit.instance, 1),
    ...le(limit.actions, 1),
    ...le(limit.limit, 1),
    ...le(limit.exceptionTime, 2),
  ],
  ignore,
);
