/** Each literal gives what the formula of its Linux driver gives, over all contents of the register. */
import { describe, expect, it } from 'vitest';
import { modesOf, type SensorChipSpec, scaleOf } from '../../../../drivers/i2c/chip.ts';
import { chips, findChip } from '../../../../drivers/i2c/chips/index.ts';
import { hwmonUnit } from '../../../../drivers/i2c/kernel.ts';
import { allOnes } from '../../../../drivers/i2c/register.ts';
import { type KernelFormula, kernelFormulas } from './kernel-formulas.ts';
import { vectors } from './vectors.ts';

function sensorChip(name: string): SensorChipSpec {
  const spec = findChip(name);
  if (spec?.kind !== 'sensor') throw new Error(`${name} is no sensor chip`);
  return spec;
}

const cases = kernelFormulas.flatMap((formula) => formula.chips.map((chip) => [chip, formula] as const));

/** Channels that a row concerns. */
const channelsOf = (spec: SensorChipSpec, { channels }: KernelFormula) =>
  Object.entries(spec.channels).filter(([name]) => channels.test(name));

describe.each(cases)('%s', (chip, row) => {
  const spec = sensorChip(chip);

  it(`agrees with ${row.driver}.c for ${row.channels.source}, modes ${row.modes?.join(', ') ?? 'none'}`, () => {
    const channels = channelsOf(spec, row);
    expect(channels.length).toBeGreaterThan(0);
    for (const [name, channel] of channels) {
      const modes = row.modes ?? modesOf(channel).map(() => 0);
      const scale = scaleOf(channel, row.parameters ?? { shunt: 0.001 }, ...modes);
      if (scale === undefined) throw new Error(`${name} has no scale in this mode`);
      const unit = hwmonUnit(channel.quantity) ?? Number.NaN;
      const [first, last] = row.codes ?? [0, allOnes(channel.register)];
      const step = Math.max(1, Math.floor((last - first) / 70_000));
      let compared = 0;
      for (let code = first; code <= last; code += step) {
        if (code & (channel.zeros ?? 0)) continue;
        const ours: number = scale.decode(code);
        const theirs = row.formula(code);
        // What is outside the range of the part is not shown, whatever the kernel makes of it.
        if (theirs === undefined || !(ours >= scale.min && ours <= scale.max)) continue;
        compared++;
        // The kernel rounds to its unit, and some of its factors to a ten-thousandth.
        const allowed = 1.01 * unit + Math.abs(ours) * 5e-4;
        if (Math.abs(ours - theirs * unit) > allowed)
          expect.fail(`${name}: code ${code} is ${ours} here and ${theirs * unit} there`);
      }
      expect(compared).toBeGreaterThan(1);
    }
  });
});

it('covers every sensor chip, by a formula or by register vectors', () => {
  const named = new Set([
    ...kernelFormulas.flatMap(({ chips }) => chips),
    ...vectors.map(({ chip }) => chip),
  ]);
  const missing = chips
    .filter((chip) => chip.kind === 'sensor' && !chip.compatible.some((name) => named.has(name)))
    .map(({ compatible }) => compatible[0]);
  expect(missing).toEqual([]);
});
