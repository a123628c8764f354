/** Host power over Redfish: every reset type, its pins and pulses, the states on the way, the logs, the refusals. */
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPlatform } from '../../../src/platform/load.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { at, messageKeys } from '../../support/client.ts';
import { startTestDaemon, type TestDaemon } from '../../support/daemon.ts';
import { keyOf, type LogEntry, logEntries, originOf } from '../../support/logs.ts';
import { shows, until } from '../../support/until.ts';

/** Twin Blade with presses that a test can wait for. They are far enough apart to be told from each other on a busy machine. */
const overlay = `
id: quickblade
name: Quick Blade
variantOf: twinblade
hosts:
  - id: host1
    power: { onPulse: 100 ms, forceOffPulse: 700 ms, settle: 10 ms, cycleDelay: 200 ms, onTimeout: 700 ms, offTimeout: 700 ms }
  - id: host2
    power:
      onPulse: 100 ms
      gracefulPulse: 80 ms
      forceOffPulse: 700 ms
      resetPulse: 60 ms
      nmiPulse: 120 ms
      settle: 10 ms
      cycleDelay: 200 ms
      onTimeout: 700 ms
      offTimeout: 700 ms
      gracefulTimeout: 1500 ms
    post: { timeout: 3 s }
`;

const root = join(import.meta.dirname, '../../..');
const directory = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function quickBlade(): Platform {
  copyFileSync(join(root, 'platform/twinblade.yaml'), join(directory, 'twinblade.yaml'));
  writeFileSync(join(directory, 'quickblade.yaml'), overlay);
  return loadPlatform(join(directory, 'quickblade.yaml'));
}

const system = '/redfish/v1/Systems/host2';
const chassis = '/redfish/v1/Chassis/blade2';
const sel = `${system}/LogServices/SEL`;

let platform: Platform;
let daemon: TestDaemon;

beforeAll(async () => {
  platform = quickBlade();
  daemon = await startTestDaemon({ platform, twin: { speed: 20 } });
});
afterAll(() => daemon.stop());

const reset = (ResetType: string, host = 'host2') =>
  daemon.send('POST', `/redfish/v1/Systems/${host}/Actions/ComputerSystem.Reset`, { ResetType });

const powerState = async () => at((await daemon.get(system)).body, '/PowerState');
const becomes = (state: string) => shows(daemon, system, '/PowerState', state);
/** Nothing is under way, and firmware has finished where there is power. */
const resting = async (state: 'On' | 'Off') => {
  await becomes(state);
  await until('the operation to end', () => daemon.board.hosts.get('host2')?.operation === null);
  if (state === 'On')
    await shows(daemon, system, '/BootProgress/LastState', 'SystemHardwareInitializationComplete');
};

/** Brings the host to a state, whatever it is in. */
async function bring(state: 'On' | 'Off'): Promise<void> {
  daemon.twin.clear('all');
  if ((await powerState()) !== state) await reset(state === 'On' ? 'On' : 'ForceOff');
  await resting(state);
}

const outputs = [
  'HOST1_BUTTON_OUT',
  'HOST1_RESET_OUT',
  'HOST2_BUTTON_OUT',
  'HOST2_RESET_OUT',
  'HOST2_NMI_OUT',
] as const;
type Output = (typeof outputs)[number];

/** What has been done to the lines since `mark`: how long each was asserted, in milliseconds, in order. */
function pulses(mark: number): { line: Output; from: number; ms: number }[] {
  return outputs
    .flatMap((line) => {
      const edges = daemon.twin.edges(line).filter((edge) => edge.at >= mark);
      return edges.flatMap(({ at: from, asserted }, index) => {
        const end = edges[index + 1];
        return asserted ? [{ line, from, ms: (end?.at ?? Number.NaN) - from }] : [];
      });
    })
    .sort((one, other) => one.from - other.from);
}

/** As long as declared, and not so long that it would mean something else. */
function expectPulses(mark: number, ...wanted: readonly (readonly [Output, number])[]): void {
  const seen = pulses(mark);
  expect(seen.map(({ line }) => line)).toEqual(wanted.map(([line]) => line));
  for (const [index, [, ms]] of wanted.entries()) {
    expect(seen[index]?.ms).toBeGreaterThanOrEqual(ms - 2);
    expect(seen[index]?.ms).toBeLessThan(ms + 250);
  }
}

