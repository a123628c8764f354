/** An object against its type: names, versions, required properties, and each value in turn. */
import { derives, facts, objectFact, own, within } from '../facts.ts';
import type { ObjectFact, PropertyFact } from '../generated/facts.ts';
import { memberOf, type Node, type ObjectNode, shown, textOf, token } from '../json/node.ts';
import { typeName } from '../tree.ts';
import { judgeActions } from './actions.ts';
import { judgeAnnotation } from './annotations.ts';
import { anchored } from './formats.ts';
import type { Scope } from './scope.ts';
import { uriFault } from './uris.ts';
import { judgeNull, judgePlain } from './values.ts';

/** A reference: an object with `@odata.id` alone, whose URI has legal characters. */
function judgeLink(scope: Scope, fact: PropertyFact, node: Node, pointer: string): void {
  const uri = textOf(node, '@odata.id');
  if (node.kind !== 'object' || uri === undefined) {
    scope.report('SCH-LINK-1', pointer, `${shown(node)} is no reference: {"@odata.id": "…"}`, {
      node,
    });
    return;
  }
  // A resource that is expanded in place carries its type.
  if (node.members.size > 1 && !node.members.has('@odata.type')) {
    const more = [...node.members.keys()].filter((name) => name !== '@odata.id').join(', ');
    scope.report('SCH-LINK-1', pointer, `a reference has ${more} beside @odata.id`, { node });
  }
  const fault = uriFault(uri);
  if (fault === undefined)
    scope.judge.links.push({ resource: scope.resource, pointer, node, uri, ref: fact.ref });
  else scope.report('SCH-LINK-2', pointer, `${uri} ${fault}`, { node, actual: uri });
}

/** An embedded object, whose own `@odata.type` may name a type that derives from the declared one. */
function judgeEmbedded(scope: Scope, fact: PropertyFact, node: Node, pointer: string): void {
  if (node.kind !== 'object') {
    scope.report('SCH-VAL-1', pointer, `${shown(node)} is no object`, {
      node,
      expected: 'an object',
      actual: shown(node),
    });
    return;
  }
  const { ref = '' } = fact;
  const claimed = textOf(node, '@odata.type');
  const name = typeName(claimed);
  if (name && objectFact(name.key) && !derives(name.key, ref) && !objectFact(ref)?.open) {
    scope.report('SCH-TYPE-5', pointer, `${claimed} is not ${ref}, which is declared here`, {
      node,
      expected: ref,
      actual: claimed ?? '',
    });
    return;
  }
  const [schema = ''] = ref.split('.');
  const version = name?.key === ref ? name.version : schema === scope.schema ? scope.version : undefined;
  judgeObject(scope.of(schema, version, fact.excerptCopy), ref, node, pointer);
}

function judgeValue(scope: Scope, fact: PropertyFact, node: Node, pointer: string): void {
  if (fact.array) {
    if (node.kind === 'array') {
      const { array: _array, ...item } = fact;
      node.items.forEach((value, at) => {
        judgeValue(scope, item, value, `${pointer}/${at}`);
      });
    } else if (judgeNull(scope, { ...fact, nullable: false }, node, pointer))
      scope.report('SCH-VAL-1', pointer, `${shown(node)} is no array`, {
        node,
        expected: 'an array',
        actual: shown(node),
      });
    return;
  }
  if (fact.type === 'any') return;
  if (node.kind === 'array') {
    scope.report('SCH-VAL-1', pointer, 'an array stands where one value is declared', { node });
    return;
  }
  if (!judgeNull(scope, fact, node, pointer)) return;
  if (fact.type === 'link') judgeLink(scope, fact, node, pointer);
  else if (fact.type === 'object') judgeEmbedded(scope, fact, node, pointer);
  else judgePlain(scope, fact, node, pointer);
}

/** Members of Oem are objects named by vendor; what is in them is the vendor's. */
function judgeOem(scope: Scope, node: ObjectNode, pointer: string): void {
  for (const [name, value] of node.members) {
    if (name.includes('@') || value.kind === 'object') continue;
    scope.report('SCH-OEM-1', `${pointer}/${token(name)}`, `${shown(value)} is no object named by a vendor`, {
      node: value,
    });
  }
}

