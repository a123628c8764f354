/**
 * Random queries on everything that the service has, against a reader who only knows plain GETs: what is expanded is what
 * a GET shows, what is filtered is what passes by hand, what is selected is what was there.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, at, testPassword, testUser } from '../support/client.ts';
import { crawl } from '../support/crawl.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../support/daemon.ts';
import { shows, until } from '../support/until.ts';

type Body = Readonly<Record<string, unknown>>;

let daemon: TestDaemon;
/** The answers to plain GETs, by URI; the clocks are the only thing that moves. */
let plain: ReadonlyMap<string, Body>;
let collections: readonly string[];
let others: readonly string[];

beforeAll(async () => {
  daemon = await startTestDaemon({
    ...{ platform: sampledEvery(3_600_000, platformOf()), twin: { speed: 50 } },
    daemon: { limits: { requestsPerSecond: 0 } },
  });
  const login = { UserName: testUser, Password: testPassword };
  await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
  // Entries of several kinds in the log.
  for (let n = 0; n < 12; n++) {
    await daemon.send('PATCH', '/redfish/v1/Systems/system', { AssetTag: n % 3 === 0 ? 5 : `tag ${n}` });
  }
  await until('every sensor that can be read has a reading', () =>
    [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
  );
  // The first reports of metrics are made within a second, and linked from then on.
  await shows(daemon, '/redfish/v1/TelemetryService/MetricReports', '/Members', (value: unknown) =>
    JSON.stringify(value).includes('TemperatureMetrics'),
  );
  const found = await crawl(daemon);
  plain = new Map([...found].map(([uri, { body }]) => [uri, timeless(body) as Body]));
  collections = [...plain.keys()].filter(
    (uri) => plain.get(uri)?.Members !== undefined && !uri.includes('?'),
  );
  others = [...plain.keys()].filter((uri) => plain.get(uri)?.Members === undefined);
});
afterAll(() => daemon.stop());

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Without clocks, and without what a loop of cooling moves. */
const timeless = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body, (name, value: unknown) =>
      /^(DateTime|Timestamp|SetPoint)$/.test(name) ? undefined : value,
    ),
  );

/** A body in which whatever stands whole in the place of a link is a link again. */
function collapsed(value: unknown, outermost = true): unknown {
  if (Array.isArray(value)) return value.map((item) => collapsed(item, false));
  if (!isObject(value)) return value;
  const uri = value['@odata.id'];
  if (!outermost && typeof uri === 'string' && !uri.includes('#')) return { '@odata.id': uri };
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, collapsed(member, false)]));
}

/** Resources that stand whole in a body, the outermost one left out. */
function inlined(value: unknown, found: Body[] = []): Body[] {
  for (const member of Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []) {
    const uri = isObject(member) ? member['@odata.id'] : undefined;
    if (typeof uri === 'string' && !uri.includes('#') && Object.keys(member as Body).length > 1)
      found.push(member as Body);
    inlined(member, found);
  }
  return found;
}

const own = (uri: unknown): Body => {
  const body = plain.get(String(uri)) ?? plain.get(`${uri}/`);
  if (body === undefined) throw new Error(`nothing was found at ${uri}`);
  return body;
};

/** Every member of a collection as its own GET shows it. */
const membersOf = (uri: string): Body[] => {
  const uris: string[] = [];
  for (let page: unknown = uri; page !== undefined; page = own(page)['Members@odata.nextLink'])
    uris.push(...(own(page).Members as Body[]).map((member) => String(member['@odata.id'])));
  return uris.map(own);
};

const get = async (uri: string): Promise<Answer> => {
  const answer = await daemon.get(uri);
  return { ...answer, body: timeless(answer.body) };
};

