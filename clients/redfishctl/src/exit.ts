/** Exit statuses, and the errors that lead to them. */
import { type ErrorKind, RedfishError } from '@redfishd/client';

/** Stable: scripts depend on them. `redfishctl help exit-codes` prints this table. */
export const exitStatuses = {
  done: [0, 'done'],
  refused: [1, 'refused by the service, or the task failed'],
  usage: [2, 'wrong usage; nothing was sent'],
  unreachable: [3, 'unreachable, or its certificate is not trusted or not the pinned one'],
  denied: [4, 'not authenticated, or without the privilege'],
  missing: [5, 'not there'],
  conflict: [6, 'changed by another client at the same time'],
  someFailed: [7, 'some nodes of a fleet failed'],
  person: [8, 'needs a person: password change, UserIntervention, or a confirmation'],
  timeout: [124, 'not done within --timeout'],
  interrupted: [130, 'interrupted'],
} as const satisfies Record<string, readonly [number, string]>;

export type ExitName = keyof typeof exitStatuses;

/** An error of the command line itself. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exit: ExitName;

  constructor(exit: ExitName, text: string) {
    super(text);
    this.exit = exit;
  }
}

export const usageError = (text: string): CommandError => new CommandError('usage', text);

const exitOfKind: Readonly<Record<ErrorKind, ExitName>> = {
  ...{
    usage: 'usage',
    network: 'unreachable',
    timeout: 'unreachable',
    tls: 'unreachable',
    pin: 'unreachable',
  },
  ...{ auth: 'denied', forbidden: 'denied', 'not-found': 'missing', conflict: 'conflict' },
  ...{ refused: 'refused', protocol: 'refused', task: 'refused', intervention: 'person' },
  cancelled: 'interrupted',
};

/** The name of the exit status that an error leads to. */
export function exitOf(error: unknown): ExitName {
  if (error instanceof CommandError) return error.exit;
  if (error instanceof RedfishError) return exitOfKind[error.kind];
  return 'refused';
}

export const statusOf = (name: ExitName): number => exitStatuses[name][0];

/** What helps a person with errors of a kind. @param host as the person wrote it */
const hints: Partial<Record<ErrorKind, (host: string) => string>> = {
  tls: (host) =>
    `compare the fingerprint with the one of the BMC, then \`redfishctl trust -H ${host}\`; or give --ca FILE`,
  pin: (host) => `if the certificate was renewed on purpose: \`redfishctl trust -H ${host} --replace\``,
  auth: () => 'check the user (-U) and the password (--password-file, --password-stdin)',
};

/** The error for a person: what, where, and what to do. */
export function errorText(error: unknown, host: string): string {
  const text = error instanceof Error ? error.message : String(error);
  const hint = error instanceof RedfishError ? hints[error.kind]?.(host) : undefined;
  return hint === undefined ? text : `${text}\n  ${hint}`;
}
