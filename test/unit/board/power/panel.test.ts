/** The front panel of a board with several hosts: what is selected, what presses do to it, what the lamps say. */
import { describe, expect, it } from 'vitest';
import { glowOf, type LampState } from '../../../../src/board/power/panel.ts';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import { type Bench, bench, gpioWith, pass, startBench, timing, useOwnTime } from '../support.ts';

useOwnTime();

const input = { direction: 'in' } as const;
const output = { direction: 'out' } as const;

/** Two hosts in a slot each, and a panel for both; the second slot can be empty. */
const panelled: Platform = {
  ...bench,
  hosts: [1, 2].map((n) => ({
    ...{ id: `host${n}`, name: `Host ${n}`, chassis: `slot${n}` },
    power: { kind: 'gpio' as const, button: `BUTTON${n}`, reset: `RESET${n}`, good: `GOOD${n}`, ...timing },
  })),
  chassis: [
    ...bench.chassis,
    ...[1, 2].map((n) => ({
      ...{ id: `slot${n}`, name: `Slot ${n}`, type: 'Sled' as const, containedBy: 'main', settle: 100 },
      ...(n === 2 ? { present: 'PRESENT2' } : {}),
      switch: { line: `ON${n}`, offTime: 1000 },
    })),
  ],
  devices: [
    ...(bench.devices ?? []).map(({ poweredBy: _, ...device }) => device),
    {
      ...{ id: 'AIR1', chip: 'tmp75', bus: 1, address: 0x48, chassis: 'slot1' },
      sensors: { temperature: { id: 'AIR1_TEMP', thresholds: { upperCritical: 50 } } },
    },
  ],
  adc: (bench.adc ?? []).filter(({ channel }) => channel !== 1),
  lines: {
    ...bench.lines,
    PRESENT2: input,
    ...Object.fromEntries(
      [1, 2].flatMap((n) => [
        ...[`BUTTON${n}`, `RESET${n}`, `BLUE${n}`, `AMBER${n}`].map((line) => [line, output]),
        [`ON${n}`, { ...output, keep: true }],
        [`GOOD${n}`, input],
      ]),
    ),
    ...Object.fromEntries(['ID1', 'ID2', 'POWER_BUTTON', 'RESET_BUTTON'].map((line) => [line, input])),
  },
  indicators: [
    ...[1, 2].flatMap((n) => [
      {
        ...{ id: `sled${n}`, line: `AMBER${n}`, kind: 'identify' as const, chassis: 'main' },
        blink: { on: 200, off: 200 },
      },
      {
        ...{ id: `slot${n}`, line: `AMBER${n}`, kind: 'identify' as const, chassis: `slot${n}` },
        blink: { on: 200, off: 200 },
      },
    ]),
  ],
  panel: {
    select: { lines: ['ID1', 'ID2'], hosts: ['host1', 'host2'] },
    ...{ power: 'POWER_BUTTON', reset: 'RESET_BUTTON' },
    lamps: [1, 2].map((n) => ({ host: `host${n}`, power: `BLUE${n}`, fault: `AMBER${n}` })),
  },
};

async function start(options: Parameters<typeof startBench>[0] = {}): Promise<Bench> {
  const b = await startBench({ platform: panelled, ...options });
  b.events.splice(0);
  return b;
}
async function select(b: Bench, name: string): Promise<void> {
  b.twin.select(name);
  await pass(100);
}
async function press(b: Bench, ms: number, button?: 'power' | 'reset', wait = 3000): Promise<void> {
  const pressed = b.twin.pressPanel(ms, button);
  await pass(ms);
  await pressed;
  await pass(wait);
}
const states = (b: Bench) => [...b.board.hosts.values()].map(({ powerState }) => powerState);
const slotState = (b: Bench) => b.board.chassis.get('slot1')?.powerState;
/** What has been said of presses since the last call: host or manager, whose log, and what came of it. */
const said = (b: Bench) =>
  b.events
    .splice(0)
    .flatMap(({ args, detail, origin, host }) =>
      args[1] === 'pressed' ? [[origin.id, host, detail?.replace(/^It was held for /, '')]] : [],
    );

/** How a lamp has glowed in the next seconds: lit, dark, or milliseconds lit and dark. */
async function glow(b: Bench, line: string): Promise<'lit' | 'dark' | [number, number]> {
  b.mark();
  const before = b.twin.edges(line).at(-1)?.asserted ?? false;
  await pass(4500);
  const edges = b.edges(line);
  if (edges.length < 4) return before ? 'lit' : 'dark';
  const [lit] = edges.filter(([, asserted]) => asserted);
  const at = edges.indexOf(lit ?? [0, true]);
  const [rise, fall, next] = edges.slice(at, at + 3).map(([time]) => time);
  return [(fall ?? 0) - (rise ?? 0), (next ?? 0) - (fall ?? 0)];
}
const lamps = async (b: Bench) => ({
  ...{ blue1: await glow(b, 'BLUE1'), amber1: await glow(b, 'AMBER1') },
  ...{ blue2: await glow(b, 'BLUE2'), amber2: await glow(b, 'AMBER2') },
});

