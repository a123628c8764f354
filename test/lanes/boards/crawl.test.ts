/** Every resource that can be reached, on every board that comes with the project. */
import type { ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../src/tls/make.ts';
import { type Answer, at, members, testPassword, testUser } from '../../support/client.ts';
import { crawl, danglingFragments, linksIn } from '../../support/crawl.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { shows, until } from '../../support/until.ts';
import { hasRedfishFolder, jsonSchema } from '../../unit/redfish/support.ts';

if (!hasRedfishFolder)
  process.stderr.write('SKIPPED: no shared/redfish, so nothing is held to DMTF schemas\n');

const validators = new Map<string, Promise<ValidateFunction>>();

/** The validator of `#Chassis.v1_28_0.Chassis` or `#ChassisCollection.ChassisCollection`. */
function validatorOf(type: string): Promise<ValidateFunction> {
  const file = `${type.slice(1, type.lastIndexOf('.'))}.json`;
  const known = validators.get(file) ?? jsonSchema(file);
  validators.set(file, known);
  return known;
}

/** A body without the clocks that move with every answer. */
const timeless = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body, (name, value: unknown) => (name === 'DateTime' ? undefined : value)));

/** A collection with links for members: those that it shows whole are held to their own schema. */
function withLinks(body: unknown): unknown {
  const whole = at(body, '/Members') as readonly object[] | undefined;
  if (whole === undefined) return body;
  return { ...(body as object), Members: whole.map((member) => ({ '@odata.id': at(member, '/@odata.id') })) };
}

/** Resources that stand whole in a body in the place of a link to them. */
function inlined(body: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const uri = at(value, '/@odata.id');
    if (typeof uri === 'string' && !uri.includes('#') && Object.keys(value).length > 1) found.set(uri, value);
    for (const member of Object.values(value)) walk(member);
  };
  for (const member of Object.values(body ?? {})) walk(member);
  return found;
}

