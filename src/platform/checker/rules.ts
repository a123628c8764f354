/** Rules that a descriptor must keep beyond its schema: those of the vocabulary, and those across sections. */
import type { PartialPlatform } from '../vocabulary/index.ts';
import type { Rules } from '../vocabulary/rule.ts';
import type { Finding } from './finding.ts';
import type { Reading } from './reader.ts';
import { fanRules } from './rules/fans.ts';
import { i2cRules } from './rules/i2c.ts';
import { checkOutputs, lineRules } from './rules/lines.ts';
import { checkIds, checkReferences } from './rules/names.ts';

/** Every broken rule in what the schema left of a descriptor. */
export function checkRules(platform: PartialPlatform, reading: Reading): Finding[] {
  return [
    ...reading.ruled.flatMap(({ rules, item, path }) => broken(rules, item, path)),
    ...broken({ ...i2cRules, ...lineRules, ...fanRules }, platform, ''),
    ...checkIds(reading.declarations),
    ...checkReferences(reading),
    ...checkOutputs(reading),
  ];
}

const broken = <T>(rules: Rules<T>, item: T, path: string): Finding[] =>
  Object.entries(rules).flatMap(([rule, check]) =>
    [...check(item, path)].map((breach) => ({ ...breach, rule })),
  );
