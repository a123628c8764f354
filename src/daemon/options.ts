/** What the daemon is started with, and what it is once it runs. */

import type { Hardware } from '../../drivers/hardware.ts';
import type { Accounts } from '../accounts/accounts.ts';
import type { Logger } from '../base/logger.ts';
import type { Board } from '../board/model/board.ts';
import type { Limits } from '../http/limits.ts';
import type { Redirect } from '../http/listener/redirect.ts';
import type { Listener } from '../http/listener/server.ts';
import type { Platform } from '../platform/vocabulary/index.ts';
import type { RenderCounts } from '../redfish/service/read/renderer.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Liveness } from './liveness.ts';
import type { Site } from './site.ts';

export interface DaemonOptions {
  readonly platform: Platform;
  readonly hardware: Hardware;
  readonly site: Site;
  /** Directory of accounts, certificates and logs. */
  readonly state: string;
  readonly host: string;
  /** TCP port of HTTPS; 0 leaves it to the system. */
  readonly port: number;
  /** Version of redfishd. */
  readonly version: string;
  /** The administrator that is created while there is no account; a password is generated where none is given. */
  readonly administrator: { readonly userName: string; readonly password?: string | undefined };
  /** Whether mains has just returned, so that power restore policies apply; by default the kernel's boot id decides. */
  readonly mainsRestored?: boolean | undefined;
  /** Address of a plain HTTP listener that redirects clients to HTTPS; none by default. */
  readonly httpRedirect?: { readonly host: string; readonly port: number } | undefined;
  /** Origins of web pages that may use the service from a browser; none by default. */
  readonly corsOrigins?: readonly string[];
  /** Hosts to which events may be sent; any by default. */
  readonly eventDestinations?: readonly string[] | undefined;
  readonly limits?: Partial<Limits>;
  /** Whether HTTP/2 is offered beside HTTP/1.1. */
  readonly http2?: boolean;
  readonly log: Logger;
}

/** What each module is built with, besides the parts it needs. */
export interface ModuleContext {
  readonly options: DaemonOptions;
  readonly lifecycle: Lifecycle;
}

export interface Daemon {
  readonly board: Board;
  readonly telemetry: Telemetry;
  readonly accounts: Accounts;
  readonly address: Listener['address'];
  /** Address of the plain HTTP listener; null where there is none. */
  readonly redirectAddress: Redirect['address'] | null;
  /** The administrator's password, when this start generated it; null otherwise. */
  readonly generatedPassword: string | null;
  /** Whether every part of the daemon still works: what watchdogs are fed by. */
  readonly liveness: Liveness;
  /** How often a resource was served as rendered before, and how often it had to be rendered. */
  renderCounts(): RenderCounts;
  stop(): Promise<void>;
}
