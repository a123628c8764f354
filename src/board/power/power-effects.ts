/** What goes into the power state machine of a host, and what comes out of it. */
import type { ChassisAction } from 'node-ipmi';
import type { HostEvent } from '../model/event.ts';
import type { PowerOutcome } from '../model/power.ts';
import type { OperationType } from './sequences/steps.ts';

export type PowerInput =
  | { readonly kind: 'request'; readonly request: number; readonly type: OperationType }
  /** Power-good was read, has changed, or cannot be read any more (null). */
  | { readonly kind: 'good'; readonly value: boolean | null }
  /** The last output effect has been performed, or has failed. */
  | { readonly kind: 'performed' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** A person has pressed the button: what power-good does within `window` is the answer. */
  | { readonly kind: 'pressed'; readonly window: number }
  | { readonly kind: 'time' }
  | { readonly kind: 'unplugged' }
  | { readonly kind: 'plugged' }
  | { readonly kind: 'stop' };

/** What others learn of the power. */
export type PowerNotice =
  /** Some of the public state has changed. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'event'; readonly event: HostEvent }
  /** An operation has begun that is to leave the host on, or off. */
  | { readonly kind: 'aim'; readonly on: boolean }
  /** No operation runs, and this is power-good. */
  | { readonly kind: 'resting'; readonly on: boolean }
  | { readonly kind: 'booting' }
  /** The self test has not finished in its time. */
  | { readonly kind: 'bootFailed' }
  /** The firmware has finished or, unless `powered`, has lost its power. */
  | { readonly kind: 'bootOver'; readonly powered: boolean };

export type PowerEffect =
  | PowerNotice
  | { readonly kind: 'assert' | 'release'; readonly line: string }
  | { readonly kind: 'drive'; readonly line: string; readonly value: boolean }
  | { readonly kind: 'command'; readonly action: ChassisAction }
  /** The first output of a request has been driven; `performed` is false where the state was the wanted one already. */
  | {
      readonly kind: 'accepted';
      readonly request: number;
      readonly type: OperationType;
      readonly performed: boolean;
    }
  | { readonly kind: 'refused'; readonly request: number; readonly error: unknown }
  | { readonly kind: 'ended'; readonly request: number; readonly outcome: PowerOutcome }
  /** Power-good for the power-on self test; the reset was released. */
  | { readonly kind: 'powered'; readonly good: boolean | null }
  | { readonly kind: 'restarted' };
