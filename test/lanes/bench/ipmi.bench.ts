/** How fast the IPMI client is beside ipmitool, FreeIPMI and pyghmi, with one and the same ipmi_sim. */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { encodeSdr, getDeviceId, LanClient, run, sweep } from 'node-ipmi';
import { expect, it } from 'vitest';
import { fullSensor } from '../../../drivers/node-ipmi/test/fixture.ts';
import { lossyProxy } from '../../../drivers/node-ipmi/test/proxy.ts';
import { canRun, startSimulator } from '../../../drivers/node-ipmi/test/simulator.ts';

const sensors = 60;
/** Milliseconds; controllers take as long to answer. */
const delay = 2;
/** Each is measured so often, in turn with the others; the best counts, for the machine has other things to do. */
const rounds = 3;
const python = '/usr/bin/python3';
const pyghmi = '/usr/lib/python3/dist-packages/pyghmi';

const able = canRun('ipmi_sim', 'sdrcomp', 'ipmitool', 'ipmi-sensors', 'ipmi-raw');

/** Seconds that a client needed. A tool opens a session whenever it runs, and that is not what is compared. */
interface Times {
  /** Of a run that does no more than open a session and send one command; none of those who say what they do in a session. */
  readonly start: number;
  /** All commands of the trial, and the start. */
  readonly commands: number;
  /** A sweep, and so many starts. */
  readonly sweep: number;
  readonly starts: number;
}

/** Seconds that a client needs in an open session. */
interface Cost {
  readonly command: number;
  readonly sweep: number;
}

it.skipIf(!able)('measures the IPMI client beside the others', async () => {
  const simulator = await startSimulator({ commands: manySensors() });
  const { directory } = simulator;
  const link = await lossyProxy(simulator.port, 0, 0, delay);
  try {
    await compare('on loopback, where all wait for the simulator', {
      directory,
      port: simulator.port,
      commands: 1000,
    });
    await compare(`behind a link of ${delay} ms each way`, { directory, port: link.port, commands: 40 });
    const pipelined = await manyAtOnce(simulator.port);
    print(`node-ipmi with 16 commands under way, on loopback: ${pipelined.toFixed(0)}/s\n`);
    if (!existsSync(pyghmi)) print('SKIPPED: pyghmi (apt-get install python3-pyghmi)');
  } finally {
    await link.close();
    await simulator.stop();
  }
});

/** Where each client finds the simulator, and how many commands it sends one after the other. */
interface Trial {
  readonly directory: string;
  readonly port: number;
  readonly commands: number;
}

async function compare(title: string, trial: Trial): Promise<void> {
  const clients: readonly (readonly [string, (trial: Trial) => Promise<Times>])[] = [
    ['node-ipmi', ours],
    ['ipmitool', ipmitool],
    ['FreeIPMI', freeipmi],
    ...(existsSync(pyghmi) ? [['pyghmi', pyghmiPeer] as const] : []),
  ];
  const best = new Map<string, Times>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of clients) {
      const now = await measure(trial);
      const before = best.get(name) ?? now;
      // Each by itself: the best of differences would be that of the run whose start was slowest.
      best.set(name, {
        start: Math.min(before.start, now.start),
        commands: Math.min(before.commands, now.commands),
        sweep: Math.min(before.sweep, now.sweep),
        starts: now.starts,
      });
    }
  }
  const costs = new Map([...best].map(([name, times]) => [name, costOf(times, trial)]));
  print(`\nIPMI over RMCP+ (suite 3) to ipmi_sim, in an open session, best of ${rounds}; ${title}:`);
  print(
    `${'client'.padEnd(12)} ${'commands/s'.padStart(10)} ${`sweep of ${sensors} sensors, ms`.padStart(28)}`,
  );
  for (const [name, { command, sweep: all }] of costs) {
    print(
      `${name.padEnd(12)} ${(1 / command).toFixed(0).padStart(10)} ${(all * 1000).toFixed(1).padStart(28)}`,
    );
  }
  const [own, ...others] = [...costs.values()];
  expect(own?.sweep).toBeGreaterThan(0);
  const ratio = (of: (cost: Cost) => number): string =>
    (Math.min(...others.map(of)) / (own === undefined ? Number.NaN : of(own))).toFixed(2);
  print(
    `ratio to the best of the others: one command at a time ${ratio((cost) => cost.command)}, sweep ${ratio((cost) => cost.sweep)}`,
  );
}

function costOf({ start, commands, sweep: all, starts }: Times, trial: Trial): Cost {
  const further = starts === 0 ? trial.commands : trial.commands - 1;
  return { command: (commands - start) / further, sweep: all - starts * start };
}

