/** What each reset type does to the lines of a host, step by step, as its descriptor says. */
import type { ChassisAction } from 'node-ipmi';
import type {
  ButtonPowerFacts,
  HostPowerFacts,
  IpmiPowerFacts,
  RelayPowerFacts,
} from '../../platform/schema.ts';
import type { Operation } from './operation.ts';

/** Waits that a descriptor leaves out, in milliseconds. */
const defaults = {
  settle: 0,
  resetPulse: 100,
  nmiPulse: 100,
  onTimeout: 10_000,
  offTimeout: 10_000,
  gracefulTimeout: 300_000,
  /** Between an orderly shutdown and the power-on after it, where a controller switches. */
  pause: 5_000,
};

/** The operating system did not heed the button: nothing is broken. */
export class Unheeded extends Error {}

/** The host as its sequences see it. */
export interface Sequenced {
  /** What power-good says. */
  readonly good: boolean | null;
  /** Whether power-good is `wanted` before so many milliseconds have passed. @throws CutShort */
  becomes(operation: Operation, wanted: boolean, milliseconds: number): Promise<boolean>;
  /** The button has been pressed to switch on or off. */
  becoming(transition: 'PoweringOn' | 'PoweringOff'): void;
  /** The button has been pressed, and the host may answer that for so many milliseconds. */
  pressed(patience: number): void;
  /** The reset has been let go. */
  restarted(): void;
  /** Has the controller of the host do it. @throws DeviceError */
  control(action: ChassisAction): Promise<void>;
}

type Steps = (operation: Operation) => Promise<void>;

/** The steps of an operation. They throw DeviceError, CutShort, Unheeded, or an Error when power-good does not follow. */
export const sequenceOf = (type: Operation['type'], power: HostPowerFacts, host: Sequenced): Steps =>
  power.kind === 'relay'
    ? byRelay(type, power, host)
    : power.kind === 'ipmi'
      ? byController(type, power, host)
      : byButton(type, power, host);

/** The operations that a controller does by itself, without anything to wait for (IPMI 2.0, section 28.3). */
const single: Readonly<Partial<Record<Operation['type'], ChassisAction>>> = {
  ForceRestart: 'hardReset',
  Nmi: 'diagnosticInterrupt',
};

function byController(type: Operation['type'], power: IpmiPowerFacts, host: Sequenced): Steps {
  const step = async (
    operation: Operation,
    action: ChassisAction,
    on: boolean,
    limit: number,
    failure: (words: string) => Error = (words) => new Error(words),
  ) => {
    await operation.ask(
      () => host.control(action),
      () => host.becoming(on ? 'PoweringOn' : 'PoweringOff'),
    );
    if (await host.becomes(operation, on, limit)) return;
    const words = `its controller (${power.node}) said that power had not ${on ? 'come' : 'gone'} ${limit / 1000} s after it was asked for "${action}"`;
    throw failure(words);
  };
  const { onTimeout = defaults.onTimeout, offTimeout = defaults.offTimeout } = power;
  const { gracefulTimeout = defaults.gracefulTimeout, cycleDelay = defaults.pause } = power;
  const on = (operation: Operation) => step(operation, 'powerUp', true, onTimeout);
  const off = (operation: Operation) => step(operation, 'powerDown', false, offTimeout);
  const shutdown = (operation: Operation) =>
    step(operation, 'softShutdown', false, gracefulTimeout, (words) => new Unheeded(words));
  const again = (first: Steps) => async (operation: Operation) => {
    await first(operation);
    await operation.wait(cycleDelay);
    await on(operation);
  };
  const action = single[type];
  if (action !== undefined)
    return async (operation) => {
      await operation.ask(() => host.control(action));
      if (type === 'ForceRestart') host.restarted();
    };
  switch (type) {
    case 'ForceOff':
      return off;
    case 'GracefulShutdown':
      return shutdown;
    case 'GracefulRestart':
      return again(shutdown);
    // Its own power cycle may be shorter than anybody looks: off and on is what can be watched.
    case 'PowerCycle':
      return again(off);
    default:
      return on;
  }
}

function byRelay(type: Operation['type'], power: RelayPowerFacts, host: Sequenced): Steps {
  const { line, good = line, cycleDelay } = power;
  const switchTo = (on: boolean) => async (operation: Operation) => {
    const limit = (on ? power.onTimeout : power.offTimeout) ?? defaults[on ? 'onTimeout' : 'offTimeout'];
    operation.drive(line, on, () => host.becoming(on ? 'PoweringOn' : 'PoweringOff'));
    if (await host.becomes(operation, on, limit)) return;
    const verb = on ? 'come' : 'gone';
    throw new Error(
      `power-good (line ${good}) had not ${verb} ${limit / 1000} s after line ${line} was driven`,
    );
  };
  const [on, off] = [switchTo(true), switchTo(false)];
  if (type === 'On' || type === 'ForceOn' || type === 'Restore') return on;
  if (type === 'ForceOff') return off;
  return async (operation) => {
    await off(operation);
    await operation.wait(cycleDelay);
    await on(operation);
  };
}

function byButton(type: Operation['type'], power: ButtonPowerFacts, host: Sequenced): Steps {
  const onTimeout = power.onTimeout ?? defaults.onTimeout;
  const gracefulTimeout = power.gracefulTimeout ?? defaults.gracefulTimeout;

  /** @throws Error when power-good does not get there */
  const follows = async (operation: Operation, wanted: boolean, limit: number) => {
    if (await host.becomes(operation, wanted, limit)) return;
    const verb = wanted ? 'come' : 'gone';
    throw new Error(`power-good (line ${power.good}) had not ${verb} ${limit / 1000} s after the press`);
  };
  const on = async (operation: Operation) => {
    await operation.press(power.button, power.onPulse, () => host.becoming('PoweringOn'));
    await operation.wait(power.settle ?? defaults.settle);
    await follows(operation, true, onTimeout);
  };
  const off = async (operation: Operation) => {
    await operation.press(power.button, power.forceOffPulse, () => host.becoming('PoweringOff'));
    await follows(operation, false, power.offTimeout ?? defaults.offTimeout);
  };
  const shutdown = async (operation: Operation) => {
    const pulse = power.gracefulPulse ?? power.onPulse;
    await operation.press(power.button, pulse, () => host.becoming('PoweringOff'));
    if (await host.becomes(operation, false, gracefulTimeout)) return;
    const seconds = gracefulTimeout / 1000;
    throw new Unheeded(`the operating system had not shut down ${seconds} s after it was asked to`);
  };
  const again = (first: typeof off) => async (operation: Operation) => {
    await first(operation);
    await operation.wait(power.cycleDelay);
    await on(operation);
  };
  switch (type) {
    case 'On':
    case 'ForceOn':
    case 'Restore':
      return on;
    case 'ForceOff':
      return off;
    case 'GracefulShutdown':
      return shutdown;
    case 'GracefulRestart':
      return again(shutdown);
    case 'PowerCycle':
      return again(off);
    case 'ForceRestart':
      return async (operation) => {
        await operation.press(power.reset ?? '', power.resetPulse ?? defaults.resetPulse);
        host.restarted();
      };
    case 'Nmi':
      return (operation) => operation.press(power.nmi ?? '', power.nmiPulse ?? defaults.nmiPulse);
    case 'PushPowerButton':
      return (operation) => {
        const patience = power.onPulse + (host.good ? gracefulTimeout : onTimeout);
        return operation.press(power.button, power.onPulse, () => host.pressed(patience));
      };
  }
}