describe('$expand', () => {
  it('shows each resource as its own GET does, wherever it stands', async () => {
    const anywhere = fc.nat().map((n) => [...plain.keys()][n % plain.size] ?? '');
    await fc.assert(
      fc.asyncProperty(
        anywhere,
        fc.constantFrom('.', '~', '*'),
        fc.integer({ min: 1, max: 4 }),
        async (uri, scope, levels) => {
          const path = uri.split('?')[0] ?? '';
          const { status, body } = await get(`${path}?$expand=${scope}($levels=${levels})`);
          // Everything that hangs together may be more than fits one answer.
          if (status === 507 && scope === '*' && levels > 2) return;
          expect(status).toBe(200);
          const whole = inlined(body);
          for (const each of whole) expect(collapsed(each)).toEqual(collapsed(own(each['@odata.id'])));
          const untagged = ({ '@odata.etag': _, ...rest }: Body) => rest;
          expect(untagged(collapsed(body) as Body)).toEqual(untagged(collapsed(own(path)) as Body));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('leaves no link of the first level unexpanded that it speaks of', async () => {
    for (const uri of others.filter((each) => !each.includes('ActionInfo'))) {
      const { body } = await get(`${uri}?$expand=.`);
      for (const [name, value] of Object.entries(body as Body)) {
        const links = name === 'Links' ? [] : Array.isArray(value) ? value : [value];
        for (const link of links)
          if (isObject(link) && String(link['@odata.id'] ?? '#').includes('#') === false)
            expect(Object.keys(link).length, `${uri} ${name}`).toBeGreaterThan(1);
      }
    }
  });
});

describe('excerpt', () => {
  it('is a part of what the GET shows, of every resource', async () => {
    for (const uri of others) {
      const { status, body } = await get(`${uri}?excerpt`);
      expect(status, uri).toBe(200);
      for (const [name, value] of Object.entries(body as Body)) expect(own(uri)[name], uri).toEqual(value);
      const isExcerpt = /\/(Sensors|Controls)\/[^/]+$/.test(uri);
      expect(Object.keys(body as Body).length < Object.keys(own(uri)).length, uri).toBe(isExcerpt);
    }
  });
});

/** Paths to plain values in a body, through objects only. */
function pathsIn(body: Body, before: readonly string[] = []): (readonly string[])[] {
  return Object.entries(body).flatMap(([name, value]): (readonly string[])[] => {
    if (!/^[A-Za-z]\w*$/.test(name)) return [];
    const path = [...before, name];
    if (isObject(value)) return pathsIn(value, path);
    return Array.isArray(value) ? [] : [path];
  });
}

const pick = (body: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), body);

describe('$select', () => {
  it('keeps the values at its paths, and adds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), async (where, which) => {
        const uri = others[where % others.length] ?? '';
        const all = pathsIn(own(uri));
        const paths = which.map((n) => all[n % all.length] ?? ['Name']);
        const selected = paths.map((path) => path.join('/'));
        const { status, body } = await get(`${uri}?$select=${selected.join(',')}`);
        expect(status).toBe(200);
        for (const path of paths)
          expect(pick(body, path), `${uri} ${path.join('/')}`).toEqual(pick(own(uri), path));
        for (const path of pathsIn(body as Body)) expect(selected).toContain(path.join('/'));
        for (const name of ['@odata.id', '@odata.type', '@odata.etag'])
          expect((body as Body)[name]).toEqual(own(uri)[name]);
      }),
      { numRuns: 150 },
    );
  });
});

type Value = string | number | boolean | null;
type Filter =
  | { readonly and: readonly [Filter, Filter] }
  | { readonly or: readonly [Filter, Filter] }
  | { readonly not: Filter }
  | {
      readonly path: readonly string[];
      readonly operator: string;
      readonly value: Value;
      readonly turned: boolean;
    };

const literal = (value: Value): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : JSON.stringify(value);

function textOf(filter: Filter): string {
  if ('and' in filter) return `(${filter.and.map(textOf).join(') and (')})`;
  if ('or' in filter) return `(${filter.or.map(textOf).join(') or (')})`;
  if ('not' in filter) return `not (${textOf(filter.not)})`;
  const turned: Readonly<Record<string, string>> = { gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' };
  const path = filter.path.join('/');
  return filter.turned
    ? `${literal(filter.value)} ${turned[filter.operator] ?? filter.operator} ${path}`
    : `${path} ${filter.operator} ${literal(filter.value)}`;
}

const isTime = (value: unknown): value is string =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));

