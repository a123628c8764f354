import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GpioLine } from '../../../drivers/gpio/lines.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { board } from './board.ts';

const path = '/dev/post0';
const [host] = board.hosts;
const withCodes = { ...board, hosts: [{ ...host, postCodes: { device: path } }] };

let twin: Twin;
let button: GpioLine;
let reset: GpioLine;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

async function listen() {
  const heard: number[] = [];
  const stream = await twin.postCodes.open(path);
  stream.on('data', (bytes: Buffer) => heard.push(...bytes));
  await pass(1);
  return { stream, heard };
}

async function switchOn(): Promise<void> {
  button.set(true);
  await pass(1000);
  button.set(false);
  await pass(1500);
}

describe('the firmware of a host of the twin', () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    twin = createTwin(withCodes);
    button = await twin.gpio.request({ line: 'power-out', direction: 'out', activeLow: true });
    reset = await twin.gpio.request({ line: 'RESET_OUT', direction: 'out', activeLow: true });
  });
  afterEach(async () => {
    await twin.close();
    vi.useRealTimers();
  });

  it('writes codes from power-good to the end of its self test, and none otherwise', async () => {
    const { heard } = await listen();
    await pass(60_000);
    expect(heard).toEqual([]);
    await switchOn();
    await pass(4000);
    const half = heard.length;
    expect(half).toBeGreaterThan(30);
    await pass(4000);
    expect(twin.status().hosts[0]?.state).toBe('running');
    expect(heard.length).toBeGreaterThan(2 * half - 10);
    expect(heard.length).toBeGreaterThan(100);
    expect(heard.length).toBeLessThan(200);
    expect(heard.at(-1)).toBe(0xaa);
    await pass(60_000);
    expect(heard.at(-1)).toBe(0xaa);
    const whole = [...heard];
    reset.set(true);
    await pass(5000);
    expect(heard).toEqual(whole);
    reset.set(false);
    await pass(8000);
    expect(heard).toEqual([...whole, ...whole]);
  });

  it('writes no further code when it hangs', async () => {
    const { heard } = await listen();
    twin.inject({ kind: 'noPost', host: host.id });
    await switchOn();
    await pass(60_000);
    const hung = heard.length;
    expect(hung).toBeGreaterThan(50);
    expect(vi.getTimerCount()).toBeLessThan(5);
    await pass(60_000);
    expect(heard.length).toBe(hung);
  });

  it('buffers its codes until the device is opened, once', async () => {
    await switchOn();
    await pass(8000);
    const first = await listen();
    expect(first.heard.length).toBeGreaterThan(100);
    await expect(twin.postCodes.open(path)).rejects.toMatchObject({ kind: 'held' });
    first.stream.destroy();
    await pass(1);
    expect((await listen()).heard).toEqual([]);
    await expect(twin.postCodes.open('/dev/other')).rejects.toMatchObject({ kind: 'no-bus' });
  });
});
