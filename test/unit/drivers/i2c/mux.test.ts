import { describe, expect, it } from 'vitest';
import { DeviceError } from '../../../../drivers/errors.ts';
import { createI2cBus } from '../../../../drivers/i2c/bus.ts';
import type { MuxChipSpec } from '../../../../drivers/i2c/chip.ts';
import { pca9544, pca9546, pca9548 } from '../../../../drivers/i2c/chips/pca954x.ts';
import { muxBus } from '../../../../drivers/i2c/mux.ts';
import { MuxModel } from '../../../../src/twin/chips/mux.ts';
import { kindOf, type Part, partOf, wire } from './wire.ts';

interface Node {
  readonly mux: MuxModel;
  readonly branches: Part[];
}

/** Puts a mux at 0x70 with something else at 0x48 behind each of its channels; all open channels answer together. */
function node(spec: MuxChipSpec, branches: Part[]): Node {
  return { mux: new MuxModel(spec), branches };
}
function behind({ mux, branches }: Node): Part {
  return (write, readLength) => {
    const answers = mux.selected.flatMap((channel) => {
      const part = branches[channel];
      return part ? [part(write, readLength)] : [];
    });
    if (answers.length === 1 && answers[0]) return answers[0];
    if (answers.length > 1) throw new Error('two devices answer at once');
    throw new DeviceError('no-answer', 'i2c-1 0x48', 'no answer');
  };
}
const constant =
  (value: number): Part =>
  (_write, readLength) =>
    new Uint8Array(readLength).fill(value);

describe.each([
  ['pca9544', pca9544, '70: 05', '70: 06'],
  ['pca9548', pca9548, '70: 02', '70: 04'],
] as const)('%s', (_name, spec, first, second) => {
  const tree = () => {
    const top = node(spec, [constant(10), constant(11), constant(12)]);
    const line = wire(
      [
        [0x70, partOf(top.mux)],
        [0x48, behind(top)],
      ],
      'i2c-1',
    );
    const root = createI2cBus(line, { retries: 0 });
    return { top, line, root, channel: (n: number) => muxBus(spec, root, 0x70, n, `i2c-${16 + n}`) };
  };

  it('is switched when the channel changes and only then', async () => {
    const { line, channel } = tree();
    const [one, two] = [channel(1), channel(2)];
    expect(await one.device(0x48).readByte(0)).toBe(11);
    expect(await one.device(0x48).readByte(0)).toBe(11);
    expect(await two.device(0x48).readByte(0)).toBe(12);
    expect(line.log).toEqual([first, '48: 00 +1', '48: 00 +1', second, '48: 00 +1']);
  });

  it('shares what it knows between buses made for the same channel and address', async () => {
    const { channel } = tree();
    expect(await channel(1).device(0x48).readByte(0)).toBe(11);
    expect(await channel(2).device(0x48).readByte(0)).toBe(12);
    expect(await channel(1).device(0x48).readByte(0)).toBe(11);
  });

  it('is selected anew after an error, so a mux that was reset is found again', async () => {
    const { top, channel } = tree();
    const one = channel(1);
    await one.device(0x48).readByte(0);
    top.mux.reset();
    expect(await kindOf(one.device(0x48).readByte(0))).toBe('no-answer');
    expect(await one.device(0x48).readByte(0)).toBe(11);
  });

  it('is named when it does not answer itself', async () => {
    const { line, channel } = tree();
    line.parts.delete(0x70);
    await expect(channel(1).device(0x48).readByte(0)).rejects.toThrow(
      /^i2c-1 0x70: mux .* cannot be switched to channel 1 \(i2c-17\)/,
    );
  });

  it('shows the name of the channel in errors of the devices behind it', async () => {
    const { channel } = tree();
    await expect(channel(3).device(0x48).readByte(0)).rejects.toThrow('i2c-19 0x48: no answer');
  });

  it('has the state of its root bus', () => {
    const { root, channel } = tree();
    expect(channel(0).state).toBe(root.state);
  });

  it('refuses a channel that it does not have', () => {
    const { channel } = tree();
    expect(() => channel(spec.channels)).toThrow(RangeError);
  });
});

it('keeps only one of several muxes on a bus open', async () => {
  const left = node(pca9546, [constant(1), constant(2)]);
  const right = node(pca9548, [constant(3), constant(4)]);
  const answering = (write: Uint8Array, length: number) => {
    const open = [left, right].filter(({ mux }) => mux.selected.length > 0);
    const [only] = open;
    if (!only || open.length > 1) throw new Error(`${open.length} muxes are open`);
    return behind(only)(write, length);
  };
  const line = wire([
    [0x70, partOf(left.mux)],
    [0x71, partOf(right.mux)],
    [0x48, answering],
  ]);
  const root = createI2cBus(line);
  const read = (spec: MuxChipSpec, address: number, channel: number) =>
    muxBus(spec, root, address, channel, `i2c-${address}-${channel}`).device(0x48).readByte(0);
  expect(await read(pca9546, 0x70, 1)).toBe(2);
  expect(await read(pca9548, 0x71, 0)).toBe(3);
  expect(await read(pca9546, 0x70, 0)).toBe(1);
});

it('nests: both muxes are switched, each when its own channel changes', async () => {
  // i2c-1: PCA9544 at 71h; behind its channels 0 and 1 a PCA9546 at 73h each, with a chip at 48h on every channel.
  const inner = [
    node(pca9546, [constant(20), constant(21)]),
    node(pca9546, [constant(24), constant(25)]),
  ] as const;
  const outer = node(
    pca9544,
    inner.map(({ mux }) => partOf(mux)),
  );
  const chips = node(pca9544, inner.map(behind));
  const both: Part = (write, length) => {
    chips.mux.transfer(write, length);
    return outer.mux.transfer(write, length);
  };
  const line = wire(
    [
      [0x71, both],
      [0x73, behind(outer)],
      [0x48, behind(chips)],
    ],
    'i2c-1',
  );
  const root = createI2cBus(line, { retries: 0 });
  const slots = [0, 1].map((slot) => muxBus(pca9544, root, 0x71, slot, `i2c-${16 + slot}`));
  const chip = (slot: number, channel: number) => {
    const parent = slots[slot] ?? root;
    return muxBus(pca9546, parent, 0x73, channel, `i2c-${20 + 4 * slot + channel}`).device(0x48);
  };
  expect(await chip(0, 1).readByte(0)).toBe(21);
  expect(await chip(1, 0).readByte(0)).toBe(24);
  expect(await chip(1, 1).readByte(0)).toBe(25);
  // The inner mux of slot 0 kept its channel while the outer one was away.
  line.log.length = 0;
  expect(await chip(0, 1).readByte(0)).toBe(21);
  expect(line.log).toEqual(['71: 04', '48: 00 +1']);

  // After an error behind both, both are selected anew.
  inner[0].mux.reset();
  await expect(chip(0, 1).readByte(0)).rejects.toThrow('i2c-21 0x48: no answer');
  line.log.length = 0;
  expect(await chip(0, 1).readByte(0)).toBe(21);
  expect(line.log).toEqual(['71: 04', '73: 02', '48: 00 +1']);
});
