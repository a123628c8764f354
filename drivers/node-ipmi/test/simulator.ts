/** OpenIPMI's simulator as a peer. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { rmcpPing } from 'node-ipmi';

/**
 * OpenIPMI's simulator (Debian package openipmi) as a peer: its own state directory and free ports each time,
 * fed with the lane files beside the checkout.
 */

export const lanes = resolve(process.env.REDFISHD_SHARED ?? '../shared', 'lanes');

function has(...tools: string[]): boolean {
  const found = (tool: string): boolean =>
    (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, tool))) ||
    existsSync(join('/usr/sbin', tool));
  return tools.every(found);
}

/**
 * Whether tests with these tools and the lane files can run. On CI a missing tool fails them; elsewhere, and
 * without the lane files, they are skipped, and say so.
 */
export function canRun(...tools: string[]): boolean {
  const missing = tools.filter((tool) => !has(tool));
  const message = `needs ${missing.join(', ')} (apt-get install openipmi ipmitool freeipmi-tools socat)`;
  if (missing.length > 0 && process.env.CI !== undefined) throw new Error(message);
  if (missing.length > 0) process.stderr.write(`SKIPPED: ${message}\n`);
  else if (!existsSync(lanes)) process.stderr.write(`SKIPPED: needs the lane files in ${lanes}\n`);
  return missing.length === 0 && existsSync(lanes);
}

export async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  const { port } = socket.address();
  await new Promise<void>((done) => socket.close(done));
  return port;
}

/** Header that the simulator's modules include (Debian package libopenipmi-dev). */
const OPENIPMI_HEADER = '/usr/include/OpenIPMI/serv.h';

/** Whether the simulator can run with its DCMI module, which is compiled on the spot. Says what is missing. */
export function canRunWithDcmi(): boolean {
  if (!canRun('ipmi_sim', 'sdrcomp', 'gcc')) return false;
  if (existsSync(OPENIPMI_HEADER)) return true;
  process.stderr.write(`SKIPPED: needs ${OPENIPMI_HEADER} (apt-get install libopenipmi-dev)\n`);
  return false;
}

function dcmiModule(directory: string, source: string): string {
  writeFileSync(join(directory, 'dcmi.c'), source);
  execFileSync('gcc', ['-shared', '-fPIC', '-o', 'dcmi.so', 'dcmi.c'], { cwd: directory });
  return `loadlib "${directory}/dcmi.so" "${directory}/run/watts"\n`;
}

export interface Simulator {
  readonly port: number;
  /** Port to which the simulator connects for the host's serial line. */
  readonly solPort: number;
  /** Line console for commands at run time. */
  readonly consolePort: number;
  readonly directory: string;
  /** Contents of a state file of the chassis script: `0x20.power`. */
  chassis(name: string): string;
  kill(): Promise<void>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts the simulated BMC at 0x20 with its satellites, and waits until it answers. `host` is called with the port of the host's serial line before the simulator looks for it.
 */
export async function startSimulator(
  options: {
    /** Loads the lane's DCMI module, which must be compiled. */
    readonly dcmi?: boolean;
    readonly host?: (port: number) => Promise<void>;
    /** Commands for the emulator, given before the controllers are enabled. */
    readonly commands?: readonly string[];
  } = {},
): Promise<Simulator> {
  const directory = mkdtempSync(join(tmpdir(), 'ipmi-sim-'));
  const [port, serial, solPort, consolePort] = [
    await freeUdpPort(),
    await freeTcpPort(),
    await freeTcpPort(),
    await freeTcpPort(),
  ];
  const lane = (name: string): string =>
    readFileSync(join(lanes, 'ipmi', name), 'utf8').replaceAll('@DIR@', directory);
  const config = lane('lan.conf')
    .replace('9623', String(port))
    .replace('9102', String(serial))
    .replace('9103', String(solPort))
    .replace('9104', String(consolePort));
  const module = options.dcmi === true ? dcmiModule(directory, lane('dcmi.c')) : '';
  writeFileSync(join(directory, 'lan.conf'), config + module);
  const satellites = [24, 30].map((mc) => lane(`sat${mc}.emu`));
  const emulation = lane('nodesim.emu').replaceAll(/^include.*\n/gm, '');
  const enable = emulation.indexOf('mc_enable');
  writeFileSync(
    join(directory, 'nodesim.emu'),
    [emulation.slice(0, enable), ...satellites, ...(options.commands ?? []), emulation.slice(enable)].join(
      '\n',
    ),
  );
  writeFileSync(join(directory, 'chassis.sh'), lane('chassis.sh'), { mode: 0o755 });
  writeFileSync(join(directory, 'fru0.bin'), readFileSync(join(lanes, 'ipmi/fru0.bin')));
  mkdirSync(join(directory, 'run'));
  writeFileSync(join(directory, 'run/cputemp'), '40');
  const state = join(directory, 'state/ipmi_sim/nodesim');
  mkdirSync(state, { recursive: true });
  execFileSync('sdrcomp', ['-8', '-o', join(state, 'sdr.20.main'), join(lanes, 'ipmi/bmc.sdrs')]);

  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    const running = child;
    child = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = new Promise((done) => running.once('exit', done));
    running.kill('SIGKILL');
    await gone;
  };
  const start = async (): Promise<void> => {
    const args = ['-c', 'lan.conf', '-f', 'nodesim.emu', '-s', join(directory, 'state'), '-n'];
    child = spawn('ipmi_sim', args, { cwd: directory, stdio: 'ignore' });
    for (let tries = 0; ; tries++) {
      try {
        await rmcpPing('127.0.0.1', port, 100);
        return;
      } catch (error) {
        if (tries > 100 || child.exitCode !== null)
          throw new Error('ipmi_sim does not start', { cause: error });
        await new Promise((done) => setTimeout(done, 20));
      }
    }
  };
  await options.host?.(solPort);
  await start();
  return {
    port,
    solPort,
    consolePort,
    directory,
    chassis: (name) => readFileSync(join(directory, 'run', name), 'utf8').trim(),
    kill,
    restart: start,
    async stop() {
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
