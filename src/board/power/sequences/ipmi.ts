/** Power control by commands: to the host's own controller (IPMI 2.0, section 28.3), or to QEMU. */
import type { ChassisAction } from 'node-ipmi';
import type { IpmiPowerFacts, QemuPowerFacts } from '../../../platform/vocabulary/index.ts';
import { defaults, expectPower, expectShutdown, notFollowed, type Primitives, type Steps } from './steps.ts';

/** By the controller of a node. */
export const ipmiPrimitives = (power: IpmiPowerFacts): Primitives =>
  commandPrimitives(power, `controller ${power.node}`, defaults.pause);

/** Pause of a virtual machine, milliseconds. */
const machinePause = 1_000;

export const qemuPrimitives = (power: QemuPowerFacts): Primitives =>
  commandPrimitives(power, `the virtual machine at ${power.qmp}`, machinePause);

type Timing = Pick<IpmiPowerFacts, 'onTimeout' | 'offTimeout' | 'gracefulTimeout' | 'cycleDelay'>;

function commandPrimitives(power: Timing, who: string, defaultPause: number): Primitives {
  const { onTimeout = defaults.onTimeout, offTimeout = defaults.offTimeout } = power;
  const { gracefulTimeout = defaults.gracefulTimeout, cycleDelay: pause = defaultPause } = power;
  const command = (action: ChassisAction, wanted: boolean, time: number, setting: string): Steps => [
    { kind: 'command', action, starts: wanted ? 'PoweringOn' : 'PoweringOff' },
    expectPower(wanted, time, notFollowed(who, wanted, time, `the command "${action}"`, setting)),
  ];
  return {
    on: command('powerUp', true, onTimeout, 'onTimeout'),
    // Its own power cycle may be shorter than a polling period: off and on can be watched.
    off: command('powerDown', false, offTimeout, 'offTimeout'),
    shutdown: [
      { kind: 'command', action: 'softShutdown', starts: 'PoweringOff' },
      expectShutdown(gracefulTimeout),
    ],
    restart: [{ kind: 'command', action: 'hardReset' }, { kind: 'restarted' }],
    interrupt: [{ kind: 'command', action: 'diagnosticInterrupt' }],
    pause,
  };
}
