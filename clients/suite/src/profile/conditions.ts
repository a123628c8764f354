/** When a condition, a use case or a URI pattern of DSP0272 applies to an instance. */
import { isObject, type JsonObject } from '@redfishd/client';
import { holds } from './compare.ts';
import type { Condition, ResourceRule } from './profile.ts';
import { type Instance, resolvePointer, type Tree } from './tree.ts';
import type { UseCaseType } from './vocabulary.ts';

/** Objects that hold a property: the nearest first, the resource last. */
export type Holders = readonly JsonObject[];

const patterns = new Map<string, RegExp>();

/** `{Id}` stands for one segment; other text of a Product profile may be a regular expression. */
function uriPattern(template: string): RegExp {
  const known = patterns.get(template);
  if (known) return known;
  const isTemplate = /^[\w\-./{}%~]*$/.test(template);
  const source = isTemplate
    ? template
        .split(/\{[^}]*\}/)
        .map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]+')
    : template;
  let pattern: RegExp;
  try {
    pattern = new RegExp(`^${source}/?$`);
  } catch {
    pattern = /^(?!)/;
  }
  patterns.set(template, pattern);
  return pattern;
}

/** An empty list restricts nothing. */
export const uriMatches = (uri: string, templates: readonly string[] | undefined): boolean =>
  !templates?.length || templates.some((template) => uriPattern(template).test(uri));

/** DSP0272 "CompareProperty": a JSON pointer from the resource, or a name looked up from the object to the root. */
function lookUp(name: string, holders: Holders): { readonly found: boolean; readonly value: unknown } {
  if (name.startsWith('/')) return resolvePointer(holders.at(-1), name);
  for (const holder of holders) if (Object.hasOwn(holder, name)) return { found: true, value: holder[name] };
  return { found: false, value: undefined };
}

/** The chain of schema names ends just above the resource. */
function isSubordinate(tree: Tree, uri: string, chain: readonly string[]): boolean {
  const above = [...tree.ancestors(uri)].map(({ type }) => type);
  return chain.every((type, index) => above[chain.length - 1 - index] === type);
}

/** Whether every part of a condition holds. `absentCompares`: NotEqual holds for a property that is not there. */
export function applies(
  condition: Condition,
  instance: Instance,
  holders: Holders,
  tree: Tree,
  absentCompares: boolean,
): boolean {
  if (!uriMatches(instance.uri, condition.URIs)) return false;
  const chain = condition.SubordinateToResource;
  if (chain?.length && !isSubordinate(tree, instance.uri, chain)) return false;
  if (condition.CompareProperty === undefined) return true;
  const { CompareType = 'AnyOf', CompareValues = [] } = condition;
  const { found, value } = lookUp(condition.CompareProperty, holders);
  if (!found) return CompareType === 'Absent' || (absentCompares && CompareType === 'NotEqual');
  return holds(CompareType, value, CompareValues) === 'yes';
}

/** Which property of which parent a use case type looks at (DSP0272 "UseCaseType"). */
const parents: Partial<Record<UseCaseType, readonly [type: string, property: string]>> = {
  ChassisType: ['Chassis', 'ChassisType'],
  DriveProtocol: ['Drive', 'Protocol'],
  MemoryType: ['Memory', 'MemoryType'],
  PortProtocol: ['Port', 'PortProtocol'],
  ProcessorType: ['Processor', 'ProcessorType'],
};

export const isAbsent = (body: JsonObject): boolean =>
  isObject(body.Status) && body.Status.State === 'Absent';

/** Whether a use case, or a plain requirement, covers an instance. */
export function covers(rule: ResourceRule, instance: Instance, tree: Tree): boolean {
  if (!uriMatches(instance.uri, rule.URIs)) return false;
  if (rule.UseCaseType === 'AbsentResource') return isAbsent(instance.body);
  const { UseCaseComparison = 'AnyOf', UseCaseKeyValues = [], UseCaseKeyProperty } = rule;
  const kind = rule.UseCaseType && parents[rule.UseCaseType];
  if (kind) {
    const [type, property] = kind;
    const nearest = [instance, ...tree.ancestors(instance.uri)].find((each) => each.type === type);
    const value = nearest?.body[property];
    return value !== undefined && holds(UseCaseComparison, value, UseCaseKeyValues) === 'yes';
  }
  if (UseCaseKeyProperty === undefined) return true;
  const { found, value } = lookUp(UseCaseKeyProperty, [instance.body]);
  if (!found) return UseCaseComparison === 'Absent';
  return holds(UseCaseComparison, value, UseCaseKeyValues) === 'yes';
}
