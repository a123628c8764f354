/**
 * The simulated board: the same buses, lines and hwmon nodes as the machine, backed by models. This file puts the
 * models together and holds the knobs; chips are in buses.ts, wires in lines.ts, hosts in host.ts, heat and
 * electricity in physics.ts, guesses in nominal.ts.
 */
import type { Hardware } from '../hardware.ts';
import type { TwinBoard, TwinFan, TwinPowerSupply } from './board.ts';
import { createBuses } from './buses.ts';
import { type KnownSensor, sensorsOf } from './catalog.ts';
import { type ActiveFault, createFaults, type Fault } from './faults.ts';
import { createHost, type HostModel, type HostState } from './host.ts';
import { createHwmon } from './hwmon.ts';
import { createLines, type Edge } from './lines.ts';
import { lookup, TwinError, unknownName } from './names.ts';
import { nominals } from './nominal.ts';
import { createPhysics, type Zone } from './physics.ts';

export type { ActiveFault, Edge, Fault, HostState, TwinBoard };
export { TwinError };

export interface TwinOptions {
  /** Makes serial numbers and noise; the same seed gives the same board. 1 when left out. */
  readonly seed?: number;
  /** The host's boot and shutdown times and the thermal lags are divided by it; presses of buttons are not. */
  readonly speed?: number;
  /** Monotonic clock in milliseconds; `performance.now` when left out. */
  readonly now?: () => number;
}

export interface TwinStatus {
  readonly board: string;
  readonly mains: boolean;
  readonly inlet: number;
  readonly hosts: readonly { readonly id: string; readonly state: HostState; readonly load: number }[];
  readonly fans: readonly {
    readonly id: string;
    readonly present: boolean;
    /** Percent. */
    readonly duty: number;
    /** Percent of its full speed. */
    readonly speed: number;
  }[];
  /** Physical values, not what a chip makes of them; `pinned` by `set`. */
  readonly sensors: readonly { readonly id: string; readonly value: number; readonly pinned: boolean }[];
  /** Devices, fans and power supplies that are not plugged in. */
  readonly absent: readonly string[];
  readonly faults: readonly ActiveFault[];
}

/** Every command throws TwinError, and changes nothing, when a name or value is not of this board. */
export interface Twin extends Hardware {
  /** Pins the physical value of a sensor, in its unit; null gives it back to the model. */
  set(sensor: string, value: number | null): void;
  /** Work of the host, 0 (idle) to 1. */
  setLoad(host: string, load: number): void;
  /** Temperature of the air that comes in, degrees Celsius; 24 at first. */
  setInlet(celsius: number): void;
  /** Plugs a device, fan or power supply in or out. */
  present(id: string, present: boolean): void;
  /** Fits a second source: the device itself (0) or one of its alternatives (from 1). */
  fit(device: string, source: number): void;
  /** A person presses the power button of the host for `ms`; resolves at release. */
  pressButton(host: string, ms: number): Promise<void>;
  loseMains(): void;
  /** Mains is back: chips start from their reset values, hosts are off. */
  returnMains(): void;
  /** @returns the id of the fault, for `clear`. */
  inject(fault: Fault): string;
  /** One fault by its id, or `all`. */
  clear(id: string): void;
  readonly faults: readonly ActiveFault[];
  /** The last changes (1000 at most) of a line, by its key in the descriptor or its kernel name. */
  edges(line: string): readonly Edge[];
  status(): TwinStatus;
}

/** Load of a host that is not yet, or no more, doing work for its user. */
const firmwareLoad = 0.3;

