/** The models of a twin, wired to each other: what powers what, what the controller's inputs show, who warms whom. */
import type { FanFacts, Platform, PowerSupplyFacts } from '../platform/vocabulary/index.ts';
import { createBuses, type TwinBuses } from './buses.ts';
import { type KnownSensor, sensorsOf } from './catalog.ts';
import { createFaults, type Faults } from './faults.ts';
import { createFeed } from './feed.ts';
import { createHost, type HostModel } from './host.ts';
import { createHwmon, type TwinHwmon } from './hwmon.ts';
import { createInputs } from './inputs.ts';
import { createLines, type TwinLines } from './lines.ts';
import { createNodes, type TwinNodes } from './nodes/index.ts';
import { nominals } from './nominal.ts';
import { createPhysics, type Physics, type Zone } from './physics.ts';
import { createPostCodes, type TwinPostCodes } from './post-codes.ts';
import { createSerial, type TwinSerial } from './serial.ts';

/** Everything by its id. What is written to directly is written within `change`. */
export interface Machine {
  readonly faults: Faults;
  readonly sensors: ReadonlyMap<string, KnownSensor>;
  readonly hosts: ReadonlyMap<string, HostModel>;
  readonly fans: ReadonlyMap<string, FanFacts>;
  readonly supplies: ReadonlyMap<string, PowerSupplyFacts>;
  /** Work of each host, 0 to 1. */
  readonly loads: Map<string, number>;
  /** Fans, supplies and chassis that are not plugged in. */
  readonly absent: Set<string>;
  /** Ids of leak detectors that are wet. */
  readonly wet: Set<string>;
  /** Ids of chassis whose latch is open. */
  readonly open: Set<string>;
  /** Ids of the chassis that can be pulled. */
  readonly removable: readonly string[];
  readonly lines: TwinLines;
  readonly hwmon: TwinHwmon;
  readonly buses: TwinBuses;
  readonly serial: TwinSerial;
  readonly nodes: TwinNodes;
  readonly postCodes: TwinPostCodes;
  readonly physics: Physics;
  hasMains(): boolean;
  /** Calls `listener` when mains goes or comes; returns the function that ends this. */
  onMains(listener: (on: boolean) => void): () => void;
  /** Brings hosts and heat up to the present moment. */
  upToDate(): void;
  /** Makes a change that may be any cause of anything, and lets its effects follow. */
  change<T>(make: () => T): T;
  /** The number that the hand switch of the panel gives. */
  selected: number;
  /** The same of a button of the panel, for whatever it selects. */
  holdPanel(button: 'power' | 'reset', held: boolean): void;
  /** A person takes hold of the power button of a host, or lets it go. */
  hold(host: HostModel, held: boolean, button?: 'power' | 'reset' | 'nmi'): void;
  close(): Promise<void>;
}

/** Load of a host that is not yet, or no more, doing work for its user. */
const firmwareLoad = 0.3;

