/** Events of the board: a message of a registry, its arguments, and the component that it concerns. */
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
    | 'manager'
    | 'node'
    | 'device'
    | 'bus';
  readonly id: string;
  /** Chassis whose resource shows the component, where a URI needs it. */
  readonly chassis?: string;
}

export interface BoardEvent {
  /** `Registry.Message`, e.g. `SensorEvent.ReadingAboveUpperCriticalThreshold`; the journal adds the version. */
  readonly message: string;
  readonly args: readonly string[];
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