/** Keys of the entries of the host that came after so many, in both logs. */
async function told(mark: { readonly events: number; readonly sel: number }): Promise<string[]> {
  const about = (entry: LogEntry) => originOf(entry) === system;
  const events = (await logEntries(daemon, 'EventLog')).filter(about).slice(mark.events).map(keyOf);
  const own = (await logEntries(daemon, sel)).filter(about).slice(mark.sel).map(keyOf);
  expect(own).toEqual(events);
  return events;
}

async function mark(): Promise<{ at: number; events: number; sel: number }> {
  const about = (entry: LogEntry) => originOf(entry) === system;
  return {
    at: performance.now(),
    events: (await logEntries(daemon, 'EventLog')).filter(about).length,
    sel: (await logEntries(daemon, sel)).filter(about).length,
  };
}

const came = ['ResourcePoweringOn', 'ResourcePoweredOn'];
const went = ['ResourcePoweringOff', 'ResourcePoweredOff'];

describe('a reset', () => {
  it.each<{
    type: string;
    from: 'On' | 'Off';
    to: 'On' | 'Off';
    by?: readonly string[];
    pins: readonly (readonly [Output, number])[];
    entries: readonly string[];
  }>([
    {
      type: 'On',
      from: 'Off',
      to: 'On',
      by: ['PoweringOn'],
      pins: [['HOST2_BUTTON_OUT', 100]],
      entries: came,
    },
    {
      type: 'ForceOn',
      from: 'Off',
      to: 'On',
      by: ['PoweringOn'],
      pins: [['HOST2_BUTTON_OUT', 100]],
      entries: came,
    },
    {
      type: 'PushPowerButton',
      from: 'Off',
      to: 'On',
      pins: [['HOST2_BUTTON_OUT', 100]],
      entries: ['ResourcePoweredOn'],
    },
    {
      type: 'ForceOff',
      from: 'On',
      to: 'Off',
      by: ['PoweringOff'],
      pins: [['HOST2_BUTTON_OUT', 700]],
      entries: went,
    },
    {
      type: 'GracefulShutdown',
      from: 'On',
      to: 'Off',
      by: ['PoweringOff'],
      pins: [['HOST2_BUTTON_OUT', 80]],
      entries: went,
    },
    {
      type: 'PushPowerButton',
      from: 'On',
      to: 'Off',
      pins: [['HOST2_BUTTON_OUT', 100]],
      entries: ['ResourcePoweredOff'],
    },
    {
      type: 'GracefulRestart',
      from: 'On',
      to: 'On',
      by: ['PoweringOff', 'PoweringOn'],
      pins: [
        ['HOST2_BUTTON_OUT', 80],
        ['HOST2_BUTTON_OUT', 100],
      ],
      entries: [...went, ...came],
    },
    {
      type: 'PowerCycle',
      from: 'On',
      to: 'On',
      by: ['PoweringOff', 'PoweringOn'],
      pins: [
        ['HOST2_BUTTON_OUT', 700],
        ['HOST2_BUTTON_OUT', 100],
      ],
      entries: [...went, ...came],
    },
    {
      type: 'ForceRestart',
      from: 'On',
      to: 'On',
      pins: [['HOST2_RESET_OUT', 60]],
      entries: ['PlatformReset'],
    },
    { type: 'Nmi', from: 'On', to: 'On', pins: [['HOST2_NMI_OUT', 120]], entries: [] },
  ])('$type while $from', async ({ type, from, to, by = [], pins, entries }) => {
    await bring(from);
    const before = await mark();
    expect((await reset(type)).status).toBe(204);
    for (const state of by) {
      await becomes(state);
      expect(at((await daemon.get(chassis)).body, '/PowerState')).toBe(state);
    }
    await until(
      'the pins to be released',
      () => pulses(before.at).length === pins.length && pulses(before.at).every(({ ms }) => ms > 0),
    );
    await resting(to);
    expectPulses(before.at, ...pins);
    expect(await told(before)).toEqual(entries);
    expect(at((await daemon.get(chassis)).body, '/PowerState')).toBe(to);
    const status = at((await daemon.get(system)).body, '/Status');
    expect(status).toEqual({ State: to === 'On' ? 'Enabled' : 'Disabled', Health: 'OK' });
    if (pins.length < 2) return;
    // Between the two presses the rails have been down for as long as the descriptor wants.
    const down = daemon.twin.edges('HOST2_POWER_GOOD').findLast(({ asserted }) => !asserted);
    const again = pulses(before.at).at(-1);
    expect((again?.from ?? 0) - (down?.at ?? 0)).toBeGreaterThanOrEqual(200 - 2);
  });

  it('starts firmware anew when it is a ForceRestart', async () => {
    await bring('On');
    await reset('ForceRestart');
    await shows(daemon, system, '/BootProgress/LastState', 'PrimaryProcessorInitializationStarted');
    await resting('On');
    expect((await daemon.get(system)).body).toMatchObject({
      LastResetTime: expect.stringMatching(/^20.*Z$/),
    });
  });
});