/** Emulator commands for further sensors of the controller, and their records. */
function manySensors(): string[] {
  return Array.from({ length: sensors }, (_, index) => index + 10).flatMap((number) => [
    `sensor_add 0x20 0 ${number} 0x01 0x01`,
    `sensor_set_value 0x20 0 ${number} ${30 + (number % 40)} 0`,
    `sensor_set_threshold 0x20 0 ${number} settable 111000 0x70 0x60 0x50 00 00 00`,
    `sensor_set_event_support 0x20 0 ${number} enable scanning per-state 000111111000000 000111111000000 000111111000000 000111111000000`,
    `main_sdr_add 0x20 ${[...encodeSdr(fullSensor(number, `TEMP_${number}`))].map((byte) => `0x${byte.toString(16)}`).join(' ')}`,
  ]);
}

const open = (port: number): LanClient =>
  new LanClient({
    ...{ host: '127.0.0.1', port, user: 'admin', password: 'secret123', suites: [3] },
  });

async function ours({ port, commands }: Trial): Promise<Times> {
  const client = open(port);
  try {
    await run(client, getDeviceId, undefined);
    const many = await seconds(async () => {
      for (let count = 0; count < commands; count++) await run(client, getDeviceId, undefined);
    });
    let read = 0;
    const all = await seconds(async () => {
      read = (await sweep(client)).samples.filter(({ reading }) => reading !== undefined).length;
    });
    expect(read).toBeGreaterThanOrEqual(sensors);
    return { start: 0, commands: many, sweep: all, starts: 0 };
  } finally {
    await client.close();
  }
}

/** Commands per second with as many under way as the client allows. */
async function manyAtOnce(port: number): Promise<number> {
  const commands = 1000;
  const client = open(port);
  try {
    await run(client, getDeviceId, undefined);
    const time = await seconds(() =>
      Promise.all(Array.from({ length: commands }, () => run(client, getDeviceId, undefined))),
    );
    return commands / time;
  } finally {
    await client.close();
  }
}

async function ipmitool({ directory, port, commands }: Trial): Promise<Times> {
  const words = ['-I', 'lanplus', '-C', '3', '-H', '127.0.0.1', '-p', `${port}`];
  const tool = (...args: string[]): Promise<string> =>
    output('ipmitool', [...words, '-U', 'admin', '-P', 'secret123', ...args]);
  const script = (count: number): string => {
    const file = join(directory, `exec-${count}`);
    writeFileSync(file, 'raw 6 1\n'.repeat(count));
    return file;
  };
  const once = await seconds(() => tool('exec', script(1)));
  const many = await seconds(() => tool('exec', script(commands)));
  const listing = await seconds(async () => {
    expect((await tool('sdr', 'elist')).match(/TEMP_/g)).toHaveLength(sensors);
  });
  return { start: once, commands: many, sweep: listing, starts: 1 };
}

async function freeipmi({ directory, port, commands }: Trial): Promise<Times> {
  const words = ['-h', `127.0.0.1:${port}`, '-u', 'admin', '-p', 'secret123', '-D', 'LAN_2_0'];
  const login = [...words, '-I', '3', '-l', 'ADMIN', '-W', 'opensesspriv'];
  const raw = (count: number): Promise<string> => {
    const file = join(directory, `raw-${count}`);
    writeFileSync(file, '0 6 1\n'.repeat(count));
    return output('ipmi-raw', [...login, `--file=${file}`]);
  };
  const once = await seconds(() => raw(1));
  const many = await seconds(() => raw(commands));
  const cache = join(directory, 'freeipmi');
  mkdirSync(cache, { recursive: true });
  const all = await seconds(async () => {
    const args = [`--sdr-cache-directory=${cache}`, '--quiet-cache', '--flush-cache'];
    await output('ipmi-sensors', [...login, ...args]);
    const read = await output('ipmi-sensors', [...login, ...args.slice(0, 2)]);
    expect(read.match(/TEMP_/g)).toHaveLength(sensors);
  });
  // A run that fills the cache and reads is preceded by one that only empties it: two sessions.
  return { start: once, commands: many, sweep: all, starts: 2 };
}

async function pyghmiPeer({ port, commands }: Trial): Promise<Times> {
  const text = await output(python, [join(import.meta.dirname, 'pyghmi-peer.py'), `${port}`, `${commands}`]);
  const told = JSON.parse(text) as {
    readonly commands: number;
    readonly sweep: number;
    readonly sensors: number;
  };
  expect(told.sensors).toBeGreaterThanOrEqual(sensors);
  return { start: 0, commands: told.commands, sweep: told.sweep, starts: 0 };
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
}

const output = async (command: string, args: readonly string[]): Promise<string> =>
  (await promisify(execFile)(command, args, { maxBuffer: 16 * 1024 * 1024 })).stdout;
const print = (line: string): boolean => process.stdout.write(`${line}\n`);
