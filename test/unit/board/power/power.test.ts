/** Every way to switch a host, with what the pins do and what is told; and what can go wrong in the middle. */
import { describe, expect, it } from 'vitest';
import { BoardRefusal } from '../../../../src/board/model/refusal.ts';
import { type ResetType, resetTypes } from '../../../../src/platform/reset-types.ts';
import type { ButtonPowerFacts } from '../../../../src/platform/vocabulary/index.ts';
import { bench, gpioWith, pass, postTimeout, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const { onPulse, gracefulPulse, forceOffPulse, resetPulse, nmiPulse, settle, cycleDelay } = timing;
/** Of the twin at ten times the speed: button to power-good, firmware, orderly shutdown; and when a held button cuts. */
const starting = 150;
const post = 800;
const shutdown = 300;
const cut = (onPulse + forceOffPulse) / 2;

describe('every reset type', () => {
  it('On presses for as long as the descriptor says, and is done when power-good has come and settled', async () => {
    const b = await startBench();
    expect(b.host).toMatchObject({ powerState: 'Off', postComplete: false, lastReset: null });
    b.mark();
    const end = await b.reset('On');
    expect(b.host).toMatchObject({ powerState: 'PoweringOn', lastReset: { type: 'On' } });
    await pass(onPulse + settle - 1);
    expect(end.outcome).toBeNull();
    await pass(1);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [onPulse, false],
    ]);
    expect(b.host).toMatchObject({ powerState: 'On', postComplete: false, status: { state: 'Enabled' } });
    expect(b.told()).toEqual(['ResourcePoweringOn OK', 'ResourcePoweredOn OK']);
    await pass(post);
    expect(b.host.postComplete).toBe(true);
  });

  it('ForceOff holds the button past the cut, and is done only when it has let go', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    const end = await b.reset('ForceOff');
    expect(b.host.powerState).toBe('PoweringOff');
    await pass(forceOffPulse - 1);
    expect(b.edges('POWER_GOOD')).toEqual([[cut, false]]);
    expect(end.outcome).toBeNull();
    await pass(1);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [forceOffPulse, false],
    ]);
    expect(b.host).toMatchObject({ powerState: 'Off', postComplete: false, lastReset: { type: 'ForceOff' } });
    expect(b.told()).toEqual(['ResourcePoweringOff OK', 'ResourcePoweredOff OK']);
  });

  it('GracefulShutdown presses shortly and waits for the operating system', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    const end = await b.reset('GracefulShutdown');
    await pass(gracefulPulse + shutdown);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [gracefulPulse, false],
    ]);
    expect(b.edges('POWER_GOOD')).toEqual([[gracefulPulse + shutdown, false]]);
    expect(b.told()).toEqual(['ResourcePoweringOff OK', 'ResourcePoweredOff OK']);
  });

  it('GracefulRestart shuts down, leaves the power off for the cycle delay, and switches on', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    const end = await b.reset('GracefulRestart');
    const off = gracefulPulse + shutdown;
    const on = off + cycleDelay;
    await pass(on + onPulse + settle);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [gracefulPulse, false],
      [on, true],
      [on + onPulse, false],
    ]);
    expect(b.edges('POWER_GOOD')).toEqual([
      [off, false],
      [on + onPulse + starting, true],
    ]);
    expect(b.told()).toEqual([
      'ResourcePoweringOff OK',
      'ResourcePoweredOff OK',
      'ResourcePoweringOn OK',
      'ResourcePoweredOn OK',
    ]);
  });

  it('PowerCycle forces off, leaves the power off for the cycle delay, and switches on', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    const end = await b.reset('PowerCycle');
    const on = forceOffPulse + cycleDelay;
    await pass(on - 1);
    expect(b.host.powerState).toBe('PoweringOff');
    await pass(1);
    expect(b.host.powerState).toBe('PoweringOn');
    await pass(onPulse + settle);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [forceOffPulse, false],
      [on, true],
      [on + onPulse, false],
    ]);
    expect(b.host).toMatchObject({ powerState: 'On', lastReset: { type: 'PowerCycle' } });
  });

  it('ForceRestart pulses the reset, and the self test begins anew', async () => {
    const b = await startBench();
    await b.running();
    expect(b.host.postComplete).toBe(true);
    b.mark();
    const end = await b.reset('ForceRestart');
    await pass(resetPulse);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('RESET_OUT')).toEqual([
      [0, true],
      [resetPulse, false],
    ]);
    expect(b.edges('POWER_OUT')).toEqual([]);
    expect(b.host).toMatchObject({
      powerState: 'On',
      postComplete: false,
      lastReset: { type: 'ForceRestart' },
    });
    expect(b.told()).toEqual(['PlatformReset OK']);
    await pass(post);
    expect(b.host.postComplete).toBe(true);
  });

  it('Nmi pulses its line and is no reset', async () => {
    const b = await startBench();
    await b.running();
    const before = b.host.lastReset;
    b.mark();
    const end = await b.reset('Nmi');
    await pass(nmiPulse);
    expect(end.outcome).toEqual({ ok: true });
    expect(b.edges('NMI_OUT')).toEqual([
      [0, true],
      [nmiPulse, false],
    ]);
    expect(b.host).toMatchObject({ powerState: 'On', lastReset: before });
  });

  it('PushPowerButton presses once, and what comes of it counts as asked for', async () => {
    const b = await startBench();
    b.mark();
    const end = await b.reset('PushPowerButton');
    await pass(onPulse);
    expect(end.outcome).toEqual({ ok: true });
    await pass(starting + post);
    expect(b.edges('POWER_GOOD')).toEqual([[onPulse + starting, true]]);
    expect(b.told()).toEqual(['ResourcePoweredOn OK']);
    await b.reset('PushPowerButton');
    await pass(onPulse + shutdown);
    expect(b.host.powerState).toBe('Off');
    expect(b.told()).toEqual(['ResourcePoweredOff OK']);
  });

  it('ForceOn is On', async () => {
    const b = await startBench();
    b.mark();
    await b.reset('ForceOn');
    await pass(onPulse + settle);
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [onPulse, false],
    ]);
    expect(b.host.powerState).toBe('On');
  });
});

