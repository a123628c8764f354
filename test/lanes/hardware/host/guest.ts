/** A Linux guest whose management controller is the daemon: Debian's kernel, busybox and ipmitool in QEMU without KVM. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commandLine } from '../../../../src/cli/qemu.ts';
import type { HostFacts } from '../../../../src/platform/vocabulary/index.ts';
import { debianKernel, moduleFiles, whatIsMissing } from '../chips/machine.ts';

const which = (tool: string): string | undefined => {
  try {
    return execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
};

/** What is missing on this machine; undefined where the lane can run. */
export const obstacle = (): string | undefined =>
  whatIsMissing() ?? (which('ipmitool') === undefined ? 'ipmitool' : undefined);

/** Shared objects that a program needs. */
function libraries(program: string): string[] {
  const list = execFileSync('ldd', [program], { encoding: 'utf8' });
  return [...list.matchAll(/(\/\S+)/g)].map((match) => match[1] ?? '');
}

/** An initial file system whose first process loads the drivers of IPMI and runs `script`. @returns its path */
export function initialFiles(folder: string, script: readonly string[]): string {
  const kernel = debianKernel();
  const root = join(folder, 'root');
  for (const name of ['bin', 'proc', 'sys', 'dev', 'm', 'usr/share/misc'])
    mkdirSync(join(root, name), { recursive: true });
  cpSync(existsSync('/usr/bin/busybox') ? '/usr/bin/busybox' : '/bin/busybox', join(root, 'bin/busybox'));
  const ipmitool = which('ipmitool') ?? '';
  copyFileSync(ipmitool, join(root, 'bin/ipmitool'));
  for (const library of libraries(ipmitool)) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    copyFileSync(library, join(root, library));
  }
  // ipmitool ends at once without a table of manufacturers; one entry in IANA's form is enough.
  const manufacturers = [
    'PRIVATE ENTERPRISE NUMBERS',
    '',
    '0',
    '  Reserved',
    '    Nobody',
    '      nobody&example.org',
    '',
  ];
  writeFileSync(join(root, 'usr/share/misc/enterprise-numbers.txt'), manufacturers.join('\n'));
  const files = [...new Set(['ipmi_si', 'ipmi_devintf'].flatMap((name) => moduleFiles(kernel, name)))];
  const inserts = files.map((file, index) => {
    cpSync(file, join(root, 'm', `${index}.ko`));
    return `insmod /m/${index}.ko`;
  });
  const init = [
    '#!/bin/busybox sh',
    '/bin/busybox --install -s /bin',
    'export PATH=/bin',
    'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev',
    ...inserts,
    'while ! test -e /dev/ipmi0; do sleep 1; done',
    'i() { echo "## $*"; ipmitool "$@" 2>&1; }',
    'echo GUEST READY',
    ...script,
    'echo GUEST DONE',
    'while :; do sleep 60; done',
  ];
  writeFileSync(join(root, 'init'), `${init.join('\n')}\n`, { mode: 0o755 });
  execFileSync('sh', ['-c', 'cd root && find . | cpio -o -H newc 2>/dev/null | gzip -1 > ../initrd'], {
    cwd: folder,
  });
  return join(folder, 'initrd');
}

/** Starts QEMU by the command line that the daemon's own command prints, with a kernel and a network device besides. */
export function startMachine(
  host: HostFacts,
  folder: string,
  files: string,
  way: 'kcs' | 'bt',
): ChildProcess {
  const kernel = debianKernel();
  const [program = '', ...words] = commandLine(host).map((word) =>
    word.replace('isa-ipmi-kcs', `isa-ipmi-${way}`),
  );
  const memory = words.map((word) => (word === '1024' ? '256' : word));
  return spawn(
    program,
    [
      ...memory,
      ...['-accel', 'tcg,thread=multi', '-kernel', kernel.image, '-initrd', files],
      ...['-append', 'console=ttyS0,115200 quiet panic=-1 loglevel=4'],
      ...['-netdev', 'user,id=n0,restrict=on', '-device', 'virtio-net-pci,netdev=n0,id=net0,romfile='],
    ],
    { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
  );
}
