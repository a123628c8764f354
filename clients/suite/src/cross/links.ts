/** Links: that they lead somewhere, to the declared type, and back. */
import { derives, objectFact } from '../facts.ts';
import { memberOf, nodeAt } from '../json/node.ts';
import type { FoundLink, Judge } from '../judge.ts';
import { decoded, linksOf, resourceAt, splitUri, type Tree } from '../tree.ts';

/** What clients cannot be expected to find: the origin of a past event may be gone. */
const passing = /\/OriginOfCondition$/;

function judgeLink(judge: Judge, tree: Tree, link: FoundLink): void {
  const { resource, pointer, node, uri, ref } = link;
  if (!uri.startsWith('/')) return;
  const { path, fragment } = splitUri(uri);
  const target = tree.get(path);
  const detail = { node, actual: uri };
  if (!target) {
    if (!passing.test(pointer) && !judge.unreached.has(path))
      judge.report('XREF-LINK-1', resource, pointer, `${uri} is not in the recording`, {
        ...detail,
        outcome: 'WARN',
      });
    return;
  }
  const also = [target];
  if (target.exchange.status !== 200) {
    const outcome = passing.test(pointer) ? 'WARN' : 'FAIL';
    judge.report('XREF-LINK-1', resource, pointer, `${uri} is answered with ${target.exchange.status}`, {
      ...detail,
      outcome,
      also,
    });
    return;
  }
  if (fragment !== undefined && fragment !== '') {
    if (nodeAt(target.root, decoded(fragment)) === undefined)
      judge.report('XREF-LINK-3', resource, pointer, `${path} has no value at ${fragment}`, {
        ...detail,
        also,
      });
    return;
  }
  const key = target.type?.key;
  if (ref === undefined || ref.startsWith('Resource.') || key === undefined) return;
  if (objectFact(ref) && objectFact(key) && !derives(key, ref))
    judge.report('XREF-LINK-2', resource, pointer, `${uri} is ${key}, not ${ref}`, {
      ...detail,
      expected: ref,
      also,
    });
}

/** Properties of Links and their opposites: of which type, under which name, at which other type. */
const pairs = [
  ['ComputerSystem.ComputerSystem', 'Chassis', 'Chassis.Chassis', 'ComputerSystems'],
  ['ComputerSystem.ComputerSystem', 'ManagedBy', 'Manager.Manager', 'ManagerForServers'],
  ['Chassis.Chassis', 'ManagedBy', 'Manager.Manager', 'ManagerForChassis'],
] as const;

function judgeBacks(judge: Judge, tree: Tree): void {
  const directed = [...pairs, ...pairs.map(([a, there, b, back]) => [b, back, a, there] as const)];
  for (const resource of tree.values()) {
    for (const [type, name, other, back] of directed) {
      if (resource.type?.key !== type) continue;
      for (const uri of linksOf(memberOf(resource.root, 'Links'), name)) {
        const target = resourceAt(tree, uri);
        const links = memberOf(target?.root, 'Links');
        if (target?.type?.key !== other || links === undefined) continue;
        if (linksOf(links, back).some((link) => splitUri(link).path === resource.uri)) continue;
        judge.report(
          'XREF-BACK-1',
          target,
          `/Links/${back}`,
          `${resource.uri} links here; nothing links back`,
          {
            also: [resource],
          },
        );
      }
    }
  }
}

export function judgeLinks(judge: Judge, tree: Tree): void {
  for (const link of judge.links) judgeLink(judge, tree, link);
  judgeBacks(judge, tree);
  for (const { resource, pointer, node, uri } of judge.links)
    if (/^\/Links\/Manager(For|In|Contained)/.test(pointer) && splitUri(uri).path === resource.uri)
      judge.report('XREF-SELF-1', resource, pointer, 'the resource names itself', { node });
}
