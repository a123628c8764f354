/** Slots whose power is switched: by whoever asks, by the latch, by a card that comes and goes, over restarts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Platform } from '../../../../src/platform/vocabulary/index.ts';
import { createTwin } from '../../../../src/twin/twin.ts';
import {
  type Bench,
  type BenchOptions,
  bench,
  Disk,
  gpioWith,
  pass,
  startBench,
  timing,
  useOwnTime,
} from '../support.ts';

useOwnTime();

const settle = 500;
const offTime = 3000;

/** The bench with a slot: a card with a chip, an inventory and a host, and a riser in the card. */
const slotted: Platform = {
  ...bench,
  chassis: [
    ...bench.chassis,
    {
      ...{ id: 'slot', name: 'Slot', type: 'Sled', containedBy: 'main', present: 'SLOT_PRESENT', settle },
      switch: { line: 'SLOT_ON', latch: 'LATCH', offTime },
    },
    { id: 'riser', type: 'Card', containedBy: 'slot' },
  ],
  buses: [...(bench.buses ?? []), { bus: 5 }],
  devices: [
    ...(bench.devices ?? []),
    {
      ...{ id: 'SLOT_AIR', chip: 'tmp75', bus: 5, address: 0x48, chassis: 'slot' },
      sensors: { temperature: { id: 'SLOT_TEMP', thresholds: { upperCritical: 50 } } },
    },
    {
      ...{ id: 'RISER_AIR', chip: 'tmp75', bus: 5, address: 0x49, chassis: 'riser' },
      sensors: { temperature: { id: 'RISER_TEMP' } },
    },
    { id: 'SLOT_EEPROM', chip: '24c64', bus: 5, address: 0x54, chassis: 'slot' },
  ],
  frus: [...(bench.frus ?? []), { id: 'SLOT', device: 'SLOT_EEPROM' }],
  adc: [
    ...(bench.adc ?? []),
    { channel: 9, sensor: { id: 'P12V_SLOT', chassis: 'slot', thresholds: { lowerCritical: 11 } } },
  ],
  lines: {
    ...bench.lines,
    SLOT_PRESENT: { direction: 'in', activeLow: true },
    SLOT_ON: { direction: 'out', keep: true },
    SLOT_GOOD: { direction: 'in' },
    LATCH: { direction: 'in', activeLow: true },
    PULLED_OUT: { direction: 'in' },
    CARD_POWER_OUT: { direction: 'out', activeLow: true },
    CARD_POWER_GOOD: { direction: 'in' },
  },
  hosts: [
    ...(bench.hosts ?? []),
    {
      ...{ id: 'card', name: 'Card', chassis: 'slot', restorePolicy: 'LastState' },
      power: { kind: 'gpio', button: 'CARD_POWER_OUT', good: 'CARD_POWER_GOOD', ...timing },
    },
  ],
};

/** The same with other words for its switch. */
const switched = (words: Partial<NonNullable<Platform['chassis'][number]['switch']>>): Platform => ({
  ...slotted,
  chassis: slotted.chassis.map((each) =>
    each.switch === undefined ? each : { ...each, switch: { ...each.switch, ...words } },
  ),
});

const start = (options: BenchOptions = {}) => startBench({ platform: slotted, ...options });
const slotOf = (b: Bench) => {
  const found = b.board.chassis.get('slot');
  if (found === undefined) throw new Error('the board has no slot');
  return found;
};
const hostOf = (b: Bench) => b.board.hosts.get('card');
const sensorState = (b: Bench, id: string) => b.board.sensors.get(id)?.status;
/** Events since the last call, of the slot and of its host. */
function told(b: Bench): string[] {
  const fresh = b.events.splice(0);
  return fresh
    .filter(({ origin }) => origin.id === 'slot' || origin.id === 'card')
    .map(({ message, severity, origin }) => `${origin.id} ${message.split('.')[1]} ${severity}`);
}
async function hostOn(b: Bench): Promise<void> {
  await b.board.reset('card', 'On');
  // Long enough for its state to be remembered.
  await pass(10_000);
  expect(hostOf(b)?.powerState).toBe('On');
  b.events.splice(0);
}
async function reset(b: Bench, type: 'On' | 'ForceOff' | 'ForceOn' | 'PowerCycle', wait = 1000) {
  const { done } = await b.board.resetChassis('slot', type);
  await pass(wait);
  return await done;
}

