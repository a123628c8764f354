/** What the tests of the board share. */
import type { BoardEvent } from '../../src/board/model.ts';
import {
  isMessageKey,
  type MessageArgs,
  type MessageKey,
  message,
  messageDefinition,
} from '../../src/redfish/registries/messages.ts';

/** The sentence of an event. @throws Error when no registry has its message, or with other arguments */
export function wording(event: BoardEvent): string {
  if (!isMessageKey(event.message)) throw new Error(`no registry has ${event.message}`);
  const { argTypes } = messageDefinition(event.message);
  if (event.args.length !== argTypes.length)
    throw new Error(`${event.message} has ${argTypes.length} arguments, not ${event.args.length}`);
  for (const [at, type] of argTypes.entries()) {
    const arg = event.args[at] ?? '';
    if (arg === '' || (type === 'number' && !Number.isFinite(Number(arg))))
      throw new Error(`"${arg}" is no ${type}, argument ${at + 1} of ${event.message}`);
  }
  return message(event.message, event.args as MessageArgs<MessageKey>).Message;
}
