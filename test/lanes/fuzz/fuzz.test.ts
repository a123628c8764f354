/**
 * Random and mutated requests at a running daemon. Whatever comes, it answers; a refusal changes nothing, and is one that
 * Redfish knows. REDFISHD_FUZZ_SECONDS says how long (`npm run fuzz` takes five minutes), REDFISHD_FUZZ_SEED repeats a run.
 */
import { once } from 'node:events';
import { connect } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, at, type Credentials, testPassword, testUser } from '../../support/client.ts';
import { crawl } from '../../support/crawl.ts';
import { platformOf, sampledEvery, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';
import { bytes, type Request, requests } from './requests.ts';

const seconds = Number(process.env.REDFISHD_FUZZ_SECONDS ?? 15);
const seed = Number(process.env.REDFISHD_FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const bounded = (share: number) => ({
  ...{ seed, numRuns: 10_000_000, endOnFailure: true, markInterruptAsFailure: false },
  interruptAfterTimeLimit: seconds * share * 1000,
});
/** 501: a parameter or a method that the service does not have. 507: an answer that would be too large. */
const honest: ReadonlySet<number> = new Set([501, 507]);

/** What moves by itself or with every request: logs, sessions, and what only counts them. */
const moving = /LogServices|\/Sessions(\/|$)|\/JsonSchemas|\/Registries/;

let daemon: TestDaemon;
let bodies: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
let as: Credentials;

/** Wrong passwords among the requests slow down whoever comes from here: a login may have to wait. */
const login = (): Promise<Credentials> =>
  until(
    'a login',
    async () => {
      const pair = { UserName: testUser, Password: testPassword };
      const { headers } = await daemon.send('POST', '/redfish/v1/SessionService/Sessions', pair, {
        as: null,
      });
      const token = headers['x-auth-token'];
      return token !== undefined && { token: String(token) };
    },
    60_000,
  );

beforeAll(async () => {
  daemon = await startTestDaemon({
    ...{ platform: sampledEvery(3_600_000, platformOf()), twin: { speed: 50 } },
    daemon: { limits: { requestsPerSecond: 0 } },
  });
  as = await login();
  for (const role of ['Operator', 'ReadOnly']) {
    const account = { UserName: role.toLowerCase(), Password: testPassword, RoleId: role };
    await daemon.send('POST', '/redfish/v1/AccountService/Accounts', account);
  }
  await until('every sensor that can be read has a reading', () =>
    [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
  );
  const found = await crawl(daemon);
  const targets = [...found.values()].flatMap(({ body }) =>
    Object.values((at(body, '/Actions') ?? {}) as Record<string, { readonly target: string }>).map(
      ({ target }) => target,
    ),
  );
  bodies = new Map([
    ...[...found].map(([uri, { body }]) => [uri, body as Readonly<Record<string, unknown>>] as const),
    ...targets.map((target) => [target, { ResetType: 'On', NoSuchParameter: 1 }] as const),
    ...['/redfish', '/redfish/v1/$metadata', '/redfish/v1/odata', '/'].map((uri) => [uri, {}] as const),
  ]);
}, 60_000);
afterAll(() => daemon.stop());

/** ETags of all that can be configured, by URI: they move with every change of it. */
async function state(): Promise<ReadonlyMap<string, string>> {
  const tags = new Map<string, string>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const uri = at(value, '/@odata.id');
    const tag = at(value, '/@odata.etag');
    // What stands whole in a collection says more than the collection.
    const isCollection = at(value, '/Members') !== undefined;
    if (typeof uri === 'string' && typeof tag === 'string' && !isCollection && !moving.test(uri))
      tags.set(uri, tag);
    Object.values(value).forEach(collect);
  };
  for (const [part, levels] of [
    ['Systems', 1],
    ['Chassis', 3],
    ['Managers', 3],
    ['AccountService', 2],
    ['SessionService', 1],
  ]) {
    let answer = await daemon.get(`/redfish/v1/${part}?$expand=.($levels=${levels})`, { as });
    if (answer.status === 401) {
      // A request that was carried out may have ended the session.
      as = await login();
      answer = await daemon.get(`/redfish/v1/${part}?$expand=.($levels=${levels})`, { as });
    }
    expect(answer.status, `${part} is still there`).toBe(200);
    collect(answer.body);
  }
  return tags;
}

/** Requests that would switch the host on, move the service elsewhere, or lock this test out, if they were carried out. */
function isOutOfBounds({ method, path, body }: Request): boolean {
  const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '');
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  if (/\/Accounts\/admin|\/Sessions\/./.test(path)) return true;
  return /"(?:HTTPS|On|ForceOn|PushPowerButton|PowerCycle|HTTPBasicAuth|ClientCertificate|MultiFactorAuth)"/.test(
    text,
  );
}

describe('whatever is asked', () => {
  it(
    `is answered; what is refused changes nothing (seed ${seed})`,
    async () => {
      let last = await state();
      const asked = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(
          requests(bodies),
          fc.constantFrom<'admin' | 'reader' | 'nobody'>('admin', 'admin', 'reader', 'nobody'),
          async (request, who) => {
            fc.pre(!isOutOfBounds(request));
            const { method, path, headers, body } = request;
            const users = { admin: as, reader: { user: 'readonly', password: testPassword }, nobody: null };
            const answer: Answer = await daemon.send(method, path, body, { headers, as: users[who] });
            asked.set(answer.status, (asked.get(answer.status) ?? 0) + 1);
            if (!honest.has(answer.status)) expect(answer.status).toBeLessThan(500);
            if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
            const now = await state();
            if (answer.status >= 400) expect([...now], `refused with ${answer.status}`).toEqual([...last]);
            last = now;
          },
        ),
        bounded(0.75),
      );
      const counts = [...asked].sort().map(([status, count]) => `${count} × ${status}`);
      process.stdout.write(`fuzz: seed ${seed}: ${counts.join(', ')}\n`);
      expect([...asked.keys()], 'both what is carried out and what is refused').toEqual(
        expect.arrayContaining([200, 400, 401, 403, 404, 405]),
      );
      expect([...(await state())]).toEqual([...last]);
      expect(daemon.log.filter((line) => line.includes('"level":50'))).toEqual([]);
    },
    (seconds + 60) * 1000,
  );

  it(
    'leaves the daemon standing, though it is no request at all',
    async () => {
      const { hostname, port } = new URL(daemon.url);
      await fc.assert(
        fc.asyncProperty(bytes, fc.boolean(), async (sent, leaves) => {
          const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
          socket.on('error', () => undefined);
          await once(socket, 'secureConnect');
          let said = '';
          socket.setEncoding('latin1').on('data', (text: string) => {
            said += text;
          });
          const closed = once(socket, 'close');
          if (leaves) {
            socket.write(sent);
            socket.destroy();
          } else {
            // What is not whole is waited for; the end of the connection says that there is no more.
            socket.end(sent);
          }
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 50))]);
          socket.destroy();
          if (said !== '') expect(said).toMatch(/^HTTP\/1\.1 (?:[1-4]\d\d|501) /);
          for (const [, status] of said.matchAll(/^HTTP\/1\.1 (\d+)/gm)) expect(Number(status)).not.toBe(500);
        }),
        bounded(0.25),
      );
      expect((await daemon.get('/redfish/v1/Systems', { as })).status).toBe(200);
      expect(daemon.log.filter((line) => line.includes('"level":50'))).toEqual([]);
    },
    (seconds + 60) * 1000,
  );
});
