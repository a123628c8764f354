/** The controller of a real Linux guest: it binds IPMI in band, and what it says and is told is what Redfish shows. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { linuxHardware } from '../../../../drivers/linux.ts';
import type { ConsoleEnd } from '../../../../src/board/model/console.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { at } from '../../../support/client.ts';
import { platformOf, startTestDaemon, type TestDaemon } from '../../../support/daemon.ts';
import { shows, until } from '../../../support/until.ts';
import { initialFiles, obstacle, startMachine } from './guest.ts';

const reason = obstacle();
if (reason !== undefined) process.stdout.write(`the lane of a guest is skipped: ${reason} is missing\n`);

const system = '/redfish/v1/Systems/vm';
/** A guest without KVM on a busy machine, milliseconds. */
const patience = 240_000;

const running: ChildProcess[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const machine of running.splice(0)) machine.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The shipped descriptor with its sockets in a folder of the test. */
function platformIn(folder: string): Platform {
  const text = JSON.stringify(platformOf('platform/qemu.yaml')).replaceAll('"vm/', `"${folder}/vm-`);
  return JSON.parse(text) as Platform;
}

async function guest(way: 'kcs' | 'bt', script: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'redfishd-guest-'));
  folders.push(folder);
  const platform = platformIn(folder);
  const [host] = platform.hosts ?? [];
  if (host === undefined) throw new Error('the descriptor has no host');
  const files = initialFiles(folder, script);
  const hardware = await linuxHardware();
  const daemon = await startTestDaemon({ platform, hardware: () => hardware });
  running.push(startMachine(host, folder, files, way));
  await shows(daemon, system, '/PowerState', 'Off', patience);
  const output = consoleOf(daemon);
  return { daemon, output };
}

/** Everything that the console has shown. QEMU makes its socket after the daemon has looked for it: asked for again. */
function consoleOf({ board }: TestDaemon): () => string {
  let text = '';
  const attach = () => {
    // The history comes first.
    text = '';
    const output = (bytes: Buffer) => {
      text += bytes.toString('latin1');
    };
    const end = ({ reason }: ConsoleEnd) => {
      if (reason === 'lost') setTimeout(attach, 500).unref();
    };
    board.consoles.get('vm')?.attach({ name: 'lane', output, end }, { type: false, takeover: false });
  };
  attach();
  return () => text;
}

const switchOn = async ({ send }: TestDaemon) => {
  const answer = await send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
  expect(answer.status).toBeLessThan(300);
};

const commands = [
  ...[
    'mc info',
    'mc guid',
    'mc getenables',
    'mc selftest',
    'chassis status',
    'chassis restart_cause',
    'fru print',
  ],
  ...['sel info', 'sel time get', 'sdr list', 'mc watchdog get', 'channel info', 'chassis bootparam get 5'],
  ...['mc setsysinfo system_name guest-name-of-more-than-sixteen-characters', 'mc getsysinfo system_name'],
  ...[
    'chassis bootdev pxe options=efiboot',
    'chassis bootparam get 5',
    'event 1',
    'sel list',
    'raw 6 6 0x80 0x80',
  ],
];

describe.skipIf(reason !== undefined)('a guest in QEMU', () => {
  it('binds KCS, and agrees with Redfish on all that it reads and sets', async () => {
    const { daemon, output } = await guest(
      'kcs',
      commands.map((each) => `i ${each}`),
    );
    await switchOn(daemon);
    await until(
      () => `the guest to end its commands; it said ${output().slice(-1500)}`,
      () => output().includes('GUEST DONE'),
      patience,
    );
    const said = output();
    const body = (await daemon.get(system)).body;
    expect(said).toMatch(/Device ID\s+: 32/);
    const guid = /System GUID\s+: (\S+)/.exec(said)?.[1] ?? /GUID.*: ([0-9a-f-]{36})/.exec(said)?.[1];
    expect(guid?.toLowerCase()).toBe(String(at(body, '/UUID')).toLowerCase());
    expect(said).toMatch(/System Power\s+: on/);
    expect(said).toContain('guest-name-of-more-than-sixteen-characters');
    expect(at(body, '/HostName')).toBe('guest-name-of-more-than-sixteen-characters');
    const warnings = daemon.log.filter((line) => line.includes('"part":"host"')).join('');
    expect(said, warnings).toMatch(/Force PXE/);
    expect(body).toMatchObject({
      Boot: {
        BootSourceOverrideEnabled: 'Once',
        BootSourceOverrideTarget: 'Pxe',
        BootSourceOverrideMode: 'UEFI',
      },
    });
    expect(said).toMatch(/Upper Critical going high/);
    const log = JSON.stringify((await daemon.get(`${system}/LogServices/SEL/Entries`)).body);
    expect(log).toMatch(/Upper Critical/);
    await shows(daemon, system, '/BootProgress/LastState', 'OSRunning');
    // The guest's own reset uses up the override.
    await daemon.board.reset('vm', 'ForceRestart');
    await shows(daemon, system, '/Boot/BootSourceOverrideEnabled', 'Disabled', patience);
    await daemon.board.reset('vm', 'ForceOff');
    await shows(daemon, system, '/PowerState', 'Off', patience);
  });

  it('binds BT, and is reset by its watchdog', async () => {
    // Use "SMS/OS", hard reset, two seconds; then started and forgotten.
    const { daemon, output } = await guest('bt', ['i mc info', 'i raw 6 0x24 4 1 0 0 20 0', 'i raw 6 0x22']);
    await switchOn(daemon);
    await until(
      () => `the guest to start; it said ${output().slice(-1500)}`,
      () => output().includes('GUEST DONE'),
      patience,
    );
    expect(output()).toMatch(/Device ID\s+: 32/);
    await until(
      'the record of the watchdog',
      async () =>
        JSON.stringify((await daemon.get(`${system}/LogServices/SEL/Entries`)).body).includes(
          'HostWatchdogExpired',
        ),
      patience,
    );
    await until('the guest to start again', () => output().split('GUEST READY').length > 2, patience);
  });
});
