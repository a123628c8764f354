/**
 * The simulated board: the same transports as the real machine, backed by models, and the simulator controls. Models:
 * chips in chips/ and device.ts, buses in buses.ts, wires in lines.ts, hosts in host.ts, heat and electricity in
 * physics.ts, nominal values in nominal.ts, nodes with controllers of their own in nodes/.
 */
import type { GpioLines } from '../../drivers/gpio/lines.ts';
import type { Hardware } from '../../drivers/hardware.ts';
import type { Hwmon } from '../../drivers/hwmon/hwmon.ts';
import type { I2cTransport } from '../../drivers/i2c/transport.ts';
import type { IpmiPaths } from '../../drivers/ipmi/ipmi.ts';
import type { PostCodeDevices } from '../../drivers/post/post-codes.ts';
import type { SerialPorts } from '../../drivers/serial/serial.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { ActiveFault, Fault } from './faults.ts';
import type { HostState } from './host.ts';
import type { TwinHostIpmi } from './host-ipmi.ts';
import type { HostButton } from './hosts.ts';
import { createLeds, type TwinLeds } from './leds.ts';
import type { Edge } from './lines.ts';
import { Machine } from './machine.ts';
import type { TwinMachines } from './machines.ts';
import { lookup, TwinError, unknownName } from './names.ts';
import { logEvent, type NodeEvent } from './nodes/event.ts';
import type { SimulatedNode } from './nodes/node.ts';
import { statusOf, type TwinStatus } from './status.ts';
import { checkTarget } from './targets.ts';
import { createWatchdogs, type TwinWatchdogs } from './watchdog.ts';

export type { ActiveFault, Edge, Fault, HostState, TwinStatus };
export { TwinError };

export interface TwinOptions {
  /** Seed of serial numbers and noise: the same seed gives the same board. Default 1. */
  readonly seed?: number;
  /** Divides boot and shutdown times of hosts and thermal lags; presses of buttons are not affected. Default 1. */
  readonly speed?: number;
  /** Monotonic clock in milliseconds. Default `performance.now`. */
  readonly now?: () => number;
}

/** Longest press of a button, ms. */
const longestPress = 60_000;

/** Builds the twin of a board: hosts are off, mains is on, every declared device is present. */
export const createTwin = (platform: Platform, options: TwinOptions = {}): Twin =>
  new Twin(platform, options);

/** Every control throws TwinError, and changes nothing, for a name or value that the board does not have. */
export class Twin implements Hardware {
  readonly i2c: (bus: number) => I2cTransport;
  readonly gpio: GpioLines;
  readonly hwmon: Hwmon;
  readonly serial: SerialPorts;
  readonly postCodes: PostCodeDevices;
  readonly leds: TwinLeds;
  readonly watchdogs: TwinWatchdogs = createWatchdogs();
  readonly ipmi: IpmiPaths;
  readonly hostIpmi: TwinHostIpmi;
  readonly machines: TwinMachines;
  readonly #machine: Machine;
  /** Buttons that are being pressed. */
  readonly #pressed = new Set<string>();
  #isClosed = false;

  constructor(platform: Platform, options: TwinOptions) {
    const { seed = 1, speed = 1, now = () => performance.now() } = options;
    if (!(speed > 0)) throw new TwinError(`speed must be above 0, not ${speed}`);
    const machine = new Machine(platform, { seed, speed, now });
    this.#machine = machine;
    this.i2c = (bus) => machine.buses.transport(bus);
    this.gpio = machine.lines.transport;
    this.hwmon = machine.hwmon;
    this.serial = machine.serial;
    this.postCodes = machine.postCodes;
    this.leds = createLeds((platform.indicators ?? []).flatMap(({ led }) => led ?? []));
    this.ipmi = machine.nodes.paths;
    this.hostIpmi = machine.firmware.interfaces;
    this.machines = machine.hosts.machines;
  }

  /** Pins the physical value of a sensor, in its unit; null returns it to the model. */
  set(sensor: string, value: number | null): void {
    lookup(this.#machine.sensors, sensor, 'sensor');
    if (value !== null && !Number.isFinite(value)) throw new TwinError(`${value} is no value for a sensor`);
    this.#machine.change(() => this.#machine.physics.pin(sensor, value ?? undefined));
  }

  /** Load of a host, 0 (idle) to 1. */
  setLoad(host: string, load: number): void {
    lookup(this.#machine.hosts.all, host, 'host');
    if (!(load >= 0 && load <= 1)) throw new TwinError(`load is 0 to 1, not ${load}`);
    this.#machine.change(() => this.#machine.loads.set(host, load));
  }

  /** Temperature of the intake air, Cel; 24 at start. */
  setInlet(celsius: number): void {
    if (!(celsius >= -40 && celsius <= 85)) throw new TwinError(`inlet is -40 to 85 Cel, not ${celsius}`);
    this.#machine.change(() => {
      this.#machine.physics.inlet = celsius;
    });
  }

