/** What of the hardware does not work, and the events that tell of it: lines, buses, devices, single sensors. */
import type { DeviceError } from '../../drivers/errors.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { Changes } from './changes.ts';
import type { BusState, EventContext, Origin } from './model.ts';
import type { DeviceReader } from './sensing/readers.ts';
import type { BoardSensor } from './sensing/sensor.ts';

export class HardwareFaults {
  readonly #changes: Changes;
  readonly #manager: Origin;
  readonly #names: ReadonlyMap<number, string>;
  readonly #log: (message: string, detail: object) => void;
  /** Why, by the number of the adapter. */
  readonly #buses = new Map<number, string>();
  /** Devices of which it has been told that they fail, whatever their bus does. */
  readonly #devices = new Set<string>();

  /** `adapters` are the numbers of the buses that can fail on their own. */
  constructor(
    platform: Platform,
    adapters: readonly number[],
    changes: Changes,
    log: (message: string, detail: object) => void,
  ) {
    this.#changes = changes;
    this.#manager = { kind: 'manager', id: platform.manager.id };
    const named = new Map(platform.buses?.map(({ bus, name }) => [bus, name]));
    this.#names = new Map(adapters.map((bus) => [bus, named.get(bus) ?? `i2c-${bus}`]));
    this.#log = log;
  }

  get buses(): readonly BusState[] {
    return [...this.#names].map(([bus, name]) => {
      const fault = this.#buses.get(bus) ?? null;
      return {
        bus,
        name,
        status:
          fault === null
            ? { state: 'Enabled', health: 'OK' }
            : { state: 'UnavailableOffline', health: 'Warning' },
        fault,
      };
    });
  }

  /** A line cannot be had, or is here now. */
  line(name: string, fault: string | null, there = true): void {
    const here = there ? 'a GPIO line is here now' : 'a GPIO line has gone with its chassis';
    this.#log(fault === null ? here : 'a GPIO line cannot be had', { line: name, fault });
    const about = { origin: this.#manager, condition: `line:${name}` };
    if (fault === null) this.#tellWell(`line ${name}`, about, there ? 'Enabled' : 'Absent');
    else this.#tellError(`line ${name}`, fault, about);
  }

  /** A light of the kernel cannot be driven, or can again. */
  light(name: string, fault: string | null): void {
    this.#log(fault === null ? 'a light can be driven again' : 'a light cannot be driven', {
      light: name,
      fault,
    });
    const about = { origin: this.#manager, condition: `light:${name}` };
    if (fault === null) this.#tellWell(`light ${name}`, about);
    else this.#tellError(`light ${name}`, fault, about);
  }

  /** A device fails, or is well again. A bus that fails is told of once, and not again for each device on it. */
  device({ device, bus }: DeviceReader, error: DeviceError | null, chassis: string | undefined): void {
    this.#log(error === null ? 'a device answers again' : 'a device does not answer', {
      device,
      fault: error?.message ?? null,
    });
    if (bus !== null && error !== null && (error.kind === 'stuck' || error.kind === 'no-bus')) {
      const known = this.#buses.has(bus);
      this.#buses.set(bus, error.message);
      if (!known) this.#tell(`bus ${bus}`, error, aboutBus(bus));
      return;
    }
    // Whatever it was, it came over the bus.
    if (bus !== null && this.#buses.delete(bus)) this.#tellWell(`bus ${bus}`, aboutBus(bus));
    const about = aboutDevice(device, chassis);
    if (error === null) {
      if (this.#devices.delete(device)) this.#tellWell(device, about);
    } else if (!this.#devices.has(device)) {
      this.#devices.add(device);
      this.#tell(device, error, about);
    }
  }

  /** A device that failed has been taken away: that it fails is over. */
  gone({ device }: DeviceReader, chassis: string | undefined): void {
    if (this.#devices.delete(device)) this.#tellWell(device, aboutDevice(device, chassis), 'Absent');
  }

  /** A sensor whose reading could not be had has been taken away. */
  goneSensor({ id, name, chassis }: BoardSensor): void {
    const origin = { kind: 'sensor' as const, id, chassis };
    this.#tellWell(name, { origin, condition: `reading:${id}` }, 'Absent');
  }

  /** The device of a sensor answers, but this reading of it cannot be had; or it can again. */
  sensor({ id, name, chassis, poweredBy }: BoardSensor, error: DeviceError | null): void {
    this.#changes.emit({
      message: error === null ? 'SensorEvent.SensorRestored' : 'SensorEvent.InvalidSensorReading',
      args: [name],
      severity: error === null ? 'OK' : 'Warning',
      origin: { kind: 'sensor', id, chassis },
      condition: `reading:${id}`,
      resolves: error === null,
      ...(error === null ? {} : { detail: `${error.message}.` }),
      ...(poweredBy === null ? {} : { host: poweredBy }),
    });
  }

  #tell(name: string, error: DeviceError, about: Pick<EventContext, 'origin' | 'condition'>): void {
    const silent = error.kind === 'no-answer' || error.kind === 'stuck' || error.kind === 'no-bus';
    if (!silent) this.#tellError(name, error.message, about);
    else {
      const message = 'Platform.DeviceManagementInterfaceUnresponsive';
      this.#changes.emit({
        message,
        args: [name],
        severity: 'Warning',
        detail: `${error.message}.`,
        ...about,
      });
    }
  }

  #tellError(name: string, fault: string, about: Pick<EventContext, 'origin' | 'condition'>): void {
    const message = 'Platform.DeviceManagementInterfaceError';
    this.#changes.emit({ message, args: [name, fault], severity: 'Warning', ...about });
  }

  #tellWell(name: string, about: Pick<EventContext, 'origin' | 'condition'>, state = 'Enabled'): void {
    const message = 'ResourceEvent.ResourceStatusChangedOK';
    this.#changes.emit({ message, args: [name, state], severity: 'OK', resolves: true, ...about });
  }
}

const aboutDevice = (device: string, chassis: string | undefined) => ({
  origin: { kind: 'device' as const, id: device, ...(chassis === undefined ? {} : { chassis }) },
  condition: `device:${device}`,
});

const aboutBus = (bus: number) => ({
  origin: { kind: 'bus' as const, id: String(bus) },
  condition: `bus:${bus}`,
});
