/** How fast the service is, as ratios to a bare Koa server in the same run: absolute figures depend on the machine. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { largeBoard } from './board.ts';
import { type Load, load } from './load.ts';
import {
  administrator,
  cpuSeconds,
  freePort,
  type Running,
  residentMemory,
  startBareKoa,
  startDaemon,
} from './processes.ts';
import { FigureTable } from './table.ts';

const connections = 16;
const duration = 4_000;
const sensors = 300;

it('measures the service beside bare Koa', async () => {
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'redfishd-bench-'));
  const state = join(dir, 'state');
  mkdirSync(state, { mode: 0o700 });
  const platform = join(dir, 'large.yaml');
  writeFileSync(platform, largeBoard(sensors));
  // The first start makes the certificate and hashes a password; what counts is every later one.
  await (await startDaemon(platform, state, port)).stop();
  const daemon = await startDaemon(platform, state, port);
  const koa = await startBareKoa(state, '{}');
  await koa.stop();
  try {
    await pause(3_000);
    const idle = residentMemory(daemon.pid);
    const before = cpuSeconds(daemon.pid);
    await pause(10_000);
    const sampling = (cpuSeconds(daemon.pid) - before) / 10;
    const token = await login(port);
    const session = `X-Auth-Token: ${token}\r\n`;
    const basic = `Authorization: Basic ${Buffer.from(`${administrator.userName}:${administrator.password}`).toString('base64')}\r\n`;
    const one = '/redfish/v1/Chassis/chassis';
    const sensor = `${one}/Sensors/D7_voltage`;
    const all = `${one}/Sensors?$expand=.`;
    const some = `${all}&$select=Name,Reading&$filter=${encodeURIComponent("ReadingType eq 'Voltage'")}`;
    await define(port, token);
    const reported = '/redfish/v1/TelemetryService/MetricReports/All';
    const many = { clients: connections };
    const rows: Row[] = [
      { name: 'ServiceRoot, no login', path: '/redfish/v1/', headers: '', ...many },
      { name: 'one Sensor, session', path: sensor, headers: session, ...many, aim: 0.9 },
      { name: 'one Sensor, Basic', path: sensor, headers: basic, ...many, aim: 0.9 },
      { name: 'the Chassis, session', path: one, headers: session, ...many, aim: 1 },
      { name: '  revalidated by ETag', path: one, headers: session, ...many, revalidate: true, aim: 1 },
      { name: '  revalidated, Basic', path: one, headers: basic, ...many, revalidate: true },
      { name: `$expand of ${sensors} sensors`, path: all, headers: session, clients: 2, aim: 0.9 },
      { name: '  with $select and $filter', path: some, headers: session, clients: 2, aimCpu: 0.4 },
      { name: `MetricReport, ${sensors} sensors`, path: reported, headers: session, clients: 2, aim: 0.8 },
      {
        ...{ name: `/metrics, ${sensors} sensors`, path: '/metrics', headers: session, clients: 2 },
        ...{ aim: 0.8, aimCpu: 0.35 },
      },
      { name: '  as OpenMetrics, Basic', path: '/metrics', headers: basic + openMetrics, clients: 2 },
    ];
    const table = new FigureTable();
    print(
      `\n${'request'.padEnd(28)} ${'redfishd/s'.padStart(10)} ${'p50 ms'.padStart(7)} ${'p99 ms'.padStart(7)} | ${'Koa/s'.padStart(8)} ${'p50 ms'.padStart(7)} ${'p99 ms'.padStart(7)} | ratio  body`,
    );
    let koaIdle = 0;
    let koaLoaded = 0;
    for (const { name, path, headers, clients, revalidate, aim, aimCpu } of rows) {
      const { body, etag } = await get(port, path, headers);
      const conditions = revalidate ? `If-None-Match: ${etag}\r\n` : '';
      const bare = await startBareKoa(state, body);
      koaIdle = residentMemory(bare.pid);
      const cpu = cpuSeconds(daemon.pid);
      const status = revalidate ? 304 : 200;
      const ours = await load(port, path, headers + conditions, clients, duration, status);
      const spent = cpuSeconds(daemon.pid) - cpu;
      const theirs = await load(bare.port, path, headers, clients, duration);
      koaLoaded = Math.max(koaLoaded, residentMemory(bare.pid));
      await bare.stop();
      print(
        `${name.padEnd(28)} ${row(ours)} | ${row(theirs).slice(2)} | ${(ours.rate / theirs.rate).toFixed(2)}  ${body.length} B`,
      );
      table.add({ name: `${name.trim()}, of Koa's rate`, value: ours.rate / theirs.rate, atLeast: aim });
      if (clients === 2)
        table.add({
          ...{ name: `${name.trim()}, CPU of an answer`, atMost: aimCpu, unit: 'ms' },
          value: (spent / (ours.rate * (duration / 1000))) * 1000,
        });
      expect(ours.rate).toBeGreaterThan(0);
    }
    const loaded = residentMemory(daemon.pid);
    table.add({ name: "exec to first 200, of Koa's time", value: daemon.started / koa.started, atMost: 2.2 });
    const memory = { unit: 'MiB', digits: 0 };
    table.add({ name: 'resident, idle', value: idle, atMost: 85, ...memory });
    table.add({ name: 'resident, after load', value: loaded, atMost: 120, ...memory });
    table.add({ name: 'resident of bare Koa, idle', value: koaIdle, ...memory });
    table.add({ name: 'resident of bare Koa, after load', value: koaLoaded, ...memory });
    table.add({
      ...{ name: `CPU share of sampling ${sensors} sensors once a second, twin included`, unit: '%' },
      ...{ value: sampling * 100, atMost: 2, digits: 1 },
    });
    print(String(table));
  } finally {
    await stopQuietly(daemon);
    rmSync(dir, { recursive: true, force: true });
  }
});

const openMetrics = 'Accept: application/openmetrics-text;version=1.0.0\r\n';

/** A report of every sensor, made once a second. */
async function define(at: number, token: string): Promise<void> {
  const definition = {
    ...{ Id: 'All', MetricReportDefinitionType: 'Periodic', Schedule: { RecurrenceInterval: 'PT1S' } },
    Wildcards: [{ Name: 'Sensor', Values: ['*'] }],
    MetricProperties: ['/redfish/v1/Chassis/chassis/Sensors/{Sensor}#/Reading'],
  };
  const path = '/redfish/v1/TelemetryService/MetricReportDefinitions';
  expect((await post(at, path, definition, { 'X-Auth-Token': token })).statusCode).toBe(201);
  await pause(2_000);
}

