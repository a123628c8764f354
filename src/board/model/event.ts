/** Events of the board: a message of a registry, its arguments, and the component that it concerns. */
import type { MessageCall, MessageKey } from '../../messages/keys.ts';
import type { NodeRecord } from './node.ts';
import type { Health } from './status.ts';

/** Component that an event concerns; `src/redfish` maps it to a URI. */
export interface Origin {
  readonly kind:
    | 'sensor'
    | 'fan'
    | 'host'
    | 'chassis'
    | 'fru'
    | 'powerSupply'
    | 'drive'
    | 'leakDetector'
    | 'control'
    | 'manager'
    | 'node'
    | 'device'
    | 'bus';
  readonly id: string;
  /** Chassis whose resource shows the component, where a URI needs it. */
  readonly chassis?: string;
}

/** What surrounds the message of an event. */
export interface EventContext {
  readonly severity: Health;
  readonly origin: Origin;
  /** Host whose log (SEL) the event belongs to, if any. */
  readonly host?: string;
  /** Condition that this event opens or closes, e.g. `sensor:MB_INLET_TEMP`. */
  readonly condition?: string;
  readonly resolves?: boolean;
  /** A sentence for people, where the registry message says too little. */
  readonly detail?: string;
  /** Record of a node's event log that this event represents; such an event goes to the log of its host only. */
  readonly record?: NodeRecord;
}

/** An event: a message of a registry (`SensorEvent.SensorRestored`) with its arguments, and what surrounds it. */
export type BoardEvent<K extends MessageKey = MessageKey> = EventContext & MessageCall<K>;

/** An event of a host that the receiver knows. */
export type HostEvent = Omit<EventContext, 'origin' | 'host'> & MessageCall;
