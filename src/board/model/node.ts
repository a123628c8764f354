/** Nodes: servers with a management controller of their own, reached over IPMI. */
import type { ChassisFacts, HostFacts, NodeFacts, Platform } from '../../platform/vocabulary/index.ts';
import type { Status } from './status.ts';

/** Firmware of a controller in a node. */
export interface NodeFirmware {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** Power limit of a node (DCMI 1.5, section 6.6.2). */
export interface PowerLimit {
  /** Watts; null when no limit is active. */
  readonly watts: number | null;
  readonly exception: 'NoAction' | 'HardPowerOff' | 'LogEventOnly';
  /** Milliseconds within which the limit must be enforced. */
  readonly correction: number;
}

/** A node to be added at run time, with the chassis, host and inventory that belong to it. */
export interface NewNode {
  readonly node: NodeFacts;
  readonly chassis: ChassisFacts;
  readonly host: HostFacts;
  readonly fru: NonNullable<Platform['frus']>[number] & { readonly node: string };
}

export interface Node {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: NodeFacts;
  readonly status: Status;
  /** When its controller last answered; null before the first answer. */
  readonly lastAnswer: Date | null;
  /** Reason why it does not answer, for people; null while it does. */
  readonly fault: string | null;
  readonly firmware: readonly NodeFirmware[];
  /** IANA enterprise number of its manufacturer; null before it is known. */
  readonly manufacturer: number | null;
  /** Null where its power cannot be limited, or the limit is not known. */
  readonly powerLimit: PowerLimit | null;
  /** Id of the sensor of its total power; null where it does not measure it. */
  readonly power: string | null;
}

/** A record of the event log (SEL) of a node. */
export interface NodeRecord {
  readonly node: string;
  /** Its 16 bytes in hexadecimal (IPMI 2.0, section 32.1). */
  readonly raw: string;
  /** Time of the event by the node's clock; null where that clock was not set. */
  readonly time: Date | null;
  /** Position in the node's log up to and including this record; to be stored together with it. */
  readonly mark?: string;
}
