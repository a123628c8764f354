/** Values that depend on other values: of the same resource, or of another one. One function per schema. */

import { itemsOf, memberOf, type Node, numberOf, shown, textOf, token } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import { instantOf } from '../schema/formats.ts';
import { linkOf, type Resource, resourceAt, type Tree } from '../tree.ts';

type Rule = (judge: Judge, resource: Resource, tree: Tree) => void;

const sensor: Rule = (judge, resource) => {
  const { root } = resource;
  const reading = numberOf(root, 'Reading');
  const thresholds = memberOf(root, 'Thresholds');
  const limit = (name: string): number | undefined => numberOf(memberOf(thresholds, name), 'Reading');
  const upper = limit('UpperCritical');
  const lower = limit('LowerCritical');
  const beyond =
    reading !== undefined &&
    ((upper !== undefined && reading > upper) || (lower !== undefined && reading < lower));
  const status = memberOf(root, 'Status');
  if (beyond && textOf(status, 'Health') === 'OK')
    judge.report('XREF-HEALTH-1', resource, '/Status/Health', `the reading is ${reading}, the health OK`, {
      node: memberOf(status, 'Health'),
    });
  const units = memberOf(root, 'ReadingUnits');
  // UCUM clause 2.1: terms have no blank.
  if (units?.kind === 'string' && !/^(?:\S+)$/.test(units.value) && units.value !== '')
    judge.report('XREF-UNIT-1', resource, '/ReadingUnits', `${shown(units)} is no unit of UCUM`, {
      node: units,
    });
};

const task: Rule = (judge, resource) => {
  const { root } = resource;
  const ended = ['Completed', 'Killed', 'Exception', 'Cancelled'].includes(textOf(root, 'TaskState') ?? '');
  const start = instantOf(textOf(root, 'StartTime'));
  const end = instantOf(textOf(root, 'EndTime'));
  if (ended && memberOf(root, 'EndTime') === undefined)
    judge.report('XREF-TASK-1', resource, '/EndTime', 'the task ended and has no EndTime');
  if (start !== undefined && end !== undefined && end < start)
    judge.report('XREF-TASK-2', resource, '/EndTime', 'the task ends before it starts', {
      node: memberOf(root, 'EndTime'),
    });
};

const account: Rule = (judge, resource, tree) => {
  const { root } = resource;
  const role = memberOf(memberOf(root, 'Links'), 'Role');
  const uri = linkOf(role);
  const id = textOf(root, 'RoleId');
  if (uri === undefined || id === undefined) return;
  const target = resourceAt(tree, uri);
  const there = textOf(target?.root, 'RoleId') ?? textOf(target?.root, 'Id') ?? uri.split('/').at(-1);
  if (there !== id)
    judge.report('XREF-ROLE-1', resource, '/Links/Role', `RoleId is ${id}, the link leads to ${there}`, {
      node: role,
      expected: id,
      actual: there ?? '',
    });
};

const accountService: Rule = (judge, resource) => {
  const duration = numberOf(resource.root, 'AccountLockoutDuration');
  const reset = numberOf(resource.root, 'AccountLockoutCounterResetAfter');
  if (duration !== undefined && reset !== undefined && duration > 0 && reset > duration)
    judge.report(
      'XREF-LOCKOUT-1',
      resource,
      '/AccountLockoutCounterResetAfter',
      `the counter is reset after ${reset} s, the lockout lasts ${duration} s`,
      { node: memberOf(resource.root, 'AccountLockoutCounterResetAfter') },
    );
};

const manager: Rule = (judge, resource, tree) => {
  const own = textOf(resource.root, 'ServiceEntryPointUUID');
  const root = textOf(tree.get('/redfish/v1/')?.root, 'UUID');
  if (own !== undefined && root !== undefined && own.toLowerCase() !== root.toLowerCase())
    judge.report('XREF-UUID-1', resource, '/ServiceEntryPointUUID', `the service root has the UUID ${root}`, {
      node: memberOf(resource.root, 'ServiceEntryPointUUID'),
      expected: root,
      actual: own,
    });
};

const serviceRoot: Rule = (judge, resource) => {
  const expand = memberOf(memberOf(resource.root, 'ProtocolFeaturesSupported'), 'ExpandQuery');
  const levels = memberOf(expand, 'Levels');
  if (levels?.kind === 'boolean' && levels.value && numberOf(expand, 'MaxLevels') === undefined)
    judge.report(
      'XREF-FEATURE-1',
      resource,
      '/ProtocolFeaturesSupported/ExpandQuery/MaxLevels',
      '$levels is advertised without MaxLevels',
      { node: expand },
    );
};

