/** What must hold in a descriptor beyond its schema, as a table of small functions. */
import type { Finding } from './finding.ts';
import { busRules } from './rules/buses.ts';
import { deviceRules } from './rules/devices.ts';
import { lineRules } from './rules/lines.ts';
import { checkReferences, nameRules } from './rules/names.ts';
import type { Board, Rule } from './rules/parts.ts';
import { valueRules } from './rules/values.ts';
import type { Reference } from './validate.ts';

/** Rules by name; a name may stand in more than one theme. */
const rules: readonly (readonly [name: string, rule: Rule])[] = [
  nameRules,
  busRules,
  deviceRules,
  lineRules,
  valueRules,
].flatMap((theme) => Object.entries(theme));

/** Everything that breaks a rule in what is left of a descriptor after its schema has been applied. */
export function checkRules(board: Board, references: readonly Reference[]): Finding[] {
  const broken = rules.flatMap(([rule, check]) => [...check(board)].map((breach) => ({ ...breach, rule })));
  return [...broken, ...checkReferences(board, references)];
}
