/** Hosts and their power, boot and POST codes, as seen from outside the board. */
import type { HostFacts } from '../../platform/schema.ts';
import type { Status } from './status.ts';

/** Redfish PowerState. */
export type PowerState = 'On' | 'Off' | 'PoweringOn' | 'PoweringOff';

/** Redfish ResetType values that a host can carry out. */
export const resetTypes = [
  'On',
  'ForceOff',
  'GracefulShutdown',
  'GracefulRestart',
  'ForceRestart',
  'Nmi',
  'ForceOn',
  'PushPowerButton',
  'PowerCycle',
] as const;
export type ResetType = (typeof resetTypes)[number];

/** Redfish ResetType values that a chassis with switched power can carry out. */
export type ChassisReset = Extract<ResetType, 'On' | 'ForceOff' | 'ForceOn' | 'PowerCycle'>;

export type RestorePolicy = 'AlwaysOn' | 'AlwaysOff' | 'LastState';

/** Result of a power operation; `reason` is a sentence for people. */
export type PowerOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

export interface BootOverride {
  readonly enabled: 'Disabled' | 'Once' | 'Continuous';
  readonly target: string;
  readonly mode: 'Legacy' | 'UEFI' | null;
  readonly uefiTarget: string | null;
}

/** A POST code: a number that the firmware of a host has written to its diagnostic port. */
export interface PostCode {
  readonly host: string;
  readonly code: number;
  /** Number of the boot; never reused, also over restarts of the daemon. */
  readonly boot: number;
  /** Milliseconds since the boot began; null when its begin was not observed. */
  readonly elapsed: number | null;
}

/** POST code state of a host. */
export interface PostCodes {
  /** Last code since the host began to boot; null before the first, and while the host has no power. */
  readonly last: { readonly code: number; readonly time: Date } | null;
  /** Reason why no codes can be received, and since when; null while they can. */
  readonly fault: { readonly device: string; readonly message: string; readonly since: Date } | null;
}

export interface Host {
  readonly id: string;
  readonly name: string;
  readonly chassis: string;
  readonly facts: HostFacts;
  /** Null until power-good has been read. */
  readonly powerState: PowerState | null;
  /** True once the firmware has finished since the last power-on; null where no line for it can be read. */
  readonly postComplete: boolean | null;
  /** When `postComplete` took its present value; null where unknown. */
  readonly postSince: Date | null;
  /** Null where the host has no source of POST codes. */
  readonly postCodes: PostCodes | null;
  readonly lastReset: { readonly type: ResetType | 'Restore'; readonly time: Date } | null;
  readonly restorePolicy: RestorePolicy;
  readonly boot: BootOverride;
  readonly assetTag: string;
  /** Occupied processor sockets; null when the pins cannot be read. */
  readonly processorCount: number | null;
  readonly status: Status;
  /** Every reset type that the wiring supports. */
  readonly supportedResets: readonly ResetType[];
  /** Reset types that are accepted in the present state. */
  allowedResets(): readonly ResetType[];
}
