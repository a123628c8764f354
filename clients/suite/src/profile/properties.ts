/** Property requirements of DSP0272 on one object of an instance. */
import { idOf, isObject, type JsonObject } from '@redfishd/client';
import { holds } from './compare.ts';
import { applies, type Holders, isAbsent } from './conditions.ts';
import type { Dispute } from './disputes.ts';
import { missing, once, strictest } from './levels.ts';
import type { PropertyRule } from './profile.ts';
import { below, type Place, type Step, type Target } from './report.ts';
import type { Scope } from './scope.ts';
import type { Tree } from './tree.ts';
import type { Comparison, ReadLevel, WriteLevel } from './vocabulary.ts';
import { judgeWrite } from './writes.ts';

interface ValueRule {
  readonly place: Place;
  readonly comparison: Comparison;
  readonly values: readonly unknown[];
}

/** A property's requirement with every condition that applies added. */
interface Effective {
  readonly read: ReadLevel;
  readonly write: WriteLevel;
  readonly values: readonly ValueRule[];
  /** Whether anything is asked: a Conditional property without a matching condition asks nothing. */
  readonly asked: boolean;
}

function effective(rule: PropertyRule, place: Place, scope: Scope): Effective {
  let read: ReadLevel = rule.ReadRequirement ?? 'Mandatory';
  let write: WriteLevel = rule.WriteRequirement ?? 'None';
  const values: ValueRule[] = [];
  const addValues = (from: Pick<PropertyRule, 'Comparison' | 'Values'>, at: Place): void => {
    if (from.Comparison !== undefined || from.Values?.length)
      values.push({ place: at, comparison: from.Comparison ?? 'AnyOf', values: from.Values ?? [] });
  };
  addValues(rule, place);
  let matched = false;
  rule.ConditionalRequirements?.forEach((condition, index) => {
    const { instance, holders, tree, report } = scope;
    if (!applies(condition, instance, holders, tree, report.reading === 'riv')) return;
    matched = true;
    read = strictest(read, condition.ReadRequirement ?? 'Mandatory');
    write = strictest(write, condition.WriteRequirement ?? 'None');
    addValues(condition, below(place, 'ConditionalRequirements', index));
  });
  return { read, write, values, asked: matched || rule.ReadRequirement !== 'Conditional' };
}

/** Whether the nearest Status of the objects that hold a property says Absent. */
function absentAt(holders: Holders): boolean {
  const nearest = holders.find(({ Status }) => isObject(Status) && Status.State !== undefined);
  return nearest !== undefined && isAbsent(nearest);
}

/** Judges whether an object has a property. */
function judgeRead(name: string, rule: PropertyRule, level: ReadLevel, place: Place, scope: Scope): void {
  const { report, holders, instance, path } = scope;
  const holder = holders[0] ?? {};
  const present = Object.hasOwn(holder, name);
  const target: Target = { uri: instance.uri, path: [...path, name] };
  if (level === 'Excluded') {
    report.add(
      present ? 'FAIL' : 'PASS',
      'read',
      place,
      target,
      `${name} is excluded${present ? ' and is there' : ''}`,
    );
  } else if (once(level)) {
    report.count(place, 'read', '', present, `${name} is supported`);
  } else if (present) {
    if (level !== 'None' && level !== 'Conditional')
      report.add('PASS', 'read', place, target, `${name} is there`);
  } else if (rule.ReplacesProperty !== undefined && has(rule.ReplacesProperty, holders)) {
    const older = rule.ReplacesProperty;
    report.add('WARN', 'replacement', place, target, `${name} is not there; ${older}, which it replaces, is`);
  } else {
    const verdict = missing(level, absentAt(holders));
    report.add(verdict, 'read', place, target, `${name} (${level}) is not there`);
  }
}

/** Whether a property named beside this one, or by a pointer from the resource, is there. */
function has(name: string, holders: Holders): boolean {
  if (!name.startsWith('/')) return Object.hasOwn(holders[0] ?? {}, name);
  const steps = name.slice(1).split('/');
  let value: unknown = holders.at(-1);
  for (const step of steps) {
    if (!isObject(value) || !Object.hasOwn(value, step)) return false;
    value = value[step];
  }
  return true;
}

/** Non-null items of an array; of a paged collection those of all pages (DSP0266 "Count"). */
function countOf(name: string, items: readonly unknown[], holder: JsonObject): number {
  const count = holder[`${name}@odata.count`];
  const paged = holder[`${name}@odata.nextLink`] !== undefined;
  return paged && typeof count === 'number' ? count : items.filter((item) => item !== null).length;
}

function judgeCount(name: string, rule: PropertyRule, level: ReadLevel, place: Place, scope: Scope): void {
  const { report, holders, instance, path } = scope;
  const holder = holders[0] ?? {};
  const items = holder[name];
  if (!Array.isArray(items)) return;
  const explicit = rule.MinCount !== undefined;
  const byDefault = level === 'Mandatory' || (level === 'IfPopulated' && !absentAt(holders));
  if (!explicit && !byDefault) return;
  const minimum = rule.MinCount ?? (report.reading === 'letter' ? 1 : 0);
  const count = countOf(name, items, holder);
  const target = { uri: instance.uri, path: [...path, name] };
  const message = `${name} has ${count} items, at least ${minimum} required`;
  const miss = level === 'Recommended' ? 'WARN' : 'FAIL';
  if (explicit) report.add(count >= minimum ? 'PASS' : miss, 'count', place, target, message);
  else if (count < 1)
    report.add(count >= minimum ? 'PASS' : miss, 'count', place, target, message, 'emptyArray');
}

