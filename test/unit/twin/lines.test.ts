import { afterEach, describe, expect, it, vi } from 'vitest';
import { createTwin } from '../../../src/twin/twin.ts';
import { board, clock } from './board.ts';

describe('lines of the twin', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('converts logical values to levels by the polarity of the request', async () => {
    const { now } = clock();
    const twin = createTwin(board, { now });
    const rightly = await twin.gpio.request({ line: 'CPU0_PRESENT', direction: 'in', activeLow: true });
    expect(rightly.get()).toBe(true);
    rightly.close();
    const wrongly = await twin.gpio.request({ line: 'CPU0_PRESENT', direction: 'in', activeLow: false });
    expect(wrongly.get()).toBe(false);
  });

  it('records the edges of an output with their time, level and meaning', async () => {
    const { now, pass } = clock();
    const twin = createTwin(board, { now });
    const reset = await twin.gpio.request({ line: 'RESET_OUT', direction: 'out', activeLow: true });
    expect(twin.edges('RESET_OUT')).toEqual([]);
    reset.set(true);
    expect(reset.get()).toBe(true);
    pass(100);
    reset.set(true);
    reset.set(false);
    expect(twin.edges('RESET_OUT')).toEqual([
      { at: 1000, asserted: true, level: 0 },
      { at: 1100, asserted: false, level: 1 },
    ]);
  });

  it('drives the initial value with the request', async () => {
    const twin = createTwin(board);
    await twin.gpio.request({ line: 'BAT_BRIDGE', direction: 'out', activeLow: true, initial: true });
    expect(twin.edges('BAT_BRIDGE')).toMatchObject([{ asserted: true, level: 0 }]);
  });

  it('finds edges by descriptor key and by kernel name', async () => {
    const twin = createTwin(board);
    const button = await twin.gpio.request({ line: 'power-out', direction: 'out', activeLow: true });
    button.set(true);
    button.set(false);
    expect(twin.edges('POWER_OUT')).toHaveLength(2);
    expect(twin.edges('power-out')).toEqual(twin.edges('POWER_OUT'));
    expect(() => twin.edges('POWER_OT')).toThrow('no line "POWER_OT"; did you mean "POWER_OUT"?');
  });

  it('refuses a second request of a line until it is released', async () => {
    const twin = createTwin(board);
    const request = { line: 'PS_PWROK', direction: 'in', activeLow: false } as const;
    const first = await twin.gpio.request(request);
    await expect(twin.gpio.request(request)).rejects.toMatchObject({ kind: 'held', where: 'PS_PWROK' });
    first.close();
    expect(() => first.get()).toThrow('has been released');
    await expect(twin.gpio.request(request)).resolves.toMatchObject({ name: 'PS_PWROK' });
  });

  it('refuses an unknown line, and an output on a line that the board drives', async () => {
    const twin = createTwin(board);
    const unknown = twin.gpio.request({ line: 'POWER_OUT', direction: 'out', activeLow: true });
    await expect(unknown).rejects.toMatchObject({ kind: 'no-bus' });
    const fight = twin.gpio.request({ line: 'PS_PWROK', direction: 'out', activeLow: false });
    await expect(fight).rejects.toMatchObject({ kind: 'unsupported' });
    const input = await twin.gpio.request({ line: 'PS_PWROK', direction: 'in', activeLow: false });
    expect(() => input.set(true)).toThrow('input');
  });

  it('calls listeners with each change, in the polarity of the request, until they unsubscribe', async () => {
    vi.useFakeTimers();
    const twin = createTwin(board);
    const complete = await twin.gpio.request({ line: 'POST_COMPLETE', direction: 'in', activeLow: true });
    const good = await twin.gpio.request({ line: 'PS_PWROK', direction: 'in', activeLow: true });
    const heard: string[] = [];
    complete.onChange((value) => heard.push(`complete ${value}`));
    const end = good.onChange((value) => heard.push(`good, upside down ${value}`));
    void twin.pressButton('system', 200);
    await vi.advanceTimersByTimeAsync(200 + 1499);
    expect(heard).toEqual([]);
    await vi.advanceTimersByTimeAsync(2);
    expect(heard).toEqual(['good, upside down false']);
    await vi.advanceTimersByTimeAsync(8000);
    expect(heard).toEqual(['good, upside down false', 'complete true']);
    end();
    twin.loseMains();
    await vi.advanceTimersByTimeAsync(0);
    expect(heard.slice(2)).toEqual(['complete false']);
    await twin.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('report presence', async () => {
    const twin = createTwin(board);
    const present = await twin.gpio.request({ line: 'FAN1_PRESENT', direction: 'in', activeLow: true });
    const good = await twin.gpio.request({ line: 'PSU_GOOD', direction: 'in', activeLow: false });
    expect([present.get(), good.get()]).toEqual([true, true]);
    twin.present('FAN1', false);
    twin.present('PSU', false);
    expect([present.get(), good.get()]).toEqual([false, false]);
  });

  it('unplugs a chip together with the supply of the same name', async () => {
    const devices = [...board.devices, { id: 'PSU', chip: 'tmp75', bus: 6, address: 0x4a }];
    const twin = createTwin({ ...board, devices });
    const good = await twin.gpio.request({ line: 'PSU_GOOD', direction: 'in', activeLow: false });
    twin.present('PSU', false);
    expect(good.get()).toBe(false);
    await expect(twin.i2c(6).transfer(0x4a, Uint8Array.of(0), 2)).rejects.toMatchObject({
      kind: 'no-answer',
    });
  });
});
