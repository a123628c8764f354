/**
 * The simulated board: the same buses, lines and hwmon nodes as the machine, backed by models. This file puts the
 * models together and holds the knobs; chips are in buses.ts, wires in lines.ts, hosts in host.ts, heat and
 * electricity in physics.ts, guesses in nominal.ts, nodes with controllers of their own in nodes/.
 */
import type { Hardware } from '../../drivers/hardware.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { ActiveFault, Fault } from './faults.ts';
import type { HostState } from './host.ts';
import { createLeds, type Shown, type TwinLeds } from './leds.ts';
import type { Edge } from './lines.ts';
import { createMachine } from './machine.ts';
import { lookup, TwinError, unknownName } from './names.ts';
import { logEvent, type NodeEvent } from './nodes/event.ts';
import type { NodeState } from './nodes/index.ts';
import type { SimulatedNode } from './nodes/node.ts';
import { checkTarget } from './targets.ts';
import { createWatchdogs, type TwinWatchdogs, type WatchdogState } from './watchdog.ts';

export type { ActiveFault, Edge, Fault, HostState, Platform };
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
  /** Devices, fans, power supplies and chassis that are not plugged in. */
  readonly absent: readonly string[];
  readonly faults: readonly ActiveFault[];
  readonly leds: Readonly<Record<string, Shown>>;
  readonly watchdogs: readonly WatchdogState[];
  readonly nodes: readonly NodeState[];
}

/** Every command throws TwinError, and changes nothing, when a name or value is not of this board. */
export interface Twin extends Hardware {
  readonly leds: TwinLeds;
  readonly watchdogs: TwinWatchdogs;
  /** Pins the physical value of a sensor, in its unit; null gives it back to the model. */
  set(sensor: string, value: number | null): void;
  /** Work of the host, 0 (idle) to 1. */
  setLoad(host: string, load: number): void;
  /** Temperature of the air that comes in, degrees Celsius; 24 at first. */
  setInlet(celsius: number): void;
  /** Plugs a device, fan, power supply or removable chassis in or out. */
  present(id: string, present: boolean): void;
  /** Fits a second source: the device itself (0) or one of its alternatives (from 1). */
  fit(device: string, source: number): void;
  /** Turns the hand switch of the panel to a host, or to the controller by its id. */
  select(name: string): void;
  /** As `pressButton`, of the panel. */
  pressPanel(ms: number, button?: 'power' | 'reset'): Promise<void>;
  /** A person presses the power button, or another, of the host for `ms`; resolves at release. */
  pressButton(host: string, ms: number, button?: 'power' | 'reset' | 'nmi'): Promise<void>;
  /** Wets a leak detector, or dries it. */
  leak(detector: string, wet: boolean): void;
  /** Opens the latch of a slot, or closes it. */
  latch(chassis: string, closed: boolean): void;
  /** Adds a record to the log of a node. */
  logEvent(node: string, event: NodeEvent): void;
  /** The controller of a node starts anew: it is silent for a while, and keeps its log. */
  resetNode(node: string): void;
  loseMains(): void;
  /** Mains is back: chips start from their reset values, hosts are off. */
  returnMains(): void;
  /** Calls `listener` when mains goes or comes; returns the function that ends this. */
  onMains(listener: (on: boolean) => void): () => void;
  /** @returns the id of the fault, for `clear`. */
  inject(fault: Fault): string;
  /** One fault by its id, or `all`. */
  clear(id: string): void;
  readonly faults: readonly ActiveFault[];
  /** The last changes (1000 at most) of a line, by its key in the descriptor or its kernel name. */
  edges(line: string): readonly Edge[];
  status(): TwinStatus;
}

