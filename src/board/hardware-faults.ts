/** Faults of lines, LEDs, buses, devices and single sensors: each begins and ends with one event and one log line. */
import type { DeviceError } from '../../drivers/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { EventContext, Origin } from './model/event.ts';
import type { BusState } from './model/sensor.ts';
import type { State } from './model/status.ts';
import type { DeviceReader } from './sensing/reader.ts';
import type { BoardSensor } from './sensing/sensor.ts';
import type { BoardSignals } from './signals.ts';

type Subject = Pick<EventContext, 'origin' | 'condition'>;

/** A device that does not respond, as opposed to one that responds with something wrong. */
const isSilent = ({ kind }: DeviceError): boolean =>
  kind === 'no-answer' || kind === 'stuck' || kind === 'no-bus';

const isOfBus = ({ kind }: DeviceError): boolean => kind === 'stuck' || kind === 'no-bus';

export class HardwareFaults {
  readonly #signals: BoardSignals;
  readonly #log: Logger;
  readonly #manager: Origin;
  /** Names of the adapters, by number. */
  readonly #names: ReadonlyMap<number, string>;
  /** Faults of adapters, by number. */
  readonly #buses = new Map<number, string>();
  /** Devices whose own fault has been reported, whatever their bus does. */
  readonly #devices = new Set<string>();

  /** `adapters` are the numbers of the buses that can fail on their own. */
  constructor(platform: Platform, adapters: readonly number[], signals: BoardSignals, log: Logger) {
    this.#signals = signals;
    this.#log = log;
    this.#manager = { kind: 'manager', id: platform.manager.id };
    const named = new Map(platform.buses?.map(({ bus, name }) => [bus, name]));
    this.#names = new Map(adapters.map((bus) => [bus, named.get(bus) ?? `i2c-${bus}`]));
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

  /** A GPIO line is not usable; null once it is, or once its chip is not `present` any more. */
  line(name: string, fault: string | null, present = true): void {
    const subject = { origin: this.#manager, condition: `line:${name}` };
    if (fault !== null) this.#log.warn('a GPIO line is not available', { line: name, fault });
    else if (present) this.#log.info('a GPIO line is available', { line: name });
    else this.#log.info('a GPIO line left with its chassis', { line: name });
    if (fault === null) this.#emitOk(`line ${name}`, subject, present ? 'Enabled' : 'Absent');
    else this.#emitError(`line ${name}`, fault, subject);
  }

  /** An LED of the kernel cannot be driven; null once it can. */
  led(name: string, fault: string | null): void {
    const subject = { origin: this.#manager, condition: `light:${name}` };
    if (fault === null) {
      this.#log.info('an LED can be driven again', { led: name });
      this.#emitOk(`light ${name}`, subject);
    } else {
      this.#log.warn('an LED cannot be driven', { led: name, fault });
      this.#emitError(`light ${name}`, fault, subject);
    }
  }

  /** A device fails; null once it does not. A failing bus is reported once, and not again for each device on it. */
  device({ device, bus }: DeviceReader, error: DeviceError | null, chassis: string | undefined): void {
    if (error === null) this.#log.info('a device responds again', { device });
    else this.#log.warn('a device does not respond', { device, fault: error.message });
    if (bus !== null && error !== null && isOfBus(error)) {
      const isKnown = this.#buses.has(bus);
      this.#buses.set(bus, error.message);
      if (!isKnown) this.#emitFault(`bus ${bus}`, error, aboutBus(bus));
      return;
    }
    // Any other result shows that the bus works.
    if (bus !== null && this.#buses.delete(bus)) this.#emitOk(`bus ${bus}`, aboutBus(bus));
    const subject = aboutDevice(device, chassis);
    if (error === null) {
      if (this.#devices.delete(device)) this.#emitOk(device, subject);
    } else if (!this.#devices.has(device)) {
      this.#devices.add(device);
      this.#emitFault(device, error, subject);
    }
  }

  /** A failing device was removed, which ends its fault. */
  deviceRemoved({ device }: DeviceReader, chassis: string | undefined): void {
    if (this.#devices.delete(device)) this.#emitOk(device, aboutDevice(device, chassis), 'Absent');
  }

  /** A sensor whose reading failed was removed. */
  sensorRemoved({ id, name, chassis }: BoardSensor): void {
    const origin = { kind: 'sensor' as const, id, chassis };
    this.#emitOk(name, { origin, condition: `reading:${id}` }, 'Absent');
  }

  /** The device of a sensor responds, but this reading of it fails; null once it does not. */
  sensor({ id, name, chassis, poweredBy }: BoardSensor, error: DeviceError | null): void {
    this.#signals.emit('event', {
      message: error === null ? 'SensorEvent.SensorRestored' : 'SensorEvent.InvalidSensorReading',
      args: [name],
      severity: error === null ? 'OK' : 'Warning',
      origin: { kind: 'sensor', id, chassis },
      condition: `reading:${id}`,
      resolves: error === null,
      ...(error !== null && { detail: `${error.message}.` }),
      ...(poweredBy !== null && { host: poweredBy }),
    });
  }

  #emitFault(name: string, error: DeviceError, subject: Subject): void {
    if (!isSilent(error)) this.#emitError(name, error.message, subject);
    else
      this.#signals.emit('event', {
        message: 'Platform.DeviceManagementInterfaceUnresponsive',
        args: [name],
        severity: 'Warning',
        detail: `${error.message}.`,
        ...subject,
      });
  }

  #emitError(name: string, fault: string, subject: Subject): void {
    const message = 'Platform.DeviceManagementInterfaceError';
    this.#signals.emit('event', { message, args: [name, fault], severity: 'Warning', ...subject });
  }

  #emitOk(name: string, subject: Subject, state: State = 'Enabled'): void {
    const message = 'ResourceEvent.ResourceStatusChangedOK';
    this.#signals.emit('event', { message, args: [name, state], severity: 'OK', resolves: true, ...subject });
  }
}

const aboutDevice = (device: string, chassis: string | undefined): Subject => ({
  origin: { kind: 'device', id: device, ...(chassis !== undefined && { chassis }) },
  condition: `device:${device}`,
});

const aboutBus = (bus: number): Subject => ({
  origin: { kind: 'bus', id: String(bus) },
  condition: `bus:${bus}`,
});
