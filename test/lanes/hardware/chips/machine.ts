/** A small virtual machine (QEMU without KVM) with Debian's kernel, its hwmon drivers and i2c-stub. */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface RegisterBytes {
  readonly command: number;
  /** As they are on the wire. */
  readonly bytes: readonly number[];
}
export interface Job {
  readonly name: string;
  /** The chip's own name among ours, and what differs from place to place. */
  readonly chip: string;
  readonly parameters: object;
  /** What `new_device` calls the chip. */
  readonly id: string;
  readonly address: number;
  readonly registers: readonly RegisterBytes[];
}
export interface Result {
  readonly name: string;
  /** Attributes of the hwmon node. */
  readonly hwmon?: Readonly<Record<string, string>>;
  /** Registers after the kernel's driver has had the chip. */
  readonly registers?: readonly RegisterBytes[];
  /** What our back ends for Linux read of the free chip, by channel; `error` and its kind where they failed. */
  readonly ours?: Readonly<Record<string, number | string>>;
  /** The same while the kernel had the chip: what the bus said, and counts of hwmon by channel. */
  readonly held?: {
    readonly refused: number | string;
    readonly read: Readonly<Record<string, number | string>>;
  };
  readonly error?: string;
}

/** What is missing on this machine; undefined where the lane can run. */
export function whatIsMissing(): string | undefined {
  for (const tool of ['qemu-system-x86_64', 'depmod', 'modprobe', 'cpio', 'gzip', 'apt-get', 'dpkg-deb']) {
    try {
      execFileSync('sh', ['-c', `command -v ${tool} || test -x /usr/sbin/${tool}`], { stdio: 'ignore' });
    } catch {
      return tool;
    }
  }
  return existsSync('/usr/bin/busybox') || existsSync('/bin/busybox') ? undefined : 'busybox-static';
}

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });

export interface Kernel {
  readonly image: string;
  readonly modules: string;
  readonly version: string;
}

/** Debian's kernel, unpacked; kept between runs. `REDFISHD_KERNEL_CACHE` names another place for it. */
export function debianKernel(): Kernel {
  const cache =
    process.env.REDFISHD_KERNEL_CACHE ??
    join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'redfishd-hardware/kernel-amd64');
  const unpacked = join(cache, 'x');
  if (!existsSync(join(cache, 'ready'))) {
    rmSync(cache, { recursive: true, force: true });
    mkdirSync(cache, { recursive: true });
    chmodSync(cache, 0o755);
    const depends = run('apt-cache', ['depends', 'linux-image-amd64'], cache);
    const [, name] = /Depends: (linux-image-\S+)/.exec(depends) ?? [];
    if (name === undefined) throw new Error('apt knows no linux-image-amd64: run "apt-get update"');
    run('apt-get', ['download', name], cache);
    const [deb] = readdirSync(cache).filter((file) => file.endsWith('.deb'));
    run('dpkg-deb', ['-x', deb ?? '', unpacked], cache);
    const [version = ''] = readdirSync(join(unpacked, 'lib/modules'));
    run('depmod', ['-b', unpacked, version], cache);
    writeFileSync(join(cache, 'ready'), '');
  }
  const [version = ''] = readdirSync(join(unpacked, 'lib/modules'));
  return { image: join(unpacked, `boot/vmlinuz-${version}`), modules: unpacked, version };
}

/** Files of a module and of what it needs, in the order of loading; none where the kernel has no such module. */
export function moduleFiles({ modules, version }: Kernel, name: string): string[] {
  try {
    const list = run('modprobe', ['-d', modules, '-S', version, '--show-depends', name], modules);
    return [...list.matchAll(/^insmod (\S+)/gm)].map(([, file = '']) => file);
  } catch {
    return [];
  }
}

/** Every address that jobs use; i2c-stub answers at no other. */
const addressesOf = (jobs: readonly Job[]) => [...new Set(jobs.map(({ address }) => address))];

/** Boots, has `jobs` done with `drivers` loaded, and powers off. @throws Error with the console where that fails. */
export async function inGuest(
  kernel: Kernel,
  drivers: readonly string[],
  jobs: readonly Job[],
): Promise<readonly Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-guest-'));
  try {
    const job = join(folder, 'jobs.json');
    writeFileSync(job, JSON.stringify(jobs));
    const root = join(folder, 'root');
    for (const name of ['bin', 'proc', 'sys', 'dev', 'h', 'm'])
      mkdirSync(join(root, name), { recursive: true });
    cpSync(existsSync('/usr/bin/busybox') ? '/usr/bin/busybox' : '/bin/busybox', join(root, 'bin/busybox'));
    const base = ['virtio_pci', '9pnet_virtio', '9p', 'i2c-stub', 'i2c-dev', ...drivers];
    const files = [...new Set(base.flatMap((name) => moduleFiles(kernel, name)))];
    const inserts = files.map((file, index) => {
      cpSync(file, join(root, 'm', `${index}.ko`));
      const stub = file.endsWith('/i2c-stub.ko') ? ` chip_addr=${addressesOf(jobs).join()}` : '';
      return `insmod /m/${index}.ko${stub}`;
    });
    const compiled = resolve(import.meta.dirname, '../../../../dist/drivers');
    const i2cBus = createRequire(import.meta.url).resolve('i2c-bus');
    const init = [
      '#!/bin/busybox sh',
      '/bin/busybox --install -s /bin',
      'export PATH=/bin',
      'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev',
      ...inserts,
      'mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144,cache=loose host /h',
      'mount --bind /proc /h/proc; mount --bind /sys /h/sys; mount --bind /dev /h/dev',
      `chroot /h ${process.execPath} ${join(import.meta.dirname, 'guest.mjs')} ${job} ${i2cBus} ${compiled}`,
      'echo guest exit $?',
      'poweroff -f',
    ];
    writeFileSync(join(root, 'init'), `${init.join('\n')}\n`, { mode: 0o755 });
    run('sh', ['-c', 'cd root && find . | cpio -o -H newc 2>/dev/null | gzip -1 > ../initrd'], folder);
    const transcript = await boot(kernel.image, join(folder, 'initrd'));
    const [, answer] = /<<<([A-Za-z0-9+/=\s]+)>>>/.exec(transcript) ?? [];
    if (answer === undefined) throw new Error(`the guest gave no answer:\n${transcript.slice(-4000)}`);
    return JSON.parse(Buffer.from(answer.replace(/\s/g, ''), 'base64').toString()) as Result[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function boot(image: string, initrd: string): Promise<string> {
  const args = [
    ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1G'],
    ...['-display', 'none', '-serial', 'stdio', '-monitor', 'none', '-no-reboot', '-nic', 'none'],
    ...['-kernel', image, '-initrd', initrd, '-append', 'console=ttyS0 panic=-1 quiet'],
    '-virtfs',
    'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap',
  ];
  return new Promise((done, reject) => {
    const machine = spawn('qemu-system-x86_64', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    const limit = setTimeout(() => machine.kill('SIGKILL'), 240_000);
    machine.stdout.on('data', (data) => {
      output += data;
    });
    machine.on('error', reject);
    machine.on('close', () => {
      clearTimeout(limit);
      done(output);
    });
  });
}
