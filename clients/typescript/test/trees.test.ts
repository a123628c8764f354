/** Recorded trees of real BMCs: every resource is read and listed, and none makes the library throw. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actionsOf, connect, isObject, type RedfishClient, valueAt } from '../src/index.ts';
import { type MockService, readTree, startMock, type Tree } from '../src/mock/index.ts';

const root = resolve(import.meta.dirname, '../../..');
const trees = join(resolve(root, process.env.REDFISHD_SHARED ?? '../shared'), 'trees');
const present = existsSync(trees);
if (!present) process.stderr.write(`skipped: recorded trees are not at ${trees} (REDFISHD_SHARED)\n`);

const readers = ['number', 'string', 'boolean', 'date', 'array'] as const;

/** Paths of every value that is no object. */
function* leaves(value: unknown, path = ''): Generator<string> {
  if (Array.isArray(value) || isObject(value))
    for (const [name, item] of Object.entries(value)) yield* leaves(item, `${path}/${name}`);
  else yield path;
}

describe.skipIf(!present).each(['dell', 'hpe', 'supermicro'])('the recorded tree of %s', (vendor) => {
  let tree: Tree;
  let mock: MockService;
  let client: RedfishClient;
  beforeAll(async () => {
    tree = readTree(join(trees, `${vendor}.jsonl.gz`));
    mock = await startMock({ tree });
    client = await connect(mock.url, { concurrency: 16 });
  });
  afterAll(async () => {
    await client?.close();
    await mock?.close();
  });

  it('is walked from its root', async () => {
    let read = 0;
    for await (const { uri, resource, error } of client.walk({ ahead: 16 })) {
      if (resource) read += 1;
      else expect(error?.kind, uri).toMatch(/not-found|protocol|refused/);
    }
    expect(read).toBeGreaterThan(500);
  });

  it('is read leniently, resource by resource and value by value', async () => {
    for (const [uri, body] of tree) {
      const resource = await client.get(uri);
      if (!('Members' in body) && !uri.endsWith('Service') && uri !== '/redfish/v1')
        expect(resource).toEqual(body);
      const reader = client.lenient(resource);
      let index = 0;
      for (const path of leaves(body)) {
        reader[readers[index % readers.length] ?? 'string'](path);
        index += 1;
      }
      for (const action of actionsOf(resource)) expect(action.target).not.toBe('');
    }
  });

  it('lists every collection', async () => {
    for (const [uri, body] of tree) {
      if (!('Members' in body) || uri.includes('?')) continue;
      const given = [];
      for await (const member of client.members(uri)) given.push(member);
      const there = (Array.isArray(body.Members) ? body.Members : []).filter((member) => {
        const id = valueAt(member, '@odata.id');
        const whole = isObject(member) && typeof member.Id === 'string' && typeof member.Name === 'string';
        return (
          whole ||
          (typeof id === 'string' ? tree.has(id.replace(/#.*$/, '').replace(/\/$/, '')) : isObject(member))
        );
      });
      expect(given.length, uri).toBe(there.length);
    }
  });
});
