/** How clients set the clock of the manager: its time, its zone or a fixed offset. */
import { type Message, message, RedfishError } from '../../messages/messages.ts';
import { isTimeZone, settableTimes, zoneOfOffset } from '../../network/manager-clock.ts';
import { NetworkError } from '../../network/model.ts';
import type { App } from '../app.ts';
import type { Writables } from '../generated/types.ts';
import type { Changes, Write } from '../service/declare.ts';
import { networkProtocolUri } from '../uris.ts';

type ManagerChanges = Changes<Writables['Manager']>;

export const clockWrite = <M>(): Write<App, M, 'Manager'> => ({
  properties: ['DateTime', 'DateTimeLocalOffset', 'TimeZoneName'],
  check: (_model, changes, { app }) => [...timeFaults(changes, app), ...zoneFaults(changes)],
  apply: async (_model, changes, { app: { clock } }) => {
    const before = clock.zone;
    const zone = zoneIn(changes);
    if (zone !== undefined) await setting(() => clock.setZone(zone));
    const time = changes.get('DateTime');
    if (typeof time === 'string') await setting(() => clock.set(new Date(time)));
    // The time before is not taken back: it would be wrong by then.
    return zone === undefined ? undefined : () => clock.setZone(before);
  },
});

function timeFaults(changes: ManagerChanges, app: App): readonly Message[] {
  const given = changes.get('DateTime');
  if (given === undefined) return [];
  const options = { relatedProperties: ['#/DateTime'] };
  if (given === null) return [message('Base.PropertyValueTypeError', ['null', 'DateTime'], options)];
  const { from, to } = settableTimes;
  const time = new Date(given);
  if (time < from || time > to)
    return [message('Base.PropertyValueOutOfRange', [given, 'DateTime'], options)];
  // A time server would set it back at once.
  if (!app.network.read().ntp.enabled) return [];
  const uri = networkProtocolUri(app.board.platform.manager.id);
  return [message('Base.PropertyValueResourceConflict', ['DateTime', given, uri], options)];
}

function zoneFaults(changes: ManagerChanges): readonly Message[] {
  const name = changes.get('TimeZoneName');
  const offset = changes.get('DateTimeLocalOffset');
  const wrong = (property: string, value: string | null) => {
    const options = { relatedProperties: [`#/${property}`] };
    return value === null
      ? [message('Base.PropertyValueTypeError', ['null', property], options)]
      : [message('Base.PropertyValueNotInList', [value, property], options)];
  };
  if (name !== undefined && (name === null || !isTimeZone(name))) return wrong('TimeZoneName', name);
  if (offset === undefined) return [];
  if (offset === null) return wrong('DateTimeLocalOffset', null);
  if (name !== undefined)
    return [message('Base.PropertyValueConflict', ['DateTimeLocalOffset', 'TimeZoneName'])];
  return zoneOfOffset(offset) === undefined ? wrong('DateTimeLocalOffset', offset) : [];
}

function zoneIn(changes: ManagerChanges): string | undefined {
  const offset = changes.get('DateTimeLocalOffset');
  return changes.get('TimeZoneName') ?? (typeof offset === 'string' ? zoneOfOffset(offset) : undefined);
}

/** @throws RedfishError 500 with what the system says */
async function setting(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    const resolution = `The system did not set the clock (${error.message}). Read the log of the manager.`;
    throw new RedfishError([message('Base.OperationFailed', [], { resolution })]);
  }
}
