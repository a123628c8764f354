/** Resource requirements and use cases of DSP0272. */

import { judgeAction } from './actions.ts';
import type { ProfileSet } from './check.ts';
import { applies, covers, isAbsent } from './conditions.ts';
import { strictest } from './levels.ts';
import type { ResourceRule } from './profile.ts';
import { judgeProperties } from './properties.ts';
import { below, type Place, type Report, wholeService } from './report.ts';
import type { Scope } from './scope.ts';
import type { Instance, Tree } from './tree.ts';
import { atLeast, versionOfType } from './version.ts';
import type { ReadLevel } from './vocabulary.ts';

interface Context {
  readonly set: ProfileSet;
  readonly tree: Tree;
  readonly report: Report;
}

/** Whether the service has instances that a rule asks for. */
function judgePresence(
  type: string,
  rule: ResourceRule,
  level: ReadLevel,
  covered: readonly Instance[],
  place: Place,
  report: Report,
): void {
  const name = rule.UseCaseTitle ? `${type} (${rule.UseCaseTitle})` : type;
  if (level === 'Excluded') {
    for (const { uri } of covered)
      report.add('FAIL', 'presence', place, { uri, path: [] }, `${name} is excluded and is there`);
    if (!covered.length) report.add('PASS', 'presence', place, wholeService, `${name} is not there`);
    return;
  }
  if (covered.length) {
    report.add('PASS', 'presence', place, wholeService, `${name}: ${covered.length} instances`);
    return;
  }
  const verdict =
    level === 'Mandatory' || level === 'Supported' ? 'FAIL' : level === 'Recommended' ? 'WARN' : 'NA';
  report.add(verdict, 'presence', place, wholeService, `${name} (${level}) is not there`);
}

const operations = [
  ['CreateResource', 'create', ['POST']],
  ['DeleteResource', 'delete', ['DELETE']],
  ['UpdateResource', 'update', ['PATCH', 'PUT']],
] as const;

/** CreateResource is asked of the collection; the others of the resource, or of a collection's members. */
function judgeOperations(
  rule: ResourceRule,
  instance: Instance,
  place: Place,
  { tree, report }: Context,
): void {
  for (const [key, aspect, methods] of operations) {
    if (!rule[key]) continue;
    const isCollection = instance.type.endsWith('Collection');
    const members = instance.body.Members;
    const parent = [...tree.ancestors(instance.uri)][0];
    let judged = [instance.uri];
    if (key === 'CreateResource' && !isCollection) judged = parent ? [parent.uri] : [];
    if (key !== 'CreateResource' && isCollection)
      judged = Array.isArray(members) ? members.flatMap((member) => tree.follow(member)?.uri ?? []) : [];
    for (const uri of judged) {
      const allow = tree.allowed(uri);
      const verb = methods.join(' or ');
      const target = { uri, path: [] };
      if (!allow) report.add('UNTESTED', aspect, place, target, `no Allow header: ${verb} unknown`);
      else if (methods.some((method) => allow.includes(method)))
        report.add('PASS', aspect, place, target, `${verb} is allowed`);
      else report.add('FAIL', aspect, place, target, `${verb} is not allowed`);
    }
  }
}

function judgeVersion(rule: ResourceRule, instance: Instance, place: Place, report: Report): void {
  if (rule.MinVersion === undefined) return;
  const version = versionOfType(instance.body['@odata.type']);
  // Collections have no version and satisfy any.
  if (version === undefined) return;
  const met = atLeast(version, rule.MinVersion);
  const message = `schema version ${version}, at least ${rule.MinVersion} required`;
  const target = { uri: instance.uri, path: ['@odata.type'] };
  report.add(met ? 'PASS' : 'FAIL', 'version', below(place, 'MinVersion'), target, message);
}

/** A rule of a resource type, or one of its use cases, on the instances that it may cover. */
function judgeRule(
  type: string,
  rule: ResourceRule,
  place: Place,
  candidates: readonly Instance[],
  context: Context,
): void {
  const { tree, report, set } = context;
  const matching = (instance: Instance): boolean =>
    rule.ConditionalRequirements?.some((condition) =>
      applies(condition, instance, [instance.body], tree, report.reading === 'riv'),
    ) ?? false;
  let covered = candidates.filter((instance) => covers(rule, instance, tree));
  const base = rule.ReadRequirement ?? 'Mandatory';
  if (base === 'Conditional') covered = covered.filter(matching);
  let level: ReadLevel = base;
  for (const instance of covered)
    for (const condition of rule.ConditionalRequirements ?? [])
      if (applies(condition, instance, [instance.body], tree, report.reading === 'riv'))
        level = strictest(level, condition.ReadRequirement ?? 'Mandatory');
  judgePresence(type, rule, level, covered, place, report);
  if (level === 'Excluded') return;
  for (const instance of covered) {
    const scope: Scope = { report, tree, instance, holders: [instance.body], path: [] };
    judgeVersion(rule, instance, place, report);
    judgeOperations(rule, instance, place, context);
    judgeProperties(rule.PropertyRequirements ?? {}, below(place, 'PropertyRequirements'), scope);
    for (const [name, action] of Object.entries(rule.ActionRequirements ?? {}))
      judgeAction(name, action, below(place, 'ActionRequirements', name), scope);
  }
  const named = set.named.get(rule.RequiredResourceProfile?.Name ?? '');
  const required = named?.profile.Resources?.[type];
  if (named && required)
    judgeEntry(type, required, { loaded: named, path: ['Resources', type] }, covered, context);
}

/** An entry of `Resources`: one rule, or use cases. An absent instance belongs to the AbsentResource use case alone. */
export function judgeEntry(
  type: string,
  entry: ResourceRule & { readonly UseCases?: readonly ResourceRule[] },
  place: Place,
  candidates: readonly Instance[],
  context: Context,
): void {
  if (!entry.UseCases) {
    judgeRule(type, entry, place, candidates, context);
    return;
  }
  const absentCase = entry.UseCases.some(({ UseCaseType }) => UseCaseType === 'AbsentResource');
  const present = absentCase ? candidates.filter(({ body }) => !isAbsent(body)) : candidates;
  entry.UseCases.forEach((rule, index) => {
    const own = rule.UseCaseType === 'AbsentResource' ? candidates : present;
    judgeRule(type, rule, below(place, 'UseCases', index), own, context);
  });
}
