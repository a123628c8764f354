/** Status of the parts that a host has told. */
import type { Host } from '../../board/model/power.ts';
import type { Part } from '../../host/inventory.ts';
import { message } from '../../messages/messages.ts';
import type { ResourceStatus } from '../generated/types.ts';

/** Nobody has told of the part, or its host is off, or a later start has not told of it again. */
export function partStatus(
  host: Host,
  { id, facts, stale, time, unknown }: Part<{ readonly present: boolean; readonly enabled?: boolean }>,
): ResourceStatus {
  if (unknown) return { State: socketState(host, id) };
  if (!facts.present) return { State: 'Absent' };
  const isOn = host.powerState === 'On';
  const state = !isOn ? 'StandbyOffline' : facts.enabled === false ? 'Disabled' : 'Enabled';
  if (!stale) return { State: state, Health: 'OK' };
  const said = message('Redfishd.HostPartNotTold', [id, time?.toISOString() ?? '']);
  return {
    State: state,
    Health: 'OK',
    Conditions: [
      {
        ...{ MessageId: said.MessageId, MessageArgs: said.MessageArgs, Message: said.Message },
        ...{ Severity: 'Warning', Timestamp: time?.toISOString() },
      },
    ],
  };
}

/** What a pin shows of a socket whose contents are not known. */
function socketState(host: Host, id: string): NonNullable<ResourceStatus['State']> {
  const occupied = host.sockets.get(id);
  if (occupied === false) return 'Absent';
  return occupied === true && host.powerState === 'On' ? 'Enabled' : 'UnavailableOffline';
}
