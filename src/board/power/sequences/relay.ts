/** Power control by one level: a relay or a hot-swap enable feeds the host while the line is asserted. */
import type { RelayPowerFacts } from '../../../platform/vocabulary/index.ts';
import { defaults, expectPower, notFollowed, type Primitives, type Steps } from './steps.ts';

export function relayPrimitives(power: RelayPowerFacts): Primitives {
  const { line, good = line, cycleDelay: pause } = power;
  const { onTimeout = defaults.onTimeout, offTimeout = defaults.offTimeout } = power;
  const drive = (value: boolean, time: number, setting: string): Steps => [
    { kind: 'drive', line, value, starts: value ? 'PoweringOn' : 'PoweringOff' },
    expectPower(value, time, notFollowed(`line ${good}`, value, time, `driving line ${line}`, setting)),
  ];
  const on = drive(true, onTimeout, 'onTimeout');
  const off = drive(false, offTimeout, 'offTimeout');
  return { on, off, restart: [...off, { kind: 'pause', time: pause }, ...on], pause };
}
