/** Cases in YAML: what is refused, and what a run makes of a service's answers. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCases } from '../src/cases/case.ts';
import { readCaseFolder } from '../src/cases/library.ts';
import { evaluate, fill, runCase } from '../src/cases/run.ts';
import type { Request, Session } from '../src/engine.ts';
import type { Exchange } from '../src/recording.ts';

/** A service of a few resources that PATCH changes. */
function serviceOf(resources: Record<string, Record<string, unknown>>): Session & { sent: Request[] } {
  const exchanges: Exchange[] = [];
  const sent: Request[] = [];
  return {
    sent,
    recording: { origin: 'test', exchanges, unreached: [] },
    send(request) {
      sent.push(request);
      const resource = resources[request.uri];
      if (request.method === 'PATCH' && resource) Object.assign(resource, request.body);
      const exchange: Exchange = {
        ...{ id: exchanges.length, time: '2026-12-01T00:00:00Z', milliseconds: 0 },
        ...{ method: request.method, uri: request.uri, requestHeaders: {} },
        status: resource ? 200 : 404,
        body: JSON.stringify(resource ?? {}),
      };
      exchanges.push(exchange);
      return Promise.resolve(exchange);
    },
  };
}

function only(text: string) {
  const { cases, problems } = readCases('c.yaml', text);
  expect(problems).toEqual([]);
  const [first] = cases;
  if (!first) throw new Error('no case');
  return first.case;
}

const light = `cases:
  - id: ACME-1
    title: The light of each node
    effect: write
    matrix: { s: /redfish/v1/Systems }
    given:
      - get: '\${s}'
        check: 'type(Light) == \`boolean\`'
        capture: { old: Light }
    when:
      - patch: '\${s}'
        body: { Light: true }
    then:
      - get: '\${s}'
        check: 'Light'
        say: stays dark
    finally:
      - patch: '\${s}'
        body: { Light: '\${old}' }
`;

describe('a case', () => {
  const systems = { Members: [{ '@odata.id': '/a' }, { '@odata.id': '/b' }, { '@odata.id': '/c' }] };

  it('runs for each member, and puts back what it changed', async () => {
    const resources = {
      '/redfish/v1/Systems': systems,
      '/a': { Light: false },
      '/b': {},
      '/c': { Light: true },
    };
    const session = serviceOf(resources);
    const found = await runCase(only(light), session);
    expect(found.map(({ uri, outcome }) => [uri, outcome])).toEqual([
      ['/a', 'PASS'],
      ['/b', 'NOT_APPLICABLE'],
      ['/c', 'PASS'],
    ]);
    expect(resources).toMatchObject({ '/a': { Light: false }, '/b': {}, '/c': { Light: true } });
    expect(found[0]?.evidence).toEqual([1, 2, 3, 4]);
  });

  it('fails with the request, the words of the case and the expression', async () => {
    const resources = { '/redfish/v1/Systems': systems, '/a': { Light: false }, '/b': {}, '/c': {} };
    const dark = light.replace("check: 'Light'", "check: 'Light == `false`'");
    const [first] = await runCase(only(dark), serviceOf(resources));
    expect(first).toMatchObject({ outcome: 'FAIL', message: '/a: stays dark: Light == `false`' });
    expect(resources['/a']).toEqual({ Light: false });
  });

  it('is not offered where the collection is missing', async () => {
    expect(await runCase(only(light), serviceOf({}))).toMatchObject([
      { outcome: 'NOT_APPLICABLE', message: /no members of \/redfish\/v1\/Systems/ },
    ]);
  });

  it('tries again until the answer is as expected, and no longer', async () => {
    const text =
      'cases: [{ id: A, title: t, then: [{ get: /x, check: Ready, until: { seconds: 0.03, every: 0.01 } }] }]';
    const session = serviceOf({ '/x': { Ready: false } });
    expect(await runCase(only(text), session)).toMatchObject([{ outcome: 'FAIL' }]);
    expect(session.sent).toHaveLength(3);
  });

  const created = `cases:
  - id: ACME-2
    title: A subscription
    effect: write
    when:
      - get: /sub
        capture: { sub: Uri }
    then:
      - get: /sub
        check: Ready
    finally:
      - delete: /gone
      - delete: '\${sub}'
        headers: { If-Match: '\${sub}' }
`;

  it('undoes every change after a failure, with values captured before it', async () => {
    const session = serviceOf({ '/sub': { Uri: '/sub/1' }, '/sub/1': {} });
    const [first] = await runCase(only(created), session);
    expect(first?.message).toMatch(/^\/sub: does not hold: Ready; not put back: DELETE \/gone: status 404/);
    expect(session.sent.slice(2)).toMatchObject([
      { method: 'DELETE', uri: '/gone' },
      { method: 'DELETE', uri: '/sub/1', headers: { 'If-Match': '/sub/1' } },
    ]);
  });

  it('sends no request to a URI whose variable has no value', async () => {
    const text = created
      .replace('capture: { sub: Uri }', 'capture: { sub: Missing }')
      .replace('/gone', '/sub');
    const session = serviceOf({ '/sub': { Ready: true } });
    const [first] = await runCase(only(text.replace(`'\${sub}'\n`, `'\${sub}/x'\n`)), session);
    expect(first).toMatchObject({ outcome: 'FAIL', message: `not put back: \${sub}/x has no value` });
    expect(session.sent).toHaveLength(3);
  });

  it('ends with ERROR when the service does not answer', async () => {
    const dead: Session = {
      recording: { origin: 'test', exchanges: [], unreached: [] },
      send: ({ method, uri }) =>
        Promise.resolve({
          ...{ id: 0, time: '2026-12-01T00:00:00Z', milliseconds: 0, method, uri, requestHeaders: {} },
          ...{ status: 0, body: '', error: 'refused' },
        }),
    };
    expect(await runCase(only(light), dead)).toMatchObject([{ outcome: 'ERROR', message: /refused/ }]);
    const given = 'cases: [{ id: A, title: t, given: [{ get: /x }], then: [{ get: /x }] }]';
    expect(await runCase(only(given), dead)).toMatchObject([{ outcome: 'ERROR', message: /refused/ }]);
  });

  it('is left to a person when it has no steps', async () => {
    const text = 'cases: [{ id: A, title: t, needs: a screwdriver }]';
    expect(await runCase(only(text), serviceOf({}))).toMatchObject([
      { outcome: 'NOT_TESTED', message: /a screwdriver/ },
    ]);
  });
});