describe('the power button of the panel', () => {
  it('switches what is selected on, and asks it to shut down', async () => {
    const b = await start();
    await select(b, 'host2');
    await press(b, 200);
    expect(states(b)).toEqual(['Off', 'On']);
    expect(said(b)).toEqual([['host2', 'host2', '0.2 s. It requests On.']]);
    await press(b, 3900, 'power', 5000);
    expect(states(b)).toEqual(['Off', 'Off']);
    expect(b.board.hosts.get('host2')?.lastReset?.type).toBe('GracefulShutdown');
    expect(said(b)).toEqual([['host2', 'host2', '3.9 s. It requests GracefulShutdown.']]);
  });

  it('switches hard after a long press, either way, when it is let go', async () => {
    const b = await start();
    await press(b, 4500);
    expect(states(b)).toEqual(['On', 'Off']);
    b.twin.inject({ kind: 'ignoreGraceful', host: 'host1' });
    const held = b.twin.pressPanel(4500);
    await pass(4400);
    expect(b.board.hosts.get('host1')?.powerState).toBe('On');
    await pass(3000);
    await held;
    expect(states(b)).toEqual(['Off', 'Off']);
    expect(b.board.hosts.get('host1')?.lastReset?.type).toBe('ForceOff');
  });

  it('takes the power of the slot away for its service while it is still held, and gives it back', async () => {
    const b = await start();
    await press(b, 200);
    await pass(10_000);
    expect(states(b)).toEqual(['On', 'Off']);
    said(b);
    const held = b.twin.pressPanel(14_000);
    await pass(10_100);
    expect([slotState(b), states(b)[0]]).toEqual(['Off', 'Off']);
    await pass(4000);
    await held;
    expect(said(b)).toEqual([['host1', 'host1', '10.0 s. Slot 1 is switched off for service.']]);
    // A short press says why nothing comes of it.
    await press(b, 200);
    expect(said(b)).toEqual([['host1', 'host1', '0.2 s. Ignored: Slot 1 is switched off.']]);
    await press(b, 10_500, 'power', 5000);
    expect([slotState(b), states(b)[0]]).toEqual(['On', 'On']);
    expect(said(b)).toEqual([['host1', 'host1', '10.0 s. Slot 1 is switched on.']]);
    await b.board.resetChassis('slot1', 'ForceOff');
    await pass(1000);
    await press(b, 5000);
    expect(slotState(b)).toBe('On');
  });

  it('acts on what was selected when the press began', async () => {
    const b = await start();
    const held = b.twin.pressPanel(1000);
    await pass(200);
    b.twin.select('host2');
    await pass(800);
    await held;
    await pass(3000);
    expect(states(b)).toEqual(['On', 'Off']);
  });

  it('does nothing to the controller, to an empty slot, or by bouncing, and says so', async () => {
    const b = await start();
    await select(b, 'bmc');
    await press(b, 5000);
    await press(b, 200, 'reset');
    expect(said(b)).toEqual([
      ['bmc', undefined, '5.0 s. Ignored: the controller is selected.'],
      ['bmc', undefined, '0.2 s. Ignored: the controller is selected.'],
    ]);
    b.twin.present('slot2', false);
    await select(b, 'host2');
    await press(b, 11_000);
    expect(said(b)).toEqual([
      ['bmc', undefined, '11.0 s. Ignored: host2 is selected, which is not present.'],
    ]);
    await select(b, 'host1');
    await press(b, 10);
    expect([said(b), states(b)]).toEqual([[], ['Off']]);
  });

  it('reports why its request was refused', async () => {
    const b = await start();
    await b.board.reset('host1', 'On');
    await pass(5000);
    b.twin.inject({ kind: 'ignoreGraceful', host: 'host1' });
    await b.board.reset('host1', 'GracefulShutdown');
    await press(b, 50, 'power', 10);
    expect(said(b).map(([, , detail]) => detail)).toEqual([
      expect.stringContaining('It requests GracefulShutdown.'),
      expect.stringContaining(
        'GracefulShutdown was refused: GracefulShutdown of host1 waits for the operating',
      ),
    ]);
  });

  it('does nothing while the hand switch cannot be read', async () => {
    const b = await start({
      hardware: (twin) => ({ gpio: gpioWith(twin, (line, what) => line === 'ID2' && what === 'request') }),
    });
    await press(b, 200);
    expect(said(b)).toEqual([['bmc', undefined, '0.2 s. Ignored: the rotary switch cannot be read.']]);
    expect(states(b)).toEqual(['Off', 'Off']);
  });
});

