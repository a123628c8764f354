/** Regulators that keep to the formats of PMBus, each with the readings that it has. */
import { type ChannelSpec, defineChip, type KernelDriver, type SensorChipSpec } from '../chip.ts';
import {
  code,
  inputChannels,
  linear11Channel,
  revisionIdentity,
  scaledChannel,
  statusWord,
  type VidTables,
  voutChannel,
  voutModeAtPowerOn,
  vr12,
  vr13,
} from '../pmbus.ts';
import type { Quality } from '../quality.ts';
import { direct } from '../scale.ts';

/** VOUT_MODE of LINEAR16 with an exponent of -8. */
const exponent8 = 0x18;

/** What READ_… of a page there is, by the names of PMBus. */
type Reading = 'vin' | 'iin' | 'pin' | 'iout' | 'pout' | 'temperature1' | 'temperature2';
const quantities = {
  vin: 'Voltage',
  iin: 'Current',
  pin: 'Power',
  iout: 'Current',
  pout: 'Power',
  temperature1: 'Temperature',
  temperature2: 'Temperature',
} as const;

function single(readings: readonly Reading[], vout: ChannelSpec): Record<string, ChannelSpec> {
  const channels: Record<string, ChannelSpec> = { vout1: vout };
  for (const reading of readings) {
    const name = reading.startsWith('temperature')
      ? `temp${reading.at(-1)}`
      : `${reading}${reading.endsWith('out') ? '1' : ''}`;
    channels[name] = linear11Channel(quantities[reading], code[reading]);
  }
  return channels;
}

function regulator(
  compatible: readonly [string, ...string[]],
  [datasheet, kernel, quality = 'driver-checked']: readonly [string, KernelDriver | undefined, Quality?],
  channels: Record<string, ChannelSpec>,
  pages: readonly (number | undefined)[] = [undefined],
  voutMode = exponent8,
): SensorChipSpec {
  return defineChip({
    compatible,
    datasheet,
    quality,
    ...(kernel ? { kernel } : {}),
    channels,
    identity: [revisionIdentity],
    status: pages.map((page) => statusWord(page)),
    powerOn: [{ register: revisionIdentity.register, value: 0x22 }, ...voutModeAtPowerOn(voutMode, pages)],
  });
}

const all: readonly Reading[] = ['vin', 'iin', 'pin', 'iout', 'pout', 'temperature1'];

export const tda38640 = regulator(
  ['tda38640'],
  ['Infineon TDA38640, PMBus commands; Linux drivers/hwmon/pmbus/tda38640.c', { driver: 'tda38640' }],
  single(all, voutChannel(undefined)),
);

export const ir38263 = regulator(
  ['ir38263', 'ir38060', 'ir38064', 'ir38164'],
  ['Infineon IR38064, PMBus commands; Linux drivers/hwmon/pmbus/ir38064.c', { driver: 'ir38064' }],
  // In 256ths of a volt; VOUT_MODE is not used.
  single(
    ['vin', 'iout', 'pout', 'temperature1'],
    scaledChannel('Voltage', code.vout, direct({ m: 256, b: 0, R: 0 })),
  ),
);

/** Two rails; inputs and temperatures of both where `complete`. */
function dual(
  tables: VidTables,
  inputsPaged: boolean,
  temperatures: readonly number[],
): Record<string, ChannelSpec> {
  const channels: Record<string, ChannelSpec> = { ...inputChannels(0, inputsPaged) };
  for (const page of [0, 1]) {
    channels[`vout${page + 1}`] = voutChannel(page, tables);
    channels[`iout${page + 1}`] = linear11Channel('Current', code.iout, page);
    channels[`pout${page + 1}`] = linear11Channel('Power', code.pout, page);
    if (temperatures.includes(page))
      channels[`temp${page + 1}`] = linear11Channel('Temperature', code.temperature1, page);
  }
  return channels;
}

export const ir35221 = regulator(
  ['ir35221', 'ir35215'],
  ['not public; Linux drivers/hwmon/pmbus/ir35221.c', { driver: 'ir35221', id: 'ir35221' }],
  dual({}, true, [0, 1]),
  [0, 1],
);

export const xdpe152 = regulator(
  ['xdpe152c4', 'xdpe15284'],
  ['not public; Linux drivers/hwmon/pmbus/xdpe152c4.c', { driver: 'xdpe152c4' }],
  { ...dual({}, true, [0]), temp2: linear11Channel('Temperature', code.temperature2, 0) },
  [0, 1],
);

/** Its commands are taken to be those of its successor. */
export const xdpe132 = regulator(
  ['xdpe132g5c'],
  ['not public; formats by VOUT_MODE and PMBus 1.2 part II, 7.1', undefined, 'unchecked'],
  dual({}, true, [0, 1]),
  [0, 1],
);