describe('the state that a request finds', () => {
  it('supports every reset type where all is wired', async () => {
    const b = await startBench();
    expect(b.host.supportedResets).toEqual(resetTypes);
  });

  it.each<['On' | 'Off', readonly ResetType[]]>([
    ['Off', ['ForceOff', 'GracefulShutdown']],
    ['On', ['On', 'ForceOn']],
  ])('%s is not changed by a request for it', async (state, types) => {
    const b = await startBench();
    if (state === 'On') await b.running();
    const before = b.host.lastReset;
    b.mark();
    for (const type of types) {
      const { done, performed } = await b.board.reset('system', type);
      expect([type, performed, await done]).toEqual([type, false, { ok: true }]);
    }
    await pass(2000);
    expect(b.edges('POWER_OUT')).toEqual([]);
    expect(b.told()).toEqual([]);
    expect(b.host).toMatchObject({ powerState: state, lastReset: before });
  });

  it.each<ResetType>(['ForceRestart', 'GracefulRestart', 'PowerCycle'])(
    'Off is ended by %s',
    async (type) => {
      const b = await startBench();
      b.mark();
      const end = await b.reset(type);
      await pass(onPulse + settle);
      expect(end.outcome).toEqual({ ok: true });
      expect(b.edges('POWER_OUT')).toEqual([
        [0, true],
        [onPulse, false],
      ]);
      expect(b.edges('RESET_OUT')).toEqual([]);
      expect(b.host).toMatchObject({ powerState: 'On', lastReset: { type } });
      expect(b.told()).toEqual(['ResourcePoweringOn OK', 'ResourcePoweredOn OK']);
    },
  );

  it('Off has nothing that an NMI could interrupt', async () => {
    const b = await startBench();
    await expect(b.reset('Nmi')).rejects.toMatchObject({ reason: 'not-in-this-state' });
    expect(b.host.resetRefusal('Nmi')).toMatchObject({
      message: 'system is off: an NMI needs a running host',
    });
  });

  it('is not changed any more once the daemon stops', async () => {
    const b = await startBench();
    await b.stop();
    await expect(b.reset('On')).rejects.toMatchObject({ reason: 'busy' });
  });

  it('offers neither reset nor interrupt where no line is wired', async () => {
    const wired = bench.hosts?.[0]?.power as ButtonPowerFacts;
    const { reset: _reset, nmi: _nmi, ...power } = wired;
    const hosts = bench.hosts?.map((host) => ({ ...host, power })) ?? [];
    const b = await startBench({ platform: { ...bench, hosts } });
    await b.running();
    expect(b.host.supportedResets).not.toContain('ForceRestart');
    for (const type of ['ForceRestart', 'Nmi'] as const)
      await expect(b.reset(type)).rejects.toMatchObject({ reason: 'not-supported' });
  });

  it('knows nothing of a host whose power-good cannot be read', async () => {
    const b = await startBench({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'POWER_GOOD') }),
    });
    expect(b.host).toMatchObject({
      powerState: null,
      postComplete: null,
      status: { state: 'UnavailableOffline', health: 'Warning' },
    });
    expect(b.host.resetRefusal('On')).toMatchObject({ reason: 'device' });
    await expect(b.reset('On')).rejects.toMatchObject({ reason: 'device' });
    expect(b.sensor('P1V8').status.state).toBe('UnavailableOffline');
  });
});