/** As a person would read it, from what it was made of and not from its text. */
function holds(filter: Filter, body: Body): boolean {
  if ('and' in filter) return filter.and.every((each) => holds(each, body));
  if ('or' in filter) return filter.or.some((each) => holds(each, body));
  if ('not' in filter) return !holds(filter.not, body);
  let shown = (pick(body, filter.path) ?? null) as Value;
  let value = filter.value;
  if (isTime(shown) && isTime(value)) [shown, value] = [Date.parse(shown), Date.parse(value)];
  if (filter.operator === 'eq') return shown === value;
  if (filter.operator === 'ne') return shown !== value;
  const comparable =
    typeof shown === typeof value && (typeof value === 'string' || typeof value === 'number');
  if (!comparable || shown === null || value === null) return false;
  if (filter.operator === 'gt') return shown > value;
  if (filter.operator === 'lt') return shown < value;
  return filter.operator === 'ge' ? shown >= value : shown <= value;
}

/** Filters that speak of what the members of a collection have, and of a little that they have not. */
function filters(members: readonly Body[]): fc.Arbitrary<Filter> {
  const leaves = members.flatMap((member) =>
    pathsIn(member).map((path) => [path, pick(member, path)] as const),
  );
  const known = leaves.length === 0 ? [[['Name'], 'x'] as const] : leaves;
  const strange: fc.Arbitrary<Value> = fc.constantFrom<Value>(
    null,
    true,
    0,
    '',
    "it's",
    'zzz',
    '2026-01-01T00:00:00Z',
  );
  const leaf = fc
    .tuple(
      fc.nat(),
      fc.nat(),
      fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
      fc.boolean(),
      strange,
      fc.nat(9),
    )
    .map(([where, other, operator, turned, odd, choice]): Filter => {
      const [path] = known[where % known.length] ?? [['Name']];
      const [, value] = known[(choice < 6 ? where : other) % known.length] ?? [['Name'], null];
      const name = choice === 9 ? [...path, 'Nothing'] : path;
      return { path: name, operator, value: choice > 7 ? odd : ((value ?? null) as Value), turned };
    });
  return fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.record({ and: fc.tuple(tie('filter'), tie('filter')) }),
      fc.record({ or: fc.tuple(tie('filter'), tie('filter')) }),
      fc.record({ not: tie('filter') }),
    ),
  })).filter;
}

describe('$filter', () => {
  it('finds what passes by hand, page for page, on every collection and log', async () => {
    for (const uri of collections) {
      const members = membersOf(uri);
      await fc.assert(
        fc.asyncProperty(
          filters(members),
          fc.integer({ min: 1, max: 20 }),
          fc.nat(3),
          fc.boolean(),
          async (filter, top, skip, expanded) => {
            const passing = members.filter((member) => holds(filter, member));
            const query = `$filter=${encodeURIComponent(textOf(filter))}&$top=${top}${expanded ? '&$expand=.' : ''}`;
            const seen: Body[] = [];
            for (let page: string | undefined = `${uri}?${query}&$skip=${skip}`; page !== undefined; ) {
              const { status, body } = await get(page);
              expect(status, decodeURIComponent(page)).toBe(200);
              expect(at(body, '/Members@odata.count'), decodeURIComponent(page)).toBe(passing.length);
              const shown = at(body, '/Members') as Body[];
              expect(shown.length).toBeLessThanOrEqual(top);
              seen.push(...shown);
              page = at(body, '/Members@odata.nextLink') as string | undefined;
            }
            const wanted = passing.slice(skip);
            expect(seen.map((member) => member['@odata.id'])).toEqual(
              wanted.map((member) => member['@odata.id']),
            );
            if (expanded)
              expect(seen.map((member) => collapsed(member))).toEqual(
                wanted.map((member) => collapsed(member)),
              );
          },
        ),
        { numRuns: uri.endsWith('/Entries') ? 40 : 8 },
      );
    }
  });
});