/** VOUT_MODE: VR12 with 5 mV, VR12.5 and VR13 with 10 mV, IMVP8 and VR13 with 5 mV. */
const texas: VidTables = { 1: vr12, 2: vr13, 4: vr13, 5: vr12, 7: vr12 };

export const tps53679 = regulator(
  ['tps53679', 'tps53681', 'tps53688'],
  ['TI TPS53679, PMBus commands; Linux drivers/hwmon/pmbus/tps53679.c', { driver: 'tps53679' }],
  dual(texas, false, [0, 1]),
  [0, 1],
  0x27,
);
export const tps53676 = regulator(
  ['tps53676', 'bmr474'],
  ['TI TPS53676, PMBus commands; Linux drivers/hwmon/pmbus/tps53679.c', { driver: 'tps53679' }],
  dual({}, false, [0, 1]),
  [0, 1],
);
export const tps53667 = regulator(
  ['tps53667', 'tps53647'],
  ['TI TPS53647, PMBus commands; Linux drivers/hwmon/pmbus/tps53679.c', { driver: 'tps53679' }],
  single(all, voutChannel(undefined, texas)),
  [undefined],
  0x27,
);

export const q54sj108a2 = regulator(
  ['q54sj108a2'],
  ['Delta Q54SJ108A2, PMBus; Linux drivers/hwmon/pmbus/q54sj108a2.c', { driver: 'q54sj108a2' }],
  single(['vin', 'iout', 'temperature1'], voutChannel(undefined)),
);

/** Bricks that speak plain PMBus. */
export const brick = regulator(
  ['bmr491', 'e50sn12051', 'q50sn120a1'],
  ['PMBus 1.2 part II, 7.1 and 8.3.1', { driver: 'pmbus', id: 'pmbus' }, 'unchecked'],
  single(['vin', 'iout', 'temperature1'], voutChannel(undefined)),
);

/** READ_FAN_SPEED_1 and 2. */
const fanSpeeds = [0x90, 0x91] as const;

/** A power supply without pages. */
export const pfe1100 = regulator(
  ['pfe1100'],
  ['Bel Power PFE1100, PMBus; Linux drivers/hwmon/pmbus/bel-pfe.c', { driver: 'bel-pfe' }],
  {
    ...single([...all, 'temperature2'], voutChannel(undefined)),
    fan1: linear11Channel('Rotational', fanSpeeds[0]),
    fan2: linear11Channel('Rotational', fanSpeeds[1]),
  },
);

/** A power supply with its main output on page 0 and the standby output on page 1; it does not start on page 0. */
export const pfe3000 = regulator(
  ['pfe3000'],
  ['Bel Power PFE3000, PMBus; Linux drivers/hwmon/pmbus/bel-pfe.c', { driver: 'bel-pfe' }],
  {
    ...dual({}, false, [0]),
    temp2: linear11Channel('Temperature', code.temperature2, 0),
    temp3: linear11Channel('Temperature', code.temperature3, 0),
    vcap: linear11Channel('Voltage', code.vcap, 0),
    fan1: linear11Channel('Rotational', fanSpeeds[0], 0),
    fan2: linear11Channel('Rotational', fanSpeeds[1], 0),
  },
  [0, 1],
);

/** A fixed-ratio converter: everything on the second page, in DIRECT. */
const pli = (quantity: 'Voltage' | 'Current' | 'Power' | 'Temperature', address: number, R: number) =>
  scaledChannel(quantity, address, direct({ m: 1, b: 0, R }), 1, true);
export const pli1209bc = defineChip({
  compatible: ['pli1209bc'],
  datasheet: 'Vicor PLI1209BC, PMBus coefficients; Linux drivers/hwmon/pmbus/pli1209bc.c',
  quality: 'driver-checked',
  kernel: { driver: 'pli1209bc' },
  channels: {
    vin: pli('Voltage', code.vin, 1),
    vout2: pli('Voltage', code.vout, 1),
    iin: pli('Current', code.iin, 3),
    iout2: pli('Current', code.iout, 2),
    pin: pli('Power', code.pin, 1),
    // Whole watts, unlike the input.
    pout2: pli('Power', code.pout, 0),
    temp2: { ...pli('Temperature', code.temperature1, 0), hwmon: 'temp1_input' },
  },
  identity: [revisionIdentity],
  // The kernel waits 250 us after a write.
  writeDelay: 0.25,
  status: [statusWord(1)],
  powerOn: [{ register: revisionIdentity.register, value: 0x22 }],
});

export default [
  tda38640,
  ir38263,
  ir35221,
  xdpe152,
  xdpe132,
  tps53679,
  tps53676,
  tps53667,
  q54sj108a2,
  brick,
  pfe1100,
  pfe3000,
  pli1209bc,
];
