/** Temperature sensors with remote diodes, of the LM90's kind: high and low bytes in registers of their own. */
import { type ChannelSpec, defineChip, type Identity, type SensorChipSpec, type Setting } from '../chip.ts';
import type { Quality } from '../quality.ts';
import { byte, type Register, split, word } from '../register.ts';
import { linear, type Scale } from '../scale.ts';

/** Width of a temperature with its fraction. */
type Bits = 10 | 11 | 12;

/** Configuration: read and written at different addresses, except by the EMC14xx, which take both. */
const configuration: Register = { ...byte(0x03), written: 0x09 };
/** Bit 6 stops conversion. */
const running: Setting = { register: configuration, mask: 0x40, value: 0 };
/** With this bit the code counts from -64 Cel. */
const extended = 0x04;

/** Whole degrees and 2 to 4 more bits, two's complement. */
const fine = (bits: Bits, offset = 0): Scale =>
  linear({
    lsb: 2 ** (8 - bits),
    bits,
    shift: 16 - bits,
    signed: true,
    offset,
    min: offset - 64,
    max: offset + 127.9375,
  });
const whole = linear({ lsb: 1, bits: 8, signed: true, min: -64 });
const wide = (bits: Bits): Scale => linear({ lsb: 2 ** (8 - bits), bits, shift: 16 - bits, offset: -64 });
const wideWhole = linear({ lsb: 1, bits: 8, offset: -64 });
/** The ordinary range of chips that report nothing below zero. */
const unsigned = (bits: Bits): Scale =>
  linear({ lsb: 2 ** (8 - bits), bits, shift: 16 - bits, max: 128 - 2 ** (8 - bits) });

/** High and low register of a temperature, where it has a fraction. */
type Place = readonly [number, number?];

interface Layout {
  readonly datasheet: string;
  readonly driver: string;
  readonly bits: Bits;
  /** The configuration selects a range from -64 Cel; the ordinary one is unsigned, or signed all the same. */
  readonly ranged?: 'unsigned' | 'signed';
  /** Cel that a diode is hotter than its code. */
  readonly offset?: number;
  /** The chip's own temperature is `local`. */
  readonly channels: Readonly<Record<string, Place>>;
  /** Where an open or shorted diode is reported, by channel. */
  readonly diodes: Readonly<Record<string, readonly [Register, mask: number]>>;
  readonly identity: readonly Identity[];
  readonly settings?: readonly Setting[];
}

function scaleOf({ bits, ranged, offset = 0 }: Layout, low: number | undefined): ChannelSpec['scale'] {
  const ordinary = low === undefined ? whole : ranged === 'unsigned' ? unsigned(bits) : fine(bits, offset);
  const other = low === undefined ? wideWhole : wide(bits);
  return ranged === undefined ? ordinary : (_parameters, mode = 0) => (mode & extended ? other : ordinary);
}

function channelOf(layout: Layout, name: string, [high, low]: Place): ChannelSpec {
  const diode = layout.diodes[name];
  const facts = name === 'local' ? { ...layout, offset: 0 } : layout;
  return {
    quantity: 'Temperature',
    register: low === undefined ? byte(high) : split(high, low),
    scale: scaleOf(facts, low),
    ...(low === undefined ? {} : { zeros: 2 ** (16 - layout.bits) - 1 }),
    ...(layout.ranged === undefined ? {} : { mode: configuration }),
    ...(diode && {
      faults: [{ register: diode[0], mask: diode[1], text: 'the diode is open or shorted' }],
    }),
  };
}

function sensor(
  compatible: readonly [string, ...string[]],
  layout: Layout,
  quality: Quality = 'kernel-checked',
): SensorChipSpec {
  const { datasheet, driver, channels, identity, settings = [running] } = layout;
  return defineChip({
    compatible,
    datasheet: `${datasheet}; Linux drivers/hwmon/${driver}.c`,
    quality,
    kernel: { driver },
    channels: () =>
      Object.fromEntries(
        Object.entries(channels).map(([name, place]) => [name, channelOf(layout, name, place)]),
      ),
    identity,
    settings,
  });
}

const manufacturer = (value: number): Identity => ({ register: byte(0xfe), value });
const device = (value: number, mask = 0xff): Identity => ({ register: byte(0xff), value, mask });
const local8 = { local: [0x00], remote1: [0x01, 0x10] } as const;
const own12 = { local: [0x00, 0x15], remote1: [0x01, 0x10] } as const;

/** Bit 2 of the status register. */
const oneDiode = { remote1: [byte(0x02), 0x04] } as const;
/** One bit for each diode, from bit 1 on. */
const diodeRegister = byte(0x1b);
const threeDiodes = {
  remote1: [diodeRegister, 0x02],
  remote2: [diodeRegister, 0x04],
  remote3: [diodeRegister, 0x08],
} as const;

