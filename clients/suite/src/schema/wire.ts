/** Status, headers and text of an answer. */
import { derives } from '../facts.ts';
import type { ObjectFact } from '../generated/facts.ts';
import { memberOf, type Node, textOf, token } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import type { PassiveRuleId } from '../rules.ts';
import type { Resource } from '../tree.ts';

const problemRules = {
  ...{ syntax: 'WIRE-JSON-1', number: 'WIRE-JSON-1', depth: 'WIRE-JSON-1' },
  ...{ duplicate: 'WIRE-JSON-2', bom: 'WIRE-BOM-1' },
} as const satisfies Record<string, PassiveRuleId>;

/** What is not JSON by design: metadata, and documents of other kinds. */
export const notResource = (uri: string): boolean =>
  /\/\$metadata(\/|$)|\/odata$|\.(xml|html?|gz|zip)$/i.test(uri);

/** JSON pointers of all values by their offset in the text. */
function pointersByOffset(root: Node | undefined): ReadonlyMap<number, string> {
  const pointers = new Map<number, string>();
  const visit = (node: Node, pointer: string): void => {
    pointers.set(node.at, pointer);
    const items = node.kind === 'object' ? node.members : node.kind === 'array' ? node.items.entries() : [];
    for (const [name, item] of items) visit(item, `${pointer}/${token(name)}`);
  };
  if (root !== undefined) visit(root, '');
  return pointers;
}

/** Whether the answer carries a JSON object to judge by its schema. */
export function judgeAnswer(judge: Judge, resource: Resource): boolean {
  const { exchange, root, problems, uri } = resource;
  const { status } = exchange;
  if (status === 0) {
    judge.report('WIRE-ANSWER-1', resource, '', exchange.error ?? 'there was no answer', {
      outcome: 'ERROR',
    });
    return false;
  }
  if (status !== 200) {
    judge.report('WIRE-STATUS-1', resource, '', `GET is answered with ${status}`, {
      expected: '200',
      actual: String(status),
    });
    return false;
  }
  if (notResource(uri)) return false;
  const pointers = problems.length ? pointersByOffset(root) : undefined;
  for (const { kind, at, message } of problems)
    judge.report(problemRules[kind], resource, pointers?.get(at) ?? '', message, {
      node: { kind: 'null', at },
    });
  if (root === undefined) {
    if (problems.length === 0) judge.report('WIRE-JSON-1', resource, '', 'the body is no JSON');
    return false;
  }
  if (root.kind !== 'object') {
    judge.report('WIRE-JSON-3', resource, '', 'the body is JSON, but no object');
    return false;
  }
  if (memberOf(root, 'error') !== undefined && textOf(root, '@odata.type') === undefined) {
    judge.report('WIRE-ERROR-1', resource, '', 'status 200 comes with an error in the body');
    return false;
  }
  judgeHeaders(judge, resource);
  return true;
}

function judgeHeaders(judge: Judge, resource: Resource): void {
  const { headers } = resource.exchange;
  if (headers === undefined || resource.uri === '/redfish') return;
  const type = headers['content-type'] ?? '';
  if (!/^application\/(?:[\w.+-]*\+)?json\b/i.test(type))
    judge.report('WIRE-TYPE-1', resource, '', `Content-Type is ${type || 'missing'}`, { actual: type });
  const odata = headers['odata-version'];
  if (odata !== '4.0' && textOf(resource.root, '$schema') === undefined)
    judge.report('WIRE-ODATA-1', resource, '', `OData-Version is ${odata ?? 'missing'}`, { expected: '4.0' });
  if (headers.etag !== undefined && !/^(?:W\/)?"[^"]*"$/.test(headers.etag))
    judge.report('WIRE-ETAG-2', resource, '', `the header ETag is ${headers.etag}: it stands in quotes`);
}

/** Methods of Allow against what the schema lets clients do. */
export function judgeAllow(judge: Judge, resource: Resource, key: string, fact: ObjectFact): void {
  const allow = resource.exchange.headers?.allow;
  if (allow === undefined) return;
  const methods = new Set(allow.split(',').map((method) => method.trim().toUpperCase()));
  const vendor = memberOf(resource.root, 'Oem') !== undefined;
  const excluded = [
    ...(fact.delete === false ? ['DELETE'] : []),
    ...(fact.update === false && !vendor ? ['PATCH', 'PUT'] : []),
    ...(fact.insert === false && derives(key, 'Resource.ResourceCollection') ? ['POST'] : []),
  ].filter((method) => methods.has(method));
  if (excluded.length)
    judge.report('WIRE-ALLOW-1', resource, '', `Allow lists ${excluded.join(', ')}, which ${key} excludes`, {
      actual: allow,
    });
}
