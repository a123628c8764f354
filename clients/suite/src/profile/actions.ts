/** Action requirements of DSP0272: the action, its ActionInfo, its parameters and their values. */
import { idOf, isObject, type JsonObject } from '@redfishd/client';
import { missing, once } from './levels.ts';
import type { ActionRule, ParameterRule } from './profile.ts';
import { below, type Place, type Target } from './report.ts';
import type { Scope } from './scope.ts';

/** The action's object: standard ones under Actions, others under Actions.Oem. */
function findAction(type: string, name: string, body: JsonObject): JsonObject | undefined {
  const actions = isObject(body.Actions) ? body.Actions : {};
  const oem = isObject(actions.Oem) ? actions.Oem : {};
  const full = name.startsWith('#') ? name : `#${name.includes('.') ? name : `${type}.${name}`}`;
  return [actions[full], oem[full]].find(isObject);
}

/** Parameters of the ActionInfo; undefined when there is none or it was not read. */
function parametersOf(action: JsonObject, { tree }: Scope): readonly JsonObject[] | undefined {
  const link = action['@Redfish.ActionInfo'];
  const info = typeof link === 'string' ? tree.get(link) : tree.follow(link);
  const list = info?.body.Parameters;
  return Array.isArray(list) ? list.filter(isObject) : undefined;
}

function judgeParameter(
  name: string,
  rule: ParameterRule,
  action: JsonObject,
  place: Place,
  target: Target,
  scope: Scope,
): void {
  const { report } = scope;
  const infos = parametersOf(action, scope);
  const info = infos?.find(({ Name }) => Name === name);
  const annotated = action[`${name}@Redfish.AllowableValues`];
  const level = rule.ReadRequirement ?? 'Mandatory';
  const add = report.add.bind(report);
  if (annotated === undefined && info === undefined) {
    if (infos)
      add(missing(level, false), 'parameter', place, target, `parameter ${name} is not in ActionInfo`);
    else
      add('UNTESTED', 'parameter', place, target, `parameter ${name}: no AllowableValues and no ActionInfo`);
    return;
  }
  add('PASS', 'parameter', place, target, `parameter ${name} is there`);
  const listed = Array.isArray(annotated) ? annotated : info?.AllowableValues;
  const lists = [
    ['ParameterValues', rule.ParameterValues, 'FAIL'],
    ['RecommendedValues', rule.RecommendedValues, 'WARN'],
  ] as const;
  for (const [key, wanted, miss] of lists) {
    if (!wanted?.length) continue;
    const at = below(place, key);
    if (!Array.isArray(listed)) {
      add('UNTESTED', 'parameter', at, target, `parameter ${name} does not list its values`);
      continue;
    }
    const absent = wanted.filter((value) => !listed.includes(value));
    const text = absent.length ? `${name} lacks ${absent.join(', ')}` : `${name} has the values`;
    add(absent.length ? miss : 'PASS', 'parameter', at, target, text);
  }
}

export function judgeAction(name: string, rule: ActionRule, place: Place, scope: Scope): void {
  const { report, instance } = scope;
  const level = rule.ReadRequirement ?? 'Mandatory';
  const action = findAction(instance.type, name, instance.body);
  const target = { uri: instance.uri, path: ['Actions', `#${instance.type}.${name}`] };
  if (once(level)) report.count(place, 'action', '', action !== undefined, `action ${name} is supported`);
  else if (level === 'Excluded')
    report.add(action ? 'FAIL' : 'PASS', 'action', place, target, `action ${name} is excluded`);
  else if (!action)
    report.add(missing(level, false), 'action', place, target, `action ${name} (${level}) is not there`);
  else report.add('PASS', 'action', place, target, `action ${name} is there`);
  if (!action) return;
  if (rule.ActionInfo === 'Mandatory' || rule.ActionInfo === 'Recommended') {
    const link = action['@Redfish.ActionInfo'];
    const has = typeof link === 'string' || idOf(link) !== undefined;
    const miss = rule.ActionInfo === 'Mandatory' ? 'FAIL' : 'WARN';
    const at = below(place, 'ActionInfo');
    report.add(has ? 'PASS' : miss, 'action', at, target, `${name} ${has ? 'has' : 'lacks'} an ActionInfo`);
  }
  for (const [parameter, wanted] of Object.entries(rule.Parameters ?? {}))
    judgeParameter(parameter, wanted, action, below(place, 'Parameters', parameter), target, scope);
}
