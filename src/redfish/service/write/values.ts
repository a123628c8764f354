/** Checks a value of a request body against the facts of its property. */
import type { ObjectFact, PropertyFact, ValueFact } from '../../generated/facts.ts';
import { enumFacts, ownProperty, schemaFacts } from '../facts.ts';
import type { Json, JsonObject } from '../json.ts';
import type { Faults, Steps } from './faults.ts';
import { hasFormat, matches } from './formats.ts';

/** What the check of a value needs to know beside the schema. */
export interface Rules {
  readonly faults: Faults;
  /** Whether a member at this path (without array indexes) may be given. */
  readonly mayGive: (path: string, fact: PropertyFact) => boolean;
  /** Values that make sense here, by path, when fewer than the schema lists. */
  readonly allowable: Readonly<Record<string, readonly string[]>>;
}

/** Where a value stands in the body: with array indexes, and its path without. */
export interface Spot {
  readonly steps: Steps;
  readonly path: string;
}

type Fact = ValueFact & Partial<Pick<PropertyFact, 'nullable' | 'permission'>>;

export const top: Spot = { steps: [], path: '' };

export function member(spot: Spot, name: string): Spot {
  return { steps: [...spot.steps, name], path: spot.path === '' ? name : `${spot.path}/${name}` };
}

const element = (spot: Spot, index: number): Spot => ({ steps: [...spot.steps, index], path: spot.path });

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value that a property has after the request: `given`, laid over `current` where it is an object or an array.
 * Undefined when something is wrong with it, which `rules.faults` then knows.
 */
export function resolve(
  rules: Rules,
  fact: Fact,
  given: Json,
  current: Json | undefined,
  spot: Spot,
): Json | undefined {
  if (fact.array) return resolveArray(rules, fact, given, current, spot);
  const wrong = (kind: 'type' | 'format' | 'range' | 'list') => {
    rules.faults.add(kind, spot.steps, given, fact.permission === 'Write');
    return undefined;
  };
  if (given === null) return fact.nullable === false ? wrong('type') : null;
  switch (fact.type) {
    case 'boolean':
      return typeof given === 'boolean' ? given : wrong('type');
    case 'integer':
      if (typeof given !== 'number' || (Number.isFinite(given) && !Number.isInteger(given)))
        return wrong('type');
      if (!Number.isSafeInteger(given) || !inRange(fact, given)) return wrong('range');
      return isAllowable(rules, spot, String(given)) ? given : wrong('list');
    case 'number':
      if (typeof given !== 'number') return wrong('type');
      if (!Number.isFinite(given) || !inRange(fact, given)) return wrong('range');
      return isAllowable(rules, spot, String(given)) ? given : wrong('list');
    case 'string':
      if (typeof given !== 'string') return wrong('type');
      if (!hasFormat(fact, given)) return wrong('format');
      return isAllowable(rules, spot, given) ? given : wrong('list');
    case 'enum':
      if (typeof given !== 'string') return wrong('type');
      if (!Object.hasOwn(enumFacts(fact.ref ?? '').values, given)) return wrong('list');
      return isAllowable(rules, spot, given) ? given : wrong('list');
    case 'any':
      return typeof given === 'object' ? wrong('type') : given;
    case 'link':
      return isLink(given) ? { '@odata.id': given['@odata.id'] } : wrong('type');
    case 'object':
      if (!isObject(given)) return wrong('type');
      return fact.ref === undefined
        ? given
        : resolveObject(rules, schemaFacts(fact.ref), given, current, spot);
  }
}

function inRange(fact: Fact, value: number): boolean {
  return value >= (fact.minimum ?? -Infinity) && value <= (fact.maximum ?? Infinity);
}

function isAllowable(rules: Rules, spot: Spot, value: string): boolean {
  const values = Object.hasOwn(rules.allowable, spot.path) ? rules.allowable[spot.path] : undefined;
  return values === undefined || values.includes(value);
}

function isLink(value: Json): value is { readonly '@odata.id': string } {
  return isObject(value) && Object.keys(value).length === 1 && typeof value['@odata.id'] === 'string';
}

/**
 * DSP0266 "Modify array properties": `null` removes an element, `{}` leaves it as it is, an object changes what it names,
 * elements beyond the current ones are added, and current ones beyond the given are dropped.
 */
function resolveArray(
  rules: Rules,
  fact: Fact,
  given: Json,
  current: Json | undefined,
  spot: Spot,
): Json | undefined {
  if (!Array.isArray(given)) {
    rules.faults.add('type', spot.steps, given, fact.permission === 'Write');
    return undefined;
  }
  const { array: _, ...single } = fact;
  const old: readonly Json[] = Array.isArray(current) ? current : [];
  const out: Json[] = [];
  let sound = true;
  for (const [index, value] of (given as readonly Json[]).entries()) {
    if (value === null) continue;
    const before = old[index];
    const at = element(spot, index);
    let resolved: Json | undefined;
    if (!isObject(value) || Object.keys(value).length > 0)
      resolved = resolve(rules, single, value, before, at);
    else if (before !== undefined) resolved = before;
    else rules.faults.add('type', at.steps, value);
    if (resolved === undefined) sound = false;
    else out.push(resolved);
  }
  return sound ? out : undefined;
}

/** Members that are given, laid over the current ones; a new object must have what the schema requires of it. */
function resolveObject(
  rules: Rules,
  facts: ObjectFact,
  given: JsonObject,
  current: Json | undefined,
  spot: Spot,
): Json | undefined {
  const before = isObject(current) ? current : undefined;
  const out = new Map<string, Json | undefined>(Object.entries(before ?? {}));
  let sound = true;
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || isControl(name, value)) continue;
    const at = member(spot, name);
    const fact = memberFact(facts, name);
    let resolved: Json | undefined;
    if (fact === undefined) rules.faults.add('unknown', at.steps);
    else if (!rules.mayGive(at.path, fact)) rules.faults.add('notWritable', at.steps);
    else resolved = resolve(rules, fact, value, before?.[name], at);
    if (resolved === undefined) sound = false;
    else out.set(name, resolved);
  }
  for (const [name, fact] of before ? [] : Object.entries(facts.properties)) {
    const at = member(spot, name);
    const needed = (fact.required || fact.requiredOnCreate) && rules.mayGive(at.path, fact);
    if (!needed || Object.hasOwn(given, name)) continue;
    rules.faults.add('missing', at.steps);
    sound = false;
  }
  return sound ? Object.fromEntries(out) : undefined;
}

/** The property of that name, or the rule for names that the schema gives only as a pattern. */
export function memberFact(facts: ObjectFact, name: string): PropertyFact | undefined {
  const own = ownProperty(facts, name);
  if (own !== undefined) return own;
  const rule = facts.dynamic?.find((each) => matches(each.pattern, name));
  if (rule === undefined) return undefined;
  // The pattern is one of the name; of the value nothing is said but its type.
  const { pattern: _, ...fact } = rule;
  return fact;
}

/**
 * What a client that sends back what it has read may repeat, and which is then ignored: OData control information (DSP0266
 * "PATCH (update)"), and what an answer says of the writing itself. That it be done at once is what is done anyway.
 */
export function isControl(name: string, value: Json | undefined): boolean {
  if (asksForLater(name)) return value === 'Immediate';
  return /^[^@]*@(odata\.|Redfish\.(WriteableProperties|Allowable[A-Za-z]+)$)/.test(name);
}

/** DSP0266 "Operation apply time": another time than now is refused, never taken for now. */
export function asksForLater(name: string): boolean {
  return name === '@Redfish.OperationApplyTime';
}
