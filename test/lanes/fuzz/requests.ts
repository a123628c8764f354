/** Requests that nobody should send: made of what the service shows, and of what no client would think of. */
import fc from 'fast-check';

export interface Request {
  readonly method: string;
  /** Path and query, as they go over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Undefined for none; anything but a string or bytes goes as JSON. */
  readonly body: unknown;
}

type Body = Readonly<Record<string, unknown>>;

const methods = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'PATCH', 'POST', 'DELETE') },
  { weight: 2, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PUT') },
  { weight: 1, arbitrary: fc.constantFrom('TRACE', 'PROPFIND', 'LOCK', 'SEARCH', 'PURGE', 'M-SEARCH') },
);

/** A segment of a path as somebody up to no good would write it. */
const segment = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    '%2e%2e',
    '%00',
    '%ff',
    '%',
    '%zz',
    '__proto__',
    'constructor',
    'Members',
    'Actions',
  ),
  fc.constantFrom(
    'Settings',
    '$metadata',
    'ResetActionInfo',
    '1',
    '-1',
    '0',
    '99999999999999999999',
    'x'.repeat(300),
  ),
  fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=:@%-]{1,12}$/),
);

function pathOf(uris: readonly string[]): fc.Arbitrary<string> {
  const known = fc.constantFrom(...uris);
  const segments = (uri: string) => uri.split('/').slice(1);
  return fc.oneof(
    { weight: 8, arbitrary: known },
    { weight: 1, arbitrary: fc.tuple(known, segment).map(([uri, end]) => `${uri}/${end}`) },
    {
      weight: 1,
      arbitrary: fc.tuple(known, segment, fc.nat(8)).map(([uri, other, at]) => {
        const all = segments(uri);
        return `/${all.map((each, index) => (index === at % all.length ? other : each)).join('/')}`;
      }),
    },
    { weight: 1, arbitrary: fc.tuple(known, known).map(([a, b]) => a + b) },
  );
}

const value = fc.oneof(
  fc.constantFrom(
    '.',
    '*',
    '~',
    '.($levels=2)',
    '*($levels=6)',
    '0',
    '1',
    '-1',
    '1e9',
    "Name eq 'x'",
    'not (Id ne null)',
  ),
  fc.constantFrom(
    "Created ge '2026-01-01T00:00:00Z'",
    '((((',
    'Name',
    'Status/Health,Name',
    'Members/Id',
    '*',
    '',
  ),
  fc.string({ maxLength: 30 }),
);
const parameter = fc.oneof(
  fc.constantFrom(
    'only',
    'excerpt',
    '$expand',
    '$select',
    '$filter',
    '$top',
    '$skip',
    '$skiptoken',
    '$orderby',
    'x',
  ),
  fc.string({ maxLength: 6 }),
);
const query = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.tuple(parameter, value), { minLength: 1, maxLength: 4 })
      .map(
        (pairs) =>
          `?${pairs.map(([name, of]) => `${encodeURIComponent(name)}=${encodeURIComponent(of)}`).join('&')}`,
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(parameter, value)
      .map(([name, of]) => `?${encodeURI(name)}=${encodeURI(of)}`.replaceAll('#', '')),
  },
);