function judgeUnknown(scope: Scope, fact: ObjectFact, name: string, node: Node, pointer: string): void {
  const dynamic = fact.dynamic?.find(({ pattern }) => anchored(pattern)?.test(name));
  if (dynamic) {
    judgeValue(scope, dynamic, node, pointer);
    return;
  }
  if (fact.open) return;
  const near = Object.keys(fact.properties).find((known) => known.toLowerCase() === name.toLowerCase());
  if (near !== undefined)
    scope.report('SCH-PROP-2', pointer, `${name} is written ${near}`, { node, expected: near, actual: name });
  else scope.report('SCH-PROP-1', pointer, `${name} is no property of ${scope.schema}`, { node });
}

/** Whether the property may stand here: its version, its deprecation, and whether this is an excerpt. */
function judgeName(scope: Scope, fact: PropertyFact, name: string, node: Node, pointer: string): void {
  if (!within(fact.added, scope.version))
    scope.report(
      'SCH-PROP-3',
      pointer,
      `${name} was added by ${fact.added}; the resource claims ${scope.version}`,
      {
        node,
      },
    );
  // What is required cannot be left out, deprecated or not: Severity of a registry's messages.
  if (fact.deprecated !== undefined && !fact.required && within(fact.deprecated, scope.version))
    scope.report('SCH-DEPR-1', pointer, `${name} is deprecated since ${fact.deprecated}`, { node });
  if (scope.excerpt === undefined) {
    if (fact.excerptCopyOnly)
      scope.report('SCH-EXCERPT-2', pointer, `${name} stands in excerpts only`, { node });
  } else if (!fact.excerptCopyOnly && !inExcerpt(fact, scope.excerpt))
    scope.report(
      'SCH-EXCERPT-1',
      pointer,
      `${name} is not part of an excerpt of the kind ${scope.excerpt || 'any'}`,
      {
        node,
      },
    );
}

const inExcerpt = ({ excerpt }: PropertyFact, kind: string): boolean =>
  excerpt !== undefined && (excerpt.length === 0 || excerpt.includes(kind));

const isCollection = (key: string): boolean => derives(key, 'Resource.ResourceCollection');

function judgeRequired(scope: Scope, key: string, fact: ObjectFact, node: ObjectNode, pointer: string): void {
  if (scope.excerpt !== undefined) return;
  for (const [name, property] of Object.entries(fact.properties)) {
    if (property.required && within(property.added, scope.version) && !node.members.has(name))
      scope.report('SCH-REQ-1', `${pointer}/${token(name)}`, `${name} is required and is not there`, {
        node,
      });
  }
  if (!isCollection(key)) return;
  const count = memberOf(node, 'Members@odata.count');
  if (count === undefined)
    scope.report('SCH-REQ-1', `${pointer}/Members@odata.count`, 'Members@odata.count is required', { node });
  else if (count.kind !== 'number' || !Number.isInteger(count.value))
    scope.report('SCH-COUNT-1', `${pointer}/Members@odata.count`, `${shown(count)} is no integer`, {
      node: count,
    });
}

/** Properties that name a resource by a string. */
const plainLinks = new Set(['DataSourceUri', 'MetricProperty']);

/** An object of a known type. */
export function judgeObject(scope: Scope, key: string, node: ObjectNode, pointer: string): void {
  const fact = objectFact(key);
  if (!fact) return;
  if (key === 'Resource.Oem') {
    judgeOem(scope, node, pointer);
    return;
  }
  const actions = /\.Actions$/.test(key) ? objectFact(`${scope.schema}.${scope.schema}`)?.actions : undefined;
  if (actions) judgeActions(scope, actions, node, pointer);
  for (const [name, value] of node.members) {
    const place = `${pointer}/${token(name)}`;
    if (name.includes('@')) {
      judgeAnnotation(scope, fact, name, value, node, pointer);
      continue;
    }
    if (actions && name !== 'Oem') continue;
    const property = own(fact.properties, name);
    if (property === undefined) {
      judgeUnknown(scope, fact, name, value, place);
      continue;
    }
    judgeName(scope, property, name, value, place);
    if (plainLinks.has(name) && value.kind === 'string' && value.value.startsWith('/redfish/'))
      scope.judge.links.push({
        resource: scope.resource,
        pointer: place,
        node: value,
        uri: value.value,
        ref: undefined,
      });
    judgeValue(scope, property, value, place);
  }
  if (key === 'Resource.Status' && node.members.size === 0)
    scope.report('SCH-EMPTY-2', pointer, 'Status is empty: give State and Health, or leave it out', { node });
  judgeRequired(scope, key, fact, node, pointer);
}

/** Whether a schema has this version; types without versions have none. */
export const knowsVersion = (key: string, version: string | undefined): boolean => {
  const versions = own(facts().versions, key);
  return version === undefined ? versions === undefined : (versions?.includes(version) ?? false);
};
