/** Every rule by its identifier: what `explain` prints and reports cite. */
import type { RuleText } from './engine.ts';
import { protocolRules } from './protocol/index.ts';
import { passiveRules } from './rules.ts';

export interface Explanation extends RuleText {
  /** 0 wire, 1 schema, 2 across resources, 4 protocol with reads, 5 protocol with writes. */
  readonly level: number;
}

const book: ReadonlyMap<string, Explanation> = new Map([
  ...Object.entries(passiveRules).map(([id, rule]): [string, Explanation] => [id, { id, ...rule }]),
  ...protocolRules.map((rule): [string, Explanation] => [
    rule.id,
    { ...rule, level: rule.effect === 'read' ? 4 : 5 },
  ]),
]);

export const explanationOf = (id: string): Explanation | undefined => book.get(id);

/** All rules, in the order of their levels. */
export const rulebook: readonly Explanation[] = [...book.values()].sort((a, b) => a.level - b.level);
