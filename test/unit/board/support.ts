/** What the tests of the board share: a small board with one of everything, on a twin, in a time that tests let pass. */
import { afterEach, beforeEach, vi } from 'vitest';
import { DeviceError } from '../../../drivers/errors.ts';
import type { GpioLines } from '../../../drivers/gpio/lines.ts';
import type { Hardware } from '../../../drivers/hardware.ts';
import { type BoardOptions, createBoard } from '../../../src/board/board.ts';
import type { Board, BoardSettings } from '../../../src/board/model/board.ts';
import type { BoardEvent } from '../../../src/board/model/event.ts';
import type { PowerOutcome, ResetType } from '../../../src/board/model/power.ts';
import {
  isMessageKey,
  type MessageArgs,
  type MessageKey,
  message,
  messageDefinition,
} from '../../../src/messages/messages.ts';
import type { Platform } from '../../../src/platform/vocabulary/index.ts';
import { createTwin, type Twin } from '../../../src/twin/twin.ts';
import { hardwareOf } from '../../support/hardware.ts';
import { textsTo } from '../../support/log.ts';

/** The sentence of an event. @throws Error when no registry has its message, or with other arguments */
export function wording(event: BoardEvent): string {
  if (!isMessageKey(event.message)) throw new Error(`no registry has ${event.message}`);
  const { argTypes } = messageDefinition(event.message);
  if (event.args.length !== argTypes.length)
    throw new Error(`${event.message} has ${argTypes.length} arguments, not ${event.args.length}`);
  for (const [at, type] of argTypes.entries()) {
    const arg = event.args[at] ?? '';
    if (arg === '' || (type === 'number' && !Number.isFinite(Number(arg))))
      throw new Error(`"${arg}" is no ${type}, argument ${at + 1} of ${event.message}`);
  }
  return message(event.message, event.args as MessageArgs<MessageKey>).Message;
}

/** Pulses and waits of the host below, milliseconds. */
export const timing = {
  onPulse: 100,
  gracefulPulse: 60,
  forceOffPulse: 400,
  resetPulse: 30,
  nmiPulse: 20,
  settle: 200,
  cycleDelay: 6000,
  onTimeout: 3000,
  offTimeout: 2000,
  gracefulTimeout: 8000,
} as const;
export const postTimeout = 12_000;

const out = { direction: 'out', activeLow: true, initial: false } as const;

