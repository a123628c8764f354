/** The page of chips is what `npm run generate` writes now. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { chips } from '../../../../drivers/i2c/chips/index.ts';
import { chipsPage } from '../../../../drivers/i2c/docs.ts';

const page = chipsPage(chips);

it('names every chip and every alias', () => {
  for (const name of chips.flatMap(({ compatible }) => compatible)) expect(page).toContain(`\`${name}\``);
});

it('spells no long series out', () => {
  expect(page).toContain('| `max31790` |  | fan1–12, pwm1–6 |');
});

it('is up to date', () => {
  const written = readFileSync(resolve(import.meta.dirname, '../../../../drivers/i2c/CHIPS.md'), 'utf8');
  expect(written === page, 'drivers/i2c/CHIPS.md is stale: run "npm run generate"').toBe(true);
});
