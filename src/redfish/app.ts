/** What resources have to work with: the daemon's parts, and nothing of the protocol. */

import type { Accounts } from '../accounts/accounts.ts';
import type { Logins } from '../accounts/logins.ts';
import type { Roles } from '../accounts/roles.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { AggregationSources } from '../aggregation/aggregation-sources.ts';
import type { Board } from '../board/model/board.ts';
import type { Archives } from '../diagnostics/archives.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { EventHub } from '../events/hub.ts';
import type { Software } from '../firmware/software.ts';
import type { SpeakingHosts } from '../host/hosts.ts';
import type { VirtualMedia } from '../host/virtual-media.ts';
import type { Journal } from '../journal/journal.ts';
import type { ManagerClock } from '../network/manager-clock.ts';
import type { Network } from '../network/network.ts';
import type { DefaultsType } from '../store/defaults.ts';
import type { Settings } from '../store/settings.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Certificates } from '../tls/certificates.ts';
import { declaring } from './service/declare.ts';
import type { JsonObject } from './service/json.ts';

export interface App {
  readonly board: Board;
  /** What hosts have said of themselves. */
  readonly hosts: SpeakingHosts;
  /** Images in the drives of virtual machines. */
  readonly media: VirtualMedia;
  /** Nodes that are added while the daemon runs; null where none can be. */
  readonly sources: AggregationSources | null;
  readonly journal: Journal;
  readonly telemetry: Telemetry;
  readonly events: EventHub;
  /** Diagnostic data that was collected. */
  readonly archives: Archives;
  readonly settings: Settings;
  /** The controller's own clock. */
  readonly clock: ManagerClock;
  readonly tasks: Tasks;
  readonly accounts: Accounts;
  readonly roles: Roles;
  readonly sessions: Sessions;
  readonly logins: Logins;
  readonly certificates: Certificates;
  readonly network: Network;
  readonly discovery: Discovery;
  /** What runs on the controller, read once at start. */
  readonly software: readonly Software[];
  /** Stable for the life of the installation. */
  readonly uuid: string;
  /** Version of this daemon. */
  readonly version: string;
  /** When the daemon started. */
  readonly started: Date;
  /** TCP port of HTTPS. */
  readonly httpsPort: number;
  /** TCP port on which plain HTTP is sent on to HTTPS; null where nothing listens. */
  readonly httpPort: number | null;
  /** Schemas of the resources that are served, without version. */
  readonly resourceTypes: readonly string[];
  /** Whether events may be sent there. */
  readonly allowsDestination: (uri: string) => boolean;
  /** Whether a URI leads to a resource of this service now. */
  readonly resolves: (uri: string) => boolean;
  /** What anybody who may log in is shown at a URI; undefined where there is nothing for them. */
  readonly read: (uri: string) => JsonObject | undefined;
  /** Returns to factory settings, all but what the type preserves, with a restart. Resolves when that is under way. */
  readonly resetToDefaults: (type: DefaultsType) => Promise<void>;
  /** Restarts the management controller (on the twin: the daemon). Resolves when that is under way. */
  readonly restart: (type: 'ForceRestart' | 'GracefulRestart') => Promise<void>;
}

/** Declare a resource or a collection of this daemon. */
export const { resource, collection } = declaring<App>();