const networkProtocol: Rule = (judge, resource) => {
  if (resource.root?.kind !== 'object') return;
  for (const [name, service] of resource.root.members) {
    const port = memberOf(service, 'Port');
    if (port?.kind === 'number' && (port.value > 65_535 || port.value < 0))
      judge.report('XREF-PORT-1', resource, `/${token(name)}/Port`, `${port.text} is no port`, {
        node: port,
      });
  }
};

const rules: Readonly<Record<string, Rule>> = {
  Sensor: sensor,
  Task: task,
  ManagerAccount: account,
  AccountService: accountService,
  Manager: manager,
  ServiceRoot: serviceRoot,
  ManagerNetworkProtocol: networkProtocol,
};

/** Objects of any depth, each with its pointer; what is a vendor's is left out. */
function* objectsOf(node: Node | undefined, pointer: string): Generator<[Node & { kind: 'object' }, string]> {
  if (node?.kind === 'array')
    for (const [at, item] of node.items.entries()) yield* objectsOf(item, `${pointer}/${at}`);
  if (node?.kind !== 'object') return;
  yield [node, pointer];
  for (const [name, item] of node.members)
    if (name !== 'Oem') yield* objectsOf(item, `${pointer}/${token(name)}`);
}

function judgeLimits(judge: Judge, resource: Resource, node: Node, pointer: string): void {
  const low = numberOf(node, 'AllowableMin');
  const high = numberOf(node, 'AllowableMax');
  const point = numberOf(node, 'SetPoint');
  if (low !== undefined && high !== undefined && low > high)
    judge.report(
      'XREF-LIMIT-1',
      resource,
      `${pointer}/AllowableMin`,
      `${low} is above AllowableMax, ${high}`,
      {
        node: memberOf(node, 'AllowableMin'),
      },
    );
  else if (point !== undefined && (point < (low ?? point) || point > (high ?? point)))
    judge.report('XREF-LIMIT-1', resource, `${pointer}/SetPoint`, `${point} is outside ${low} to ${high}`, {
      node: memberOf(node, 'SetPoint'),
    });
}

/** Sampling goes on between two reads: a reading may differ by a tenth, and by one unit. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(1, Math.abs(b) / 10);

function judgeExcerpt(judge: Judge, resource: Resource, tree: Tree, node: Node, pointer: string): void {
  const uri = textOf(node, 'DataSourceUri');
  const reading = numberOf(node, 'Reading');
  if (uri === undefined || reading === undefined) return;
  const target = resourceAt(tree, uri);
  const there = numberOf(target?.root, 'Reading');
  // The excerpt of a fan shows percent of a tachometer that reads revolutions per minute.
  if (/Percent(\/|$)/.test(pointer) && textOf(target?.root, 'ReadingUnits') !== '%') return;
  if (target?.type?.schema === 'Sensor' && there !== undefined && !near(reading, there))
    judge.report('XREF-EXCERPT-1', resource, `${pointer}/Reading`, `${uri} reads ${there}`, {
      node: memberOf(node, 'Reading'),
      expected: String(there),
      actual: String(reading),
      also: [target],
    });
}

/** AllowableValues beside an ActionInfo: both list the values of one parameter. */
function judgeActionInfo(judge: Judge, resource: Resource, tree: Tree, node: Node, pointer: string): void {
  const uri = textOf(node, '@Redfish.ActionInfo');
  const info = uri === undefined ? undefined : resourceAt(tree, uri);
  if (!info || node.kind !== 'object') return;
  for (const parameter of itemsOf(memberOf(info.root, 'Parameters'))) {
    const name = textOf(parameter, 'Name') ?? '';
    const here = node.members.get(`${name}@Redfish.AllowableValues`);
    const there = memberOf(parameter, 'AllowableValues');
    if (here?.kind !== 'array' || there?.kind !== 'array') continue;
    const text = (list: Node): string =>
      itemsOf(list)
        .map((item) => shown(item))
        .sort()
        .join(' ');
    if (text(here) !== text(there))
      judge.report('XREF-ACTION-1', resource, pointer, `${uri} lists other values of ${name}`, {
        node: here,
        expected: shown(there),
        actual: shown(here),
        also: [info],
      });
  }
}

export function judgeValues(judge: Judge, tree: Tree): void {
  for (const resource of tree.values()) {
    const { type, root } = resource;
    if (type === undefined || /Registry$/.test(type.schema)) continue;
    rules[type.schema]?.(judge, resource, tree);
    for (const [node, pointer] of objectsOf(root, '')) {
      judgeLimits(judge, resource, node, pointer);
      judgeExcerpt(judge, resource, tree, node, pointer);
      if (pointer.startsWith('/Actions/')) judgeActionInfo(judge, resource, tree, node, pointer);
    }
  }
}
