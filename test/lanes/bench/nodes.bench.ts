/** What it costs to look after many nodes over the network, and what of that whoever asks the service notices. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lanBoard } from './board.ts';
import { type Load, load } from './load.ts';
import {
  administrator,
  cpuSeconds,
  freePort,
  type LanNodes,
  type Running,
  residentMemory,
  startLanDaemon,
  startLanNodes,
} from './processes.ts';
import { FigureTable } from './table.ts';

const many = 64;
const processes = 4;
/** Sensors of each, the power by DCMI among them. */
const sensors = 31;
const user = 'admin';
const password = 'secret123';
/** Milliseconds: each kind of request; nothing but sampling; the longest wait until all is there. */
const duration = 3_000;
const undisturbed = 8_000;
const patience = 60_000;
/** Requests are so far apart that what is measured is waiting for the daemon's other work. */
const clients = 2;
const pause = 5;
const authorization = `Basic ${Buffer.from(`${administrator.userName}:${administrator.password}`).toString('base64')}`;

const requests = [
  ['a System', '/redfish/v1/Systems/node1'],
  ['a Sensor', '/redfish/v1/Chassis/node1/Sensors/node1_CPU1_Temp'],
  [`$expand of ${sensors} sensors`, '/redfish/v1/Chassis/node1/Sensors?$expand=.'],
] as const;

it(`looks after ${many} nodes`, async () => {
  const dir = mkdtempSync(join(tmpdir(), 'redfishd-bench-'));
  const groups: LanNodes[] = [];
  try {
    for (let n = 0; n < processes; n++) groups.push(await startLanNodes(many / processes, user, password));
    const ports = groups.flatMap((group) => group.ports);
    const commands = async () => {
      const counts = await Promise.all(groups.map((group) => group.commands()));
      return counts.reduce((sum, count) => sum + count, 0);
    };
    const one = await measure(join(dir, 'one'), ports.slice(0, 1), commands);
    const all = await measure(join(dir, 'all'), ports, commands);
    print(
      `\n${many} nodes over RMCP+ (suite 17), ${sensors} sensors each, every second: ${all.commands.toFixed(0)} commands/s, ${all.readings.toFixed(0)} readings/s, all there after ${all.settled.toFixed(1)} s`,
    );
    print(
      `CPU share of the daemon: ${percent(all.cpu)} (one node: ${percent(one.cpu)}), ${((all.cpu * 1e6) / all.commands).toFixed(0)} us a command; resident memory: ${mebibytes(one)} with one node, ${mebibytes(all)} with ${many}`,
    );
    print(
      `${'request'.padEnd(24)} ${'one node: p50 ms'.padStart(17)} ${'p99 ms'.padStart(7)} | ${`${many} nodes: p50 ms`.padStart(17)} ${'p99 ms'.padStart(7)} | ratio p50, p99`,
    );
    const table = new FigureTable();
    table.add({
      name: `CPU share with ${many} nodes`,
      value: all.cpu * 100,
      atMost: 10,
      digits: 1,
      unit: '%',
    });
    for (const [name] of requests) {
      const [alone, beside] = [one.loads.get(name), all.loads.get(name)];
      if (alone === undefined || beside === undefined) throw new Error(`${name} was not measured`);
      const ratio = (of: (load: Load) => number) => (of(beside) / of(alone)).toFixed(2);
      print(
        `${name.padEnd(24)} ${times(alone)} | ${times(beside)} | ${ratio(({ p50 }) => p50)}, ${ratio(({ p99 }) => p99)}`,
      );
      table.add({
        name: `${name}, p99 with ${many} nodes, of that with one`,
        value: beside.p99 / alone.p99,
        atMost: name.startsWith('$expand') ? 1.3 : undefined,
      });
    }
    print(String(table));
  } finally {
    await Promise.all(groups.map((group) => group.stop()));
    rmSync(dir, { recursive: true, force: true });
  }
});