/** Builds the twin of a board; hosts are off, mains is there, every declared device is present. */
export function createTwin(board: TwinBoard, options: TwinOptions = {}): Twin {
  const { seed = 1, speed = 1, now = () => performance.now() } = options;
  if (!(speed > 0)) throw new TwinError(`speed must be above 0, not ${speed}`);

  const faults = createFaults();
  const sensors = sensorsOf(board);
  const hosts = new Map<string, HostModel>();
  const fans = new Map((board.fans ?? []).map((fan) => [fan.id, fan]));
  const supplies = new Map((board.powerSupplies ?? []).map((supply) => [supply.id, supply]));
  const loads = new Map((board.hosts ?? []).map(({ id }) => [id, 0]));
  /** Fans and supplies that are not plugged in. */
  const absent = new Set<string>();
  /** Hosts whose button a person holds. */
  const persons = new Set<string>();
  let closed = false;

  const hasMains = () => faults.find('lostMains', () => true) === undefined;
  const delivers = ({ id }: TwinPowerSupply) =>
    hasMains() && !absent.has(id) && !faults.find('blownSupply', ({ powerSupply }) => powerSupply === id);
  /** The board as a whole is fed. */
  const isFed = () => hasMains() && (supplies.size === 0 || [...supplies.values()].some(delivers));

  const settle = () => {
    for (const host of hosts.values()) host.advance();
  };
  const lines = createLines(board.lines ?? {}, now, settle);
  const upToDate = () => {
    settle();
    physics.step();
  };
  const hwmon = createHwmon(board, {
    settle: upToDate,
    asserted: lines.asserted,
    value: (id) => physics.value(id),
  });

  const zones = (): readonly Zone[] => {
    if (hosts.size === 0) return [{ host: undefined, powered: isFed(), load: 0 }];
    return [...hosts.values()].map(({ facts: { id }, powered, state }) => {
      const works = state === 'running' && !faults.onHost('crash', id);
      return { host: id, powered, load: works ? (loads.get(id) ?? 0) : firmwareLoad };
    });
  };
  const turns = (fan: TwinFan) =>
    isFed() &&
    !absent.has(fan.id) &&
    !faults.find('deadFan', (fault) => fault.fan === fan.id) &&
    fan.tachs.every(({ sensor: { poweredBy } }) => poweredBy === undefined || hosts.get(poweredBy)?.powered);

  const physics = createPhysics({
    now,
    speed,
    seed,
    sensors,
    nominals: nominals(board, sensors),
    fans: [...fans.keys()],
    faults,
    zones,
    drive(id) {
      const fan = fans.get(id);
      return fan && turns(fan) ? hwmon.dutyOf(fan.pwm) / 100 : 0;
    },
    supplied: (sensor) => feeds(sensor),
  });

  /** A supply's own input is there with mains, its other readings while it delivers. */
  function feeds(sensor: string): boolean {
    for (const supply of supplies.values()) {
      const { inputVoltage, inputCurrent, inputPower, outputVoltage, outputCurrent, outputPower } = supply;
      if (sensor === inputVoltage) return hasMains();
      if ([inputCurrent, inputPower, outputVoltage, outputCurrent, outputPower].includes(sensor)) {
        return delivers(supply);
      }
    }
    return isFed();
  }

  /** Lets the inputs of the controller show what is. */
  function showLines(): void {
    for (const { facts, powered, state } of hosts.values()) {
      const { id, power, post, processors } = facts;
      const stuck = faults.find('stuckPowerGood', (fault) => fault.host === id);
      lines.drive(power.good, stuck ? stuck.level === 'high' : powered);
      if (post) lines.drive(post.complete, state === 'running' || state === 'shutdown');
      for (const { present } of processors?.sockets ?? []) lines.drive(present, true);
    }
    for (const { id, present } of fans.values()) if (present) lines.drive(present, !absent.has(id));
    for (const supply of supplies.values()) {
      if (supply.present) lines.drive(supply.present, !absent.has(supply.id));
      if (supply.good) lines.drive(supply.good, delivers(supply));
    }
  }

  const buses = createBuses(board, { seed, faults, settle, value: (id) => physics.value(id) });

  for (const facts of board.hosts ?? []) {
    const { id, power } = facts;
    const host = createHost(facts, {
      now,
      speed,
      supplied: isFed,
      hindered: (kind) => faults.onHost(kind, id),
      rebooted() {
        for (const fault of faults.list)
          if (fault.kind === 'crash' && fault.host === id) faults.remove(fault.id);
      },
      before: () => physics.step(),
      changed: showLines,
    });
    hosts.set(id, host);
    lines.watch(power.button, (asserted) => pushed(host, asserted, persons.has(id)));
    if (power.reset) lines.watch(power.reset, (asserted) => host.reset(asserted));
  }
  showLines();

  /** The button of a person and the line of the controller are one wire to the host. */
  function pushed(host: HostModel, pressed: boolean, alsoHeld: boolean): void {
    if (alsoHeld) return;
    if (pressed) host.press();
    else host.release();
  }

  /** Makes `change`, which may be any cause of anything, and lets its effects follow. */
  function change<T>(make: () => T): T {
    upToDate();
    const result = make();
    if (!isFed()) for (const host of hosts.values()) host.losePower();
    for (const host of hosts.values()) host.reconsider();
    showLines();
    buses.release();
    return result;
  }

  function checkTarget(fault: Fault): void {
    switch (fault.kind) {
      case 'nack':
      case 'hang':
      case 'allOnes':
      case 'badPec':
        if (!buses.targets.has(fault.device)) throw unknownName(fault.device, [...buses.targets], 'device');
        if (fault.kind === 'badPec' && !buses.usesPec(fault.device)) {
          throw new TwinError(`device ${fault.device} does not use packet error checking (pec: true)`);
        }
        return;
      case 'stuckBus':
      case 'missingBus':
        if (lookup(buses.buses, fault.bus, 'bus') && fault.kind === 'missingBus') {
          throw new TwinError(
            `bus ${fault.bus} is a channel of a mux that redfishd switches; it cannot be missing`,
          );
        }
        return;
      case 'noisy':
        if (!(fault.amplitude > 0 && Number.isFinite(fault.amplitude))) {
          throw new TwinError(`amplitude must be a number above 0, not ${fault.amplitude}`);
        }
        lookup(sensors, fault.sensor, 'sensor');
        return;
      case 'frozen':
        lookup(sensors, fault.sensor, 'sensor');
        return;
      case 'deadFan':
        lookup(fans, fault.fan, 'fan');
        return;
      case 'blownSupply':
        lookup(supplies, fault.powerSupply, 'power supply');
        return;
      case 'lostMains':
        return;
      default:
        lookup(hosts, fault.host, 'host');
    }
  }

  function inject(fault: Fault): string {
    checkTarget(fault);
    if (fault.kind === 'crash' && lookup(hosts, fault.host, 'host').state !== 'running') {
      throw new TwinError(`host ${fault.host} runs no operating system that could crash`);
    }
    return change(() => {
      if (fault.kind === 'frozen') physics.freeze(fault.sensor);
      return faults.add(fault);
    });
  }

  function clear(id: string): void {
    const ended = id === 'all' ? faults.list : faults.list.filter((fault) => fault.id === id);
    if (ended.length === 0 && id !== 'all')
      throw unknownName(
        id,
        faults.list.map((fault) => fault.id),
        'fault',
      );
    change(() => {
      const hadMains = hasMains();
      for (const fault of ended) faults.remove(fault.id);
      for (const fault of ended) {
        const { kind } = fault;
        if (kind === 'frozen' && !faults.find('frozen', ({ sensor }) => sensor === fault.sensor)) {
          physics.thaw(fault.sensor);
        }
      }
      if (hasMains() && !hadMains) {
        buses.reset();
        hwmon.reset();
      }
    });
  }

  const twin: Twin = {
    i2c: buses.transport,
    gpio: lines,
    hwmon,
    set(sensor, value) {
      lookup(sensors, sensor, 'sensor');
      if (value !== null && !Number.isFinite(value)) throw new TwinError(`${value} is no value for a sensor`);
      change(() => physics.pin(sensor, value ?? undefined));
    },
    setLoad(host, load) {
      lookup(hosts, host, 'host');
      if (!(load >= 0 && load <= 1)) throw new TwinError(`load is 0 to 1, not ${load}`);
      change(() => loads.set(host, load));
    },
    setInlet(celsius) {
      if (!(celsius >= -40 && celsius <= 85)) throw new TwinError(`inlet is -40 to 85 Cel, not ${celsius}`);
      change(() => {
        physics.inlet = celsius;
      });
    },
    present(id, present) {
      const devices = (board.devices ?? []).map((device) => device.id);
      const isDevice = devices.includes(id);
      if (!isDevice && !fans.has(id) && !supplies.has(id)) {
        throw unknownName(
          id,
          [...devices, ...fans.keys(), ...supplies.keys()],
          'device, fan or power supply',
        );
      }
      change(() => {
        if (isDevice) buses.setPresent(id, present);
        else if (present) absent.delete(id);
        else absent.add(id);
      });
    },
    fit(device, source) {
      change(() => buses.fit(device, source));
    },
    async pressButton(id, ms) {
      const host = lookup(hosts, id, 'host');
      if (!(ms > 0 && ms <= 60_000)) throw new TwinError(`a press lasts up to 60000 ms, not ${ms}`);
      if (persons.has(id)) throw new TwinError(`the button of host ${id} is being pressed`);
      const { power, buttons } = host.facts;
      change(() => {
        persons.add(id);
        if (buttons?.power) lines.drive(buttons.power, true);
        pushed(host, true, lines.asserted(power.button));
      });
      await new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
      if (closed) return;
      change(() => {
        persons.delete(id);
        if (buttons?.power) lines.drive(buttons.power, false);
        pushed(host, false, lines.asserted(power.button));
      });
    },
    loseMains() {
      if (hasMains()) inject({ kind: 'lostMains' });
    },
    returnMains() {
      for (const fault of faults.list) if (fault.kind === 'lostMains') clear(fault.id);
    },
    inject,
    clear,
    get faults() {
      settle();
      return faults.list;
    },
    edges: lines.edges,
    status() {
      settle();
      return {
        board: board.name,
        mains: hasMains(),
        inlet: physics.inlet,
        hosts: [...hosts.values()].map(({ facts: { id }, state }) => ({
          id,
          state,
          load: loads.get(id) ?? 0,
        })),
        fans: [...fans.values()].map(({ id, pwm }) => ({
          id,
          present: !absent.has(id),
          duty: hwmon.dutyOf(pwm),
          speed: 100 * physics.spin(id),
        })),
        sensors: [...sensors.values()].map(({ id }: KnownSensor) => ({
          id,
          value: physics.value(id),
          pinned: physics.isPinned(id),
        })),
        absent: [
          ...absent,
          ...(board.devices ?? []).map(({ id }) => id).filter((id) => !buses.isPresent(id)),
        ],
        faults: faults.list,
      };
    },
    async close() {
      closed = true;
      for (const host of hosts.values()) host.close();
      buses.close();
      await lines.close();
    },
  };
  return twin;
}
