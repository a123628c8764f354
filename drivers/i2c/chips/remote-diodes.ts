/** Temperature sensors with diodes elsewhere, of the kind that began with the LM90: high and low bytes apart. */

import { type ChannelSpec, defineChip, type Identity, type SensorChipSpec } from '../chip.ts';
import { byte, split, word } from '../register.ts';
import { linear, type Scale } from '../scale.ts';

/** Of a temperature with its fraction. */
type Bits = 10 | 11 | 12;

/** Whole degrees and 2 to 4 more bits, two's complement. */
const fine = (bits: Bits): Scale =>
  linear({ lsb: 2 ** (8 - bits), bits, shift: 16 - bits, signed: true, min: -64, max: 127.9375 });
const whole = linear({ lsb: 1, bits: 8, signed: true, min: -64 });

/** RANGE of the configuration: without it nothing below zero is told, with it the code counts from -64 Cel. */
const configuration = byte(0x03);
const extended = 0x04;
function byRange(bits: Bits): ChannelSpec['scale'] {
  const facts = { lsb: 2 ** (8 - bits), bits, shift: 16 - bits };
  const standard = linear({ ...facts, max: 128 - facts.lsb });
  const wide = linear({ ...facts, offset: -64 });
  return (_parameters, mode = 0) => (mode & extended ? wide : standard);
}

const at = (high: number, low: number | undefined, bits: Bits, ranged: boolean): ChannelSpec => ({
  quantity: 'Temperature',
  register: low === undefined ? byte(high) : split(high, low),
  ...(low === undefined
    ? { scale: whole }
    : { scale: ranged ? byRange(bits) : fine(bits), zeros: 2 ** (16 - bits) - 1 }),
  ...(ranged ? { mode: configuration } : {}),
});

interface Layout {
  readonly datasheet: string;
  readonly driver: string;
  readonly bits: Bits;
  /** Has a range that can be extended, and else measures only from 0 Cel on. */
  readonly ranged?: boolean;
  /** High and low register of the chip's own temperature and of each diode. */
  readonly channels: Readonly<Record<string, readonly [number, number?]>>;
  readonly identity: readonly Identity[];
}

function sensor(
  compatible: readonly [string, ...string[]],
  { datasheet, driver, bits, ranged = false, channels, identity }: Layout,
): SensorChipSpec {
  return defineChip({
    compatible,
    datasheet: `${datasheet}; Linux drivers/hwmon/${driver}.c`,
    quality: 'kernel-checked',
    kernel: { driver },
    channels: () =>
      Object.fromEntries(
        Object.entries(channels).map(([name, [high, low]]) => [name, at(high, low, bits, ranged)]),
      ),
    identity,
  });
}

const manufacturer = (value: number): Identity => ({ register: byte(0xfe), value });
const device = (value: number, mask = 0xff): Identity => ({ register: byte(0xff), value, mask });
const local8 = { local: [0x00], remote1: [0x01, 0x10] } as const;
const own12 = { local: [0x00, 0x15], remote1: [0x01, 0x10] } as const;

const lm90 = { driver: 'lm90', bits: 11, channels: local8 } as const;
const maxim = { ...lm90, channels: { local: [0x00, 0x11], remote1: [0x01, 0x10] } } as const;
const tmp401 = {
  driver: 'tmp401',
  ranged: true,
  bits: 12,
  channels: own12,
  datasheet: 'TI SBOS371 (TMP401), register map',
} as const;
const tmp411 = { ...tmp401, datasheet: 'TI SBOS383 (TMP411), register map' } as const;
const tmp43x = { ...tmp401, datasheet: 'TI SBOS441 (TMP431, TMP432), register map' } as const;
const two12 = { ...own12, remote2: [0x23, 0x24] } as const;
const emc14 = { driver: 'emc1403', bits: 11, ranged: true } as const;
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

/** Sixteen bits each, of which the upper thirteen count. */
function tmp46x(name: string, id: number, remotes: number): SensorChipSpec {
  const channel = (address: number): ChannelSpec => ({
    quantity: 'Temperature',
    register: word(address),
    scale: linear({ lsb: 0.0625, bits: 13, shift: 3, signed: true, min: -64, max: 191.9375 }),
    zeros: 0x0007,
  });
  const all = Array.from({ length: remotes }, (_, index) => index + 1);
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
  });
}

export default [
  sensor(['lm90', 'lm86', 'lm89', 'lm99'], {
    ...lm90,
    datasheet: 'National LM90, register map',
    identity: [manufacturer(0x01)],
  }),
  sensor(['adm1032'], { ...lm90, datasheet: 'ADI ADM1032, register map', identity: [manufacturer(0x41)] }),
  sensor(['adt7461', 'nct1008'], {
    ...lm90,
    bits: 10,
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
    datasheet: 'Nuvoton W83773G, register map',
    // 5Ch is Winbond's number.
    identity: [manufacturer(0x5c)],
  }),
  sensor(['tmp401'], { ...tmp401, identity: [manufacturer(0x55), device(0x11)] }),
  // A, B and C differ in their addresses.
  sensor(['tmp411'], { ...tmp411, identity: [manufacturer(0x55), device(0x10, 0xfc)] }),
  sensor(['tmp431'], { ...tmp43x, identity: [manufacturer(0x55), device(0x31)] }),
  sensor(['tmp432'], { ...tmp43x, channels: two12, identity: [manufacturer(0x55), device(0x32)] }),
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