describe('one operation taking over from another', () => {
  it('ForceOff ends a wait for an operating system that does not listen', async () => {
    const b = await startBench();
    await b.running();
    b.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    b.mark();
    const first = await b.reset('GracefulRestart');
    await pass(1000);
    const second = await b.reset('ForceOff');
    await pass(0);
    const reason = 'GracefulRestart of system was interrupted: ForceOff was requested';
    expect(first.outcome).toEqual({ ok: false, reason });
    expect(b.host).toMatchObject({ powerState: 'PoweringOff', operation: 'ForceOff' });
    await pass(forceOffPulse);
    expect(second.outcome).toEqual({ ok: true });
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [gracefulPulse, false],
      [1000, true],
      [1000 + forceOffPulse, false],
    ]);
    // Being cut short is no failure.
    expect(b.told().filter((each) => each.endsWith('Critical'))).toEqual([]);
    await pass(20_000);
    expect(b.host).toMatchObject({ powerState: 'Off', lastReset: { type: 'ForceOff' } });
    expect(b.twin.edges('POWER_OUT').at(-1)?.asserted).toBe(false);
  });

  it('lets the button go before it is pressed anew, when a press is cut short', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    await b.reset('GracefulShutdown');
    await pass(gracefulPulse / 2);
    await b.reset('ForceRestart');
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [gracefulPulse / 2, false],
    ]);
    expect(b.edges('RESET_OUT')).toEqual([[gracefulPulse / 2, true]]);
    expect(b.host.powerState).toBe('On');
  });

  it('carries out both of two at the same moment, in order', async () => {
    const b = await startBench();
    await b.running();
    b.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    await b.reset('GracefulShutdown');
    await pass(1000);
    b.mark();
    const off = await b.reset('ForceOff');
    const cycle = b.reset('PowerCycle');
    await pass(forceOffPulse);
    expect(off.outcome).toEqual({ ok: true });
    // Of a host that is off by then a cycle is a power-on.
    await cycle;
    await pass(onPulse + settle);
    expect(b.edges('POWER_OUT')).toEqual([
      [0, true],
      [forceOffPulse, false],
      [forceOffPulse, true],
      [forceOffPulse + onPulse, false],
    ]);
    expect(b.host.powerState).toBe('On');
  });

  it('ForceOff interrupts a power-on, and takes away the power that comes all the same', async () => {
    const b = await startBench();
    b.mark();
    const on = await b.reset('On');
    await pass(onPulse + 10);
    const off = await b.reset('ForceOff');
    await pass(forceOffPulse + timing.offTimeout);
    expect([on.outcome?.ok, off.outcome]).toEqual([false, { ok: true }]);
    await pass(5000);
    expect(b.host.powerState).toBe('Off');
    expect(b.disk.get('board.host.system.power')).toBe('off');
  });

  it('ForceOff in the off time of a cycle leaves the host off without another press', async () => {
    const b = await startBench();
    await b.running();
    await b.reset('PowerCycle');
    await pass(forceOffPulse + 1000);
    b.mark();
    const { done, performed } = await b.board.reset('system', 'ForceOff');
    expect([performed, await done]).toEqual([true, { ok: true }]);
    await pass(cycleDelay + 5000);
    expect(b.edges('POWER_OUT')).toEqual([]);
    expect(b.host).toMatchObject({ powerState: 'Off', lastReset: { type: 'ForceOff' } });
    expect(b.disk.get('board.host.system.power')).toBe('off');
  });

  it('refuses what waits behind an operation when that takes longer than it may', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
    await b.reset('On');
    const limit = onPulse + settle + timing.onTimeout;
    const waiting = [b.reset('ForceRestart'), b.reset('PushPowerButton')];
    const ends = Promise.allSettled(waiting);
    // The first one begins when power-on has failed; the second one has waited for both by then.
    await pass(limit + 100);
    const [first, second] = await ends;
    expect(first?.status).toBe('fulfilled');
    expect(second).toMatchObject({
      status: 'rejected',
      reason: { reason: 'busy', message: expect.stringContaining('for ForceRestart to end') },
    });
    await pass(20_000);
  });

  it('ForceOff refuses what was requested before it', async () => {
    const b = await startBench();
    await b.reset('On');
    const restart = b.reset('ForceRestart');
    const refused = expect(restart).rejects.toThrow('ForceOff was requested');
    await b.reset('ForceOff');
    await refused;
    await pass(20_000);
    expect(b.host.powerState).toBe('Off');
  });
});

