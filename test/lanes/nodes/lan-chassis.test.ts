/**
 * A chassis manager over RMCP+, whose nodes are simulators of OpenIPMI in processes of their own. They are killed, begun
 * anew and made hard to reach; what the daemon shows follows, and nothing is logged twice.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { linuxIpmi } from '../../../drivers/ipmi/linux.ts';
import { lossyProxy } from '../../../drivers/node-ipmi/test/proxy.ts';
import { canRunWithDcmi, type Simulator, startSimulator } from '../../../drivers/node-ipmi/test/simulator.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { at } from '../../support/client.ts';
import { platformOf, startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { hardwareOf } from '../../support/hardware.ts';
import { type LogEntry, logEntries } from '../../support/logs.ts';
import { shows, until } from '../../support/until.ts';

const poll = 1000;
/** Two periods, and the time that a busy machine takes to notice. */
const soon = 2 * poll + 2000;
const names = ['node1', 'node2', 'node3'] as const;
const sel = (node: string) => logEntries(daemon, `/redfish/v1/Systems/${node}/LogServices/SEL`);
const system = (node: string) => `/redfish/v1/Systems/${node}`;
const cpu = (node: string) => `/redfish/v1/Chassis/${node}/Sensors/${node}_CPU_Temp`;

const isNumber = (value: unknown) => typeof value === 'number';
const powerOf = (sim: Simulator) => {
  const file = join(sim.directory, 'run/0x20.power');
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : '0';
};
/** What the simulator itself has in its log. */
const records = (sim: Simulator | undefined) => {
  const lines = ipmitool(sim, 'sel', 'list').trim().split('\n');
  return lines.filter((line) => line.includes('|')).length;
};
const ipmitool = (sim: Simulator | undefined, ...words: readonly string[]) =>
  execFileSync('ipmitool', [
    ...['-I', 'lanplus', '-C', '3', '-H', '127.0.0.1', '-p', String(sim?.port)],
    ...['-U', 'admin', '-P', 'secret123', ...words],
  ]).toString();

let state: string;
let sims: Simulator[] = [];
let proxies: Awaited<ReturnType<typeof lossyProxy>>[] = [];
let daemon: TestDaemon;

/** The shipped descriptor, with what leads to the simulators in place of addresses that are only examples. */
function platform(ports: readonly number[]): Platform {
  const shipped = platformOf('platform/lan-chassis.yaml');
  const secret = join(state, 'secret');
  writeFileSync(secret, 'secret123\n', { mode: 0o600 });
  const nodes = (shipped.nodes ?? []).map((node, index) => ({
    ...node,
    poll,
    link: {
      ...{ kind: 'lan' as const, host: '127.0.0.1', port: ports[index] ?? 0, user: 'admin', secret },
      ...{ suites: [3 as const], timeout: 200 },
    },
  }));
  return { ...shipped, nodes };
}

const start = (ports: readonly number[] = sims.map(({ port }) => port)) =>
  startTestDaemon({
    platform: platform(ports),
    state,
    hardware: (twin) => ({ ...hardwareOf(twin), ipmi: linuxIpmi() }),
  });

const warm = (sim: Simulator | undefined, celsius: number) =>
  writeFileSync(join(sim?.directory ?? '', 'run/cputemp'), String(celsius));

const suite = canRunWithDcmi() ? describe : describe.skip;

