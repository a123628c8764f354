/** Power control by buttons: pulses on the power, reset and NMI inputs of the host, and its power-good output. */
import type { ButtonPowerFacts } from '../../../platform/vocabulary/index.ts';
import { defaults, expectPower, expectShutdown, notFollowed, type Primitives } from './steps.ts';

export function buttonPrimitives(power: ButtonPowerFacts): Primitives {
  const { button, reset, nmi, good, onPulse, forceOffPulse, gracefulPulse = onPulse } = power;
  const {
    settle = defaults.settle,
    onTimeout = defaults.onTimeout,
    offTimeout = defaults.offTimeout,
  } = power;
  const { gracefulTimeout = defaults.gracefulTimeout, cycleDelay: pause } = power;
  const { resetPulse = defaults.resetPulse, nmiPulse = defaults.nmiPulse } = power;
  const failure = (wanted: boolean, time: number, setting: string) =>
    notFollowed(`line ${good}`, wanted, time, 'the button press', setting);
  return {
    on: [
      { kind: 'press', line: button, time: onPulse, starts: 'PoweringOn' },
      { kind: 'pause', time: settle },
      expectPower(true, onTimeout, failure(true, onTimeout, 'onTimeout')),
    ],
    off: [
      { kind: 'press', line: button, time: forceOffPulse, starts: 'PoweringOff' },
      expectPower(false, offTimeout, failure(false, offTimeout, 'offTimeout')),
    ],
    shutdown: [
      { kind: 'press', line: button, time: gracefulPulse, starts: 'PoweringOff' },
      expectShutdown(gracefulTimeout),
    ],
    ...(reset === undefined
      ? {}
      : { restart: [{ kind: 'press', line: reset, time: resetPulse }, { kind: 'restarted' }] }),
    ...(nmi === undefined ? {} : { interrupt: [{ kind: 'press', line: nmi, time: nmiPulse }] }),
    push: (isOn) => [
      {
        kind: 'press',
        line: button,
        time: onPulse,
        window: onPulse + (isOn ? gracefulTimeout : onTimeout),
      },
    ],
    pause,
  };
}