describe('what goes wrong', () => {
  it('a power-good that never comes ends in a failure with its reason, and the host is critical', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
    b.mark();
    const end = await b.reset('On');
    await pass(onPulse + settle + timing.onTimeout);
    const reason =
      'power-good (line POWER_GOOD) did not assert within 3 s of the button press: check the supply and the line, or raise `onTimeout`';
    expect(end.outcome).toEqual({ ok: false, reason });
    expect(b.host).toMatchObject({
      powerState: 'Off',
      status: { state: 'Disabled', health: 'Critical' },
    });
    expect(b.board.chassis.get('main')?.status.health).toBe('Critical');
    expect(b.events.at(-1)).toMatchObject({
      message: 'ResourceEvent.ResourceErrorsDetected',
      severity: 'Critical',
      host: 'system',
      condition: 'power:system',
      detail: `${reason}.`,
    });
    expect(b.edges('POWER_OUT').at(-1)).toEqual([onPulse, false]);
    // It can be tried again, and that clears it.
    b.told();
    b.twin.clear('all');
    await pass(2000);
    expect(b.told()).toEqual(['ResourcePoweredOn Warning', 'ResourceErrorsCorrected OK']);
    expect(b.host.status.health).toBe('OK');
  });

  it('a power-good that never goes ends in a failure, and a later success corrects it', async () => {
    const b = await startBench();
    await b.running();
    b.twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'high' });
    const end = await b.reset('ForceOff');
    await pass(forceOffPulse + timing.offTimeout);
    expect(end.outcome).toMatchObject({ ok: false });
    expect(b.host).toMatchObject({ powerState: 'On', status: { health: 'Critical' } });
    b.told();
    await b.reset('ForceRestart');
    await pass(resetPulse);
    expect(b.told()).toEqual(['PlatformReset OK', 'ResourceErrorsCorrected OK']);
    expect(b.host.status.health).toBe('OK');
  });

  it('an operating system that does not listen is waited for as long as the descriptor says', async () => {
    const b = await startBench();
    await b.running();
    b.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    const end = await b.reset('GracefulShutdown');
    await pass(gracefulPulse + timing.gracefulTimeout - 1);
    expect(end.outcome).toBeNull();
    await pass(1);
    expect(end.outcome).toEqual({
      ok: false,
      reason: 'the operating system did not shut down within 8 s: use ForceOff, or raise `gracefulTimeout`',
    });
    // Nothing is broken.
    expect(b.host.powerState).toBe('On');
    expect(b.host.status.health).toBe('OK');
    expect(b.told()).toEqual(['ResourcePoweringOff OK', 'ResourceErrorsDetected Warning']);
    await b.reset('ForceOff');
    await pass(forceOffPulse);
    expect(b.told()).toContain('ResourceErrorsCorrected OK');
  });

  it('power that fails in the middle of a cycle ends it in a failure, with the line at rest', async () => {
    const b = await startBench();
    await b.running();
    b.mark();
    const end = await b.reset('PowerCycle');
    await pass(cut - 50);
    b.twin.loseMains();
    await pass(forceOffPulse + cycleDelay + onPulse + settle + timing.onTimeout);
    expect(end.outcome).toMatchObject({ ok: false });
    expect(b.edges('POWER_OUT').at(-1)?.[1]).toBe(false);
    expect(b.host.powerState).toBe('Off');
  });

  it('power that fails while the host comes on is seen after the settling time', async () => {
    const b = await startBench();
    const end = await b.reset('On');
    await pass(onPulse + starting + 10);
    b.twin.loseMains();
    await pass(settle + timing.onTimeout);
    expect(end.outcome).toMatchObject({ ok: false });
    expect(b.told().filter((each) => each.startsWith('Resource'))).toEqual([
      'ResourcePoweringOn OK',
      'ResourcePoweredOn OK',
      'ResourcePoweredOff Warning',
      'ResourceErrorsDetected Critical',
    ]);
  });

  it('a button that cannot be driven refuses the operation and changes nothing', async () => {
    const broken = { is: true };
    const b = await startBench({
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => line === 'POWER_OUT' && what === 'set' && broken.is),
      }),
    });
    await expect(b.reset('On')).rejects.toMatchObject({ kind: 'no-bus' });
    expect(b.host).toMatchObject({ powerState: 'Off', lastReset: null, status: { health: 'Critical' } });
    expect(b.told()).toEqual(['ResourceErrorsDetected Critical']);
    broken.is = false;
    await b.reset('On');
    await pass(2000);
    expect(b.host).toMatchObject({ powerState: 'On', status: { health: 'OK' } });
  });

  it('a button that cannot be released is a failure, and is released as soon as it can be', async () => {
    const broken = { is: false };
    const b = await startBench({
      hardware: (twin) => ({
        gpio: gpioWith(
          twin,
          (line, what, value) => line === 'POWER_OUT' && what === 'set' && value === false && broken.is,
        ),
      }),
    });
    broken.is = true;
    const end = await b.reset('On');
    await pass(onPulse);
    expect(end.outcome).toMatchObject({ ok: false });
    expect(b.twin.edges('POWER_OUT').at(-1)?.asserted).toBe(true);
    broken.is = false;
    await pass(10_000);
    expect(b.twin.edges('POWER_OUT').at(-1)?.asserted).toBe(false);
  });

  it('the end of the daemon in the middle of a press lets the line go', async () => {
    const b = await startBench();
    await b.running();
    const end = await b.reset('ForceOff');
    await pass(10);
    await b.stop();
    expect(b.twin.edges('POWER_OUT').at(-1)?.asserted).toBe(false);
    await pass(20_000);
    expect(end.outcome).toEqual({
      ok: false,
      reason: 'ForceOff of system was interrupted: the daemon is stopping',
    });
    expect(b.told()).toEqual(['ResourcePoweringOff OK']);
  });
});