/** Builds the twin of a board; hosts are off, mains is there, every declared device is present. */
export function createTwin(board: Platform, options: TwinOptions = {}): Twin {
  const { seed = 1, speed = 1, now = () => performance.now() } = options;
  if (!(speed > 0)) throw new TwinError(`speed must be above 0, not ${speed}`);
  const machine = createMachine(board, { seed, speed, now });
  const { buses, change, fans, faults, hosts, hwmon, lines, loads, physics, sensors, supplies } = machine;
  const leds = createLeds((board.indicators ?? []).flatMap(({ led }) => led ?? []));
  const watchdogs = createWatchdogs();
  const pressing = new Set<string>();
  let closed = false;

  function inject(fault: Fault): string {
    checkTarget(fault, machine);
    return change(() => {
      if (fault.kind === 'frozen') physics.freeze(fault.sensor);
      return faults.add(fault);
    });
  }

  function clear(id: string): void {
    const ended = id === 'all' ? faults.list : faults.list.filter((fault) => fault.id === id);
    if (ended.length === 0 && id !== 'all') {
      const names = faults.list.map((fault) => fault.id);
      throw unknownName(id, names, 'fault');
    }
    change(() => {
      for (const fault of ended) faults.remove(fault.id);
      for (const fault of ended) {
        if (fault.kind === 'frozen' && !faults.find('frozen', ({ sensor }) => sensor === fault.sensor)) {
          physics.thaw(fault.sensor);
        }
      }
    });
  }

  function poweredNode(id: string): SimulatedNode {
    const node = lookup(machine.nodes.nodes, id, 'node');
    if (!node.isAwake) throw new TwinError(`node ${id} has no power, or is about to start`);
    return node;
  }

  async function press(what: string, ms: number, hold: (held: boolean) => void): Promise<void> {
    if (!(ms > 0 && ms <= 60_000)) throw new TwinError(`a press lasts up to 60000 ms, not ${ms}`);
    if (pressing.has(what)) throw new TwinError(`the button of ${what} is being pressed`);
    pressing.add(what);
    change(() => hold(true));
    await new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
    pressing.delete(what);
    if (!closed) change(() => hold(false));
  }

  const twin: Twin = {
    i2c: buses.transport,
    gpio: lines,
    hwmon,
    serial: machine.serial,
    postCodes: machine.postCodes,
    leds,
    watchdogs,
    ipmi: machine.nodes.paths,
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
      const detectors = [...(board.leakDetectors ?? []), ...(board.drives ?? [])].map((part) => part.id);
      const parts = [...fans.keys(), ...supplies.keys(), ...machine.removable, ...detectors];
      if (!isDevice && !parts.includes(id))
        throw unknownName(id, [...devices, ...parts], 'device, fan, power supply or removable chassis');
      change(() => {
        // A chip may have the name of the part that it goes with.
        if (isDevice) buses.setPresent(id, present);
        if (!parts.includes(id)) return;
        if (present) machine.absent.delete(id);
        else machine.absent.add(id);
      });
    },
    fit(device, source) {
      change(() => buses.fit(device, source));
    },
    leak(id, wet) {
      const ids = (board.leakDetectors ?? []).map((detector) => detector.id);
      if (!ids.includes(id)) throw unknownName(id, ids, 'leak detector');
      change(() => void (wet ? machine.wet.add(id) : machine.wet.delete(id)));
    },
    latch(id, closed) {
      const ids = (board.chassis ?? []).flatMap((each) =>
        each.switch?.latch === undefined ? [] : (each.id ?? []),
      );
      if (!ids.includes(id)) throw unknownName(id, ids, 'chassis with a latch');
      change(() => void (closed ? machine.open.delete(id) : machine.open.add(id)));
    },
    logEvent: (id, event) => logEvent(poweredNode(id), event),
    resetNode: (id) => poweredNode(id).coldReset(),
    async pressButton(id, ms, button = 'power') {
      const host = lookup(hosts, id, 'host');
      await press(`host ${id}`, ms, (held) => machine.hold(host, held, button));
    },
    async pressPanel(ms, button = 'power') {
      if (board.panel?.[button] === undefined) throw new TwinError(`no panel has a ${button} button`);
      await press('the panel', ms, (held) => machine.holdPanel(button, held));
    },
    select(name) {
      const names = [...(board.panel?.select.hosts ?? []), board.manager?.id ?? 'bmc'];
      const number = names.indexOf(name);
      if (board.panel === undefined || number < 0)
        throw unknownName(name, board.panel === undefined ? [] : names, 'place of the hand switch');
      change(() => {
        machine.selected = number;
      });
    },
    loseMains() {
      if (machine.hasMains()) inject({ kind: 'lostMains' });
    },
    returnMains() {
      for (const fault of faults.list) if (fault.kind === 'lostMains') clear(fault.id);
    },
    onMains: machine.onMains,
    inject,
    clear,
    get faults() {
      machine.upToDate();
      return faults.list;
    },
    edges: lines.edges,
    status() {
      machine.upToDate();
      return {
        board: board.name,
        mains: machine.hasMains(),
        inlet: physics.inlet,
        hosts: [...hosts.values()].map(({ facts: { id }, state }) => ({
          id,
          state,
          load: loads.get(id) ?? 0,
        })),
        fans: [...fans.values()].map(({ id, pwm }) => ({
          id,
          present: !machine.absent.has(id),
          duty: hwmon.dutyOf(pwm),
          speed: 100 * physics.spin(id),
        })),
        sensors: [...sensors.values()].map(({ id }) => ({
          id,
          value: physics.value(id),
          pinned: physics.isPinned(id),
        })),
        absent: [
          ...machine.absent,
          ...(board.devices ?? []).map(({ id }) => id).filter((id) => !buses.isPresent(id)),
        ],
        faults: faults.list,
        leds: leds.all,
        watchdogs: watchdogs.states,
        nodes: machine.nodes.states,
      };
    },
    async close() {
      closed = true;
      watchdogs.close();
      await machine.close();
      await lines.close();
    },
  };
  return twin;
}
