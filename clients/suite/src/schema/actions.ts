/** The Actions object: names, targets and parameters of actions. */
import { enumFact, objectFact, own, within } from '../facts.ts';
import type { ActionFact } from '../generated/facts.ts';
import { itemsOf, memberOf, type Node, type ObjectNode, shown, textOf, token } from '../json/node.ts';
import type { Scope } from './scope.ts';

type Actions = Readonly<Record<string, ActionFact>>;

/** Members of an action beside its annotations. */
const members = new Set(['target', 'title', 'Oem']);

function judgeTarget(scope: Scope, name: string, node: ObjectNode, pointer: string): void {
  const target = memberOf(node, 'target');
  if (target?.kind !== 'string') {
    scope.report('SCH-REQ-1', `${pointer}/target`, 'an action has a target', { node: target ?? node });
    return;
  }
  // An action of an object inside a resource is below that object's URI, which only the service knows.
  if (pointer.split('/').length !== 3) return;
  const expected = `${scope.resource.uri.replace(/\/$/, '')}/Actions/${name.slice(1)}`;
  if (target.value.replace(/\/$/, '') !== expected)
    scope.report('SCH-ACT-4', `${pointer}/target`, `the target is ${target.value}, not ${expected}`, {
      node: target,
      expected,
      actual: target.value,
    });
}

function judgeParameter(
  scope: Scope,
  action: ActionFact,
  name: string,
  value: Node,
  [pointer, place]: readonly [string, string],
): void {
  const [parameter = '', term = ''] = name.split('@');
  if (parameter === '' || !/^Redfish\.Allowable/.test(term)) return;
  const fact = own(action.parameters, parameter);
  if (fact === undefined) {
    scope.report('SCH-ACT-5', pointer, `the action has no parameter ${parameter}`, { node: value });
    return;
  }
  if (value.kind !== 'array') {
    scope.report('SCH-ANN-3', place, `${shown(value)} is no array`, { node: value });
    return;
  }
  const values = enumFact(fact.ref);
  itemsOf(value).forEach((item, at) => {
    if (values && item.kind === 'string' && own(values.values, item.value) === undefined)
      scope.report('SCH-ANN-3', `${place}/${at}`, `${item.value} is no value of ${fact.ref}`, { node: item });
  });
}

/** A name that the schema does not have: misspelt, a vendor's outside Oem, or not an action at all. */
function judgeUnknown(scope: Scope, name: string, node: Node, place: string): void {
  const [schema = ''] = name.replace(/^#/, '').split('.');
  if (!name.startsWith('#'))
    scope.report('SCH-ACT-1', place, `the name of an action begins with #: #${name}`, { node });
  else if (schema === scope.schema)
    scope.report('SCH-ACT-1', place, `${name} is no action of ${schema}`, { node });
  else if (objectFact(`${schema}.${schema}`))
    scope.report('SCH-ACT-1', place, `${name} is an action of ${schema}, not of ${scope.schema}`, { node });
  else scope.report('SCH-ACT-1', place, `${name} is an action of a vendor: it belongs below Oem`, { node });
}

/** Every action of a resource. @param actions those of its schema */
export function judgeActions(scope: Scope, actions: Actions, node: ObjectNode, pointer: string): void {
  for (const [name, value] of node.members) {
    if (name === 'Oem' || name.includes('@')) continue;
    const place = `${pointer}/${token(name)}`;
    const [schema = '', action = ''] = name.slice(1).split('.');
    const fact = name.startsWith('#') && schema === scope.schema ? own(actions, action) : undefined;
    if (!fact) {
      judgeUnknown(scope, name, value, place);
      continue;
    }
    if (value.kind !== 'object') {
      scope.report('SCH-VAL-1', place, `${shown(value)} is no object`, { node: value });
      continue;
    }
    if (!within(fact.added, scope.version))
      scope.report(
        'SCH-ACT-2',
        place,
        `${name} was added by ${fact.added}; the resource claims ${scope.version}`,
        {
          node: value,
        },
      );
    judgeTarget(scope, name, value, place);
    for (const [member, item] of value.members) {
      const at = `${place}/${token(member)}`;
      if (member.includes('@')) judgeParameter(scope, fact, member, item, [place, at]);
      else if (!members.has(member))
        scope.report('SCH-ACT-3', at, `${member} is no property of an action`, { node: item });
    }
    if (textOf(value, 'target') === '') scope.report('SCH-ACT-4', `${place}/target`, 'the target is empty');
  }
}
