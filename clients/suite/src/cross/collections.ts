/** Collections: counts, members that are what they should be, and expanded members. */
import { derives } from '../facts.ts';
import { memberOf, type Node, numberOf, same, shown, textOf, token } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import { decoded, linkOf, type Resource, splitUri, type Tree } from '../tree.ts';

/** Differences of an expanded member: the member may lack nothing, and say nothing else. */
function judgeExpanded(
  judge: Judge,
  resource: Resource,
  target: Resource,
  member: Node,
  pointer: string,
): void {
  if (member.kind !== 'object' || target.root?.kind !== 'object') return;
  for (const [name, value] of member.members) {
    const there = target.root.members.get(name);
    if (!same(value, there) && !name.includes('@'))
      judge.report(
        'XREF-EXPAND-1',
        resource,
        `${pointer}/${token(name)}`,
        `${target.uri} has ${shown(there)}`,
        {
          node: value,
          actual: shown(value),
          expected: shown(there),
          also: [target],
        },
      );
  }
}

function judgeMembers(judge: Judge, tree: Tree, resource: Resource, members: readonly Node[]): void {
  const ids = new Set<string>();
  members.forEach((member, at) => {
    const pointer = `/Members/${at}`;
    const uri = linkOf(member);
    const path = uri === undefined ? undefined : splitUri(uri).path;
    if (path === resource.uri)
      judge.report('XREF-MEMBER-1', resource, pointer, 'the collection is its own member', { node: member });
    const id = textOf(member, 'Id');
    const name = id ?? uri;
    if (name !== undefined && ids.has(name))
      judge.report(
        'XREF-MEMBER-2',
        resource,
        id === undefined ? pointer : `${pointer}/Id`,
        `${name} stands twice`,
        {
          node: member,
        },
      );
    if (name !== undefined) ids.add(name);
    const target = path === undefined ? undefined : tree.get(path);
    if (!target || member.kind !== 'object') return;
    if (member.members.size > 1) judgeExpanded(judge, resource, target, member, pointer);
    const own = textOf(target.root, 'Id');
    const last = path?.split('/').at(-1) ?? '';
    if (own !== undefined && own !== last && own !== decoded(last))
      judge.report('SCH-ID-3', target, '/Id', `Id is ${own}, the URI ends with ${last}`, {
        node: memberOf(target.root, 'Id'),
        expected: last,
        actual: own,
      });
  });
}

export function judgeCollections(judge: Judge, tree: Tree): void {
  for (const resource of tree.values()) {
    const { root, type } = resource;
    const members = memberOf(root, 'Members');
    if (type === undefined || !derives(type.key, 'Resource.ResourceCollection') || members?.kind !== 'array')
      continue;
    const count = numberOf(root, 'Members@odata.count');
    const next = textOf(root, 'Members@odata.nextLink');
    const listed = members.items.length;
    if (count !== undefined && (next === undefined ? count !== listed : count < listed))
      judge.report(
        'XREF-COUNT-1',
        resource,
        '/Members@odata.count',
        `${listed} members, and the count is ${count}`,
        {
          node: memberOf(root, 'Members@odata.count'),
          expected: String(listed),
          actual: String(count),
        },
      );
    judgeMembers(judge, tree, resource, members.items);
  }
}
