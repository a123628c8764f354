/** Quantities as people write them: a number and its unit, `250 uOhm`, `0.5 s`, `100 kHz`. */

/** What a written unit is worth: `times` × 10^`power` of the unit that is asked for. */
interface Worth {
  readonly times: number;
  readonly power: number;
}
type Units = Readonly<Record<string, Worth>>;

/** Powers of ten of the SI prefixes in use on boards; the micro sign has two code points. */
const prefixes: Readonly<Record<string, number>> = { u: -6, µ: -6, μ: -6, m: -3, '': 0, k: 3, M: 6 };

const prefixed = (unit: string, least: number, most: number): Units =>
  Object.fromEntries(
    Object.entries(prefixes)
      .filter(([, power]) => power >= least && power <= most)
      .map(([prefix, power]) => [prefix + unit, { times: 1, power }]),
  );

/** Units of a dimension, by the unit that the loaded number is in. */
const dimensions: Readonly<Record<string, { readonly units: Units; readonly example: string }>> = {
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

function dimension(target: string) {
  const found = dimensions[target];
  if (found === undefined) throw new Error(`no units are known for "${target}"`);
  return found;
}

/** The units in which a quantity of `target` may be written, those that every keyboard has. */
export const unitNames = (target: string): string[] =>
  Object.keys(dimension(target).units).filter((name) => /^[A-Za-z]+$/.test(name));

/** A quantity of `target` that is written rightly, as an example. */
export const exampleQuantity = (target: string): string => dimension(target).example;

/** Regular expression of a quantity of `target`, for JSON Schema. */
export const quantityPattern = (target: string): string =>
  `^([0-9]{1,15}(\\.[0-9]{1,15})?) ?(${Object.keys(dimension(target).units).join('|')})$`;

/**
 * The number, in the unit `target` (`ms`, `Ohm`, `Hz`, `V`, `A` or `W`), of a quantity such as `250 uOhm`; undefined
 * where it is not one. `250 uOhm` is exactly the number 0.00025.
 */
export function parseQuantity(text: string, target: string): number | undefined {
  const match = new RegExp(quantityPattern(target), 'u').exec(text);
  const worth = match === null ? undefined : dimension(target).units[match[3] ?? ''];
  if (match === null || worth === undefined) return undefined;
  // The exponent is put into the text, since multiplying by 1e-6 would round.
  return Number(`${match[1]}e${worth.power}`) * worth.times;
}

/** What somebody most likely meant who wrote `text` for a quantity of `target`: the unit in its right letters. */
export function likelyQuantity(text: string, target: string): string | undefined {
  const match = /^([0-9.]+) *([^0-9. ]+)$/u.exec(text);
  const names = unitNames(target).filter((name) => name.toLowerCase() === match?.[2]?.toLowerCase());
  const likely = `${match?.[1]} ${names[0]}`;
  return names.length === 1 && parseQuantity(likely, target) !== undefined ? likely : undefined;
}
