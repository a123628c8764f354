/** Quantities as text: a number and its unit, `250 uOhm`, `0.5 s`, `100 kHz`. */
import type { Unit } from './vocabulary/schema.ts';

/** Value of a written unit: `times` × 10^`power` of the target unit. */
interface UnitValue {
  readonly times: number;
  readonly power: number;
}
type Units = Readonly<Record<string, UnitValue>>;

/** Powers of ten of the SI prefixes in use on boards; the micro sign has two code points. */
const prefixes: Readonly<Record<string, number>> = { u: -6, µ: -6, μ: -6, m: -3, '': 0, k: 3, M: 6 };

const prefixed = (unit: string, least: number, most: number): Units =>
  Object.fromEntries(
    Object.entries(prefixes)
      .filter(([, power]) => power >= least && power <= most)
      .map(([prefix, power]) => [prefix + unit, { times: 1, power }]),
  );

/** Accepted units by the unit of the loaded number. */
const dimensions: Readonly<Record<Unit, { readonly units: Units; readonly example: string }>> = {
  ms: {
    units: {
      us: { times: 1, power: -3 },
      ms: { times: 1, power: 0 },
      s: { times: 1, power: 3 },
      min: { times: 60, power: 3 },
      h: { times: 3600, power: 3 },
    },
    example: '1 s',
  },
  Ohm: { units: { ...prefixed('Ohm', -6, 6), ...prefixed('Ω', -6, 6) }, example: '250 uOhm' },
  Hz: { units: prefixed('Hz', 0, 6), example: '100 kHz' },
  V: { units: prefixed('V', -6, 3), example: '12.5 V' },
  A: { units: prefixed('A', -6, 3), example: '500 mA' },
  W: { units: prefixed('W', -3, 6), example: '750 W' },
};

/** Accepted units of a quantity of `target`, without those that no keyboard has. */
export const unitNames = (target: Unit): string[] =>
  Object.keys(dimensions[target].units).filter((name) => /^[A-Za-z]+$/.test(name));

/** An example of a quantity of `target`. */
export const exampleQuantity = (target: Unit): string => dimensions[target].example;

/** Regular expression of a quantity of `target`, as JSON Schema has them. */
export const quantityPattern = (target: Unit): string =>
  `^([0-9]{1,15}(\\.[0-9]{1,15})?) ?(${Object.keys(dimensions[target].units).join('|')})$`;

/**
 * The number, in the unit `target` (`ms`, `Ohm`, `Hz`, `V`, `A` or `W`), of a quantity such as `250 uOhm`; undefined
 * where it is not one. `250 uOhm` is exactly the number 0.00025.
 */
export function parseQuantity(text: string, target: Unit): number | undefined {
  const match = new RegExp(quantityPattern(target), 'u').exec(text);
  const value = match === null ? undefined : dimensions[target].units[match[3] ?? ''];
  if (match === null || value === undefined) return undefined;
  // The exponent is put into the text, since multiplying by 1e-6 would round.
  return Number(`${match[1]}e${value.power}`) * value.times;
}

/** The quantity of `target` that `text` most likely means: its unit in the correct case. Undefined when ambiguous. */
export function likelyQuantity(text: string, target: Unit): string | undefined {
  const match = /^([0-9.]+) *([^0-9. ]+)$/u.exec(text);
  const names = unitNames(target).filter((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  const likely = `${match?.[1]} ${names[0]}`;
  return names.length === 1 && parseQuantity(likely, target) !== undefined ? likely : undefined;
}
