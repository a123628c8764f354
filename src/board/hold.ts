import type { State } from './model.ts';

/** Why a part cannot be read now although nothing is wrong with it: no power, not plugged in. */
export interface Hold {
  readonly state: Exclude<State, 'Enabled'>;
  readonly why: string;
}