describe('the reset button of the panel', () => {
  it('resets what is selected', async () => {
    const b = await start();
    await b.board.reset('host2', 'On');
    await pass(3000);
    await select(b, 'host2');
    b.mark();
    await press(b, 300, 'reset');
    expect(b.edges('RESET2').map(([, asserted]) => asserted)).toEqual([true, false]);
    expect(b.edges('RESET1')).toEqual([]);
    expect(said(b)).toEqual([['host2', 'host2', '0.3 s. It requests ForceRestart.']]);
  });
});

describe('the lamps of the panel', () => {
  const moods: readonly (readonly [string, LampState, ReturnType<typeof glowOf>])[] = [
    ...(['this', 'controller', 'other'] as const).map(
      (selected) =>
        [
          `identified, ${selected} selected`,
          { identified: true, selected, on: true, healthy: false },
          { power: false, fault: false },
        ] as const,
    ),
    ...[true, false].flatMap((on) =>
      [true, false].flatMap((healthy) => {
        const words = `${on ? 'on' : 'off'}, ${healthy ? 'healthy' : 'unhealthy'}`;
        const pattern = on ? { on: 900, off: 100 } : { on: 100, off: 900 };
        const both = (glow: typeof pattern | boolean) =>
          healthy ? { power: glow, fault: false } : { power: false, fault: glow };
        const mood = { identified: false, on, healthy };
        return [
          [`selected, ${words}`, { ...mood, selected: 'this' }, both(pattern)],
          [`not selected, ${words}`, { ...mood, selected: 'other' }, both(on)],
          [
            `controller selected, ${words}`,
            { ...mood, selected: 'controller' },
            { power: { on: 500, off: 500 }, fault: false },
          ],
        ] as const;
      }),
    ),
  ];
  it.each(moods)('%s', (_, mood, glows) => expect(glowOf(mood)).toEqual(glows));

  it('follow power, health and selection', async () => {
    const b = await start();
    expect(await lamps(b)).toEqual({ blue1: [100, 900], amber1: 'dark', blue2: 'dark', amber2: 'dark' });
    await b.board.reset('host1', 'On');
    await b.board.reset('host2', 'On');
    await pass(3000);
    expect(await lamps(b)).toEqual({ blue1: [900, 100], amber1: 'dark', blue2: 'lit', amber2: 'dark' });
    b.twin.set('AIR1_TEMP', 60);
    await pass(2000);
    expect(await lamps(b)).toEqual({ blue1: 'dark', amber1: [900, 100], blue2: 'lit', amber2: 'dark' });
    // What is wrong with the board concerns all of them.
    b.twin.set('INLET_TEMP', 60);
    await select(b, 'host2');
    await pass(2000);
    expect(await lamps(b)).toEqual({ blue1: 'dark', amber1: 'lit', blue2: 'dark', amber2: [900, 100] });
    await select(b, 'bmc');
    expect(await lamps(b)).toEqual({ blue1: [500, 500], amber1: 'dark', blue2: [500, 500], amber2: 'dark' });
  });

  it('blink to be found, one slot or all, whatever they said before', async () => {
    const b = await start();
    await b.board.setIdentify('slot2', true);
    expect(await lamps(b)).toEqual({ blue1: [100, 900], amber1: 'dark', blue2: 'dark', amber2: [200, 200] });
    await b.board.setIdentify('slot2', false);
    await b.board.setIdentify('main', true);
    expect(await lamps(b)).toEqual({ blue1: 'dark', amber1: [200, 200], blue2: 'dark', amber2: [200, 200] });
    await b.board.setIdentify('main', false);
    expect(await lamps(b)).toEqual({ blue1: [100, 900], amber1: 'dark', blue2: 'dark', amber2: 'dark' });
  });

  it('of an empty slot are as those of a host that is off', async () => {
    const b = await start();
    b.twin.present('slot2', false);
    await select(b, 'host2');
    expect(await lamps(b)).toEqual({ blue1: 'dark', amber1: 'dark', blue2: [100, 900], amber2: 'dark' });
  });
});

describe('the hand switch', () => {
  it('counts through the hosts and the controller, and then all of them again', async () => {
    const b = await start();
    const pulled = {
      ...panelled,
      panel: { ...panelled.panel, select: { lines: ['ID1', 'ID2'], hosts: ['host1'] } },
    };
    await b.stop();
    // With one host 2 is the host again.
    const twin = createTwin(panelled, { speed: 10 });
    twin.select('bmc');
    const again = await startBench({ platform: pulled as Platform, twin });
    await press(again, 200);
    expect(states(again)).toEqual(['On', 'Off']);
    await again.stop();
  });

  it('of the twin turns only to what there is', async () => {
    const twin = createTwin(panelled);
    expect(() => twin.select('host3')).toThrow('position of the hand switch');
    const plain = createTwin(bench);
    expect(() => plain.select('system')).toThrow('position of the hand switch');
    await expect(plain.pressPanel(100)).rejects.toThrow('no panel has a power button');
    await twin.close();
    await plain.close();
  });
});
