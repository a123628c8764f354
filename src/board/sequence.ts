/** What each reset type does to the lines of a host, step by step, as its descriptor says. */
import type { ButtonPowerFacts, HostPowerFacts, RelayPowerFacts } from '../platform/schema.ts';
import type { Operation } from './operation.ts';

/** Waits that a descriptor leaves out, in milliseconds. */
const defaults = {
  settle: 0,
  resetPulse: 100,
  nmiPulse: 100,
  onTimeout: 10_000,
  offTimeout: 10_000,
  gracefulTimeout: 300_000,
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
}

type Steps = (operation: Operation) => Promise<void>;

/** The steps of an operation. They throw DeviceError, CutShort, Unheeded, or an Error when power-good does not follow. */
export const sequenceOf = (type: Operation['type'], power: HostPowerFacts, host: Sequenced): Steps =>
  power.kind === 'relay' ? byRelay(type, power, host) : byButton(type, power, host);

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