/** One of everything, with short pulses. */
export const bench: Platform = {
  id: 'bench',
  name: 'Bench Board',
  manufacturer: 'Acme',
  probe: { fru: 'MAIN', product: 'Bench.*' },
  manager: { id: 'bmc', ready: 'READY' },
  chassis: [
    { id: 'main', type: 'Sled', fru: 'MAIN' },
    { id: 'card', type: 'Card', containedBy: 'main' },
  ],
  buses: [{ bus: 1, name: 'Air' }, { bus: 2 }, { bus: 3, name: 'Inventory' }],
  muxes: [{ id: 'MUX', chip: 'pca9546', bus: 2, address: 0x70, channels: [20, 21] }],
  devices: [
    {
      id: 'INLET',
      chip: 'tmp421',
      bus: 1,
      address: 0x4e,
      sensors: {
        local: { id: 'INLET_TEMP', context: 'Intake', thresholds: { upperCritical: 40, upperCaution: 35 } },
        remote1: { id: 'OUTLET_TEMP', context: 'Exhaust', poll: 4000 },
      },
    },
    {
      id: 'HSC',
      chip: 'adm1278',
      bus: 1,
      address: 0x45,
      shunt: 0.00025,
      sensors: {
        vin: { id: 'HSC_VIN', thresholds: { upperCritical: 13.2, lowerCritical: 10.8 } },
        iout: { id: 'HSC_IOUT', thresholds: { upperCritical: 52.8 } },
      },
    },
    {
      id: 'CPU',
      chip: 'tmp421',
      bus: 2,
      address: 0x4c,
      poweredBy: 'system',
      sensors: {
        local: { id: 'BOARD_TEMP' },
        remote1: { id: 'CPU_TEMP', context: 'CPU', thresholds: { upperCritical: 95 } },
      },
      alternatives: [
        {
          chip: 'tmp75',
          address: 0x49,
          sensors: {
            temperature: { id: 'CPU_TEMP', context: 'CPU', offset: 4, thresholds: { upperCritical: 90 } },
          },
        },
      ],
    },
    {
      id: 'CARD',
      chip: 'tmp75',
      bus: 20,
      address: 0x48,
      chassis: 'card',
      sensors: { temperature: { id: 'CARD_TEMP' } },
    },
    {
      id: 'OPTION',
      chip: 'tmp75',
      bus: 21,
      address: 0x48,
      optional: true,
      poweredBy: 'system',
      sensors: { temperature: { id: 'OPTION_TEMP' } },
    },
    { id: 'MAIN_EEPROM', chip: '24c64', bus: 3, address: 0x54 },
    { id: 'NIC_EEPROM', chip: '24c02', bus: 3, address: 0x51, optional: true },
    { id: 'CARD_EEPROM', chip: '24c02', bus: 3, address: 0x52, poweredBy: 'system' },
  ],
  frus: [
    { id: 'MAIN', device: 'MAIN_EEPROM' },
    { id: 'NIC', device: 'NIC_EEPROM' },
    { id: 'CARD', device: 'CARD_EEPROM', chassis: 'card' },
  ],
  lines: {
    POWER_OUT: out,
    RESET_OUT: out,
    NMI_OUT: out,
    POWER_GOOD: { direction: 'in' },
    POST_COMPLETE: { direction: 'in', activeLow: true },
    CPU0_PRESENT: { direction: 'in', activeLow: true },
    FAN1_PRESENT: { direction: 'in', activeLow: true },
    PSU_PRESENT: { direction: 'in' },
    PSU_GOOD: { direction: 'in' },
    BRIDGE: out,
    IDENTIFY: out,
    IDENTIFY_CARD: { direction: 'out' },
    POWER_LED: { direction: 'out' },
    FAULT_LED: { direction: 'out' },
    CARD_FAULT_LED: { direction: 'out' },
    READY: { direction: 'out' },
  },
  adc: [
    {
      channel: 0,
      divider: 0.5,
      sensor: { id: 'P3V3', thresholds: { upperCritical: 3.6, lowerCritical: 3 } },
    },
    { channel: 1, sensor: { id: 'P1V8', poweredBy: 'system' } },
    {
      channel: 7,
      divider: 0.25,
      bridge: { line: 'BRIDGE', settle: 5 },
      sensor: { id: 'BATTERY', context: 'Battery', thresholds: { lowerCritical: 2.7 } },
    },
  ],
  fans: [
    {
      id: 'FAN0',
      pwm: 0,
      maxSpeed: 10_000,
      tachs: [
        { tach: 0, sensor: { id: 'FAN0_FRONT', thresholds: { lowerCritical: 500 } } },
        { tach: 1, sensor: { id: 'FAN0_REAR', thresholds: { lowerCritical: 500 } } },
      ],
    },
    {
      id: 'FAN1',
      pwm: 1,
      maxSpeed: 10_000,
      present: 'FAN1_PRESENT',
      tachs: [{ tach: 2, sensor: { id: 'FAN1_TACH', thresholds: { lowerCritical: 500 } } }],
    },
  ],
  cooling: { minimumDuty: 20, failSafeDuty: 90 },
  ipmb: [
    { id: 'ME', bus: 3, address: 0x16, sensors: [{ id: 'PCH_TEMP', number: 8, quantity: 'Temperature' }] },
  ],
  powerSupplies: [
    {
      id: 'PSU',
      type: 'DC',
      inputVoltage: 'HSC_VIN',
      outputCurrent: 'HSC_IOUT',
      present: 'PSU_PRESENT',
      good: 'PSU_GOOD',
    },
  ],
  hosts: [
    {
      id: 'system',
      chassis: 'main',
      power: {
        kind: 'gpio',
        button: 'POWER_OUT',
        reset: 'RESET_OUT',
        nmi: 'NMI_OUT',
        good: 'POWER_GOOD',
        ...timing,
      },
      post: { complete: 'POST_COMPLETE', timeout: postTimeout },
      postCodes: { device: '/dev/post0' },
      processors: { sockets: [{ id: 'CPU0', present: 'CPU0_PRESENT' }] },
    },
  ],
  indicators: [
    { id: 'id', line: 'IDENTIFY', kind: 'identify', chassis: 'main', blink: { on: 100, off: 900 } },
    { id: 'id_card', line: 'IDENTIFY_CARD', kind: 'identify', chassis: 'card' },
    { id: 'power', line: 'POWER_LED', kind: 'power', host: 'system' },
    { id: 'fault', line: 'FAULT_LED', kind: 'fault', chassis: 'main' },
    { id: 'fault_card', line: 'CARD_FAULT_LED', kind: 'fault', chassis: 'card' },
  ],
};

/** Settings in memory, on a disk that can be full. */
export class Disk implements BoardSettings {
  readonly values = new Map<string, string>();
  full = false;
  /** How often something was written. */
  writes = 0;

  get(key: string): string | undefined {
    return this.values.get(key);
  }

  set(key: string, value: string): void {
    if (this.full) throw new Error('no space left on device');
    this.writes += 1;
    this.values.set(key, value);
  }
}