interface Measured {
  /** Seconds until every sensor of every node had a reading. */
  readonly settled: number;
  /** Each second. */
  readonly commands: number;
  readonly readings: number;
  /** Of one core. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  readonly loaded: number;
  readonly loads: ReadonlyMap<string, Load>;
}

async function measure(
  dir: string,
  ports: readonly number[],
  commands: () => Promise<number>,
): Promise<Measured> {
  const state = join(dir, 'state');
  const log = join(dir, 'log');
  mkdirSync(state, { recursive: true, mode: 0o700 });
  const secret = join(dir, 'secret');
  writeFileSync(secret, `${password}\n`, { mode: 0o600 });
  const platform = join(dir, 'lan.yaml');
  writeFileSync(platform, lanBoard(ports, user, secret));
  const daemon = await startLanDaemon(platform, state, await freePort(), log);
  try {
    const begun = performance.now();
    await settle(daemon, ports.length);
    const settled = (performance.now() - begun) / 1000;
    const before = await counts(daemon, commands);
    await wait(undisturbed);
    const after = await counts(daemon, commands);
    const memory = residentMemory(daemon.pid);
    const took = (after.at - before.at) / 1000;
    const loads = new Map<string, Load>();
    for (const [name, path] of requests)
      loads.set(
        name,
        await load(daemon.port, path, `Authorization: ${authorization}\r\n`, clients, duration, 200, pause),
      );
    await settle(daemon, ports.length);
    const complaints = readFileSync(log, 'utf8')
      .split('\n')
      .filter((line) => /"level":[456]0|does not respond|responds again/.test(line));
    expect(complaints).toEqual([]);
    return {
      ...{ settled, memory, loads, loaded: residentMemory(daemon.pid) },
      commands: (after.commands - before.commands) / took,
      readings: (after.readings - before.readings) / took,
      cpu: (after.cpu - before.cpu) / took,
    };
  } finally {
    await daemon.stop();
  }
}

async function counts(daemon: Running, commands: () => Promise<number>) {
  const text = await get(daemon, '/metrics');
  const readings = Number(/^redfishd_history_readings\S* (\S+)$/m.exec(text)?.[1]);
  return { at: performance.now(), cpu: cpuSeconds(daemon.pid), readings, commands: await commands() };
}

/** Waits until each node answers and each sensor has a reading, and fails with what has none. */
async function settle(daemon: Running, nodes: number): Promise<void> {
  const overdue = performance.now() + patience;
  for (;;) {
    const missing: string[] = [];
    for (let n = 1; n <= nodes; n++) {
      const path = `/redfish/v1/Chassis/node${n}/Sensors?$expand=.`;
      const { Members = [] } = JSON.parse(await get(daemon, path)) as {
        Members?: { Id: string; Reading: number | null }[];
      };
      if (Members.length !== sensors) missing.push(`node${n} has ${Members.length} sensors`);
      for (const { Id, Reading } of Members) if (Reading === null) missing.push(`${Id} has no reading`);
      const system = JSON.parse(await get(daemon, `/redfish/v1/Systems/node${n}`)) as { PowerState?: string };
      if (system.PowerState !== 'On') missing.push(`node${n} is ${system.PowerState}`);
    }
    if (missing.length === 0) return;
    if (performance.now() > overdue) expect(missing).toEqual([]);
    await wait(200);
  }
}

function get(daemon: Running, path: string): Promise<string> {
  const headers = { authorization };
  const base = { port: daemon.port, host: '127.0.0.1', rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    request({ ...base, path, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(text) : reject(new Error(`${path}: ${text}`)),
      );
    })
      .on('error', reject)
      .end();
  });
}

const times = ({ p50, p99 }: Load): string => `${p50.toFixed(2).padStart(17)} ${p99.toFixed(2).padStart(7)}`;
const mebibytes = ({ memory, loaded }: Measured): string =>
  `${memory.toFixed(0)} MiB (${loaded.toFixed(0)} MiB after the requests)`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));
