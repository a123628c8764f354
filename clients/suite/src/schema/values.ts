/** One value against the facts of its property: type, null, enumeration, format, pattern, limits. */
import { enumFact, own, within } from '../facts.ts';
import type { PropertyFact, ValueFact } from '../generated/facts.ts';
import { type Node, shown } from '../json/node.ts';
import { anchored, formatFault } from './formats.ts';
import type { Scope } from './scope.ts';

const kinds: Readonly<Record<string, string>> = {
  ...{ boolean: 'boolean', integer: 'number', number: 'number', string: 'string', enum: 'string' },
};

const nameOf: Readonly<Record<string, string>> = {
  ...{ boolean: 'a boolean', integer: 'an integer', number: 'a number', string: 'a string' },
  ...{ enum: 'a string', object: 'an object', link: 'a reference' },
};

export const expectedOf = (fact: ValueFact): string => nameOf[fact.type] ?? 'a value';

function judgeEnum(scope: Scope, fact: PropertyFact, value: string, node: Node, pointer: string): void {
  const values = enumFact(fact.ref);
  if (!values) return;
  const added = own(values.values, value);
  const detail = { node, actual: value };
  if (added === undefined) {
    const near = Object.keys(values.values).find((name) => name.toLowerCase() === value.trim().toLowerCase());
    const names = Object.keys(values.values);
    const list = `${names.slice(0, 8).join(', ')}${names.length > 8 ? ', …' : ''}`;
    scope.report(
      'SCH-ENUM-1',
      pointer,
      `${JSON.stringify(value)} is no value of ${fact.ref}${near === undefined ? `: there are ${list}` : `: write ${near}`}`,
      { ...detail, expected: near ?? list },
    );
    return;
  }
  const ownSchema = fact.ref?.split('.')[0] === scope.schema;
  if (ownSchema && !within(added, scope.version))
    scope.report(
      'SCH-ENUM-2',
      pointer,
      `${value} was added by ${added}; the resource claims ${scope.version}`,
      detail,
    );
  if (values.deprecated?.includes(value))
    scope.report('SCH-DEPR-2', pointer, `${value} is deprecated`, detail);
}

function judgeString(scope: Scope, fact: PropertyFact, value: string, node: Node, pointer: string): void {
  const detail = { node, actual: value };
  if (fact.format !== undefined) {
    const fault = formatFault(fact.format, value);
    if (fault) {
      scope.report(fault[0], pointer, `${JSON.stringify(value)} ${fault[1]}`, detail);
      return;
    }
  }
  if (fact.pattern !== undefined && anchored(fact.pattern)?.test(value) === false) {
    scope.report('SCH-PATTERN-1', pointer, `${JSON.stringify(value)} does not match ${fact.pattern}`, {
      ...detail,
      expected: fact.pattern,
    });
    return;
  }
  if (value === '' && fact.permission === 'Read')
    scope.report(
      'SCH-EMPTY-1',
      pointer,
      'a read-only property is an empty string: leave it out, or send null',
      {
        node,
      },
    );
}

function judgeNumber(
  scope: Scope,
  fact: PropertyFact,
  node: Node & { kind: 'number' },
  pointer: string,
): void {
  const detail = { node, actual: node.text };
  if (fact.type === 'integer' && Number.isFinite(node.value) && !Number.isInteger(node.value)) {
    scope.report('SCH-VAL-1', pointer, `${node.text} is no integer`, {
      ...detail,
      expected: 'an integer',
    });
    return;
  }
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = fact;
  if (node.value < minimum || node.value > maximum)
    scope.report('SCH-RANGE-1', pointer, `${node.text} is outside ${minimum} to ${maximum}`, {
      ...detail,
      expected: `${minimum} to ${maximum}`,
    });
}

/** A value that is neither an object nor a link. Returns nothing; reports what is wrong. */
export function judgePlain(scope: Scope, fact: PropertyFact, node: Node, pointer: string): void {
  const kind = kinds[fact.type];
  if (kind === undefined) return;
  if (node.kind !== kind) {
    scope.report('SCH-VAL-1', pointer, `${shown(node)} is not ${expectedOf(fact)}`, {
      node,
      expected: expectedOf(fact),
      actual: shown(node),
    });
    return;
  }
  if (node.kind === 'number') judgeNumber(scope, fact, node, pointer);
  else if (node.kind === 'string') {
    if (fact.type === 'enum') judgeEnum(scope, fact, node.value, node, pointer);
    else judgeString(scope, fact, node.value, node, pointer);
  }
}

/** Null, and write-only properties. Returns whether there is a value left to judge. */
export function judgeNull(scope: Scope, fact: PropertyFact, node: Node, pointer: string): boolean {
  if (fact.permission === 'Write') {
    if (node.kind !== 'null')
      scope.report('SCH-VAL-3', pointer, 'a write-only property is answered: it has to be null', { node });
    return false;
  }
  if (node.kind !== 'null') return true;
  if (fact.nullable === false)
    scope.report('SCH-VAL-2', pointer, 'null is not allowed here: leave the property out', { node });
  return false;
}