/** Lets tests decide how time passes: a board's minute takes milliseconds and no machine is too busy for it. */
export function useOwnTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setInterval',
        'clearInterval',
        'setImmediate',
        'clearImmediate',
        'performance',
        'Date',
      ],
    });
  });
  afterEach(async () => {
    try {
      for (const bench of benches.splice(0)) await bench.stop();
    } finally {
      vi.useRealTimers();
    }
  });
}

/** Boards that the running test has started; they are stopped after it, whatever came of it. */
const benches: Bench[] = [];

export const pass = async (milliseconds: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(milliseconds);
};

export interface Bench {
  readonly board: Board;
  readonly twin: Twin;
  readonly disk: Disk;
  readonly events: BoardEvent[];
  readonly log: string[];
  /** Messages of the events since the last call, without those of sensors' limits. */
  told(): string[];
  /** Begins a reset and says later how it ended. */
  reset(type: ResetType): Promise<{ outcome: PowerOutcome | null }>;
  /** Changes of a line as [milliseconds since the call of `mark`, asserted]. */
  edges(line: string): [number, boolean][];
  mark(): void;
  sensor(id: string): NonNullable<ReturnType<Board['sensors']['get']>>;
  readonly host: NonNullable<ReturnType<Board['hosts']['get']>>;
  /** Brings the host to the end of its self test. */
  running(): Promise<void>;
  stop(): Promise<void>;
}

export interface BenchOptions extends BoardOptions {
  readonly platform?: Platform;
  readonly twin?: Twin;
  readonly disk?: Disk;
  /** Puts something between the board and the twin. */
  readonly hardware?: (twin: Twin) => Partial<Hardware>;
  /** Not yet started. */
  readonly idle?: boolean;
}

/** A running board on a twin whose host starts, tests itself and ends ten times as fast as a real one. */
export async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const platform = options.platform ?? bench;
  const twin = options.twin ?? createTwin(platform, { speed: 10 });
  const disk = options.disk ?? new Disk();
  const hardware = { ...hardwareOf(twin), ...options.hardware?.(twin) };
  const log: string[] = [];
  const board = createBoard(platform, hardware, disk, { log: textsTo(log), ...options });
  const events: BoardEvent[] = [];
  const unworded: unknown[] = [];
  board.onEvent((event) => {
    events.push(event);
    try {
      wording(event);
    } catch (error) {
      unworded.push(error);
    }
  });
  let since = 0;
  let seen = 0;
  if (options.idle !== true) {
    const started = board.start();
    await pass(1000);
    await started;
    seen = events.length;
  }
  const host = () => {
    const found = board.hosts.get('system');
    if (found === undefined) throw new Error('the board has no host');
    return found;
  };
  let end: Promise<void> | undefined;
  const made: Bench = {
    ...{ board, twin, disk, events, log },
    told() {
      const fresh = events
        .slice(seen)
        .filter(({ message: key }) => !/SensorEvent\.(Reading|SensorReading)/.test(key));
      seen = events.length;
      return fresh.map(({ message: key, severity }) => `${key.split('.')[1]} ${severity}`);
    },
    async reset(type) {
      const { done } = await board.reset('system', type);
      const end: { outcome: PowerOutcome | null } = { outcome: null };
      void done.then((outcome) => {
        end.outcome = outcome;
      });
      return end;
    },
    edges: (line) =>
      twin
        .edges(line)
        .filter(({ at }) => at >= since)
        .map(({ at, asserted }) => [Math.round(at - since), asserted]),
    mark() {
      since = performance.now();
    },
    sensor(id) {
      const sensor = board.sensors.get(id);
      if (sensor === undefined) throw new Error(`the board has no sensor ${id}`);
      return sensor;
    },
    get host() {
      return host();
    },
    async running() {
      await board.reset('system', 'On');
      await pass(timing.onPulse + timing.settle + 1500);
      seen = events.length;
    },
    async stop() {
      if (end !== undefined) return end;
      end = board.stop();
      await pass(1000);
      await end;
      // Whatever a test is about, what it makes the board say must be in a registry.
      if (unworded.length > 0) throw unworded[0];
    },
  };
  benches.push(made);
  return made;
}

/** The lines of a twin, some of which fail in a way that the test chooses. */
export const gpioWith = (
  twin: Twin,
  fails: (line: string, what: 'request' | 'set' | 'get', value?: boolean) => boolean,
): GpioLines => ({
  close: () => twin.gpio.close(),
  async request(request) {
    const name = request.line;
    const check = (what: 'request' | 'set' | 'get', value?: boolean) => {
      if (fails(name, what, value)) throw new DeviceError('no-bus', name, 'has gone');
    };
    check('request');
    const line = await twin.gpio.request(request);
    return {
      ...line,
      get() {
        check('get');
        return line.get();
      },
      set(value) {
        check('set', value);
        line.set(value);
      },
    };
  },
});