describe('a reset to the state that is there already', () => {
  it.each<['On' | 'Off', readonly string[]]>([
    ['Off', ['ForceOff', 'GracefulShutdown']],
    ['On', ['On', 'ForceOn']],
  ])('answers 200 with NoOperation while %s', async (state, types) => {
    await bring(state);
    const before = await mark();
    for (const type of types) {
      const answer = await reset(type);
      expect([type, answer.status]).toEqual([type, 200]);
      expect(answer.body).toMatchObject({
        '@Message.ExtendedInfo': [{ MessageId: expect.stringMatching(/^Base\..*NoOperation$/) }],
      });
    }
    expectPulses(before.at);
  });

  it.each(['ForceRestart', 'GracefulRestart', 'PowerCycle'])(
    '%s of a host that is off switches it on',
    async (type) => {
      await bring('Off');
      const before = await mark();
      expect((await reset(type)).status).toBe(204);
      await resting('On');
      expectPulses(before.at, ['HOST2_BUTTON_OUT', 100]);
      expect(await told(before)).toEqual(came);
    },
  );
});

describe('requests while an operation runs', () => {
  afterEach(() => bring('Off'));

  it('are carried out after it, in order', async () => {
    await bring('Off');
    const before = await mark();
    const answers = await Promise.all([reset('On'), reset('On'), reset('ForceRestart')]);
    expect(answers.map(({ status }) => status)).toEqual([204, 200, 204]);
    await until('the reset to be released', () => pulses(before.at).at(-1)?.line === 'HOST2_RESET_OUT');
    await resting('On');
    expectPulses(before.at, ['HOST2_BUTTON_OUT', 100], ['HOST2_RESET_OUT', 60]);
  });

  it('do not delay ForceOff, which refuses them', async () => {
    await bring('Off');
    const before = await mark();
    expect((await reset('On')).status).toBe(204);
    const waiting = reset('GracefulRestart');
    // Its request has reached the board when another one, sent later, has been answered.
    await daemon.get(system);
    expect((await reset('ForceOff')).status).toBe(204);
    const refused = await waiting;
    expect([refused.status, messageKeys(refused)]).toEqual([409, ['ResourceInUse']]);
    expect(JSON.stringify(refused.body)).toContain('ForceOff was requested');
    await resting('Off');
    expect(pulses(before.at).at(-1)?.ms).toBeGreaterThanOrEqual(698);
  });
});