interface Row {
  readonly name: string;
  readonly path: string;
  readonly headers: string;
  readonly clients: number;
  /** The client has the answer already: 304, beside bare Koa that sends it again. */
  readonly revalidate?: boolean;
  /** Least share of Koa's rate, and most milliseconds of processor time for an answer. */
  readonly aim?: number;
  readonly aimCpu?: number;
}

const row = ({ rate, p50, p99 }: Load): string =>
  `${rate.toFixed(0).padStart(10)} ${p50.toFixed(2).padStart(7)} ${p99.toFixed(2).padStart(7)}`;
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
const stopQuietly = (running: Running): Promise<void> => running.stop();

function get(
  at: number,
  path: string,
  headers: string,
): Promise<{ readonly body: string; readonly etag: string }> {
  const fields = Object.fromEntries(
    headers
      .split('\r\n')
      .filter(Boolean)
      .map((line) => line.split(': ')),
  );
  return new Promise((resolve, reject) => {
    request(
      { port: at, host: '127.0.0.1', path, headers: fields, rejectUnauthorized: false, agent: false },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        answer.on('end', () => {
          if (answer.statusCode === 200) resolve({ body: text, etag: String(answer.headers.etag) });
          else reject(new Error(text));
        });
      },
    )
      .on('error', reject)
      .end();
  });
}

async function login(at: number): Promise<string> {
  const body = { UserName: administrator.userName, Password: administrator.password };
  const answer = await post(at, '/redfish/v1/SessionService/Sessions', body, {});
  const token = answer.headers['x-auth-token'];
  if (typeof token !== 'string') throw new Error(`login answered ${answer.statusCode}`);
  return token;
}

function post(
  at: number,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request(
      {
        ...{ port: at, host: '127.0.0.1', method: 'POST', path },
        headers: { 'Content-Type': 'application/json', ...headers },
        ...{ rejectUnauthorized: false, agent: false },
      },
      (answer) => {
        answer.resume();
        resolve(answer);
      },
    )
      .on('error', reject)
      .end(JSON.stringify(body));
  });
}
