/** `redfishd qemu`: the QEMU command line of a virtual machine that redfishd manages. */
import type { HostFacts } from '../platform/vocabulary/index.ts';
import { command, UsageError } from './command.ts';

const platformOption = {
  type: 'string',
  short: 'p',
  value: 'FILE',
  summary: 'descriptor with a host of kind qemu',
  required: 'platform/qemu.yaml',
} as const;

export const qemu = command({
  name: 'qemu',
  summary: 'print or run the QEMU command line of a virtual machine',
  description: `Prints the command line of a virtual machine whose controller is "redfishd serve" with the same descriptor, or runs it.
The machine is off until it is switched on over Redfish. Words behind -- are passed on to QEMU: disks, networks, memory.

  redfishd serve --platform platform/qemu.yaml &
  redfishd qemu --platform platform/qemu.yaml --run -- -drive file=disk.img,format=raw,if=none,id=d0 \\
    -device virtio-blk-pci,drive=d0,id=disk0
`,
  options: {
    platform: platformOption,
    host: { type: 'string', value: 'ID', summary: 'host, where the descriptor has several' },
    run: { type: 'boolean', summary: 'run QEMU until it ends' },
  },
  operands: { usage: '[-- QEMU ARGUMENTS...]', least: 0, most: Number.POSITIVE_INFINITY },
  async run({ platform = '', host, run }, io) {
    const { loadPlatform } = await import('../platform/load.ts');
    const machines = (loadPlatform(platform).hosts ?? []).filter(({ power }) => power.kind === 'qemu');
    const found = machines.find(({ id }) => id === (host ?? id));
    if (found === undefined)
      throw new UsageError(`${platform} has no host${host === undefined ? '' : ` "${host}"`} of kind qemu`);
    const words = [...commandLine(found), ...io.operands];
    if (run !== true) {
      io.out(`${words.map(quoted).join(' ')}\n`);
      return 0;
    }
    return start(words);
  },
});

/** The program and its arguments. A machine that stops keeps its process: its controller switches it on again. */
export function commandLine({ power, console, ipmi }: HostFacts): string[] {
  const serial = console?.device;
  const [vm] = (ipmi?.interfaces ?? []).flatMap((each) => each.vm ?? []);
  const qmp = power.kind === 'qemu' ? power.qmp : '';
  return [
    ...['qemu-system-x86_64', '-M', 'q35', '-m', '1024', '-display', 'none', '-nodefaults', '-vga', 'std'],
    ...['-S', '-no-shutdown', '-qmp', `unix:${qmp},server=on,wait=off`],
    ...(serial === undefined ? [] : ['-serial', `unix:${serial},server=on,wait=off`]),
    ...(vm === undefined
      ? []
      : [
          ...['-chardev', `socket,id=ipmi,path=${vm},reconnect=1`],
          ...['-device', 'ipmi-bmc-extern,id=bmc,chardev=ipmi', '-device', 'isa-ipmi-kcs,irq=5,bmc=bmc'],
        ]),
    // An empty drive for virtual media.
    ...['-drive', 'if=none,id=cdrom,media=cdrom,readonly=on', '-device', 'ide-cd,drive=cdrom,id=cd0'],
  ];
}

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

async function start([program = '', ...words]: readonly string[]): Promise<number> {
  const { spawn } = await import('node:child_process');
  const { mkdirSync } = await import('node:fs');
  const { dirname } = await import('node:path');
  for (const word of words) {
    const socket = /^unix:([^,]+),server/.exec(word)?.[1];
    if (socket !== undefined) mkdirSync(dirname(socket), { recursive: true });
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: 'inherit' });
    child.once('error', (error) => reject(new Error(`${program} cannot be started: ${error.message}`)));
    child.once('exit', (status) => resolve(status ?? 1));
  });
}