const lm90 = { driver: 'lm90', bits: 11, channels: local8, diodes: oneDiode } as const;
const maxim = { ...lm90, channels: { local: [0x00, 0x11], remote1: [0x01, 0x10] } } as const;
const tmp401 = {
  driver: 'tmp401',
  ranged: 'unsigned',
  bits: 12,
  channels: own12,
  diodes: oneDiode,
  datasheet: 'TI SBOS371 (TMP401), register map',
} as const;
const tmp411 = { ...tmp401, datasheet: 'TI SBOS383 (TMP411), register map' } as const;
const tmp43x = { ...tmp401, datasheet: 'TI SBOS441 (TMP431, TMP432), register map' } as const;
const two12 = { ...own12, remote2: [0x23, 0x24] } as const;
const emc14 = { driver: 'emc1403', bits: 11, ranged: 'unsigned', diodes: threeDiodes } as const;
const emcOne = { local: [0x00, 0x29], remote1: [0x01, 0x10] } as const;
const emcTwo = { ...emcOne, remote2: [0x23, 0x24] } as const;
const emcThree = { ...emcTwo, remote3: [0x2a, 0x2b] } as const;
const product = (value: number): Identity => ({ register: byte(0xfd), value });

function emc(compatible: readonly [string, ...string[]], id: number, channels: Layout['channels']) {
  return sensor(compatible, {
    ...emc14,
    datasheet: 'SMSC/Microchip EMC1402 to EMC1424, register set',
    channels,
    identity: [product(id), manufacturer(0x5d)],
  });
}

/** Sixteen bits each, of which the upper thirteen count. An open diode reads as -256 Cel, outside the range. */
function tmp46x(name: string, id: number, remotes: number): SensorChipSpec {
  const channel = (address: number): ChannelSpec => ({
    quantity: 'Temperature',
    register: word(address),
    scale: linear({ lsb: 0.0625, bits: 13, shift: 3, signed: true, min: -64, max: 191.9375 }),
    zeros: 0x0007,
  });
  const all = Array.from({ length: remotes }, (_, index) => index + 1);
  /** REN of the chip itself and of each diode, from bit 7 on. */
  const enabled = (2 ** (remotes + 1) - 1) << 7;
  const configuration46x = word(0x30);
  return defineChip({
    compatible: [name],
    datasheet: `TI ${remotes === 4 ? 'SBOS835 (TMP464)' : 'SBOS762 (TMP468)'}, register map; Linux drivers/hwmon/tmp464.c`,
    quality: 'driver-checked',
    kernel: { driver: 'tmp464' },
    channels: () => ({
      local: channel(0x00),
      ...Object.fromEntries(all.map((index) => [`remote${index}`, channel(index)])),
    }),
    identity: [
      { register: word(0xfe), value: 0x5449 },
      { register: word(0xff), value: id },
    ],
    // No shutdown, and every channel on.
    settings: [{ register: configuration46x, mask: enabled | 0x0020, value: enabled }],
    powerOn: [{ register: configuration46x, value: enabled | 0x001c }],
  });
}

export default [
  sensor(['lm90', 'lm86', 'lm89'], {
    ...lm90,
    datasheet: 'National LM90, register map',
    identity: [manufacturer(0x01)],
  }),
  // Its diode is 16 Cel hotter than the code.
  sensor(
    ['lm99'],
    {
      ...lm90,
      offset: 16,
      datasheet: 'National LM99, register map',
      identity: [manufacturer(0x01)],
    },
    'kernel-checked',
  ),
  sensor(['adm1032'], { ...lm90, datasheet: 'ADI ADM1032, register map', identity: [manufacturer(0x41)] }),
  sensor(['adt7461', 'nct1008'], {
    ...lm90,
    bits: 10,
    // The datasheet calls the ordinary range unsigned; parts report negative temperatures in it (lm90.c).
    ranged: 'signed',
    datasheet: 'ADI ADT7461, register map',
    identity: [manufacturer(0x41)],
  }),
  sensor(['max6658', 'max6657', 'max6659'], {
    ...maxim,
    datasheet: 'Maxim MAX6657 to MAX6659, register map',
    identity: [manufacturer(0x4d)],
  }),
  sensor(['w83773g', 'w83773'], {
    driver: 'w83773g',
    bits: 11,
    channels: { local: [0x00], remote1: [0x01, 0x10], remote2: [0x24, 0x25] },
    diodes: { remote1: [byte(0x02), 0x04], remote2: [byte(0x17), 0x04] },
    settings: [],
    datasheet: 'Nuvoton W83773G, register map',
    // 5Ch is Winbond's number.
    identity: [manufacturer(0x5c)],
  }),
  sensor(['tmp401'], { ...tmp401, identity: [manufacturer(0x55), device(0x11)] }),
  // A, B and C differ in their addresses.
  sensor(['tmp411'], { ...tmp411, identity: [manufacturer(0x55), device(0x10, 0xfc)] }),
  sensor(['tmp431'], { ...tmp43x, identity: [manufacturer(0x55), device(0x31)] }),
  sensor(['tmp432'], {
    ...tmp43x,
    channels: two12,
    diodes: threeDiodes,
    identity: [manufacturer(0x55), device(0x32)],
  }),
  sensor(['tmp435'], { ...tmp43x, identity: [manufacturer(0x55), device(0x35)] }),
  tmp46x('tmp464', 0x1468, 4),
  tmp46x('tmp468', 0x0468, 8),
  emc(['emc1402', 'emc1412'], 0x20, emcOne),
  emc(['emc1403', 'emc1413'], 0x21, emcTwo),
  emc(['emc1404', 'emc1414'], 0x25, emcThree),
  emc(['emc1422'], 0x22, emcOne),
  emc(['emc1423'], 0x23, emcTwo),
  emc(['emc1424'], 0x27, emcThree),
];
