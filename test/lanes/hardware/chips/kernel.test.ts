/**
 * Our reading of a chip beside that of the kernel's own driver: the same registers, put into i2c-stub of a virtual
 * machine with Debian's kernel. What is compared is what the registers hold after the kernel has set the chip up.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import {
  type ChipParameters,
  modesOf,
  type SensorChipSpec,
  settingsOf,
} from '../../../../drivers/i2c/chip.ts';
import { chips } from '../../../../drivers/i2c/chips/index.ts';
import { hwmonUnit, kernelPlaces } from '../../../../drivers/i2c/kernel.ts';
import { bytesOf, type Register } from '../../../../drivers/i2c/register.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { SensorChipModel } from '../../../../src/twin/chips/sensor.ts';
import { wire } from '../../../unit/drivers/i2c/wire.ts';
import {
  debianKernel,
  inGuest,
  type Job,
  moduleFiles,
  type RegisterBytes,
  type Result,
  whatIsMissing,
} from './machine.ts';

/** One at which no driver looks for its chips by itself. */
const address = 0x60;
/** What Linux assumes where nobody tells it. */
const parameters: ChipParameters = { shunt: 0.001, pec: false };

/** Drivers that use transfers which i2c-stub does not have. */
const beyondStub = new Set(['sht3x']);
/** Drivers that switch their chip to another format, in which the stub does not measure anew. */
const switching = new Set(['tmp102']);
/** What a driver shows more coarsely than the chip measures, in the unit of the channel. */
const coarse: Readonly<Record<string, number>> = { emc1403: 1 };
/** Registers by which a driver decides what to show, beyond those that we look at. */
const enabling: Readonly<Record<string, readonly RegisterBytes[]>> = {
  nct7904: [0x20, 0x21, 0x22, 0x24, 0x25].map((command) => ({ command, bytes: [0xff] })),
};
/** Where a kernel driver reads the low byte of a two-byte register by another address. */
const alsoAt: Readonly<Record<string, (register: number) => number>> = {
  tmp421: (register) => register + 0x10,
};

const missing = whatIsMissing();
if (missing) process.stderr.write(`chips beside the kernel: SKIPPED, there is no ${missing}\n`);

const sensors = chips.filter((chip): chip is SensorChipSpec => chip.kind === 'sensor');

/** All registers that the driver may look at. */
function registersOf(spec: SensorChipSpec): Register[] {
  const all = [
    ...Object.values(spec.channels).flatMap((channel) => [channel.register, ...modesOf(channel)]),
    ...Object.values(spec.channels).flatMap(({ faults = [] }) =>
      faults.flatMap(({ register }) => register ?? []),
    ),
    ...spec.identity.flatMap((identity) => ('block' in identity ? [] : [identity.register])),
    ...settingsOf(spec).map(({ register }) => register),
    ...(spec.powerOn ?? []).map(({ register }) => register),
  ];
  return [...new Map(all.map((register) => [register.address, register])).values()];
}

/** What the model holds, each register as it is on the wire. */
function image(spec: SensorChipSpec, round: number): RegisterBytes[] {
  const model = new SensorChipModel(spec, parameters, address);
  for (const { register, mask, value } of settingsOf(spec)) {
    const before = model.transfer(Uint8Array.of(register.address), register.bytes);
    const content = [...before].reduce((number, next) => number * 256 + next, 0);
    const wanted = (content & ~mask) | value;
    model.transfer(Uint8Array.of(register.address, ...bytesOf(wanted, register)), 0);
  }
  for (const [index, [name, { quantity }]] of Object.entries(spec.channels).entries()) {
    // Somewhere in the range of any chip, below zero where that can be.
    const value = quantity === 'Rotational' ? 3000 + 500 * index : 1.3 + index * 0.7 + round * 17.6;
    const scale = spec.channels[name]?.scale;
    if (scale !== undefined) model.set(name, quantity === 'Temperature' && round > 1 ? -value : value);
  }
  const registers = registersOf(spec);
  // What is only looked at to know the chip may be the low byte of a measurement.
  const measured = [
    ...Object.values(spec.channels).flatMap((channel) => [channel.register, ...modesOf(channel)]),
  ];
  const known = new Set(
    [...measured, ...settingsOf(spec).map(({ register }) => register)].flatMap(({ address: at, low }) =>
      low === undefined ? [at] : [at, low],
    ),
  );
  const apart: RegisterBytes[] = [];
  const images = registers.flatMap((register): RegisterBytes[] => {
    const read = (command: number, length: number) => [...model.transfer(Uint8Array.of(command), length)];
    if (register.low !== undefined) {
      const [high, low] = [read(register.address, 1), read(register.low, 1)];
      // Such a chip gives both where a driver asks for two bytes at the first.
      return [
        { command: register.address, bytes: [...high, ...low] },
        { command: register.low, bytes: low },
      ];
    }
    const bytes = read(register.address, register.bytes);
    const low = alsoAt[spec.kernel?.driver ?? '']?.(register.address) ?? register.address + 1;
    const isApart = register.bytes === 2 && !known.has(low);
    if (isApart) apart.push({ command: low, bytes: [bytes[1] ?? 0] });
    return [{ command: register.address, bytes }];
  });
  return [...images, ...apart, ...(enabling[spec.kernel?.driver ?? ''] ?? [])];
}