  /** Plugs a device, fan, power supply, drive, leak detector or removable chassis in or out. */
  present(id: string, present: boolean): void {
    const { platform, fans, supplies, removable, absent, buses } = this.#machine;
    const devices = (platform.devices ?? []).map((device) => device.id);
    const others = [...(platform.leakDetectors ?? []), ...(platform.drives ?? [])].map((part) => part.id);
    const parts = [...fans.keys(), ...supplies.keys(), ...removable, ...others];
    const isDevice = devices.includes(id);
    const isPart = parts.includes(id);
    if (!isDevice && !isPart)
      throw unknownName(id, [...devices, ...parts], 'device, fan, power supply or removable chassis');
    this.#machine.change(() => {
      // A chip and the part that carries it may share a name.
      if (isDevice) buses.setPresent(id, present);
      if (isPart && present) absent.delete(id);
      else if (isPart) absent.add(id);
    });
  }

  /** Fits a second source: the device itself (0) or one of its alternatives (from 1). */
  fit(device: string, source: number): void {
    this.#machine.change(() => this.#machine.buses.fit(device, source));
  }

  /** Turns the hand switch of the panel to a host, or to the controller by its id. */
  select(name: string): void {
    const { panel, manager } = this.#machine.platform;
    const names = panel === undefined ? [] : [...panel.select.hosts, manager.id];
    const position = names.indexOf(name);
    if (position < 0) throw unknownName(name, names, 'position of the hand switch');
    this.#machine.change(() => {
      this.#machine.selected = position;
    });
  }

  /** Presses a button of the panel for `ms`; resolves at release. */
  async pressPanel(ms: number, button: 'power' | 'reset' = 'power'): Promise<void> {
    if (this.#machine.platform.panel?.[button] === undefined)
      throw new TwinError(`no panel has a ${button} button`);
    await this.#press('the panel', ms, (isHeld) => this.#machine.holdPanel(button, isHeld));
  }

  /** Presses a button of a host for `ms`; resolves at release. */
  async pressButton(id: string, ms: number, button: HostButton = 'power'): Promise<void> {
    const { hosts } = this.#machine;
    const host = lookup(hosts.all, id, 'host');
    await this.#press(`host ${id}`, ms, (isHeld) => hosts.hold(host, isHeld, button));
  }

  /** Wets a leak detector, or dries it. */
  leak(id: string, isWet: boolean): void {
    const ids = (this.#machine.platform.leakDetectors ?? []).map((detector) => detector.id);
    if (!ids.includes(id)) throw unknownName(id, ids, 'leak detector');
    const { wet } = this.#machine;
    this.#machine.change(() => void (isWet ? wet.add(id) : wet.delete(id)));
  }

  /** Opens the latch of a slot, or closes it. */
  latch(id: string, isClosed: boolean): void {
    const ids = this.#machine.platform.chassis.flatMap((chassis) =>
      chassis.switch?.latch === undefined ? [] : [chassis.id],
    );
    if (!ids.includes(id)) throw unknownName(id, ids, 'chassis with a latch');
    const { unlatched } = this.#machine;
    this.#machine.change(() => void (isClosed ? unlatched.delete(id) : unlatched.add(id)));
  }

  /** Adds a record to the log of a node. */
  logEvent(id: string, event: NodeEvent): void {
    logEvent(this.#awakeNode(id), event);
  }

  /** Resets the controller of a node: it is silent for a while, and keeps its log. */
  resetNode(id: string): void {
    this.#awakeNode(id).coldReset();
  }

  loseMains(): void {
    if (this.#machine.power.hasMains()) this.inject({ kind: 'lostMains' });
  }

  /** Mains returns: chips start from their reset values, hosts are off. */
  returnMains(): void {
    for (const fault of this.#machine.faults.list) if (fault.kind === 'lostMains') this.clear(fault.id);
  }

  /** Calls `listener` when mains goes or returns; returns the function that unsubscribes. */
  onMains(listener: (on: boolean) => void): () => void {
    return this.#machine.onMains(listener);
  }

  /** @returns the id of the fault, for `clear`. */
  inject(fault: Fault): string {
    const { faults, physics } = this.#machine;
    checkTarget(fault, this.#machine);
    return this.#machine.change(() => {
      if (fault.kind === 'frozen') physics.freeze(fault.sensor);
      return faults.add(fault);
    });
  }

  /** Ends one fault by its id, or `all`. */
  clear(id: string): void {
    const { faults, physics } = this.#machine;
    const ended = id === 'all' ? faults.list : faults.list.filter((fault) => fault.id === id);
    if (ended.length === 0 && id !== 'all') {
      const ids = faults.list.map((fault) => fault.id);
      throw unknownName(id, ids, 'fault');
    }
    this.#machine.change(() => {
      for (const fault of ended) faults.remove(fault.id);
      for (const fault of ended) {
        if (fault.kind !== 'frozen') continue;
        if (!faults.find('frozen', ({ sensor }) => sensor === fault.sensor)) physics.thaw(fault.sensor);
      }
    });
  }

  get faults(): readonly ActiveFault[] {
    this.#machine.update();
    return this.#machine.faults.list;
  }

  /** The last changes (at most 1000) of a line, by its key in the descriptor or its kernel name. */
  edges(line: string): readonly Edge[] {
    return this.#machine.lines.edges(line);
  }

  status(): TwinStatus {
    this.#machine.update();
    return statusOf(this.#machine, { leds: this.leds.all, watchdogs: this.watchdogs.states });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.watchdogs.close();
    await this.#machine.close();
  }

  #awakeNode(id: string): SimulatedNode {
    const node = lookup(this.#machine.nodes.nodes, id, 'node');
    if (!node.isAwake) throw new TwinError(`node ${id} has no power, or is restarting`);
    return node;
  }

  async #press(what: string, ms: number, hold: (isHeld: boolean) => void): Promise<void> {
    if (!(ms > 0 && ms <= longestPress))
      throw new TwinError(`a press lasts up to ${longestPress} ms, not ${ms}`);
    if (this.#pressed.has(what)) throw new TwinError(`the button of ${what} is being pressed`);
    this.#pressed.add(what);
    this.#machine.change(() => hold(true));
    await new Promise<void>((resolve) => void setTimeout(resolve, ms).unref());
    this.#pressed.delete(what);
    if (!this.#isClosed) this.#machine.change(() => hold(false));
  }
}
