/** Power control by the host's own controller: IPMI Chassis Control (IPMI 2.0, section 28.3). */
import type { ChassisAction } from 'node-ipmi';
import type { IpmiPowerFacts } from '../../../platform/vocabulary/index.ts';
import { defaults, expectPower, expectShutdown, notFollowed, type Primitives, type Steps } from './steps.ts';

export function ipmiPrimitives(power: IpmiPowerFacts): Primitives {
  const { node, onTimeout = defaults.onTimeout, offTimeout = defaults.offTimeout } = power;
  const { gracefulTimeout = defaults.gracefulTimeout, cycleDelay: pause = defaults.pause } = power;
  const command = (action: ChassisAction, wanted: boolean, time: number, setting: string): Steps => [
    { kind: 'command', action, starts: wanted ? 'PoweringOn' : 'PoweringOff' },
    expectPower(
      wanted,
      time,
      notFollowed(`controller ${node}`, wanted, time, `the command "${action}"`, setting),
    ),
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