/** What our driver reads from these registers. */
async function ours(
  spec: SensorChipSpec,
  registers: readonly RegisterBytes[],
): Promise<Record<string, number>> {
  const held = new Map(registers.map(({ command, bytes }) => [command, bytes]));
  let pointer = 0;
  const line = wire([
    [
      address,
      (write, readLength) => {
        const [command = pointer, ...data] = write;
        pointer = command;
        if (data.length > 0) held.set(command, data);
        return Uint8Array.from({ length: readLength }, (_, index) => held.get(pointer)?.[index] ?? 0xff);
      },
    ],
  ]);
  const chip = openChip(spec, createI2cBus(line).device(address), parameters);
  const read: Record<string, number> = {};
  for (const name of kernelPlaces(spec).keys()) read[name] = await chip.read(name);
  return read;
}

describe.runIf(missing === undefined)('beside the kernel', () => {
  const rounds = [0, 1, 2];
  const kernel = missing === undefined ? debianKernel() : undefined;
  const judged = sensors.filter((spec) => {
    const { driver = '' } = spec.kernel ?? {};
    const shown = [...kernelPlaces(spec).values()].some((place) => typeof place === 'string');
    const told = spec.needs?.includes('reference') !== true && spec.pointerBytes === undefined;
    return (
      shown &&
      told &&
      !beyondStub.has(driver) &&
      !switching.has(driver) &&
      kernel &&
      moduleFiles(kernel, driver).length > 0
    );
  });
  const results = new Map<string, Result>();

  beforeAll(async () => {
    if (!kernel) return;
    const jobs: Job[] = judged.flatMap((spec) =>
      rounds.map((round) => ({
        name: `${spec.compatible[0]} ${round}`,
        chip: spec.compatible[0],
        parameters,
        id: spec.kernel?.id ?? spec.compatible[0],
        address,
        registers: image(spec, round),
      })),
    );
    const begun = performance.now();
    const drivers = [...new Set(judged.map(({ kernel: facts }) => facts?.driver ?? ''))];
    for (const result of await inGuest(kernel, drivers, jobs)) results.set(result.name, result);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    process.stdout.write(
      `${judged.length} chips of ${drivers.length} drivers beside Linux ${kernel.version}, ${seconds} s\n`,
    );
  });

  it.each(judged.map((spec) => [spec.compatible[0], spec] as const))('%s', async (name, spec) => {
    for (const round of rounds) {
      const result = results.get(`${name} ${round}`);
      expect(result?.error).toBeUndefined();
      const { hwmon = {}, registers = [] } = result ?? {};
      const read = await ours(spec, registers);
      for (const [channel, place] of kernelPlaces(spec)) {
        const quantity = spec.channels[channel]?.quantity;
        const unit = quantity === undefined ? undefined : hwmonUnit(quantity);
        if (typeof place !== 'string' || unit === undefined) continue;
        const theirs = Number(hwmon[place]) * unit;
        const mine = read[channel] ?? Number.NaN;
        // The kernel works with whole numbers: one unit of hwmon either way, and as much again from a rounded factor.
        const step = coarse[spec.kernel?.driver ?? ''] ?? 1.001 * unit;
        const near =
          Math.abs(theirs - mine) <= step + Math.abs(mine) * (quantity === 'Temperature' ? 0 : 1e-3);
        expect([name, round, channel, near ? mine : theirs]).toEqual([name, round, channel, mine]);
      }
    }
  });

  it.each(judged.map((spec) => [spec.compatible[0], spec] as const))(
    '%s through /dev/i2c, and while the kernel has it',
    async (name, spec) => {
      for (const round of rounds) {
        const { hwmon = {}, registers = [], ours: linux = {}, held } = results.get(`${name} ${round}`) ?? {};
        const read = await ours(spec, registers);
        expect(held?.refused).toBe('error held');
        for (const [channel, place] of kernelPlaces(spec)) {
          expect([name, round, channel, linux[channel]]).toEqual([name, round, channel, read[channel]]);
          if (typeof place === 'string' && /^\d/.test(hwmon[place] ?? ''))
            expect([name, channel, held?.read[channel]]).toEqual([name, channel, Number(hwmon[place])]);
        }
      }
    },
  );

  it('has judged just the chips that say so of themselves', () => {
    const claimed = sensors.filter(({ quality }) => quality === 'kernel-checked');
    const name = ({ compatible: [first] }: SensorChipSpec) => first;
    expect(judged.map(name).sort()).toEqual(claimed.map(name).sort());
  });
});