const header = fc.oneof(
  fc.tuple(fc.constant('If-Match'), fc.constantFrom('*', '"x"', 'W/"x", "y"', 'x', '', '"x"y')),
  fc.tuple(fc.constant('If-None-Match'), fc.constantFrom('*', '"x"', '')),
  fc.tuple(fc.constant('Accept'), fc.constantFrom('text/html', '*/*;q=0', 'application/json;q=x', ',,;', '')),
  fc.tuple(fc.constant('Accept-Encoding'), fc.constantFrom('gzip', 'br;q=0.1, gzip', '*', 'nothing')),
  fc.tuple(fc.constant('OData-Version'), fc.constantFrom('4.0', '4.1', 'x')),
  fc.tuple(
    fc.constant('Content-Type'),
    fc.constantFrom('text/plain', 'application/json;charset=latin1', '', 'x'),
  ),
  fc.tuple(fc.constant('Content-Encoding'), fc.constantFrom('gzip', 'identity')),
  fc.tuple(fc.constant('Origin'), fc.constantFrom('null', 'https://evil.example')),
  fc.tuple(fc.constant('Prefer'), fc.string({ unit: 'grapheme-ascii', maxLength: 20 })),
  fc.tuple(fc.constant('X-Auth-Token'), fc.constantFrom('', 'x', '0'.repeat(64))),
  fc.tuple(
    fc.constant('Authorization'),
    fc.constantFrom('', 'Basic', 'Basic Og==', 'Basic !!!', 'Bearer x', 'Negotiate'),
  ),
);
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant({}) },
  { weight: 1, arbitrary: fc.array(header, { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)) },
);

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>(null, {}, [], '', -1, 1e308, true, 'x'.repeat(5000), [{}], [null], {
    '@odata.id': '/redfish',
  }),
  fc.constantFrom<unknown>(
    { __proto__: null, constructor: 1 },
    { '@odata.id': 5 },
    '2026-02-30T00:00:00Z',
    '\u0000',
  ),
);

/** A body made of a resource's own, some of its values replaced. */
function variant(own: Body): fc.Arbitrary<unknown> {
  const names = Object.keys(own).filter((name) => !name.startsWith('@'));
  if (names.length === 0) return json;
  const member = fc
    .tuple(fc.constantFrom(...names), json, fc.boolean())
    .map(([name, other, keep]): [string, unknown] => {
      const shown = own[name];
      if (keep) return [name, shown];
      if (typeof shown !== 'object' || shown === null || Array.isArray(shown)) return [name, other];
      const [inner] = Object.keys(shown);
      return [name, inner === undefined ? other : { ...shown, [inner]: other }];
    });
  return fc.array(member, { minLength: 1, maxLength: 4 }).map((members) => Object.fromEntries(members));
}

function bodyOf(own: Body | undefined): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant(undefined) },
    { weight: 6, arbitrary: own === undefined ? json : variant(own) },
    { weight: 2, arbitrary: json },
    { weight: 1, arbitrary: fc.string({ maxLength: 40 }) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '[',
        '{"a":1,"a":2}',
        '"',
        '{}{}',
        '['.repeat(5000),
        `{"AssetTag":"${'x'.repeat(300_000)}"}`,
      ),
    },
  );
}

/** Requests about what `bodies` holds, which are the answers of the service by URI. */
export function requests(bodies: ReadonlyMap<string, Body>): fc.Arbitrary<Request> {
  return pathOf([...bodies.keys()]).chain((path) =>
    fc.record({
      ...{ method: methods, headers },
      path: query.map((text) => path + (path.includes('?') ? text.replace('?', '&') : text)),
      body: bodyOf(bodies.get(path)),
    }),
  );
}

/** Bytes that begin like a request, or do not. */
export const bytes: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'FROB', 'get', ''),
      fc.constantFrom('/redfish/v1/', '*', 'http://x/', '/\u0000', '//', '?', `/${'a'.repeat(20_000)}`),
      fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''),
      fc.array(
        fc.constantFrom(
          ...[
            'Host: a',
            'Host:',
            'Content-Length: 5',
            'Content-Length: -1',
            'Content-Length: 5, 5',
            ': x',
            ' folded',
          ],
          ...[
            'Transfer-Encoding: chunked',
            'Transfer-Encoding: gzip',
            'Expect: 100-continue',
            'Expect: x',
            'Upgrade: h2c',
          ],
          ...[
            'Connection: upgrade',
            'Connection: close',
            `X: ${'y'.repeat(9000)}`,
            'X: \u0001',
            'Range: bytes=0-1',
          ],
        ),
        { maxLength: 5 },
      ),
      fc.constantFrom('', '0\r\n\r\n', '5\r\nabcde\r\n', '{}', 'zzz', '-1\r\n'),
    )
    .map(([method, path, version, lines, body]) =>
      Buffer.from(
        `${method} ${path} ${version}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`,
        'latin1',
      ),
    ),
);
