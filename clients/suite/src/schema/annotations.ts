/** Annotations of payloads: `@Redfish.…`, `@odata.…`, `@Message.…`, alone or after the name of a property. */
import { enumFact, own } from '../facts.ts';
import type { ObjectFact } from '../generated/facts.ts';
import { itemsOf, memberOf, type Node, type ObjectNode, shown, textOf, token } from '../json/node.ts';
import type { Scope } from './scope.ts';

const terms: Readonly<Record<string, readonly string[]>> = {
  odata: ['id', 'type', 'context', 'etag', 'count', 'nextLink', 'deltaLink', 'metadata', 'navigationLink'],
  Message: ['ExtendedInfo'],
  Privileges: ['OemGetPrivileges', 'OemPostPrivileges', 'OemPatchPutPrivileges', 'OemDeletePrivileges'],
  // RedfishExtensions_v1.xml, and those that DSP0266 adds for requests.
  Redfish: (
    'AllowableValues AllowableNumbers AllowablePattern WriteableProperties Required RequiredOnCreate Settings ' +
    'Copyright Deprecated ActionInfo SetOnlyOnCreate OptionalOnCreate UpdatableAfterCreate CollectionCapabilities ' +
    'Confidential Release ReleaseStatus SettingsApplyTime OperationApplyTime OperationApplyTimeSupport ' +
    'MaintenanceWindow OwningEntity Uris RequestedCount RequestedCountRequired AllowOverprovisioning ZoneAffinity ' +
    'Filter Excerpt SupportedCertificates ResourceBlockLimits Language Translation License URISegment IsEmail ' +
    'ReservedProperties Alias'
  ).split(' '),
};

interface Annotated {
  readonly scope: Scope;
  readonly fact: ObjectFact;
  readonly property: string;
  readonly node: Node;
  readonly object: ObjectNode;
  /** Pointer of the object, and of the annotation. */
  readonly pointer: string;
  readonly place: string;
}

function judgeAllowable({ scope, fact, property, node, object, pointer, place }: Annotated): void {
  if (node.kind !== 'array') {
    scope.report('SCH-ANN-3', place, `${shown(node)} is no array`, { node, expected: 'an array' });
    return;
  }
  const values = enumFact(own(fact.properties, property)?.ref);
  const allowed = new Set<string>();
  node.items.forEach((item, at) => {
    if (item.kind !== 'string') {
      scope.report('SCH-ANN-3', `${place}/${at}`, `${shown(item)} is no string`, { node: item });
      return;
    }
    allowed.add(item.value);
    if (values && own(values.values, item.value) === undefined)
      scope.report('SCH-ANN-3', `${place}/${at}`, `${item.value} is no value of the enumeration`, {
        node: item,
      });
  });
  const value = memberOf(object, property);
  if (value?.kind === 'string' && allowed.size > 0 && !allowed.has(value.value))
    scope.report(
      'SCH-ANN-4',
      `${pointer}/${token(property)}`,
      `${value.value} is not among the allowable values`,
      {
        node: value,
      },
    );
}

function judgeWriteable({ scope, fact, node, place }: Annotated): void {
  itemsOf(node).forEach((item, at) => {
    const property = item.kind === 'string' ? own(fact.properties, item.value) : undefined;
    const name = item.kind === 'string' ? item.value : shown(item);
    if (item.kind !== 'string' || (property === undefined && !fact.open && !name.includes('/')))
      scope.report('SCH-ANN-5', `${place}/${at}`, `${name} is no property of the object`, { node: item });
    else if (property?.permission === 'Read')
      scope.report('SCH-ANN-5', `${place}/${at}`, `${name} is read-only in the schema`, { node: item });
  });
}

function judgeMessages({ scope, node, place }: Annotated): void {
  const good = node.kind === 'array' && node.items.every((item) => textOf(item, 'MessageId') !== undefined);
  if (!good) scope.report('SCH-ANN-6', place, `${shown(node)} is no array of messages`, { node });
}

function judgeEtag({ scope, node, place, pointer }: Annotated): void {
  if (node.kind !== 'string' || !/^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/.test(node.value)) {
    scope.report('WIRE-ETAG-2', place, `${shown(node)} is no ETag: write W/"…" or "…"`, { node });
    return;
  }
  const header = scope.resource.exchange.headers?.etag;
  if (pointer === '' && header !== undefined && header !== node.value)
    scope.report('WIRE-ETAG-1', place, `@odata.etag is ${node.value}, the header says ${header}`, {
      node,
      expected: header,
      actual: node.value,
    });
}

const judges: Readonly<Record<string, (annotated: Annotated) => void>> = {
  'Redfish.AllowableValues': judgeAllowable,
  'Redfish.WriteableProperties': judgeWriteable,
  'Redfish.Copyright': ({ scope, node, place }) => {
    // Registries are documents that DMTF publishes with its notice.
    if (!/Registry$/.test(scope.schema))
      scope.report('SCH-ANN-7', place, '@Redfish.Copyright belongs to mockups, not to a service', { node });
  },
  'Message.ExtendedInfo': judgeMessages,
  'odata.etag': judgeEtag,
};

/** One member whose name has an `@`. */
export function judgeAnnotation(
  scope: Scope,
  fact: ObjectFact,
  name: string,
  node: Node,
  object: ObjectNode,
  pointer: string,
): void {
  const at = name.indexOf('@');
  const property = name.slice(0, at);
  const term = name.slice(at + 1);
  const dot = term.indexOf('.');
  const place = `${pointer}/${token(name)}`;
  const known = own(terms, term.slice(0, dot));
  if (dot < 1 || (known && !known.includes(term.slice(dot + 1)))) {
    scope.report('SCH-ANN-1', place, `@${term} is no annotation of Redfish`, { node });
    return;
  }
  // A writable property may be annotated and absent: its value is only ever sent by clients.
  if (
    property !== '' &&
    !object.members.has(property) &&
    own(fact.properties, property) === undefined &&
    !fact.open
  ) {
    scope.report('SCH-ANN-2', place, `the object has no property ${property}`, { node });
    return;
  }
  judges[term]?.({ scope, fact, property, node, object, pointer, place });
}
