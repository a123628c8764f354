/** Shows power and health of hosts and chassis on their LEDs. */
import type { Chassis } from '../model/chassis.ts';
import type { BoardSignals } from '../signals.ts';
import type { Indicators } from './indicators.ts';

interface PoweredHost {
  readonly id: string;
  readonly chassis: string;
  readonly power: { readonly good: boolean | null };
}

/** Updates the power and fault indicators after each change of state. */
export function connectStatusLeds(
  signals: BoardSignals,
  indicators: Indicators,
  hosts: ReadonlyMap<string, PoweredHost>,
  chassis: ReadonlyMap<string, Chassis>,
): void {
  const isOn = (around: string, host: string | undefined): boolean => {
    for (const { id, chassis: own, power } of hosts.values())
      if (power.good === true && (host === undefined ? own === around : id === host)) return true;
    return false;
  };
  signals.on('stateSettled', () => {
    indicators.show('power', isOn);
    indicators.show('fault', (id) => chassis.get(id)?.status.health !== 'OK');
  });
}
