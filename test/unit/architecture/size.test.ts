/** The law of size: a file has one idea and at most 300 lines. Functions of at most 60 lines are Biome's (biome.json). */
import { expect, it } from 'vitest';
import { tooLong, withoutHeader } from './debt.ts';
import { sources, textOf } from './support.ts';

const limit = 300;

/** Tables of facts: their length is that of their source. */
const tables = new Set(['drivers/node-ipmi/src/sensor-types.ts', 'src/messages/base.ts']);

const files = ['src', 'drivers', 'clients', 'docs', 'systemd'].flatMap(sources);
const linesOf = (file: string): number => textOf(file).split('\n').length - 1;

it('keeps every file that is no table of facts within 300 lines', () => {
  const long = files.filter((file) => linesOf(file) > limit && !tables.has(file) && !tooLong.has(file));
  expect(long).toEqual([]);
});

it('keeps the median file of src within 100 lines', () => {
  const lengths = sources('src')
    .map(linesOf)
    .sort((a, b) => a - b);
  expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(100);
});

it('gives every file of src a header that says what it is', () => {
  const bare = sources('src').filter((file) => !/^(#!.*\n)?\/\*\*/.test(textOf(file)));
  expect(bare.filter((file) => !withoutHeader.has(file))).toEqual([]);
});