describe('a slot', () => {
  it('is fed from the start, and says what it can do', async () => {
    const b = await start();
    expect(slotOf(b)).toMatchObject({
      powerState: 'On',
      supportedResets: ['On', 'ForceOff', 'ForceOn', 'PowerCycle'],
    });
    expect((await b.board.resetChassis('slot', 'On')).performed).toBe(false);
    expect(b.board.chassis.get('main')?.supportedResets).toEqual([]);
    await expect(b.board.resetChassis('main', 'ForceOff')).rejects.toThrow(
      'nothing switches the power of main',
    );
    expect(b.edges('SLOT_ON')).toEqual([[expect.any(Number), true]]);
    expect(told(b)).toEqual([]);
  });

  it('takes the power of all that is in it, without a fault, and gives it back', async () => {
    const b = await start();
    await hostOn(b);
    expect(await reset(b, 'ForceOff')).toEqual({ ok: true });
    expect(told(b)).toEqual([
      'slot ResourcePoweringOff OK',
      'card ResourcePoweredOff OK',
      'slot ResourcePoweredOff OK',
    ]);
    expect(slotOf(b)).toMatchObject({ powerState: 'Off', status: { state: 'StandbyOffline', health: 'OK' } });
    expect(b.board.chassis.get('riser')?.powerState).toBe('Off');
    expect(hostOf(b)).toMatchObject({ powerState: 'Off', status: { state: 'Disabled', health: 'OK' } });
    await pass(120_000);
    for (const id of ['SLOT_TEMP', 'RISER_TEMP', 'P12V_SLOT'])
      expect(sensorState(b, id)).toEqual({ state: 'StandbyOffline', health: 'OK' });
    expect(b.board.frus.get('SLOT')?.status).toEqual({ state: 'StandbyOffline', health: 'OK' });
    expect(b.board.health).toBe('OK');
    expect(told(b)).toEqual([]);
    await expect(b.board.reset('card', 'On')).rejects.toThrow('card has no power: chassis slot is off');
    expect((await b.board.resetChassis('slot', 'ForceOff')).performed).toBe(false);

    expect(await reset(b, 'On', 100)).toEqual({ ok: true });
    expect(slotOf(b).powerState).toBe('On');
    expect(b.board.sensors.get('SLOT_TEMP')?.status.state).toBe('Starting');
    await pass(settle + 5000);
    expect(b.board.sensors.get('SLOT_TEMP')?.reading).not.toBeNull();
    expect(b.board.frus.get('SLOT')?.serialNumber).not.toBeNull();
    // It ran when the power went, so it runs again.
    expect(hostOf(b)).toMatchObject({ powerState: 'On', lastReset: { type: 'Restore' } });
  });

  it('addresses nothing in it while it is off', async () => {
    const asked: number[] = [];
    const b = await start({
      hardware: (twin) => ({
        i2c: (bus) => {
          const transport = twin.i2c(bus);
          return {
            ...transport,
            transfer: (...transfer) => {
              if (bus === 5) asked.push(transfer[0]);
              return transport.transfer(...transfer);
            },
          };
        },
      }),
    });
    await reset(b, 'ForceOff');
    asked.length = 0;
    await pass(130_000);
    expect(asked).toEqual([]);
    await reset(b, 'On', settle - 100);
    expect(asked).toEqual([]);
    await pass(1500);
    expect(new Set(asked)).toEqual(new Set([0x48, 0x49, 0x54]));
  });

  it('is off for its time in a power cycle, which a request to switch on does not shorten', async () => {
    const b = await start();
    await hostOn(b);
    b.mark();
    const { done } = await b.board.resetChassis('slot', 'PowerCycle');
    await pass(1000);
    expect(slotOf(b).powerState).toBe('PoweringOff');
    expect(hostOf(b)?.powerState).toBe('Off');
    const second = b.board.resetChassis('slot', 'On');
    await pass(offTime);
    expect((await second).performed).toBe(false);
    expect(await done).toEqual({ ok: true });
    expect(b.edges('SLOT_ON')).toEqual([[0, false], [offTime, true]]); // biome-ignore format: two edges
    await pass(settle + 5000);
    expect(hostOf(b)?.powerState).toBe('On');
  });

  it('that cannot be driven stays as it is, and says so', async () => {
    let broken = false;
    const b = await start({
      hardware: (twin) => ({
        gpio: gpioWith(twin, (line, what) => broken && line === 'SLOT_ON' && what === 'set'),
      }),
    });
    broken = true;
    await expect(b.board.resetChassis('slot', 'ForceOff')).rejects.toThrow('has gone');
    await expect(b.board.resetChassis('slot', 'PowerCycle')).rejects.toThrow('has gone');
    await pass(1000);
    expect(slotOf(b)).toMatchObject({ powerState: 'On', status: { health: 'Critical' } });
    expect(told(b)).toEqual(['slot ResourceErrorsDetected Critical', 'slot ResourceErrorsDetected Critical']);
    expect(b.disk.get('board.chassis.slot.power')).toBe('on');
    broken = false;
    expect(await reset(b, 'ForceOff')).toEqual({ ok: true });
    expect(slotOf(b).status.health).toBe('OK');
  });

  it('whose power does not come says so once, and is not tried again and again', async () => {
    const platform = switched({ good: 'SLOT_GOOD' });
    let broken = false;
    const b = await start({
      platform,
      hardware: (twin) => ({
        gpio: {
          ...twin.gpio,
          request: async (request) => {
            const line = await twin.gpio.request(request);
            if (request.line !== 'SLOT_GOOD') return line;
            return {
              ...line,
              get: () => !broken && line.get(),
              onChange: (listener) => line.onChange((value) => broken || listener(value)),
            };
          },
        },
      }),
    });
    await reset(b, 'ForceOff');
    broken = true;
    b.events.splice(0);
    const outcome = await reset(b, 'On', 12_000);
    expect(outcome).toMatchObject({ ok: false });
    await pass(60_000);
    expect(told(b)).toEqual(['slot ResourcePoweringOn OK', 'slot ResourceErrorsDetected Critical']);
    expect(slotOf(b)).toMatchObject({ powerState: 'Off', status: { health: 'Critical' } });
    broken = false;
    // It is found to have come at the next look.
    await pass(10_000);
    expect(slotOf(b)).toMatchObject({ powerState: 'On', status: { health: 'OK' } });
  });

  it('whose power fails by itself is told of as such, with its host, and is left alone', async () => {
    const b = await start({ platform: switched({ good: 'SLOT_GOOD' }) });
    await hostOn(b);
    b.mark();
    // A fuse: the line is driven, and power-good goes.
    const gone = b.twin.inject({ kind: 'released', line: 'SLOT_ON' });
    await pass(500);
    expect(told(b)).toEqual(['card ResourcePoweredOff Warning', 'slot ResourcePoweredOff Warning']);
    expect(hostOf(b)?.powerState).toBe('Off');
    expect(slotOf(b).powerState).toBe('Off');
    b.twin.clear(gone);
  });
});

