/**
 * Changes of the network on request. A client that fears to lose its way in sends `Prefer: confirm-within=SECONDS` with a
 * PATCH (RFC 7240): the change is undone after that time unless the same PATCH is sent again without the preference.
 * `Preference-Applied` in the answer says that the trial has begun.
 */

import { type Message, message } from '../../messages/messages.ts';
import type { NetworkStep } from '../../network/network.ts';
import type { App } from '../app.ts';
import type { WriteContext } from '../service/declare.ts';
import type { Undo } from '../service/resource.ts';

const preference = 'confirm-within';

/** Seconds. */
const maxTrial = 3600;

const secondsOf = ({ preferences }: WriteContext<App>): number | undefined => {
  const text = preferences.get(preference);
  return text === undefined ? undefined : /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
};

/** A time that makes no sense is refused before anything is changed: whoever asks for a trial relies on it. */
export function trialFaults(context: WriteContext<App>): readonly Message[] {
  const seconds = secondsOf(context);
  if (seconds === undefined || (seconds >= 1 && seconds <= maxTrial)) return [];
  return [message('Base.HeaderInvalid', [`Prefer: ${preference}`])];
}

/** Carries out a step, on trial where the client asks for it and something is at risk. @throws NetworkError, StoreError */
export function applyStep(context: WriteContext<App>, step: NetworkStep): Promise<Undo> {
  const { app, preferences } = context;
  const seconds = secondsOf(context);
  if (seconds !== undefined && app.network.isRisky(step)) preferences.apply(preference);
  return app.network.apply(step, seconds === undefined ? undefined : seconds * 1000);
}
