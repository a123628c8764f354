/** Power sequencers, of which the voltages are read: ADM1266, UCD90xxx, MAX3444x and MAX3446x, ispPAC-POWR. */
import { type ChannelSpec, defineChip, type SensorChipSpec } from '../chip.ts';
import {
  code,
  command,
  linear11Channel,
  revisionIdentity,
  scaledChannel,
  statusWord,
  voutChannel,
  voutModeAtPowerOn,
} from '../pmbus.ts';
import { split } from '../register.ts';
import { direct, linear } from '../scale.ts';

const pagesOf = (count: number) => Array.from({ length: count }, (_, page) => page);
/** One channel of a kind for each page, with the page's number counted from 1 in its name. */
const each = (name: string, pages: readonly number[], channel: (page: number) => ChannelSpec) =>
  Object.fromEntries(pages.map((page) => [`${name}${page + 1}`, channel(page)]));

const adm1266Pages = pagesOf(17);
export const adm1266 = defineChip({
  compatible: ['adm1266'],
  datasheet: 'ADI ADM1266, READ_VOUT and VOUT_MODE; Linux drivers/hwmon/pmbus/adm1266.c',
  quality: 'driver-checked',
  kernel: { driver: 'adm1266' },
  channels: () => each('vout', adm1266Pages, (page) => voutChannel(page)),
  identity: [revisionIdentity],
  status: adm1266Pages.map((page) => statusWord(page)),
  powerOn: [{ register: revisionIdentity.register, value: 0x33 }, ...voutModeAtPowerOn(0x13, adm1266Pages)],
});

/** DEVICE_ID begins with the name. */
function ucd(name: string, rails: number): SensorChipSpec {
  const pages = pagesOf(rails);
  return defineChip({
    compatible: [name],
    datasheet: `TI ${name.toUpperCase()}, READ_VOUT and DEVICE_ID; Linux drivers/hwmon/pmbus/ucd9000.c`,
    quality: 'driver-checked',
    kernel: { driver: 'ucd9000' },
    channels: () => ({
      ...each('vout', pages, (page) => voutChannel(page)),
      ...each('iout', pages, (page) => linear11Channel('Current', code.iout, page)),
      temp1: linear11Channel('Temperature', code.temperature1, 0),
    }),
    // The UCD90320 needs 500 us after a write, PAGE included; the others are content with the time of a transfer.
    ...(name === 'ucd90320' ? { writeDelay: 0.5 } : {}),
    identity: [{ block: 0xfd, text: name.toUpperCase() }],
    status: pages.map((page) => statusWord(page)),
    powerOn: voutModeAtPowerOn(0x14, pages),
  });
}

interface Maxim {
  readonly rails: number;
  /** Exponent R of a current, where there is one. */
  readonly current?: number;
  /** First page of the temperatures. */
  readonly temperatures: number;
  readonly sensors: number;
  /** Each page measures what its configuration selects. */
  readonly configurable?: boolean;
}

/** MFR_CHANNEL_CONFIG of a page: bits 5 to 0 select what it measures. */
const channelConfiguration = (page: number) => command(0xe4, page);

function maxim(
  name: string,
  { rails, current, temperatures, sensors, configurable = false }: Maxim,
): SensorChipSpec {
  const pages = pagesOf(rails);
  const unit = (R: number) => direct({ m: 1, b: 0, R });
  /** A channel of pages that measure a voltage, a current or nothing, by their configuration. */
  const configured = (channel: ChannelSpec, page: number, uses: readonly number[]): ChannelSpec => {
    if (!configurable || typeof channel.scale === 'function') return channel;
    const { scale } = channel;
    return {
      ...channel,
      mode: channelConfiguration(page),
      scale: (_parameters, use = 0) => (uses.includes(use & 0x3f) ? scale : undefined),
    };
  };
  return defineChip({
    compatible: [name],
    datasheet: `Maxim ${name.toUpperCase()}, PMBus coefficients; Linux drivers/hwmon/pmbus/max34440.c`,
    quality: 'driver-checked',
    kernel: { driver: 'max34440' },
    channels: () => ({
      ...each('vout', pages, (page) =>
        configured(scaledChannel('Voltage', code.vout, unit(3), page), page, [0x10, 0x20, 0x21]),
      ),
      ...(current === undefined
        ? {}
        : each('iout', pages, (page) =>
            configured(scaledChannel('Current', code.iout, unit(current), page), page, [0x22, 0x23]),
          )),
      ...Object.fromEntries(
        pagesOf(sensors).map((index) => [
          `temp${index + 1}`,
          scaledChannel('Temperature', code.temperature1, unit(2), temperatures + index),
        ]),
      ),
    }),
    identity: [revisionIdentity],
    // Maxim recommends 50 us after PAGE.
    writeDelay: 0.05,
    status: pages.map((page) => statusWord(page)),
    powerOn: [
      { register: revisionIdentity.register, value: 0x11 },
      ...(configurable ? pages.map((page) => ({ register: channelConfiguration(page), value: 0x20 })) : []),
    ],
  });
}

/**
 * One converter behind a multiplexer: its inputs are named through it, with the attenuator on, and 2 mV a count.
 */
function powr(
  compatible: readonly [string, ...string[]],
  inputs: readonly (readonly [string, number])[],
): SensorChipSpec {
  const channel = (input: number): ChannelSpec => ({
    quantity: 'Voltage',
    register: { ...split(0x08, 0x07), request: { bytes: [0x09, 0x10 | input], wait: 1 } },
    scale: linear({ lsb: 0.002, bits: 12, shift: 4 }),
    zeros: 0x000f,
  });
  return defineChip({
    compatible,
    datasheet: 'Lattice ispPAC-POWR1220AT8, I2C registers; Linux drivers/hwmon/powr1220.c',
    quality: 'driver-checked',
    kernel: { driver: 'powr1220' },
    channels: () => Object.fromEntries(inputs.map(([label, input]) => [label, channel(input)])),
    identity: [],
  });
}
const monitors = (count: number) => pagesOf(count).map((index) => [`vmon${index + 1}`, index] as const);
/** The supplies come after the twelve monitors' places. */
const supplies = [
  ['vcca', 12],
  ['vccinp', 13],
] as const;

export default [
  adm1266,
  ucd('ucd90120', 12),
  ucd('ucd90124', 12),
  ucd('ucd90160', 16),
  ucd('ucd90320', 32),
  ucd('ucd9090', 10),
  ucd('ucd90910', 10),
  maxim('max34440', { rails: 6, current: 3, temperatures: 6, sensors: 8 }),
  maxim('max34441', { rails: 5, current: 3, temperatures: 6, sensors: 5 }),
  maxim('max34451', { rails: 16, current: 2, temperatures: 16, sensors: 5, configurable: true }),
  maxim('max34460', { rails: 12, temperatures: 13, sensors: 5 }),
  maxim('max34461', { rails: 16, temperatures: 17, sensors: 5 }),
  powr(['powr1220'], [...monitors(12), ...supplies]),
  powr(['powr1014', 'powr1014a', 'pwr1014a'], [...monitors(10), ...supplies]),
];