describe('the latch of a slot', () => {
  it('ends the power at once when it opens, and brings it back when it closes', async () => {
    const b = await start();
    await hostOn(b);
    b.mark();
    b.twin.latch('slot', false);
    await pass(10);
    expect(b.edges('SLOT_ON')).toEqual([[0, false]]);
    expect(b.events.filter(({ condition }) => condition === 'latch:slot')).toMatchObject([
      {
        args: ['Latch of Slot', 'open'],
        severity: 'Warning',
        host: 'card',
        detail: 'Its power is cut at once: the card is about to be pulled.',
      },
    ]);
    expect(told(b)).toEqual([
      'slot ResourceStateChanged Warning',
      'slot ResourcePoweringOff OK',
      'card ResourcePoweredOff Warning',
      'slot ResourcePoweredOff OK',
    ]);
    expect(slotOf(b).isHeldBack).toBe(true);
    expect(slotOf(b).resetRefusal('On')).toMatchObject({ reason: 'held-back' });
    expect(slotOf(b).resetRefusal('ForceOff')).toBeNull();
    await expect(b.board.resetChassis('slot', 'On')).rejects.toThrow('the latch of slot is open');
    b.twin.latch('slot', true);
    await pass(settle + 5000);
    expect(told(b).slice(0, 3)).toEqual([
      'slot ResourceStateChanged OK',
      'slot ResourcePoweringOn OK',
      'slot ResourcePoweredOn OK',
    ]);
    expect(hostOf(b)?.powerState).toBe('On');
  });

  it('leaves off what was off before, or was switched off meanwhile', async () => {
    const b = await start();
    await reset(b, 'ForceOff');
    b.twin.latch('slot', false);
    await pass(100);
    b.twin.latch('slot', true);
    await pass(1000);
    expect(slotOf(b).powerState).toBe('Off');
    await reset(b, 'On');
    b.twin.latch('slot', false);
    await pass(100);
    expect(await reset(b, 'ForceOff')).toEqual({ ok: true });
    b.twin.latch('slot', true);
    await pass(1000);
    expect(slotOf(b).powerState).toBe('Off');
    expect(b.disk.get('board.chassis.slot.power')).toBe('off');
  });

  it('cuts a power cycle short', async () => {
    const b = await start();
    const { done } = await b.board.resetChassis('slot', 'PowerCycle');
    await pass(500);
    b.twin.latch('slot', false);
    await pass(20_000);
    expect(await done).toMatchObject({ ok: false });
    expect(slotOf(b).powerState).toBe('Off');
    b.twin.latch('slot', true);
    await pass(100);
    expect(slotOf(b).powerState).toBe('On');
  });

  it('is only told of while nobody can get at the slot', async () => {
    const b = await start({
      platform: switched({ serviced: 'PULLED_OUT' }),
      // It is in its place, whatever latches do.
      hardware: (twin) => ({
        gpio: {
          ...twin.gpio,
          request: async (request) => {
            const line = await twin.gpio.request(request);
            return request.line === 'PULLED_OUT'
              ? { ...line, get: () => false, onChange: () => () => undefined }
              : line;
          },
        },
      }),
    });
    b.twin.latch('slot', false);
    await pass(1000);
    expect(told(b)).toEqual(['slot ResourceStateChanged Warning']);
    expect(slotOf(b).powerState).toBe('On');
  });
});