describe('what nobody asked for', () => {
  it('is a warning with words, and needs no operation', async () => {
    const b = await startBench();
    await b.running();
    b.twin.loseMains();
    await pass(0);
    expect(b.host.powerState).toBe('Off');
    const event = b.events.find(({ message }) => message === 'ResourceEvent.ResourcePoweredOff');
    expect(event).toMatchObject({ severity: 'Warning', host: 'system' });
    expect(event?.detail).toMatch(/power failed/);
  });

  it('a person at the button is seen too', async () => {
    const b = await startBench();
    void b.twin.pressButton('system', 50);
    await pass(2000);
    expect(b.host).toMatchObject({ powerState: 'On', lastReset: null });
    expect(b.told()).toEqual(['ResourcePoweredOn Warning']);
  });

  it('the state found at start is no event', async () => {
    const first = await startBench();
    await first.running();
    await first.stop();
    const second = await startBench({ twin: first.twin, disk: first.disk });
    expect(second.events).toEqual([]);
    expect(second.host).toMatchObject({ powerState: 'On', postComplete: true, lastReset: null });
    await second.stop();
  });
});

describe('the self test', () => {
  it('that takes too long is told once, and again when it ends', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'noPost', host: 'system' });
    await b.reset('On');
    await pass(onPulse + settle);
    b.told();
    await pass(postTimeout - 100);
    expect(b.told()).toEqual([]);
    await pass(200);
    expect(b.told()).toEqual(['DeviceBootTimeout Warning']);
    await pass(2 * postTimeout);
    expect(b.told()).toEqual([]);
    b.twin.clear('all');
    await pass(post);
    expect(b.host.postComplete).toBe(true);
    expect(b.told()).toEqual(['ResourceStatusChangedOK OK']);
  });

  it('has all its time again after a reset', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'noPost', host: 'system' });
    await b.reset('On');
    await pass(postTimeout - 500);
    await b.reset('ForceRestart');
    await pass(1000);
    expect(b.told()).not.toContain('DeviceBootTimeout Warning');
    await pass(postTimeout);
    expect(b.told()).toContain('DeviceBootTimeout Warning');
  });

  it('that fails is retried as often as the settings say, and no more', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'noPost', host: 'system' });
    await b.board.setBootRetry('system', { config: 'RetryAttempts', attempts: 2 });
    expect(b.host.bootRetry).toEqual({ config: 'RetryAttempts', attempts: 2, remaining: 2 });
    await b.reset('On');
    await pass(onPulse + settle);
    b.mark();
    b.told();
    await pass(postTimeout + 100);
    expect(b.told()).toEqual([
      'DeviceBootTimeout Warning',
      'ResourceStateChanged Warning',
      'PlatformReset OK',
    ]);
    expect(b.host.bootRetry?.remaining).toBe(1);
    await pass(3 * postTimeout);
    expect(b.edges('RESET_OUT')).toHaveLength(4);
    expect(b.told().at(-1)).toBe('ResourceErrorsDetected Critical');
    expect(b.host.bootRetry?.remaining).toBe(0);
    b.twin.clear('all');
    await b.reset('ForceRestart');
    await pass(post + 1000);
    expect(b.host).toMatchObject({ postComplete: true, bootRetry: { remaining: 2 } });
  });

  it('that fails is not retried unless the settings say so, which last over restarts', async () => {
    const b = await startBench();
    b.twin.inject({ kind: 'noPost', host: 'system' });
    b.mark();
    await b.reset('On');
    await pass(3 * postTimeout);
    expect(b.edges('RESET_OUT')).toEqual([]);
    await b.board.setBootRetry('system', { config: 'RetryAlways', attempts: 1 });
    await b.stop();
    const again = await startBench({ twin: b.twin, disk: b.disk });
    expect(again.host.bootRetry).toMatchObject({ config: 'RetryAlways', attempts: 1 });
    again.mark();
    await pass(4 * postTimeout);
    expect(again.edges('RESET_OUT').length).toBeGreaterThan(4);
  });

  it('whose line cannot be read is unknown, and never late', async () => {
    const b = await startBench({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line) => line === 'POST_COMPLETE') }),
    });
    await b.running();
    expect(b.host.postComplete).toBeNull();
    await pass(2 * postTimeout);
    expect(b.told()).toEqual([]);
  });
});

it('refuses a host that is not there', async () => {
  const b = await startBench();
  await expect(b.board.reset('other', 'On')).rejects.toBeInstanceOf(BoardRefusal);
});