/** Whether a link leads to a resource of a listed type. */
function judgeLink(value: unknown, types: readonly unknown[], tree: Tree): boolean | undefined {
  const links = (Array.isArray(value) ? value : [value]).filter((link) => idOf(link) !== undefined);
  const targets = links.map((link) => tree.follow(link));
  if (targets.some((target) => target && types.includes(target.type))) return true;
  return targets.includes(undefined) ? undefined : false;
}

function judgeValue(name: string, rule: ValueRule, scope: Scope): void {
  const { report, holders, instance, path, tree } = scope;
  const holder = holders[0] ?? {};
  const { comparison, values, place } = rule;
  const target = { uri: instance.uri, path: [...path, name] };
  const value = holder[name];
  const text = `${name} ${comparison} ${JSON.stringify(values)}, is ${JSON.stringify(value) ?? 'absent'}`;
  const present = Object.hasOwn(holder, name);
  if (comparison === 'Present' || comparison === 'Absent') {
    const met = present === (comparison === 'Present');
    const ignored = report.reading === 'riv' && comparison === 'Absent';
    report.add(met || ignored ? 'PASS' : 'FAIL', 'value', place, target, text, 'absentValue');
    return;
  }
  if (!present) return;
  if (comparison === 'LinkToResource') {
    const met = judgeLink(value, values, tree);
    const dispute: Dispute | undefined = Array.isArray(value) && value.length > 1 ? 'linkTargets' : undefined;
    const verdict = met ? 'PASS' : met === undefined ? 'UNTESTED' : 'FAIL';
    report.add(verdict, 'value', place, target, text, dispute);
    return;
  }
  if (comparison === 'AnyOf') {
    const met = holds('AnyOf', value, values);
    report.count(
      place,
      'value',
      '',
      met === 'unknown' ? undefined : met === 'yes',
      text.split(', is')[0] ?? text,
    );
    return;
  }
  if (comparison === 'AllOf') {
    for (const wanted of values) {
      const met = holds('AnyOf', value, [wanted]);
      report.count(place, 'value', String(wanted), met === 'yes', `${name} has ${JSON.stringify(wanted)}`);
    }
    return;
  }
  const met = holds(comparison, value, values, report.reading === 'riv');
  const dispute = Array.isArray(value) && value.length > 1 ? 'arrayItems' : undefined;
  report.add(met === 'yes' ? 'PASS' : met === 'no' ? 'FAIL' : 'WARN', 'value', place, target, text, dispute);
}

function judgeSupport(name: string, wanted: readonly string[], place: Place, scope: Scope): void {
  const { report, holders, instance, path } = scope;
  const allowable = holders[0]?.[`${name}@Redfish.AllowableValues`];
  const target = { uri: instance.uri, path: [...path, name] };
  if (!Array.isArray(allowable)) {
    report.add('UNTESTED', 'support', place, target, `${name} has no AllowableValues`);
    return;
  }
  const absent = wanted.filter((value) => !allowable.includes(value));
  const message = absent.length
    ? `${name} does not support ${absent.join(', ')}`
    : `${name} supports the values`;
  report.add(absent.length ? 'FAIL' : 'PASS', 'support', place, target, message);
}

/** Requirements within an object, or within each item of an array that is no null. */
function judgeNested(name: string, rule: PropertyRule, place: Place, scope: Scope): void {
  const rules = rule.PropertyRequirements;
  if (!rules) return;
  const { holders, instance, report } = scope;
  const value = holders[0]?.[name];
  const path = [...scope.path, name];
  const inner = below(place, 'PropertyRequirements');
  const enter = (item: unknown, at: readonly Step[]): void => {
    if (isObject(item)) judgeProperties(rules, inner, { ...scope, holders: [item, ...holders], path: at });
  };
  if (Array.isArray(value)) {
    value.forEach((item, index) => {
      enter(item, [...path, index]);
    });
  } else if (value === null) {
    report.add(
      'WARN',
      'read',
      place,
      { uri: instance.uri, path },
      `${name} is null: its properties are unknown`,
    );
  } else enter(value, path);
}

function judgeProperty(name: string, rule: PropertyRule, place: Place, scope: Scope): void {
  if (rule.ReplacedByProperty !== undefined && has(rule.ReplacedByProperty, scope.holders)) return;
  const { read, write, values, asked } = effective(rule, place, scope);
  judgeRead(name, rule, read, place, scope);
  if (!asked) return;
  judgeCount(name, rule, read, place, scope);
  for (const value of values) judgeValue(name, value, scope);
  const present = Object.hasOwn(scope.holders[0] ?? {}, name);
  if (present && write !== 'None') judgeWrite(name, write, place, scope);
  if (present && rule.MinSupportValues) judgeSupport(name, rule.MinSupportValues, place, scope);
  judgeNested(name, rule, place, scope);
}

export function judgeProperties(
  rules: Readonly<Record<string, PropertyRule>>,
  place: Place,
  scope: Scope,
): void {
  for (const [name, rule] of Object.entries(rules)) judgeProperty(name, rule, below(place, name), scope);
}
