/** Buttons on the front panel: what a person presses, who acts on it, and what the log says of it. */
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { type Bench, bench, pass, startBench, useOwnTime } from '../support.ts';

useOwnTime();

type ButtonFacts = NonNullable<NonNullable<Platform['hosts']>[number]['buttons']>;

const panel = (facts: Partial<ButtonFacts>): Platform => ({
  ...bench,
  lines: {
    ...bench.lines,
    FRONT: { direction: 'in', activeLow: true },
    FRONT_RESET: { direction: 'in', activeLow: true },
    FRONT_NMI: { direction: 'in', activeLow: true },
  },
  hosts: (bench.hosts ?? []).map((host) => ({
    ...host,
    buttons: { power: 'FRONT', reset: 'FRONT_RESET', nmi: 'FRONT_NMI', ...facts },
  })),
});

async function press(b: Bench, ms: number, button?: 'power' | 'reset' | 'nmi'): Promise<void> {
  const pressed = b.twin.pressButton('system', ms, button);
  await pass(ms);
  await pressed;
  await pass(50);
}
const said = (b: Bench) =>
  b.events.flatMap(({ message, detail, host }) =>
    message === 'ResourceEvent.ResourceStateChanged' ? [[detail, host]] : [],
  );

describe('a button that the board acts on by itself', () => {
  it('is told of, and what the host does is the answer to it', async () => {
    const b = await startBench({ platform: panel({}) });
    await press(b, 200);
    await pass(3000);
    expect(b.host.powerState).toBe('On');
    expect(said(b)).toEqual([['It was held for 0.2 s. The board itself acts on it.', 'system']]);
    // It was somebody, so it is no cause for alarm.
    expect(b.told()).toEqual(['ResourceStateChanged OK', 'ResourcePoweredOn OK']);
    expect(b.edges('POWER_OUT')).toEqual([]);
  });

  it('is no press when it only bounces', async () => {
    const b = await startBench({ platform: panel({ acts: 'policy' }) });
    await press(b, 10);
    await pass(3000);
    expect([said(b), b.host.powerState]).toEqual([[], 'Off']);
  });
});

describe('a button by policy', () => {
  const platform = panel({ acts: 'policy', longPress: 2000 });

  it('switches on, asks the operating system to end, and forces off when it is held', async () => {
    const b = await startBench({ platform });
    await press(b, 200);
    await pass(3000);
    expect([b.host.powerState, b.host.lastReset?.type]).toEqual(['On', 'On']);
    await press(b, 200);
    await pass(4000);
    expect([b.host.powerState, b.host.lastReset?.type]).toEqual(['Off', 'GracefulShutdown']);
    await b.running();
    const held = b.twin.pressButton('system', 5000);
    await pass(1900);
    expect(b.host.lastReset?.type).toBe('On');
    // It acts while it is still held.
    await pass(1500);
    expect([b.host.powerState, b.host.lastReset?.type]).toEqual(['Off', 'ForceOff']);
    await pass(2000);
    await held;
    await pass(3000);
    expect(b.host.powerState).toBe('Off');
    expect(said(b).at(-1)?.[0]).toBe('It was held for 2.0 s. The policy of the board requests ForceOff.');
  });

  it('resets and interrupts', async () => {
    const b = await startBench({ platform });
    await b.running();
    b.mark();
    await press(b, 100, 'reset');
    expect(b.edges('RESET_OUT').map(([, asserted]) => asserted)).toEqual([true, false]);
    await pass(1500);
    await press(b, 100, 'nmi');
    expect(b.edges('NMI_OUT').map(([, asserted]) => asserted)).toEqual([true, false]);
  });

  it('does what the descriptor says instead, and nothing where it says so', async () => {
    const b = await startBench({
      platform: panel({ acts: 'policy', shortWhenOn: 'None', shortWhenOff: 'ForceOn', long: 'None' }),
    });
    await press(b, 200);
    await pass(3000);
    expect(b.host.lastReset?.type).toBe('ForceOn');
    await press(b, 200);
    await press(b, 6000);
    await pass(3000);
    expect(b.host.powerState).toBe('On');
    expect(said(b).at(-1)?.[0]).toContain('The policy of the board ignores it.');
  });

  it('of the reset does nothing to a host that is off', async () => {
    const b = await startBench({ platform });
    await press(b, 100, 'reset');
    await pass(10);
    expect(said(b).at(-1)?.[0]).toContain('The policy of the board ignores it.');
    expect(b.host.powerState).toBe('Off');
  });

  it('reports why its request was refused', async () => {
    const b = await startBench({ platform });
    await b.running();
    b.twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    await b.reset('GracefulShutdown');
    await press(b, 100);
    await pass(10);
    expect(said(b).at(-1)?.[0]).toContain(
      'GracefulShutdown was refused: GracefulShutdown of system waits for the operating system: ' +
        'ForceOff, ForceRestart, PowerCycle would interrupt it.',
    );
  });
});

describe('a button that is passed through', () => {
  it('has the outputs follow the finger', async () => {
    const b = await startBench({ platform: panel({ acts: 'passThrough' }) });
    b.mark();
    await press(b, 150);
    const [down, up] = b.edges('POWER_OUT');
    expect([down?.[1], up?.[1]]).toEqual([true, false]);
    expect(Number(up?.[0]) - Number(down?.[0])).toBe(150);
    await pass(3000);
    expect(b.host.powerState).toBe('On');
    expect(b.told()).not.toContain('ResourcePoweredOn Warning');
  });
});
