/** That records cannot be stored, in the Status of what shows them. */

import { worst } from '../../board/health.ts';
import type { PostCodes } from '../../board/model/power.ts';
import type { Health } from '../../board/model/status.ts';
import type { JournalState } from '../../journal/options.ts';
import { type Message, message } from '../../messages/messages.ts';
import type { ResourceStatus } from '../generated/types.ts';
import { journalFault } from '../records/board.ts';
import { link } from './common.ts';

/** What is wrong with a resource, or with one that it answers for. */
export interface Condition {
  readonly health: Exclude<Health, 'OK'>;
  readonly said: Message;
  /** A sentence more than the registry has. */
  readonly detail?: string;
  readonly since: Date;
}

/** None while all is stored; Critical once anything has been lost. */
export function journalConditions({ fault, since, missing, waiting }: JournalState): readonly Condition[] {
  if (fault === null || since === null) return [];
  const detail = `${fault.message}. Records that wait in memory: ${waiting}; lost: ${missing}.`;
  return [{ health: missing === 0 ? 'Warning' : 'Critical', said: journalFault(fault), detail, since }];
}

/** A host's codes that cannot come. */
export const codesCondition = ({
  device,
  message: cause,
  since,
}: NonNullable<PostCodes['fault']>): Condition => ({
  health: 'Warning',
  said: message('Platform.DeviceManagementInterfaceError', [device, cause]),
  since,
});

export const healthOf = (conditions: readonly Condition[]): Health =>
  worst(conditions.map(({ health }) => health));

/** Status.Conditions (Resource.Condition); `origin` is the resource that has them, where it is another. */
export function conditionsOf(
  conditions: readonly Condition[],
  origin?: string,
): Pick<ResourceStatus, 'Conditions'> {
  if (conditions.length === 0) return {};
  return {
    Conditions: conditions.map(({ health, said, detail, since }) => ({
      Timestamp: since.toISOString(),
      MessageId: said.MessageId,
      MessageArgs: said.MessageArgs,
      Message: detail === undefined ? said.Message : `${said.Message} ${detail}`,
      Severity: health,
      Resolution: said.Resolution,
      ...(origin === undefined ? {} : { OriginOfCondition: link(origin) }),
    })),
  };
}