describe('a file of cases', () => {
  it('is refused with every problem, its place and the nearest word', () => {
    const text = light
      .replace('title: The', 'titel: The')
      .replace('effect: write', 'effect: wirte')
      .replace('matrix: { s: /redfish', 'matrix: { s: redfish');
    expect(
      readCases('c.yaml', text).problems.map(({ line, column, suggestion }) => [line, column, suggestion]),
    ).toEqual([
      [3, 5, 'did you mean "title"?'],
      [4, 13, 'did you mean "write"?'],
      [5, 18, ''],
      [2, 5, 'add "title"'],
    ]);
  });

  it('is refused for expressions, variables and effects that cannot work', () => {
    const text = light
      .replace("check: 'Light'", "check: 'Light =='")
      .replace(`Light: '\${old}'`, `Light: '\${odl}'`)
      .replace('effect: write', 'effect: read');
    expect(readCases('c.yaml', text).problems.map(({ line, message }) => [line, message])).toEqual([
      [11, 'the case says effect read and writes'],
      [15, expect.stringMatching(/^JMESPath: /)],
      [18, `\${odl} is not captured before`],
      [18, 'the case says effect read and writes'],
    ]);
  });

  it('is refused for an interval of 0 s, which would never end', () => {
    const text =
      'cases: [{ id: A, title: t, then: [{ get: /x, check: R, until: { seconds: 1, every: 0 } }] }]';
    expect(readCases('c.yaml', text).problems).toMatchObject([
      { message: 'seconds and every have to be above 0' },
    ]);
  });

  it('gives problems or cases for any text, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const { cases, problems } = readCases('any.yaml', text);
        expect(cases.length === 0 || problems.length === 0).toBe(true);
        for (const { line, column } of problems) expect(Math.min(line, column)).toBeGreaterThan(0);
      }),
    );
  });
});

describe('variables', () => {
  it('keep any JSON value through a text and through an expression', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const plain = JSON.parse(JSON.stringify(value)) as unknown;
        expect(fill(`\${x}`, { x: plain })).toEqual(plain);
        expect(evaluate(`\${x}`, {}, { x: plain })).toEqual(plain);
      }),
    );
  });
});

describe('the shipped cases', () => {
  const cases = readCaseFolder();
  it('are 180, each with a source, and steps or what a person needs', () => {
    expect(cases).toHaveLength(180);
    expect(new Set(cases.map(({ case: { id } }) => id)).size).toBe(180);
    for (const { case: one } of cases) {
      expect(one.source, one.id).toBeTruthy();
      expect(one.then ?? one.needs, one.id).toBeTruthy();
    }
  });
});
