/** What must hold of every chip there is: one walk over all literals. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import {
  type ChannelSpec,
  type ChipParameters,
  type EepromChipSpec,
  type MuxChipSpec,
  modesOf,
  pointerOf,
  type SensorChipSpec,
  scaleOf,
  settingsOf,
} from '../../../../drivers/i2c/chip.ts';
import { chips, findChip } from '../../../../drivers/i2c/chips/index.ts';
import { qualities } from '../../../../drivers/i2c/quality.ts';
import { allOnes, bytesOf, numberOf, type Register } from '../../../../drivers/i2c/register.ts';
import type { Scale } from '../../../../drivers/i2c/scale.ts';
import { openChip } from '../../../../drivers/i2c/sensor-chip.ts';
import { SensorChipModel } from '../../../../src/twin/chips/sensor.ts';
import { floating, kindOf, partOf, wire } from './wire.ts';

const address = 0x40;
const parameters: ChipParameters = { shunt: 0.00025, reference: 2.5 };
const named = <T extends (typeof chips)[number]>(list: readonly T[]) =>
  list.map((chip) => [chip.compatible[0], chip] as const);
const sensors = chips.filter((chip): chip is SensorChipSpec => chip.kind === 'sensor');
const eeproms = chips.filter((chip): chip is EepromChipSpec => chip.kind === 'eeprom');
const muxes = chips.filter((chip): chip is MuxChipSpec => chip.kind === 'mux');

/** The scales that a channel can have, in each of its modes; of modes wider than a byte, that after power-on. */
function scalesOf(spec: SensorChipSpec, channel: ChannelSpec): Scale[] {
  const registers = modesOf(channel);
  const isByte = registers.length === 1 && registers[0]?.bytes === 1;
  if (!isByte) return [atPowerOn(spec, channel) ?? []].flat();
  const modes = Array.from({ length: 0x100 }, (_, mode) => mode);
  return modes.flatMap((mode) => scaleOf(channel, parameters, mode) ?? []);
}

/** Every conversion there is, once: by its first channel's name, with the channel. */
const conversions = new Map<string, readonly [string, ChannelSpec, Scale]>();
for (const spec of sensors) {
  for (const [name, channel] of Object.entries(spec.channels)) {
    for (const scale of scalesOf(spec, channel)) {
      const facts = [scale.min, scale.max, scale.resolution, channel.zeros, channel.register.bytes].join(' ');
      if (!conversions.has(facts)) conversions.set(facts, [`${spec.compatible[0]} ${name}`, channel, scale]);
    }
  }
}

function opened(spec: SensorChipSpec, given: ChipParameters = parameters) {
  const model = new SensorChipModel(spec, given, address);
  const line = wire([[address, partOf(model)]]);
  const chip = openChip(spec, createI2cBus(line, { retries: 0 }).device(address), given);
  return { model, line, chip };
}

/** The scale of a channel in the mode that the chip starts in. */
function atPowerOn(spec: SensorChipSpec, channel: ChannelSpec): Scale | undefined {
  const contentOf = ({ address, page }: Register) =>
    spec.powerOn?.find(({ register }) => register.address === address && register.page === page)?.value ?? 0;
  return scaleOf(channel, parameters, ...modesOf(channel).map(contentOf));
}

it('has no name twice, and finds each chip by all of its names', () => {
  const names = chips.flatMap((chip) => chip.compatible);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  for (const chip of chips) for (const name of chip.compatible) expect(findChip(name)).toBe(chip);
  expect(findChip('toString')).toBeUndefined();
});

it.each(named(chips))('%s says where its facts are from and how well they are checked', (_name, chip) => {
  expect(chip.datasheet).toMatch(/\S{3}/);
  expect(Object.keys(qualities)).toContain(chip.quality);
  for (const name of chip.compatible) expect(name).toMatch(/^[a-z0-9-]+$/);
});