describe('a card that comes and goes', () => {
  it('has its slot switched off as it is pulled, and on once it is in', async () => {
    const b = await start();
    await hostOn(b);
    b.mark();
    b.twin.present('slot', false);
    await pass(100);
    expect(b.edges('SLOT_ON')).toEqual([[0, false]]);
    expect(b.board.chassis.has('slot')).toBe(false);
    await expect(b.board.resetChassis('slot', 'On')).rejects.toThrow('nothing switches the power of slot');
    // Its power-good may go before its presence does.
    expect(told(b).slice(-2)).toEqual(['slot ResourceRemoved OK', 'card ResourceRemoved OK']);
    b.mark();
    b.twin.present('slot', true);
    await pass(settle + 100);
    expect(b.edges('SLOT_ON')).toEqual([[settle, true]]);
    await pass(settle + 5000);
    expect(hostOf(b)?.powerState).toBe('On');
    expect(b.board.sensors.get('SLOT_TEMP')?.reading).not.toBeNull();
  });

  it('runs after the swap though the slot was off before, once the latch is closed', async () => {
    const b = await start();
    await reset(b, 'ForceOff');
    b.twin.latch('slot', false);
    b.twin.present('slot', false);
    await pass(5000);
    b.twin.present('slot', true);
    await pass(5000);
    expect(slotOf(b)).toMatchObject({ powerState: 'Off', isHeldBack: true });
    b.twin.latch('slot', true);
    await pass(5000);
    expect(slotOf(b).powerState).toBe('On');
    expect(b.disk.get('board.chassis.slot.power')).toBe('on');
  });

  it('leaves everything as it found it, whatever happens in between', async () => {
    const step = fc.record({
      wait: fc.nat(4000),
      what: fc.constantFrom('pull', 'plug', 'open', 'close', 'On', 'ForceOff', 'PowerCycle', 'host'),
    });
    const property = fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const b = await start();
      for (const { what, wait } of steps) {
        if (what === 'pull' || what === 'plug') b.twin.present('slot', what === 'plug');
        else if (what === 'open' || what === 'close') b.twin.latch('slot', what === 'close');
        // A request may wait for the operation before it.
        else if (what === 'host') b.board.reset('card', 'On').catch(() => undefined);
        else b.board.resetChassis('slot', what as 'On').catch(() => undefined);
        await pass(wait);
        const slot = b.board.chassis.get('slot');
        // Nothing that has no power is said to run, and nothing is fed that can be pulled.
        if (slot?.powerState === 'Off') expect(hostOf(b)?.powerState).toBe('Off');
        if (slot === undefined || slot.isHeldBack)
          expect(b.twin.edges('SLOT_ON').at(-1)?.asserted).toBe(false);
      }
      b.twin.latch('slot', true);
      b.twin.present('slot', true);
      await pass(20_000);
      if (slotOf(b).powerState === 'Off') await b.board.resetChassis('slot', 'On');
      await pass(100_000);
      const open = new Set<string>();
      for (const { condition, resolves } of b.events) {
        if (condition === undefined) continue;
        if (resolves === true) open.delete(condition);
        else open.add(condition);
      }
      expect([...open]).toEqual([]);
      expect(slotOf(b)).toMatchObject({ powerState: 'On', status: { state: 'Enabled', health: 'OK' } });
      expect(sensorState(b, 'SLOT_TEMP')).toEqual({ state: 'Enabled', health: 'OK' });
      expect(hostOf(b)?.powerState).toMatch(/^(On|Off)$/);
      expect(b.disk.get('board.chassis.slot.power') ?? 'on').toBe('on');
      // Each run has a board of its own.
      await b.stop();
    });
    await fc.assert(property, { numRuns: 25 });
  }, 60_000);
});

