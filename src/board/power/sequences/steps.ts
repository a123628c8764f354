/** The vocabulary of power sequences: steps as data, so that a sequence knows how long it takes and tests need no hardware. */
import type { ChassisAction } from 'node-ipmi';
import type { ResetType } from '../../../platform/reset-types.ts';

/** A reset type, or the power-on that follows a return of mains. */
export type OperationType = ResetType | 'Restore';

export type Transition = 'PoweringOn' | 'PoweringOff';

/** One step of a sequence. Times are in milliseconds. */
export type Step =
  /** Asserts a line for `time`; with `window`, power-good may answer it for so long. */
  | {
      readonly kind: 'press';
      readonly line: string;
      readonly time: number;
      readonly starts?: Transition;
      readonly window?: number;
    }
  /** Sets a line and leaves it there. */
  | { readonly kind: 'drive'; readonly line: string; readonly value: boolean; readonly starts: Transition }
  /** Sends a Chassis Control command to the host's own controller (IPMI 2.0, section 28.3). */
  | { readonly kind: 'command'; readonly action: ChassisAction; readonly starts?: Transition }
  | { readonly kind: 'pause'; readonly time: number }
  /** Waits for power-good; without it within `time` the sequence fails, by the hardware or by the operating system. */
  | {
      readonly kind: 'expect';
      readonly good: boolean;
      readonly time: number;
      readonly failure: string;
      readonly blames: 'hardware' | 'os';
    }
  /** The reset has been released: the firmware starts anew. */
  | { readonly kind: 'restarted' };

export type Steps = readonly Step[];

/** What one kind of power control can do; all reset types are made of these. An absent member is not wired. */
export interface Primitives {
  readonly on: Steps;
  readonly off: Steps;
  /** Asks the operating system to shut down. */
  readonly shutdown?: Steps;
  readonly restart?: Steps;
  readonly interrupt?: Steps;
  /** One short press of the power button, whatever comes of it. */
  readonly push?: (isOn: boolean) => Steps;
  /** Off time of a cycle. */
  readonly pause: number;
}

/** Waits that a descriptor leaves out. */
export const defaults = {
  settle: 0,
  resetPulse: 100,
  nmiPulse: 100,
  onTimeout: 10_000,
  offTimeout: 10_000,
  gracefulTimeout: 300_000,
  /** Off time of an orderly restart by a controller. */
  pause: 5_000,
} as const;

export const seconds = (milliseconds: number): string => `${milliseconds / 1000} s`;

/** Waits for power-good, which the hardware has to bring about. */
export const expectPower = (good: boolean, time: number, failure: string): Step => ({
  kind: 'expect',
  good,
  time,
  failure,
  blames: 'hardware',
});

/** Waits for the operating system to shut down. */
export const expectShutdown = (time: number): Step => ({
  kind: 'expect',
  good: false,
  time,
  failure: `the operating system did not shut down within ${seconds(time)}: use ForceOff, or raise \`gracefulTimeout\``,
  blames: 'os',
});

/** The failure of a power-good that does not follow; `asked` names the command, `setting` the word that allows more time. */
export const notFollowed = (
  good: string,
  wanted: boolean,
  time: number,
  asked: string,
  setting: string,
): string =>
  `power-good (${good}) did not ${wanted ? 'assert' : 'deassert'} within ${seconds(time)} of ${asked}: check the ` +
  `${wanted ? 'supply' : 'power control'} and the line, or raise \`${setting}\``;