it.each([...conversions.values()])('%s: every code comes back from its value', (_name, channel, scale) => {
  expect(scale.min).toBeLessThan(scale.max);
  expect(scale.resolution).toBeGreaterThan(0);
  // Of registers wider than two bytes a sample, that meets all their bits.
  const step = channel.register.bytes > 2 ? 257 ** (channel.register.bytes - 2) : 1;
  for (let code = 0; code <= allOnes(channel.register); code += step) {
    if (code & (channel.zeros ?? 0)) continue;
    const value = scale.decode(code);
    if (!(value >= scale.min && value <= scale.max)) continue;
    const again = scale.encode(value);
    if (scale.decode(again) !== value || again & (channel.zeros ?? 0)) {
      expect.fail(`code ${code} is ${value}, which becomes code ${again}`);
    }
  }
});

describe.each(named(sensors))('%s', (_name, spec) => {
  const channels = Object.entries(spec.channels);

  it('has channels that a descriptor can name', () => {
    expect(channels.length).toBeGreaterThan(0);
    for (const [channel] of channels) expect(channel).toMatch(/^[a-z][A-Za-z0-9]*$/);
  });

  it('reads in the twin what was set there', async () => {
    const { model, chip } = opened(spec);
    await chip.identify();
    await chip.configure();
    for (const [name, channel] of channels) {
      const scale = atPowerOn(spec, channel);
      if (!scale) continue;
      const values = fc.double({
        min: Math.max(scale.min, -1e4),
        max: Math.min(scale.max, 1e4),
        noNaN: true,
      });
      await fc.assert(
        fc.asyncProperty(values, async (value) => {
          model.set(name, value);
          const read = await chip.read(name);
          // What depends on other measurements has another scale by now.
          if (modesOf(channel).length > 1)
            expect(Math.abs(read - value)).toBeLessThanOrEqual(1.5 * scale.resolution * (1 + 1e-9));
          else expect(read).toBe(scale.decode(scale.encode(value)));
        }),
        { numRuns: 20 },
      );
    }
  });

  it('keeps its channels apart', async () => {
    const { model, chip } = opened(spec);
    await chip.configure();
    const known = channels.flatMap(([name, channel], index) => {
      const scale = atPowerOn(spec, channel);
      return scale ? [{ name, value: scale.decode(scale.encode(0.5 + index / 8)) }] : [];
    });
    for (const { name, value } of known) model.set(name, value);
    for (const { name, value } of known) {
      const channel = spec.channels[name];
      // What depends on other measurements has another scale by now.
      const depends = channel !== undefined && modesOf(channel).length > 1;
      const read = await chip.read(name);
      expect([name, depends && Math.abs(read - value) < 0.001 ? value : read]).toEqual([name, value]);
    }
  });

  it('does not believe a bus of nothing but ones', async () => {
    const chip = openChip(spec, createI2cBus(wire([[address, floating]])).device(address), parameters);
    expect(await kindOf(chip.identify())).toBe('wrong-data');
    for (const [name] of channels)
      expect([name, await kindOf(chip.read(name))]).toEqual([name, 'wrong-data']);
  });

  it('does not believe zeros of something that is no such chip', async () => {
    const zeros = wire([[address, (_write, readLength) => new Uint8Array(readLength)]]);
    const chip = openChip(spec, createI2cBus(zeros).device(address), parameters);
    for (const [name] of channels) {
      const settings = settingsOf(spec).some(({ value }) => value !== 0);
      if (settings || spec.identity.some((identity) => 'block' in identity || identity.value !== 0)) {
        expect(['wrong-device', 'wrong-data']).toContain(await kindOf(chip.read(name)));
      }
    }
  });

  it('says no-answer when it is not there', async () => {
    const chip = openChip(spec, createI2cBus(wire()).device(address), parameters);
    expect(await kindOf(chip.identify())).toBe('no-answer');
    for (const [name] of channels) expect(await kindOf(chip.read(name))).toBe('no-answer');
  });

  it('calls codes that it cannot give wrong data', async () => {
    for (const [name, channel] of channels) {
      if (!channel.zeros) continue;
      const { line, model, chip } = opened(spec);
      await chip.configure();
      const impossible = channel.zeros & -channel.zeros;
      const { register } = channel;
      const bits = bytesOf(impossible, register);
      let pointer: Uint8Array = new Uint8Array();
      line.parts.set(address, (write, readLength) => {
        // A conversion is read without its register being named again.
        if (write.length > 0) pointer = write;
        const answer = model.transfer(write, readLength);
        const names = (where: number) => Buffer.from(pointerOf(spec, where)).equals(pointer);
        if (register.low !== undefined) {
          return names(register.low) ? answer.map((value) => value | (impossible & 0xff)) : answer;
        }
        const at = register.within?.at ?? 0;
        if (!names(register.address) || readLength < register.bytes) return answer;
        return answer.map((value, index) => value | (bits[index - at] ?? 0));
      });
      expect([name, await kindOf(chip.read(name))]).toEqual([name, 'wrong-data']);
    }
  });

  it('checks packet error codes where it is told to', async () => {
    const { line, model, chip } = opened(spec, { ...parameters, pec: true });
    await chip.identify();
    await chip.configure();
    const [name = '', scale] = channels
      .map(([channel, facts]) => [channel, atPowerOn(spec, facts)] as const)
      .find(([, found]) => found !== undefined) ?? ['', undefined];
    model.set(
      name,
      spec.channels[name]?.quantity === 'Rotational' ? 4000 : Math.min(12, (scale?.max ?? 0) / 2),
    );
    const value = await chip.read(name);
    expect(value).toBeGreaterThan(0);
    line.parts.set(address, (write, readLength) => {
      const answer = model.transfer(write, readLength);
      const last = answer.length - 1;
      answer[last] = (answer[last] ?? 0) ^ 0x10;
      return answer;
    });
    await expect(chip.read(name)).rejects.toThrow('packet error code');
  });

  it('can be configured again after a reset', async () => {
    const { model, chip } = opened(spec);
    for (const _time of ['first', 'second']) {
      model.reset();
      await chip.configure();
      // A register that comes twice is stopped and started; what counts is the last entry.
      const lasting = new Map(settingsOf(spec).map((setting) => [setting.register.address, setting]));
      for (const { register, mask, value } of lasting.values()) {
        const content = model.transfer(pointerOf(spec, register.address), register.bytes);
        expect(numberOf(content, register.order) & mask).toBe(value);
      }
    }
  });

  it('says which channels there are when asked for another', async () => {
    const { chip } = opened(spec);
    await expect(chip.read('constructor')).rejects.toThrow(`only ${Object.keys(spec.channels).join(', ')}`);
  });

  it('wants the parameters it needs', () => {
    const device = createI2cBus(wire()).device(address);
    if (spec.needs)
      expect(() => openChip(spec, device, {})).toThrow(`needs the parameter "${spec.needs[0]}"`);
    else expect(() => openChip(spec, device, {})).not.toThrow();
  });

  it('raises its status flags', async () => {
    const { model, chip } = opened(spec);
    expect(await chip.status()).toEqual([]);
    // All flags of the first register, and one of each further page: the pages are alike.
    for (const [index, { flags }] of (spec.status ?? []).entries()) {
      for (const { text } of index === 0 ? flags : flags.slice(0, 1)) {
        model.setFault(text, true);
        expect(await chip.status()).toEqual([text]);
        model.setFault(text, false);
      }
    }
  });
});

it.each(named(eeproms))(
  '%s has pages and addresses that fit its size',
  (_name, { size, page, addressBytes }) => {
    expect(size % page).toBe(0);
    expect(Math.log2(page) % 1).toBe(0);
    // At most eight device addresses for parts with a one-byte address, one for the others.
    expect(size / 256 ** addressBytes).toBeLessThanOrEqual(addressBytes === 1 ? 8 : 1);
  },
);

it.each(named(muxes))('%s has one control byte for each channel', (_name, { channels, control }) => {
  expect(channels).toBeLessThanOrEqual(8);
  if (control !== 'bit') expect(control.enable).toBeGreaterThanOrEqual(channels);
});
