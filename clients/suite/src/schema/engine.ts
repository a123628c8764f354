/** The schema engine: every answer of a recording against CSDL, strict about the version that it claims. */
import { objectFact } from '../facts.ts';
import { memberOf, shown, textOf } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import { plainUri } from '../recording.ts';
import { type Resource, type Tree, type TypeName, typeName } from '../tree.ts';
import { judgeObject, knowsVersion } from './objects.ts';
import { Scope } from './scope.ts';
import { matches, typesAt } from './uris.ts';
import { judgeAllow, judgeAnswer } from './wire.ts';

/** Documents without a type of their own: the list of versions, the OData service document, JSON schemas. */
const untyped = ({ uri, root }: Resource): boolean =>
  uri === '/redfish' ||
  memberOf(root, '$schema') !== undefined ||
  (memberOf(root, '@odata.context') !== undefined && memberOf(root, 'value') !== undefined);

/** The claimed type of a resource, judged; undefined when nothing of it can be judged by a schema. */
function judgeType(judge: Judge, resource: Resource): TypeName | undefined {
  const { uri, root } = resource;
  const node = memberOf(root, '@odata.type');
  const expected = [...typesAt(uri)];
  const [place] = expected;
  if (node === undefined) {
    judge.report('SCH-TYPE-1', resource, '/@odata.type', 'a resource has @odata.type');
    return place === undefined ? undefined : typeName(`#${place}`);
  }
  const text = textOf(root, '@odata.type');
  const type = typeName(text);
  if (!type) {
    judge.report('SCH-TYPE-2', resource, '/@odata.type', `${shown(node)} is not #Schema.vX_Y_Z.Type`, {
      node,
    });
    const mended = typeName(`#${text ?? ''}`);
    return mended && objectFact(mended.key) ? mended : undefined;
  }
  if (objectFact(type.key) === undefined) {
    if (place !== undefined)
      judge.report(
        'SCH-TYPE-4',
        resource,
        '/@odata.type',
        `${text} stands where ${expected.join(' or ')} belongs`,
        {
          node,
        },
      );
    else if (!/\/Oem\//.test(uri))
      judge.report(
        'SCH-URI-1',
        resource,
        '/@odata.id',
        `${text} is a vendor's: its URI has to be below /Oem/`,
        {
          node: memberOf(root, '@odata.id'),
        },
      );
    return undefined;
  }
  if (!knowsVersion(type.key, type.version))
    judge.report(
      'SCH-TYPE-3',
      resource,
      '/@odata.type',
      `${text} is no version that is known: judged by the newest`,
      {
        node,
      },
    );
  return type;
}

/** Settings resources and registries stand where the service likes. */
const roams = (resource: Resource): boolean =>
  /\/(Settings|SD)$/i.test(resource.uri) ||
  /^(MessageRegistry|PrivilegeRegistry|AttributeRegistry|ActionInfo|Settings|Event)\./.test(
    resource.type?.key ?? '',
  );

function judgePlace(judge: Judge, resource: Resource, type: TypeName): void {
  const { uri, root } = resource;
  const fact = objectFact(type.key);
  if (!fact?.uris || roams(resource) || /\/Oem\//.test(uri)) return;
  if (fact.uris.some((template) => matches(template, uri))) return;
  const node = memberOf(root, '@odata.id');
  if (fact.deprecatedUris?.some((template) => matches(template, uri))) {
    judge.report('SCH-URI-2', resource, '/@odata.id', `${uri} is a deprecated URI of ${type.key}`, {
      node,
    });
    return;
  }
  const others = [...typesAt(uri)];
  if (others.length)
    judge.report(
      'SCH-TYPE-4',
      resource,
      '/@odata.type',
      `${type.key} stands where ${others.join(' or ')} belongs`,
      {
        node: memberOf(root, '@odata.type'),
      },
    );
  else judge.report('SCH-URI-1', resource, '/@odata.id', `${type.key} has no such URI as ${uri}`, { node });
}

function judgeId(judge: Judge, resource: Resource, type: TypeName): void {
  const node = memberOf(resource.root, '@odata.id');
  if (node === undefined) {
    if (!/Registry$/.test(type.schema))
      judge.report('SCH-REQ-1', resource, '/@odata.id', '@odata.id is required and is not there');
    return;
  }
  const id = node.kind === 'string' ? node.value : '';
  if (plainUri(id.split('#', 1)[0] ?? '') !== resource.uri)
    judge.report('SCH-ID-1', resource, '/@odata.id', `${shown(node)} was read at ${resource.uri}`, {
      node,
      expected: resource.uri,
    });
  else if (id.length > 1 && id.endsWith('/') && resource.uri !== '/redfish/v1/')
    judge.report('SCH-ID-2', resource, '/@odata.id', `${id} has a trailing slash`, { node });
}

function judgeResource(judge: Judge, resource: Resource): void {
  const { root, uri } = resource;
  if (!judgeAnswer(judge, resource) || root?.kind !== 'object') return;
  if (uri === '/redfish' && textOf(root, 'v1') !== '/redfish/v1/')
    judge.report('WIRE-VERSION-1', resource, '/v1', 'the version v1 leads to /redfish/v1/', { node: root });
  if (untyped(resource)) return;
  const type = judgeType(judge, resource);
  if (!type) return;
  const fact = objectFact(type.key);
  if (!fact) return;
  judgeId(judge, resource, type);
  judgePlace(judge, resource, type);
  judgeAllow(judge, resource, type.key, fact);
  const version = knowsVersion(type.key, type.version) ? type.version : undefined;
  judgeObject(new Scope(judge, resource, type.schema, version), type.key, root, '');
}

/** Judges every resource of the tree by itself. */
export function judgeSchemas(judge: Judge, tree: Tree): void {
  for (const resource of tree.values()) judgeResource(judge, resource);
}