describe.each(['tiogapass', 'tiogapass-doubleside', 'twinblade', 'bletchley', 'yosemite-v2', 'lan-chassis'])(
  '%s',
  (board) => {
    let daemon: TestDaemon;
    let found: Map<string, Answer>;

    beforeAll(async () => {
      daemon = await startTestDaemon({ platform: `platform/${board}.yaml`, twin: { speed: 50 } });
      // A session, a subscription, a task, a host that is on, and log entries: so that there is something of everything.
      const login = { UserName: testUser, Password: testPassword };
      await daemon.send('POST', '/redfish/v1/SessionService/Sessions', login, { as: null });
      await daemon.send('PATCH', '/redfish/v1/AccountService', { MinPasswordLength: 10 });
      const subscription = {
        Destination: 'https://127.0.0.1:9/',
        Protocol: 'Redfish',
        VerifyCertificate: true,
      };
      const { headers } = await daemon.send('POST', '/redfish/v1/EventService/Subscriptions', subscription);
      const { chain: CertificateString } = await selfSigned(['127.0.0.1']);
      const trusted = { CertificateString, CertificateType: 'PEM' };
      await daemon.send('POST', `${headers.location}/Certificates`, trusted);
      const dump = '/redfish/v1/Managers/bmc/LogServices/Dump/Actions/LogService.CollectDiagnosticData';
      const accepted = await daemon.send('POST', dump, { DiagnosticDataType: 'Manager' });
      await shows(daemon, String(at(accepted.body, '/@odata.id')), '/TaskState', 'Completed');
      // What nodes have is known once they have been asked.
      await until('the nodes', () => {
        const { nodes, sensors } = daemon.board;
        return [...nodes.keys()].every((id) => [...sensors.values()].some(({ device }) => device === id));
      });
      await Promise.all(
        [...daemon.board.hosts.keys()].map(async (host) => (await daemon.board.reset(host, 'On')).done),
      );
      await until('every sensor to be read', () =>
        [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
      );
      const periodic = daemon.daemon.telemetry.definitions.all.filter(
        ({ MetricReportDefinitionType }) => MetricReportDefinitionType !== 'OnRequest',
      );
      await until('the reports', () => daemon.daemon.telemetry.reportIds.length >= periodic.length);
      found = await crawl(daemon);
    });

    afterAll(() => daemon.stop());

    it('answers 200 to whatever a link leads to', () => {
      const refused = [...found]
        .filter(([, { status }]) => status !== 200)
        .map(([uri, { status }]) => [uri, status]);
      expect(refused).toEqual([]);
      expect(danglingFragments(found)).toEqual([]);
      expect(found.size).toBeGreaterThan(200);
      expect(daemon.log.filter((line) => line.includes('"level":50'))).toEqual([]);
    });

    it('names each resource by its URI', () => {
      for (const [uri, { body }] of found) {
        if (uri.includes('?')) continue;
        expect([at(body, '/@odata.id'), `${String(at(body, '/@odata.id'))}/`]).toContain(uri);
        const isCollection = /Collection$/.test(String(at(body, '/@odata.type')));
        if (isCollection) expect(at(body, '/Id')).toBeUndefined();
        else if (uri !== '/redfish/v1/' && uri !== '/redfish/v1')
          expect(at(body, '/Id')).toBe(uri.split('/').at(-1));
      }
    });

    it.runIf(hasRedfishFolder)('answers as the DMTF schemas want it', async () => {
      const faults: string[] = [];
      for (const [uri, { body }] of found) {
        const validate = await validatorOf(String(at(body, '/@odata.type')));
        const shown = withLinks(body);
        expect(validate({ ...(shown as object), Nonsense: 1 }), `${uri} is held to a schema`).toBe(false);
        if (validate(shown)) continue;
        for (const { instancePath, message, params } of validate.errors ?? [])
          faults.push(`${uri} ${instancePath} ${message} ${JSON.stringify(params)}`);
      }
      expect(faults).toEqual([]);
    });

    it('shows a member that is expanded exactly as its own GET does', async () => {
      const collections = [...found].filter(
        ([uri, { body }]) => at(body, '/Members') !== undefined && !uri.includes('?'),
      );
      expect(collections.length).toBeGreaterThan(10);
      for (const [uri] of collections) {
        // Readings move and logs grow between two answers, so what differs is asked for again.
        let different: string[] = [];
        let moved = true;
        for (let round = 0; round < 10 && (moved || different.length > 0); round++) {
          const count = members(await daemon.get(uri)).length;
          const answer = await daemon.get(`${uri}?$expand=.`);
          expect(answer.status, uri).toBe(200);
          const shown = inlined(answer.body);
          different = await differences(shown, moved ? [...shown.keys()] : different);
          moved = shown.size !== count;
        }
        expect(moved, `${uri} has as many members expanded as otherwise`).toBe(false);
        expect(different).toEqual([]);
      }
    });

    it('shows whatever a resource expands exactly as its own GET does', async () => {
      for (const [uri, { body }] of found) {
        const alone = !uri.includes('?') && !uri.endsWith('ActionInfo') && at(body, '/Members') === undefined;
        // One of each kind is enough where there are many alike.
        if (!alone || /\/(Sensors|Entries|JsonSchemas|Registries)\//.test(uri)) continue;
        for (const query of ['.', '~', '*']) {
          let different: string[] = [];
          for (let round = 0; round < 10 && (round === 0 || different.length > 0); round++) {
            const shown = inlined((await daemon.get(`${uri}?$expand=${query}`)).body);
            different = await differences(shown, round === 0 ? [...shown.keys()] : different);
          }
          expect(different, `${uri}?$expand=${query}`).toEqual([]);
        }
      }
    });

    it('is whole in one answer, six levels deep', async () => {
      const answer = await daemon.get('/redfish/v1/?$expand=.($levels=6)');
      expect(answer.status).toBe(200);
      const shown = new Set(linksIn(answer.body));
      for (const id of daemon.board.sensors.keys())
        expect([...shown].some((uri) => uri.endsWith(`/Sensors/${id}`))).toBe(true);
    });

    async function differences(
      shown: ReadonlyMap<string, unknown>,
      uris: readonly string[],
    ): Promise<string[]> {
      const different: string[] = [];
      for (const uri of uris) {
        const own = await daemon.get(uri);
        if (JSON.stringify(timeless(own.body)) !== JSON.stringify(timeless(shown.get(uri))))
          different.push(uri);
      }
      return different;
    }
  },
);
