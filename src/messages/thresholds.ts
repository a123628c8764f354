/** Messages of a reading that crosses a threshold, for each quantity and level. Pure. */
import { nothingToDo, type Wording } from './wording.ts';

type Level = 'Caution' | 'Critical' | 'Fatal';
/** Crossing a threshold away from the normal range. */
type Crossing<L extends Level> = `AboveUpper${L}Threshold` | `BelowLower${L}Threshold`;
/** Crossing it back, while the next one outside normal still stands. */
type Return<L extends Level> = `BelowUpper${L}Threshold` | `AboveLower${L}Threshold`;

/** Keys of the messages about a reading and one of its thresholds, for a quantity with these levels. */
export type ThresholdKey<
  Quantity extends string,
  L extends Level,
> = `${Quantity}${Crossing<L> | Return<Exclude<L, 'Caution'>>}`;

const resolutions: Readonly<Record<Level, string>> = {
  Caution: 'Watch the reading, and look for the cause before it worsens.',
  Critical: 'Look for the cause and correct it soon, or shut down what is affected.',
  Fatal: 'Shut down what is affected at once: damage is likely.',
};

function crossings(level: Level, subject: string, position: number): [string, Wording][] {
  const name = level.toLowerCase();
  const limit = `%${position}`;
  return [
    [
      `AboveUpper${level}`,
      [`${subject} has risen above the upper ${name} threshold of ${limit}.`, resolutions[level]],
    ],
    [
      `BelowLower${level}`,
      [`${subject} has fallen below the lower ${name} threshold of ${limit}.`, resolutions[level]],
    ],
  ];
}

function returns(level: Level, subject: string, position: number): [string, Wording][] {
  const name = level.toLowerCase();
  const text = (direction: string, side: string) =>
    `${subject} has ${direction} the ${side} ${name} threshold of %${position} again but is not yet normal.`;
  return [
    [`BelowUpper${level}`, [text('fallen below', 'upper'), resolutions.Caution]],
    [`AboveLower${level}`, [text('risen above', 'lower'), resolutions.Caution]],
  ];
}

/**
 * Wordings of every threshold message of one quantity.
 * @param subject how a text begins, such as `The temperature '%1' of %2 °C`
 * @param position number of the argument that holds the threshold
 */
export function thresholds<Quantity extends string, L extends Level>(
  quantity: Quantity,
  levels: readonly L[],
  subject: string,
  position: number,
): Record<ThresholdKey<Quantity, L>, Wording> {
  const entries = levels.flatMap((level) => [
    ...crossings(level, subject, position),
    ...(level === 'Caution' ? [] : returns(level, subject, position)),
  ]);
  return Object.fromEntries(
    entries.map(([key, wording]) => [`${quantity}${key}Threshold`, wording]),
  ) as Record<ThresholdKey<Quantity, L>, Wording>;
}

type RangeKey<Quantity extends string> =
  `${Quantity}${'Warning' | 'Critical' | 'NoLongerCritical' | 'Normal'}`;

/** Wordings of the messages that name the range a reading is in but no threshold. */
export function ranges<Quantity extends string>(
  quantity: Quantity,
  subject: string,
): Record<RangeKey<Quantity>, Wording> {
  const entries: [string, Wording][] = [
    ['Warning', [`${subject} is in the warning range.`, resolutions.Caution]],
    ['Critical', [`${subject} is in the critical range.`, resolutions.Critical]],
    [
      'NoLongerCritical',
      [`${subject} has left the critical range but is not yet normal.`, resolutions.Caution],
    ],
    ['Normal', [`${subject} is in the normal range.`, nothingToDo]],
  ];
  return Object.fromEntries(entries.map(([key, wording]) => [quantity + key, wording])) as Record<
    RangeKey<Quantity>,
    Wording
  >;
}
