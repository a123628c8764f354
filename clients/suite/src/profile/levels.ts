/** The levels of ReadRequirement and WriteRequirement: what is stricter, and what a miss means. */
import type { Verdict } from './profile.ts';
import type { ReadLevel, WriteLevel } from './vocabulary.ts';

/** Requirements are additive: of several levels the strictest holds. */
const order: readonly ReadLevel[] = [
  'None',
  'Conditional',
  'IfImplemented',
  'Recommended',
  'Supported',
  'IfPopulated',
  'Mandatory',
  'Excluded',
];

export const strictest = <Level extends ReadLevel | WriteLevel>(a: Level, b: Level): Level =>
  order.indexOf(b) > order.indexOf(a) ? b : a;

/** The verdict when something of this level is not there. */
export function missing(level: ReadLevel, absent: boolean): Verdict {
  if (level === 'Mandatory') return 'FAIL';
  if (level === 'IfPopulated') return absent ? 'NA' : 'FAIL';
  if (level === 'Recommended') return 'WARN';
  return 'NA';
}

/** Levels that are met when one instance of the service has it. */
export const once = (level: ReadLevel | WriteLevel): boolean => level === 'Supported';