describe('a refusal', () => {
  afterEach(() => bring('Off'));

  it('of an NMI says that the host is off', async () => {
    await bring('Off');
    const answer = await reset('Nmi');
    expect([answer.status, messageKeys(answer)]).toEqual([409, ['ResourceInStandby']]);
    expect(JSON.stringify(answer.body)).toContain('host2 is off');
  });

  it('names the operation that waits for the operating system', async () => {
    await bring('On');
    daemon.twin.inject({ kind: 'ignoreGraceful', host: 'host2' });
    expect((await reset('GracefulShutdown')).status).toBe(204);
    const answer = await reset('GracefulRestart');
    expect([answer.status, messageKeys(answer)]).toEqual([409, ['ResourceInUse']]);
    expect(JSON.stringify(answer.body)).toContain('GracefulShutdown of host2 waits for the operating system');
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('offers each host what its wiring can do', async () => {
    const offered = async (host: string) =>
      at(
        (await daemon.get(`/redfish/v1/Systems/${host}/ResetActionInfo`)).body,
        '/Parameters/0/AllowableValues',
      );
    expect(await offered('host1')).not.toContain('Nmi');
    expect(await offered('host2')).toContain('Nmi');
    const answer = await reset('Nmi', 'host1');
    expect([answer.status, messageKeys(answer)]).toEqual([400, ['ActionParameterValueNotInList']]);
  });

  it('leaves the other host alone', async () => {
    expect(pulses(0).filter(({ line }) => line.startsWith('HOST1'))).toEqual([]);
    expect(at((await daemon.get('/redfish/v1/Systems/host1')).body, '/PowerState')).toBe('Off');
  });
});

describe('boot settings', () => {
  const boot = async () => at((await daemon.get(system)).body, '/Boot');
  const patch = (Boot: Record<string, unknown>) => daemon.send('PATCH', system, { Boot });

  it('carry the URI of an HTTP boot with the override', async () => {
    const override = {
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideTarget: 'UefiHttp',
      BootSourceOverrideMode: 'UEFI',
      HttpBootUri: 'http://192.0.2.1/x.efi',
    };
    expect((await patch(override)).status).toBe(200);
    expect(await boot()).toMatchObject(override);
    expect(daemon.board.hosts.get('host2')?.boot.httpBootUri).toBe('http://192.0.2.1/x.efi');
    const legacy = await patch({ BootSourceOverrideMode: 'Legacy' });
    expect([legacy.status, messageKeys(legacy)]).toEqual([400, ['PropertyValueConflict']]);
    expect((await patch({ BootSourceOverrideEnabled: 'Disabled' })).status).toBe(200);
  });

  it('say how often a failed boot is retried', async () => {
    expect(await boot()).toMatchObject({ AutomaticRetryConfig: 'Disabled' });
    const retries = { AutomaticRetryConfig: 'RetryAttempts', AutomaticRetryAttempts: 2 };
    expect((await patch(retries)).status).toBe(200);
    expect(await boot()).toMatchObject({ ...retries, RemainingAutomaticRetryAttempts: 2 });
    expect((await patch({ AutomaticRetryConfig: 'Sometimes' })).status).toBe(400);
    expect((await patch({ AutomaticRetryConfig: 'Disabled' })).status).toBe(200);
  });
});

describe('a failure', () => {
  afterEach(() => bring('Off'));

  const failure = async (before: { readonly sel: number }, Severity = 'Critical') => {
    const entry = await until('the failure in the SEL', async () =>
      (await logEntries(daemon, sel))
        .slice(before.sel)
        .find((each) => keyOf(each) === 'ResourceErrorsDetected'),
    );
    expect(entry).toMatchObject({ Severity, Resolved: false });
    return entry;
  };

  it('to come on is reported, shown, and over when it comes on after all', async () => {
    await bring('Off');
    const before = await mark();
    const fault = daemon.twin.inject({ kind: 'stuckPowerGood', host: 'host2', level: 'low' });
    expect((await reset('On')).status).toBe(204);
    await becomes('PoweringOn');
    const entry = await failure(before);
    expect(entry.Message).toContain('On failed');
    expect(entry.Message).toContain('HOST2_POWER_GOOD');
    expect(await powerState()).toBe('Off');
    expect(at((await daemon.get(system)).body, '/Status/Health')).toBe('Critical');
    expect(at((await daemon.get(chassis)).body, '/Status/Health')).toBe('Critical');
    expectPulses(before.at, ['HOST2_BUTTON_OUT', 100]);
    const copies = (await logEntries(daemon, 'EventLog'))
      .slice(-3)
      .filter((each) => keyOf(each) === 'ResourceErrorsDetected');
    expect(copies).toHaveLength(1);
    daemon.twin.clear(fault);
    await shows(daemon, system, '/PowerState', 'On');
    await shows(daemon, system, '/Status/Health', 'OK');
    await shows(daemon, entry['@odata.id'], '/Resolved', true);
  });

  it('to go off is reported and shown', async () => {
    await bring('On');
    const before = await mark();
    daemon.twin.inject({ kind: 'stuckPowerGood', host: 'host2', level: 'high' });
    expect((await reset('ForceOff')).status).toBe(204);
    const entry = await failure(before);
    expect(entry.Message).toContain('ForceOff failed');
    expect(await powerState()).toBe('On');
    expect(at((await daemon.get(system)).body, '/Status/Health')).toBe('Critical');
    expectPulses(before.at, ['HOST2_BUTTON_OUT', 700]);
  });

  it('of the operating system to heed the button is reported; force cuts the wait short', async () => {
    await bring('On');
    daemon.twin.inject({ kind: 'ignoreGraceful', host: 'host2' });
    const before = await mark();
    await reset('GracefulShutdown');
    // The board did what it could: that is no defect of it.
    const entry = await failure(before, 'Warning');
    expect(entry.Message).toContain('GracefulShutdown');
    expect((await daemon.get(system)).body).toMatchObject({ PowerState: 'On', Status: { Health: 'OK' } });
    const again = await mark();
    await reset('GracefulShutdown');
    const busy = await reset('GracefulRestart');
    expect([busy.status, messageKeys(busy)]).toEqual([409, ['ResourceInUse']]);
    expect((await reset('ForceOff')).status).toBe(204);
    await resting('Off');
    // The first press may have been cut short, too.
    const seen = pulses(again.at);
    expect(seen.at(-1)?.ms).toBeGreaterThanOrEqual(698);
    await shows(daemon, entry['@odata.id'], '/Resolved', true);
  });

  it('of firmware to finish is told as a warning', async () => {
    await bring('Off');
    daemon.twin.inject({ kind: 'noPost', host: 'host2' });
    const before = await mark();
    await reset('On');
    const entry = await until('the warning', async () =>
      (await logEntries(daemon, sel)).slice(before.sel).find((each) => keyOf(each) === 'DeviceBootTimeout'),
    );
    expect(entry.Severity).toBe('Warning');
    expect((await daemon.get(system)).body).toMatchObject({
      PowerState: 'On',
      BootProgress: { LastState: 'PrimaryProcessorInitializationStarted' },
    });
  });

  it('of mains is seen, and a press of the real button too', async () => {
    await bring('On');
    const before = await mark();
    daemon.twin.loseMains();
    await becomes('Off');
    expect(
      (await logEntries(daemon, sel)).slice(before.sel).map((entry) => [keyOf(entry), entry.Severity]),
    ).toEqual([['ResourcePoweredOff', 'Warning']]);
    daemon.twin.returnMains();
    await daemon.twin.pressButton('host2', 50);
    await resting('On');
    expect(pulses(before.at)).toEqual([]);
  });
});

describe('after mains was lost', () => {
  const states: TestDaemon[] = [];
  let state: string;
  beforeEach(() => {
    state = mkdtempSync(join(tmpdir(), 'redfishd-test-'));
  });
  afterEach(async () => {
    for (const each of states.splice(0)) await each.stop();
    rmSync(state, { recursive: true, force: true });
  });

  it.each<[policy: string, was: 'On' | 'Off', becomes: 'On' | 'Off']>([
    ['AlwaysOn', 'Off', 'On'],
    ['AlwaysOff', 'On', 'Off'],
    ['LastState', 'On', 'On'],
    ['LastState', 'Off', 'Off'],
  ])('a host with the policy %s that was %s is %s', async (PowerRestorePolicy, was, wanted) => {
    const start = async (mainsRestored: boolean) => {
      const started = await startTestDaemon({
        platform,
        twin: { speed: 20 },
        state,
        daemon: { mainsRestored },
      });
      states.push(started);
      return started;
    };
    const first = await start(false);
    expect((await first.send('PATCH', system, { PowerRestorePolicy })).status).toBe(200);
    if (was === 'On') {
      await first.send('POST', `${system}/Actions/ComputerSystem.Reset`, { ResetType: 'On' });
      await shows(first, system, '/PowerState', 'On');
    }
    await first.stop();
    // Another twin: its hosts are off, as after a loss of mains.
    const second = await start(true);
    if (wanted === 'On') {
      await shows(second, system, '/PowerState', 'On');
      expect(second.twin.edges('HOST2_BUTTON_OUT')).toHaveLength(2);
    } else {
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(at((await second.get(system)).body, '/PowerState')).toBe('Off');
      expect(second.twin.edges('HOST2_BUTTON_OUT')).toEqual([]);
    }
  });
});
