/** MessageIds against registries: those that the service serves, and DMTF's where it serves none. */
import { facts, own } from '../facts.ts';
import { itemsOf, memberOf, type Node, textOf, token } from '../json/node.ts';
import type { Judge } from '../judge.ts';
import { type Resource, splitUri, type Tree } from '../tree.ts';

/** Keys of a registry with the number of arguments; undefined where that is not said. */
type Registry = ReadonlyMap<string, number | undefined>;

/** Registries of the service, by `Prefix.Major.Minor`. */
function served(tree: Tree): ReadonlyMap<string, Registry> {
  const registries = new Map<string, Registry>();
  for (const { root, type } of tree.values()) {
    const messages = memberOf(root, 'Messages');
    if (type?.schema !== 'MessageRegistry' || messages?.kind !== 'object') continue;
    const name = registryName(textOf(root, 'RegistryPrefix'), textOf(root, 'RegistryVersion'));
    const keys = [...messages.members].map(([key, message]): [string, number | undefined] => {
      const count = memberOf(message, 'NumberOfArgs');
      return [key, count?.kind === 'number' ? count.value : undefined];
    });
    if (name !== undefined) registries.set(name, new Map(keys));
  }
  return registries;
}

const registryName = (prefix = '', version = ''): string =>
  `${prefix}.${version.split('.').slice(0, 2).join('.')}`;

/** A key of DMTF's newest registry, which has all keys of older ones; undefined for a registry of a vendor. */
const standardHas = (prefix: string, key: string): boolean | undefined => {
  const registry = own(facts().registries, prefix);
  return registry && own(registry.messages, key) !== undefined;
};

function judgeId(
  judge: Judge,
  registries: ReadonlyMap<string, Registry>,
  resource: Resource,
  node: Node & { kind: 'string' },
  pointer: string,
): void {
  const [, prefix = '', version = '', key = ''] =
    /^([A-Za-z0-9]+)\.(\d+\.\d+)\.([A-Za-z0-9_]+)$/.exec(node.value) ?? [];
  const detail = { node, actual: node.value, expected: 'Registry.Major.Minor.Key' };
  if (prefix === '')
    return void judge.report(
      'XREF-MESSAGE-1',
      resource,
      pointer,
      `${node.value} is not Registry.Major.Minor.Key`,
      detail,
    );
  const registry = registries.get(`${prefix}.${version}`);
  const has = registry?.size ? registry.has(key) : standardHas(prefix, key);
  // A registry that is served in part is no proof: the newest one of DMTF is asked too.
  if (has === false && standardHas(prefix, key) !== true)
    judge.report('XREF-MESSAGE-2', resource, pointer, `the registry ${prefix} has no message ${key}`, {
      node,
      actual: node.value,
    });
}

/** Each MessageId of a body; entries of logs only where their type asks for one. */
function* messageIds(
  node: Node | undefined,
  pointer: string,
): Generator<[Node & { kind: 'string' }, string]> {
  if (node?.kind === 'array')
    for (const [at, item] of node.items.entries()) yield* messageIds(item, `${pointer}/${at}`);
  if (node?.kind !== 'object') return;
  const entry = textOf(node, 'EntryType');
  for (const [name, item] of node.members) {
    if (name === 'Oem') continue;
    if (name === 'MessageId' && item.kind === 'string') {
      if (entry === undefined || entry === 'Event') yield [item, `${pointer}/MessageId`];
    } else yield* messageIds(item, `${pointer}/${token(name)}`);
  }
}

function judgeFile(judge: Judge, tree: Tree, resource: Resource): void {
  const [wanted = ''] = /^[^.]+\.\d+\.\d+/.exec(textOf(resource.root, 'Registry') ?? '') ?? [];
  itemsOf(memberOf(resource.root, 'Location')).forEach((place) => {
    const uri = textOf(place, 'Uri');
    const target = uri === undefined ? undefined : tree.get(splitUri(uri).path);
    const prefix = textOf(target?.root, 'RegistryPrefix');
    if (!target || prefix === undefined || wanted === '') return;
    const found = registryName(prefix, textOf(target.root, 'RegistryVersion'));
    if (found !== wanted)
      judge.report(
        'XREF-REGISTRY-1',
        resource,
        '/Registry',
        `${uri} is the registry ${found}, not ${wanted}`,
        {
          node: memberOf(resource.root, 'Registry'),
          expected: found,
          actual: wanted,
          also: [target],
        },
      );
  });
}

export function judgeMessages(judge: Judge, tree: Tree): void {
  const registries = served(tree);
  for (const resource of tree.values()) {
    const { type, root } = resource;
    if (type === undefined || /Registry$/.test(type.schema)) continue;
    if (type.schema === 'MessageRegistryFile') judgeFile(judge, tree, resource);
    for (const [node, pointer] of messageIds(root, ''))
      if (node.value !== '') judgeId(judge, registries, resource, node, pointer);
    if (
      type.schema === 'LogEntry' &&
      textOf(root, 'EntryType') === 'CXL' &&
      textOf(root, 'MessageId') !== undefined
    )
      judge.report('XREF-MESSAGE-3', resource, '/MessageId', 'an entry of the type CXL has no MessageId', {
        node: memberOf(root, 'MessageId'),
      });
  }
}