export function createMachine(
  board: Platform,
  options: { readonly seed: number; readonly speed: number; readonly now: () => number },
): Machine {
  const { seed, speed, now } = options;
  const faults = createFaults();
  const sensors = sensorsOf(board);
  const hosts = new Map<string, HostModel>();
  const fans = new Map((board.fans ?? []).map((fan) => [fan.id, fan]));
  const supplies = new Map((board.powerSupplies ?? []).map((supply) => [supply.id, supply]));
  const loads = new Map((board.hosts ?? []).map(({ id }) => [id, 0]));
  const absent = new Set<string>();
  const wet = new Set<string>();
  const open = new Set<string>();
  const chassis = board.chassis ?? [];
  const removable = chassis.flatMap(({ id, present }) => (present === undefined ? [] : (id ?? [])));
  /** Hosts whose button a person holds. */
  const persons = new Set<string>();
  let selected = 0;
  const mainsListeners = new Set<(on: boolean) => void>();

  const feed = createFeed(board, { faults, absent, asserted: (line) => lines.asserted(line) });
  const { hasMains, delivers, isFed, isSwitchedOn, reaches } = feed;

  /** None yet while the rest is being put together. */
  let nodes: TwinNodes | undefined;

  const settle = () => {
    for (const host of hosts.values()) host.advance();
  };
  // Lines of bridge ICs are theirs: no wire leads to them.
  const wires = Object.entries(board.lines ?? {}).filter(([, { node }]) => node === undefined);
  const lines = createLines(Object.fromEntries(wires), now, settle, isSwitchedOn, (key) => {
    for (const fault of faults.list)
      if (fault.kind === 'released' && fault.line === key) faults.remove(fault.id);
  });
  const upToDate = () => {
    settle();
    physics.step();
  };
  const hwmon = createHwmon(board, {
    settle: upToDate,
    asserted: lines.asserted,
    value: (id) => physics.value(id),
  });

  const serial = createSerial(board, (id) => hosts.get(id)?.state);
  const postCodes = createPostCodes(board, (id) => hosts.get(id));
  for (const facts of board.hosts ?? []) {
    const { id, power } = facts;
    const host = createHost(facts, {
      now,
      speed,
      supplied: () => reaches(facts.chassis),
      hindered: (kind) => faults.onHost(kind, id),
      rebooted() {
        for (const fault of faults.list)
          if (fault.kind === 'crash' && fault.host === id) faults.remove(fault.id);
      },
      before: (at) => physics.step(at),
      changed(at) {
        // The last code comes before the line that says that all is done.
        postCodes.changed();
        showInputs(at);
        serial.changed();
        buses.changed();
        nodes?.changed();
      },
    });
    hosts.set(id, host);
    if (power.kind === 'ipmi') continue;
    if (power.kind === 'relay') {
      lines.watch(power.line, (asserted) => host.feed(asserted));
      continue;
    }
    lines.watch(power.button, (asserted) => {
      if (!persons.has(id)) push(host, asserted);
    });
    if (power.reset) lines.watch(power.reset, (asserted) => host.reset(asserted));
  }

  for (const { id, switch: feeder } of chassis) {
    if (id === undefined || !feeder) continue;
    // Slots are fed from the start, and switched by the controller then.
    lines.drive(feeder.line, true, now());
    lines.watch(feeder.line, () => switched(id));
  }

  const zones = (): readonly Zone[] => {
    if (hosts.size === 0) return [{ host: undefined, powered: isFed(), load: 0 }];
    return [...hosts.values()].map(({ facts: { id }, powered, state }) => {
      const works = state === 'running' && !faults.onHost('crash', id);
      const load = works ? (loads.get(id) ?? 0) : firmwareLoad;
      return { host: id, powered, load: Math.min(load, nodes?.loadLimit(id) ?? 1) };
    });
  };
  const turns = (fan: FanFacts) =>
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
    return reaches(sensors.get(sensor)?.facts.chassis);
  }

  /** What the power-good of a host shows. */
  function isGood({ facts: { id }, powered }: HostModel): boolean {
    const stuck = faults.find('stuckPowerGood', (fault) => fault.host === id);
    return stuck ? stuck.level === 'high' : powered;
  }

  const showInputs = createInputs(board, {
    ...{ now, hosts, lines, feed, absent, wet, open, isGood },
    selected: () => selected,
  });

  const value = (id: string) => physics.value(id);
  /** What takes the power of the board away, and gives it back. */
  const cycles = new Set<NodeJS.Timeout>();
  const later = (job: () => void, ms: number) => {
    const timer = setTimeout(() => {
      cycles.delete(timer);
      change(job);
    }, ms).unref();
    cycles.add(timer);
  };
  const cycled = (device: string, off: number) => {
    if (!chassis.some(({ cycle }) => cycle?.device === device)) return;
    later(() => {
      const lost = faults.add({ kind: 'lostMains' });
      later(() => faults.remove(lost), off / speed);
    }, 0);
  };

  const buses = createBuses(board, { now, seed, faults, settle, isThere: isSwitchedOn, value, cycled });
  const around = { ...options, faults, hosts, feed, serial, value, isGood, settle: upToDate, change };
  const all = createNodes(board, around);
  nodes = all;

  showInputs();

  // A person and the controller pull at one wire.
  const push = (host: HostModel, pressed: boolean) => (pressed ? host.press() : host.release());

  function hold(host: HostModel, held: boolean, button: 'power' | 'reset' | 'nmi' = 'power'): void {
    const { id, power, buttons } = host.facts;
    const line = buttons?.[button];
    if (line !== undefined) lines.drive(line, held, now());
    // What the controller makes of it reaches the host by the controller's own lines.
    if (buttons?.acts === 'policy' || buttons?.acts === 'passThrough') return;
    if (button === 'reset') host.reset(held);
    if (button !== 'power') return;
    if (held) persons.add(id);
    else persons.delete(id);
    if ((power.kind !== 'gpio' && power.kind !== undefined) || !lines.asserted(power.button))
      push(host, held);
  }

  function change<T>(make: () => T): T {
    upToDate();
    const before = hasMains();
    const dark = chassis.map(({ id }) => id).filter((id) => !isSwitchedOn(id));
    const result = make();
    const after = hasMains();
    const linesOf = (kind: 'storm' | 'released') =>
      new Set(faults.list.flatMap((fault) => (fault.kind === kind ? [fault.line] : [])));
    lines.trouble(linesOf('storm'), linesOf('released'));
    // Without power nothing drives an output.
    if (before && !after) lines.fall(() => true);
    lines.fall((carrier) => carrier !== undefined && !isSwitchedOn(carrier));
    // What lost its power comes back as from the factory.
    for (const id of dark) if (isSwitchedOn(id)) buses.reset(id);
    if (after && !before) {
      buses.reset();
      hwmon.reset();
    }
    for (const host of hosts.values()) if (!reaches(host.facts.chassis)) host.losePower();
    for (const host of hosts.values()) host.reconsider();
    showInputs();
    buses.changed();
    all.changed();
    all.refresh();
    if (after !== before) for (const listener of mainsListeners) listener(after);
    return result;
  }

  /** The switch of a chassis was turned: what is in it loses its power, or starts from its reset values. */
  function switched(id: string): void {
    const inside = feed.within(id);
    lines.fall((carrier) => carrier !== undefined && inside.includes(carrier) && !isSwitchedOn(carrier));
    for (const inner of inside) if (isSwitchedOn(inner)) buses.reset(inner);
    for (const host of hosts.values()) if (!reaches(host.facts.chassis)) host.losePower();
    showInputs();
    buses.changed();
    all.changed();
  }

  return {
    faults,
    sensors,
    hosts,
    fans,
    supplies,
    loads,
    absent,
    wet,
    open,
    removable,
    lines,
    hwmon,
    buses,
    serial,
    nodes: all,
    postCodes,
    physics,
    hasMains,
    onMains(listener) {
      mainsListeners.add(listener);
      return () => mainsListeners.delete(listener);
    },
    upToDate,
    change,
    hold,
    get selected() {
      return selected;
    },
    set selected(number) {
      selected = number;
    },
    holdPanel(button, held) {
      const line = board.panel?.[button];
      if (line !== undefined) lines.drive(line, held, now());
    },
    async close() {
      mainsListeners.clear();
      for (const timer of cycles) clearTimeout(timer);
      for (const host of hosts.values()) host.close();
      serial.close();
      postCodes.close();
      buses.close();
      await all.close();
    },
  };
}
