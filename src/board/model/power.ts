/** Hosts and their power, boot and POST codes, as seen from outside the board. */
import type { ResetType } from '../../platform/reset-types.ts';
import type { HostFacts } from '../../platform/vocabulary/index.ts';
import type { BoardRefusal } from './refusal.ts';
import type { Status } from './status.ts';

/** Redfish PowerState. */
export type PowerState = 'On' | 'Off' | 'PoweringOn' | 'PoweringOff';

export { type ChassisReset, type ResetType, resetTypes } from '../../platform/reset-types.ts';

export type RestorePolicy = 'AlwaysOn' | 'AlwaysOff' | 'LastState';

/** Result of a power operation; `reason` is a sentence for people. */
export type PowerOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** A reset that has begun. */
export interface StartedReset {
  /** How it ends; never rejects. */
  readonly done: Promise<PowerOutcome>;
  /** False where the requested state was there already, so that nothing was done. */
  readonly performed: boolean;
}

/** Redfish BootSource values that the firmware of an OCP host can be asked for by IPMI boot options or BootOrder. */
export const bootTargets = [
  'None',
  'Pxe',
  'Hdd',
  'Cd',
  'BiosSetup',
  'Usb',
  'UefiTarget',
  'UefiHttp',
  'Diags',
] as const;
export type BootTarget = (typeof bootTargets)[number];

/** The firmware begins, has finished, or has lost its power before or after that. */
export type BootPhase = 'began' | 'finished' | 'lostPower';

export interface BootOverride {
  readonly enabled: 'Disabled' | 'Once' | 'Continuous';
  readonly target: BootTarget;
  readonly mode: 'Legacy' | 'UEFI' | null;
  readonly uefiTarget: string | null;
  /** Where the firmware loads from with the target UefiHttp. */
  readonly httpBootUri: string | null;
}

/** Whether a boot that does not finish its self test is retried (Redfish Boot.AutomaticRetryConfig). */
export interface BootRetrySettings {
  readonly config: 'Disabled' | 'RetryAttempts' | 'RetryAlways';
  /** For `RetryAttempts`. */
  readonly attempts: number;
}

export interface BootRetry extends BootRetrySettings {
  readonly remaining: number;
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
  /** The power operation that runs; null when none does. `Restore` follows a return of mains. */
  readonly operation: ResetType | 'Restore' | null;
  readonly restorePolicy: RestorePolicy;
  readonly boot: BootOverride;
  readonly assetTag: string;
  /** Occupied processor sockets; null when the pins cannot be read. */
  readonly processorCount: number | null;
  /** Whether the sockets of the descriptor are occupied, by id; null where the pin cannot be read. */
  readonly sockets: ReadonlyMap<string, boolean | null>;
  readonly status: Status;
  /** Every reset type that the wiring supports. */
  readonly supportedResets: readonly ResetType[];
  /** Null where no line shows that a boot has failed. */
  readonly bootRetry: BootRetry | null;
  /** Why a reset is refused now; null when it is carried out, be it after the operation that runs. */
  resetRefusal(type: ResetType): BoardRefusal | null;
}
