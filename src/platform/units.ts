/** Quantities as people write them: a number and its unit, `250 uOhm`, `0.5 s`, `100 kHz`. */

/** Powers of ten of the SI prefixes; both code points of the micro sign are in use. */
const prefixes: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  µ: -6,
  μ: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
};

/** What a written unit is worth: `times` × 10^`power` of the unit that is asked for. */
interface Worth {
  readonly times: number;
  readonly power: number;
}

/** Units of a dimension, by the unit that the loaded number is in. */
const dimensions: Readonly<Record<string, Readonly<Record<string, Worth>>>> = {
  ms: {
    us: { times: 1, power: -3 },
    ms: { times: 1, power: 0 },
    s: { times: 1, power: 3 },
    min: { times: 60, power: 3 },
    h: { times: 3600, power: 3 },
  },
  Ohm: { ...prefixed('Ohm'), ...prefixed('Ω') },
  Hz: prefixed('Hz'),
  V: prefixed('V'),
  A: prefixed('A'),
  W: prefixed('W'),
};

/** What examples are written with; the first unit of a list where nothing is said here. */
const usual: Readonly<Record<string, string>> = { ms: '1 s', Ohm: '250 uOhm', Hz: '100 kHz' };

function prefixed(unit: string): Record<string, Worth> {
  return Object.fromEntries(
    Object.entries(prefixes).map(([prefix, power]) => [prefix + unit, { times: 1, power }]),
  );
}

function unitsOf(target: string): Readonly<Record<string, Worth>> {
  const units = dimensions[target];
  if (units === undefined) throw new Error(`no units are known for "${target}"`);
  return units;
}

/** The units in which a quantity of `target` may be written. */
export const writtenUnits = (target: string): string[] => Object.keys(unitsOf(target));

/** A quantity of `target` that is written rightly, as an example. */
export const exampleQuantity = (target: string): string => usual[target] ?? `12.5 ${target}`;

/** Regular expression of a quantity of `target`, for JSON Schema. */
export const quantityPattern = (target: string): string =>
  `^([0-9]{1,15}(\\.[0-9]{1,15})?) ?(${writtenUnits(target).join('|')})$`;

/**
 * The number, in the unit `target` (`ms`, `Ohm`, `Hz`, `V`, `A` or `W`), of a quantity such as `250 uOhm`; undefined
 * where it is not one. `250 uOhm` is exactly the number 0.00025.
 */
export function parseQuantity(text: string, target: string): number | undefined {
  const match = new RegExp(quantityPattern(target), 'u').exec(text);
  const worth = match === null ? undefined : unitsOf(target)[match[3] ?? ''];
  if (match === null || worth === undefined) return undefined;
  // The exponent is put into the text, since multiplying by 1e-6 would round.
  return Number(`${match[1]}e${worth.power}`) * worth.times;
}