describe('over a restart', () => {
  /** Ends the daemon, and starts another one on the same machine. */
  async function again(b: Bench, options: BenchOptions = {}): Promise<Bench> {
    await b.stop();
    return start({ twin: b.twin, disk: b.disk, ...options });
  }

  it('nothing is switched, be the slot on or off', async () => {
    let b = await start();
    b.mark();
    b = await again(b);
    expect([slotOf(b).powerState, b.twin.edges('SLOT_ON').length]).toEqual(['On', 1]);
    await reset(b, 'ForceOff');
    const { length } = b.twin.edges('SLOT_ON');
    b = await again(b);
    await pass(60_000);
    expect([slotOf(b).powerState, b.twin.edges('SLOT_ON').length]).toEqual(['Off', length]);
    expect(hostOf(b)?.powerState).toBe('Off');
    expect(b.events.filter(({ severity }) => severity !== 'OK')).toEqual([]);
  });

  it('of mains the slots are fed, but for those that were switched off', async () => {
    for (const wanted of ['on', 'off'] as const) {
      let b = await start();
      await hostOn(b);
      if (wanted === 'off') await reset(b, 'ForceOff');
      await b.stop();
      b.twin.loseMains();
      b.twin.returnMains();
      b = await start({ twin: b.twin, disk: b.disk, mainsRestored: true });
      await pass(10_000);
      expect(slotOf(b).powerState).toBe(wanted === 'on' ? 'On' : 'Off');
      expect(hostOf(b)?.powerState).toBe(wanted === 'on' ? 'On' : 'Off');
      await b.stop();
    }
  });

  it('a power cycle goes on', async () => {
    let b = await start();
    await b.board.resetChassis('slot', 'PowerCycle');
    await pass(500);
    b = await again(b);
    expect(slotOf(b).powerState).toBe('Off');
    await pass(offTime);
    expect(slotOf(b).powerState).toBe('On');
    expect(b.disk.get('board.chassis.slot.power')).toBe('on');
  });

  it('what could not be stored is stored later, and holds nothing up', async () => {
    const disk = new Disk();
    const b = await start({ disk });
    disk.full = true;
    expect(await reset(b, 'ForceOff')).toEqual({ ok: true });
    expect(b.log).toContain('the requested power state of a slot cannot be stored');
    disk.full = false;
    await pass(10_000);
    expect(disk.get('board.chassis.slot.power')).toBe('off');
  });
});

describe('the twin of a slot', () => {
  it('opens only latches that there are', async () => {
    const twin = createTwin(slotted);
    expect(() => twin.latch('main', false)).toThrow('chassis with a latch');
    await twin.close();
  });
});