suite('lan-chassis with three simulated nodes', () => {
  beforeAll(async () => {
    sims = await Promise.all(names.map(() => startSimulator({ dcmi: true })));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(sims.map((sim) => sim.stop()));
  });
  beforeEach(async () => {
    state = mkdtempSync(join(tmpdir(), 'redfishd-lan-'));
    proxies = [];
  });
  afterEach(async () => {
    await daemon?.stop();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    rmSync(state, { recursive: true, force: true });
  });

  it('shows of each node what its controller says', async () => {
    daemon = await start();
    for (const node of names) {
      await shows(daemon, system(node), '/PowerState', 'Off');
      await shows(daemon, cpu(node), '/Reading', 40);
    }
    const { body } = await daemon.get(cpu('node1'));
    expect(body).toMatchObject({
      ReadingType: 'Temperature',
      ReadingUnits: 'Cel',
      PhysicalContext: 'SystemBoard',
    });
    const chassis = (await daemon.get('/redfish/v1/Chassis/node1')).body;
    expect(chassis).toMatchObject({ Manufacturer: expect.any(String), SerialNumber: expect.any(String) });
    const firmware = (await daemon.get('/redfish/v1/UpdateService/FirmwareInventory/node1-bmc')).body;
    expect(firmware).toMatchObject({ Version: '9.08' });
  });

  it('switches, boots and identifies a node, and no other', async () => {
    daemon = await start();
    for (const node of names) await shows(daemon, system(node), '/PowerState', 'Off');
    const reset = (type: string) =>
      daemon.send('POST', `${system('node2')}/Actions/ComputerSystem.Reset`, { ResetType: type });
    expect((await reset('On')).status).toBe(204);
    await shows(daemon, system('node2'), '/PowerState', 'On');
    expect(sims.map(powerOf)).toEqual(['0', '1', '0']);
    const boot = { Boot: { BootSourceOverrideEnabled: 'Once', BootSourceOverrideTarget: 'Pxe' } };
    expect((await daemon.send('PATCH', system('node2'), boot)).status).toBe(200);
    const options = ipmitool(sims[1], 'chassis', 'bootparam', 'get', '5');
    expect(options).toContain('Force PXE');
    expect((await daemon.send('PATCH', system('node2'), { LocationIndicatorActive: true })).status).toBe(200);
    await until('the identify request', () => sims[1]?.chassis('log').includes('set identify'));
    expect((await reset('ForceOff')).status).toBe(204);
    await shows(daemon, system('node2'), '/PowerState', 'Off');
  });

  it('takes over what a node logs, once, also over restarts of all that there are', async () => {
    daemon = await start();
    await shows(daemon, cpu('node1'), '/Reading', 40);
    const before = (await sel('node1')).length;
    warm(sims[0], 100);
    await shows(daemon, cpu('node1'), '/Reading', 100);
    const added = await until('the events', async () => {
      const entries = (await sel('node1')).slice(before);
      return entries.length >= 2 ? entries : undefined;
    });
    expect(added.map(({ Message }) => Message).join('\n')).toContain('CPU Temp');
    expect(added.every((entry) => (entry as LogEntry & { EntryType: string }).EntryType === 'SEL')).toBe(
      true,
    );
    const known = (await sel('node1')).map(({ '@odata.id': id }) => id);
    await daemon.stop();
    await sims[0]?.kill();
    await sims[0]?.restart();
    daemon = await start();
    await shows(daemon, cpu('node1'), '/Reading', 100);
    warm(sims[0], 41);
    await shows(daemon, cpu('node1'), '/Reading', 41);
    await until('the end of it', async () => (await sel('node1')).length > known.length);
    const after = (await sel('node1')).map(({ '@odata.id': id }) => id);
    expect(after.slice(0, known.length)).toEqual(known);
    // No more than there is, and nothing less.
    await until('all that the node has', async () => (await sel('node1')).length === records(sims[0]));
  });

  it('knows within two periods that a node has gone, and that it is back, and says each once', async () => {
    daemon = await start();
    for (const node of names) await shows(daemon, cpu(node), '/Reading', isNumber);
    for (let round = 0; round < 2; round++) {
      await sims[2]?.kill();
      const dead = await shows(daemon, system('node3'), '/Status/State', 'UnavailableOffline', soon);
      expect(at(dead, '/PowerState')).toBeNull();
      expect(at(dead, '/Status/Conditions/0/Message')).toMatch(/Its last answer was at /);
      expect(at((await daemon.get(cpu('node3'))).body, '/Reading')).toBeNull();
      // The others are read all the while.
      const time = at((await daemon.get(cpu('node1'))).body, '/ReadingTime');
      await shows(daemon, cpu('node1'), '/ReadingTime', (value: unknown) => value !== time, soon);
      await sims[2]?.restart();
      await shows(daemon, system('node3'), '/PowerState', 'Off', soon);
      await shows(daemon, cpu('node3'), '/Reading', isNumber, soon);
    }
    const told = (await logEntries(daemon, 'EventLog')).filter(({ Message }) => Message.includes('Node 3'));
    expect(told.filter(({ MessageId }) => MessageId.endsWith('Unresponsive')).length).toBe(2);
    expect(told.filter(({ MessageId }) => MessageId.endsWith('StatusChangedOK')).length).toBe(2);
  });

  it('reads a node on a network that loses a fifth of all datagrams', async () => {
    proxies = await Promise.all(sims.map(({ port }) => lossyProxy(port, 0.2)));
    daemon = await start(proxies.map((proxy) => proxy.port));
    for (const node of names) await shows(daemon, cpu(node), '/Reading', isNumber, 20_000);
    warm(sims[1], 55);
    await shows(daemon, cpu('node2'), '/Reading', 55, soon + poll);
    const since = Date.now();
    while (Date.now() - since < 10 * poll) {
      for (const node of names) {
        const { body } = await daemon.get(system(node));
        expect(at(body, '/Status/State')).toMatch(/^(Enabled|Disabled)$/);
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    const told = (await logEntries(daemon, 'EventLog')).filter(({ MessageId }) =>
      MessageId.endsWith('Unresponsive'),
    );
    expect(told).toEqual([]);
    warm(sims[1], 40);
  }, 60_000);

  it('says what a wrong password is, keeps it out of every log, and tries seldom', async () => {
    const ports = sims.map(({ port }) => port);
    const wrong = platform(ports);
    writeFileSync(join(state, 'secret'), 'not-the-password\n');
    daemon = await startTestDaemon({
      platform: wrong,
      state,
      hardware: (twin) => ({ ...hardwareOf(twin), ipmi: linuxIpmi() }),
    });
    const shown = await shows(
      daemon,
      system('node1'),
      '/Status/Conditions/0/Message',
      (text: unknown) => typeof text === 'string' && /RAKP|password|integrity|authenticat/i.test(text),
    );
    expect(JSON.stringify(shown)).not.toContain('not-the-password');
    expect(daemon.log.join('')).not.toContain('not-the-password');
  });
});
