/** `/metrics` of a running daemon, and Prometheus itself that scrapes it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../lanes/bench/processes.ts';
import { at, testPassword, testUser } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { until } from '../../support/until.ts';

const prometheus = spawnSync('prometheus', ['--version']).status === 0;
if (!prometheus) {
  process.stderr.write('SKIPPED: no prometheus, so nobody scrapes /metrics (apt: prometheus)\n');
  if (process.env.CI) throw new Error('prometheus is missing');
}

const open = 'application/openmetrics-text;version=1.0.0';
let daemon: TestDaemon;

beforeAll(async () => {
  daemon = await startTestDaemon({ twin: { speed: 50 } });
  await until('every sensor to be read', () =>
    [...daemon.board.sensors.values()].every(({ status }) => status.state !== 'Starting'),
  );
});
afterAll(() => daemon.stop());

/** Samples of an exposition: name and labels, and the value. */
function samples(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

describe('/metrics', () => {
  it('tells every reading in base units with its labels, and what is unknown as unknown', async () => {
    const { text, headers, status } = await daemon.get('/metrics');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const found = samples(text);
    for (const sensor of daemon.board.sensors.values()) {
      const own = [...found].filter(([key]) => key.includes(`sensor="${sensor.id}"`));
      const up = found.get(`redfishd_sensor_up{chassis="${sensor.chassis}",sensor="${sensor.id}"}`);
      expect(up, sensor.id).toBe(own.some(([key]) => key.includes('unit=')) ? 1 : 0);
    }
    const inlet = [...found].find(([key]) => key.includes('sensor="MB_INLET_TEMP"') && key.includes('unit'));
    expect(inlet?.[0]).toMatch(
      /^redfishd_sensor_temperature_celsius\{chassis="[^"]+",sensor="MB_INLET_TEMP",name="[^"]+",context="Intake",unit="celsius"\}$/,
    );
    // Declared and not read by this build: there is no number for it.
    const unread = [...daemon.board.sensors.values()].filter(({ reading }) => reading === null);
    expect(unread.length).toBeGreaterThan(0);
    expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    const states = [...found].filter(([key]) => key.startsWith('redfishd_system_power_state'));
    expect(states.reduce((sum, [, value]) => sum + value, 0)).toBe(daemon.board.hosts.size);
  });

  it('counts what is read over each bus, and what fails', async () => {
    const text = async () => (await daemon.get('/metrics')).text;
    const count = async (what: string) =>
      [...samples(await text())]
        .filter(([key]) => key.startsWith(`redfishd_bus_${what}_total{bus="i2c-`))
        .reduce((sum, [, value]) => sum + value, 0);
    const [reads, failures] = [await count('reads'), await count('read_failures')];
    expect(reads).toBeGreaterThan(0);
    daemon.twin.inject({ kind: 'nack', device: 'hsc' });
    await until('a read to fail', async () => (await count('read_failures')) > failures);
    expect(await count('reads')).toBeGreaterThanOrEqual(reads);
  });

  it('counts what the journal takes', async () => {
    const key = 'redfishd_journal_records_total{log="AuditLog",severity="OK"}';
    const before = samples((await daemon.get('/metrics')).text).get(key) ?? 0;
    await daemon.send('PATCH', '/redfish/v1/AccountService', { MinPasswordLength: 11 });
    await until('the record to be counted', async () => {
      const count = samples((await daemon.get('/metrics')).text).get(key) ?? 0;
      return count > before;
    });
  });

  it('speaks OpenMetrics to those who prefer it, and gzip', async () => {
    const { text, headers } = await daemon.get('/metrics', { headers: { Accept: `${open},*/*;q=0.1` } });
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text).toContain('# UNIT redfishd_sensor_power_watts watts');
    const plain = await daemon.get('/metrics', { headers: { Accept: `${open};q=0.2,text/plain` } });
    expect(plain.headers['content-type']).toContain('text/plain');
    expect((await daemon.get('/metrics', { headers: { Accept: 'image/png' } })).status).toBe(406);
    const { port } = new URL(daemon.url);
    const auth = `${testUser}:${testPassword}`;
    const packed = await new Promise<Buffer>((resolve, reject) => {
      const options = { port, path: '/metrics', auth, rejectUnauthorized: false };
      request({ ...options, headers: { 'Accept-Encoding': 'gzip' } }, (answer) => {
        expect(answer.headers['content-encoding']).toBe('gzip');
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve(Buffer.concat(parts)));
      })
        .on('error', reject)
        .end();
    });
    expect(gunzipSync(packed).toString()).toContain('redfishd_sensor_up{');
  });

  it('is for those who may log in, and for nothing but reading', async () => {
    expect((await daemon.get('/metrics', { as: null })).status).toBe(401);
    const wrong = { user: testUser, password: 'wrong' };
    expect((await daemon.get('/metrics', { as: wrong })).status).toBe(401);
    const accounts = '/redfish/v1/AccountService/Accounts';
    const scraper = { UserName: 'scraper', Password: 'Fathom-Ibex-93-lantern', RoleId: 'ReadOnly' };
    await daemon.send('POST', accounts, scraper);
    const as = { user: scraper.UserName, password: scraper.Password };
    expect((await daemon.get('/metrics', { as })).status).toBe(200);
    const roles = '/redfish/v1/AccountService/Roles';
    await daemon.send('POST', roles, { RoleId: 'Blind', AssignedPrivileges: ['ConfigureSelf'] });
    const blind = { UserName: 'blind', Password: 'Fathom-Ibex-94-lantern', RoleId: 'Blind' };
    await daemon.send('POST', accounts, blind);
    const unseeing = { user: blind.UserName, password: blind.Password };
    expect((await daemon.get('/metrics', { as: unseeing })).status).toBe(403);
    const novice = { ...scraper, UserName: 'novice', PasswordChangeRequired: true };
    await daemon.send('POST', accounts, novice);
    const mustChange = { user: novice.UserName, password: novice.Password };
    expect((await daemon.get('/metrics', { as: mustChange })).status).toBe(403);
    const posted = await daemon.send('POST', '/metrics', {});
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    const head = await daemon.send('HEAD', '/metrics');
    expect([head.status, head.text]).toEqual([200, '']);
  });

  it.runIf(prometheus)('is clean to promtool', async () => {
    const { text } = await daemon.get('/metrics');
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text });
    expect([status, stdout.toString(), stderr.toString()]).toEqual([0, '', '']);
  });

  it.runIf(prometheus)(
    'is scraped by Prometheus over TLS, which then answers queries',
    async () => {
      const directory = mkdtempSync(join(tmpdir(), 'redfishd-prometheus-'));
      const password = join(directory, 'password');
      const config = join(directory, 'prometheus.yml');
      writeFileSync(password, testPassword);
      writeFileSync(config, scrapeConfig(new URL(daemon.url).host, testUser, password));
      execFileSync('promtool', ['check', 'config', config], { stdio: 'ignore' });
      const port = await freePort();
      const scraper = spawn(
        'prometheus',
        [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(directory, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--storage.tsdb.retention.size=16MB',
          '--log.level=error',
        ],
        { stdio: 'ignore' },
      );
      const ended = new Promise((resolve) => scraper.once('exit', resolve));
      const query = async (expression: string): Promise<unknown> => {
        const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
        const answer = await fetch(url).catch(() => null);
        return answer?.ok ? at(await answer.json(), '/data/result') : [];
      };
      try {
        await until('the first scrape', async () => at(await query('up'), '/0/value/1') === '1', 25_000);
        const inlet = await query('redfishd_sensor_temperature_celsius{sensor="MB_INLET_TEMP"}');
        expect(at(inlet, '/0/metric/context')).toBe('Intake');
        expect(Number(at(inlet, '/0/value/1'))).toBeGreaterThan(-40);
        const count = await query('count(redfishd_sensor_up)');
        expect(at(count, '/0/value/1')).toBe(String(daemon.board.sensors.size));
        const host = await query('redfishd_system_power_state == 1');
        expect(host).toHaveLength(daemon.board.hosts.size);
      } finally {
        scraper.kill();
        await ended;
        rmSync(directory, { recursive: true, force: true });
      }
    },
    60_000,
  );
});

const scrapeConfig = (target: string, user: string, passwordFile: string) => `
scrape_configs:
  - job_name: redfishd
    scheme: https
    scrape_interval: 1s
    scrape_timeout: 1s
    metrics_path: /metrics
    basic_auth: { username: ${user}, password_file: ${passwordFile} }
    tls_config: { insecure_skip_verify: true }
    static_configs:
      - targets: ['${target}']
`;
