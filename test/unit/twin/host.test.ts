import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GpioLine } from '../../../drivers/gpio/lines.ts';
import { createTwin, type HostState, type Twin } from '../../../src/twin/twin.ts';
import { board } from './board.ts';

let twin: Twin;
let button: GpioLine;
let reset: GpioLine;

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const state = (): HostState | undefined => twin.status().hosts[0]?.state;

async function build(speed = 1): Promise<void> {
  twin = createTwin(board, { speed });
  button = await twin.gpio.request({ line: 'power-out', direction: 'out', activeLow: true });
  reset = await twin.gpio.request({ line: 'RESET_OUT', direction: 'out', activeLow: true });
}

/** Presses the button as the daemon does. */
async function press(ms: number): Promise<void> {
  button.set(true);
  await pass(ms);
  button.set(false);
}

async function start(): Promise<void> {
  await press(1000);
  await pass(1500 + 8000);
  expect(state()).toBe('running');
}

/** Time since the last change of the line. */
const since = (line: string) => performance.now() - (twin.edges(line).at(-1)?.at ?? Number.NaN);

describe('a host of the twin', () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    await build();
  });
  afterEach(async () => {
    await twin.close();
    vi.useRealTimers();
  });

  it('reaches power-good and the end of POST after their durations', async () => {
    expect(state()).toBe('off');
    await press(1000);
    expect(state()).toBe('starting');
    await pass(1499);
    expect(twin.edges('PS_PWROK')).toEqual([]);
    await pass(1);
    expect(twin.edges('PS_PWROK')).toMatchObject([{ asserted: true, level: 1 }]);
    expect(state()).toBe('post');
    await pass(7999);
    expect(twin.edges('POST_COMPLETE')).toEqual([]);
    await pass(1);
    expect(twin.edges('POST_COMPLETE')).toMatchObject([{ asserted: true, level: 0 }]);
    expect(state()).toBe('running');
  });

  it('boots faster at a higher speed, with the same press durations', async () => {
    await twin.close();
    await build(10);
    await press(1000);
    await pass(150 + 800);
    expect(state()).toBe('running');
    await press(1000);
    expect(state()).toBe('shutdown');
    await pass(300);
    expect(state()).toBe('off');
  });

  it('shuts down after a short press', async () => {
    await start();
    await press(1000);
    expect(state()).toBe('shutdown');
    await pass(2999);
    expect(twin.edges('PS_PWROK')).toHaveLength(1);
    await pass(1);
    expect(state()).toBe('off');
    expect(twin.edges('PS_PWROK').at(-1)).toMatchObject({ asserted: false });
    expect(twin.edges('POST_COMPLETE').at(-1)).toMatchObject({ asserted: false });
  });

  it('switches off while the button is held, and stays off at release', async () => {
    await start();
    button.set(true);
    await pass(3499);
    expect(state()).toBe('running');
    await pass(1);
    expect(state()).toBe('off');
    expect(since('PS_PWROK')).toBe(0);
    await pass(2500);
    button.set(false);
    await pass(20_000);
    expect(state()).toBe('off');
  });

  it('does not start after a long press', async () => {
    await press(6000);
    await pass(20_000);
    expect(state()).toBe('off');
  });

  it('switches off at once before an operating system runs', async () => {
    await press(1000);
    await pass(1500 + 100);
    await press(1000);
    expect(state()).toBe('off');
  });

  it('restarts its firmware at a reset without losing power', async () => {
    await start();
    reset.set(true);
    expect(state()).toBe('post');
    expect(twin.edges('POST_COMPLETE').at(-1)).toMatchObject({ asserted: false });
    await pass(60_000);
    expect(state()).toBe('post');
    reset.set(false);
    await pass(7999);
    expect(state()).toBe('post');
    await pass(1);
    expect(state()).toBe('running');
    expect(twin.edges('PS_PWROK')).toHaveLength(1);
  });

  it('ignores a reset while off', async () => {
    reset.set(true);
    await pass(100);
    reset.set(false);
    await pass(20_000);
    expect(state()).toBe('off');
  });

  it('ignores a short press with ignoreGraceful, but not a long one', async () => {
    await start();
    const fault = twin.inject({ kind: 'ignoreGraceful', host: 'system' });
    await press(1000);
    await pass(10_000);
    expect(state()).toBe('running');
    await press(6000);
    expect(state()).toBe('off');
    twin.clear(fault);
    expect(twin.faults).toEqual([]);
  });

  it('does not finish POST with noPost, until the fault ends', async () => {
    const fault = twin.inject({ kind: 'noPost', host: 'system' });
    await press(1000);
    await pass(60_000);
    expect(state()).toBe('post');
    twin.clear(fault);
    await pass(8000);
    expect(state()).toBe('running');
  });

  it('ignores the button after a crash, until a reset ends the fault', async () => {
    expect(() => twin.inject({ kind: 'crash', host: 'system' })).toThrow('no operating system');
    await start();
    twin.inject({ kind: 'crash', host: 'system' });
    await press(1000);
    await pass(10_000);
    expect(state()).toBe('running');
    reset.set(true);
    await pass(100);
    reset.set(false);
    expect(twin.faults).toEqual([]);
    await pass(8000);
    await press(1000);
    await pass(3000);
    expect(state()).toBe('off');
  });

  it('reports a stuck power-good in every state', async () => {
    const low = twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'low' });
    await start();
    expect(twin.edges('PS_PWROK')).toEqual([]);
    twin.clear(low);
    expect(twin.edges('PS_PWROK')).toMatchObject([{ asserted: true }]);
    twin.inject({ kind: 'stuckPowerGood', host: 'system', level: 'high' });
    await press(6000);
    expect(state()).toBe('off');
    expect(twin.edges('PS_PWROK')).toHaveLength(1);
    twin.clear('all');
    expect(twin.edges('PS_PWROK').at(-1)).toMatchObject({ asserted: false });
  });

  it('starts after a press of a person, which shows on the button line', async () => {
    const pressed = twin.pressButton('system', 200);
    expect(twin.edges('POWER_BUTTON')).toMatchObject([{ asserted: true }]);
    await expect(twin.pressButton('system', 200)).rejects.toThrow('being pressed');
    await pass(200);
    await pressed;
    expect(twin.edges('POWER_BUTTON')).toHaveLength(2);
    expect(state()).toBe('starting');
    await expect(twin.pressButton('system', 0)).rejects.toThrow('lasts');
    await expect(twin.pressButton('sytem', 200)).rejects.toThrow('did you mean "system"');
  });

  it('goes off with mains and stays off when it returns', async () => {
    await start();
    const heard: boolean[] = [];
    twin.onMains((on) => heard.push(on));
    twin.loseMains();
    twin.loseMains();
    expect(state()).toBe('off');
    expect(twin.edges('PS_PWROK').at(-1)).toMatchObject({ asserted: false });
    await press(1000);
    await pass(20_000);
    expect(state()).toBe('off');
    twin.returnMains();
    await pass(20_000);
    expect(state()).toBe('off');
    expect(heard).toEqual([false, true]);
    await start();
  });

  it('goes off with its only supply', async () => {
    await start();
    const fault = twin.inject({ kind: 'blownSupply', powerSupply: 'PSU' });
    expect(state()).toBe('off');
    expect(twin.edges('PSU_GOOD').at(-1)).toMatchObject({ asserted: false });
    twin.clear(fault);
    await start();
  });

  it('distinguishes presses that are closer than on a real server', async () => {
    const [host] = board.hosts;
    const quick = { ...host, power: { ...host.power, onPulse: 20, forceOffPulse: 100 } };
    await twin.close();
    twin = createTwin({ ...board, hosts: [quick] }, { speed: 100 });
    button = await twin.gpio.request({ line: 'power-out', direction: 'out', activeLow: true });
    await press(20);
    await pass(95);
    expect(state()).toBe('running');
    await press(100);
    expect(state()).toBe('off');
  });
});
