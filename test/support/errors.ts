/** What every refusal must be, whoever asks and for whatever: each one that a test meets is held to it. */
import type { ValidateFunction } from 'ajv';
import { isMessageKey, type MessageKey, messageDefinition } from '../../src/messages/messages.ts';
import { hasRedfishFolder, jsonSchema } from '../unit/redfish/support.ts';
import type { Answer } from './client.ts';

interface Message {
  readonly MessageId: string;
  readonly MessageArgs?: readonly string[];
  readonly RelatedProperties?: readonly string[];
}

let validator: Promise<ValidateFunction | undefined> | undefined;

/** What is wrong with an answer of status 400 or more; undefined when nothing is. */
export async function faultOfError({ status, headers, body, text }: Answer): Promise<string | undefined> {
  validator ??= hasRedfishFolder ? jsonSchema('redfish-error.v1_0_2.json') : Promise.resolve(undefined);
  const validate = await validator;
  if (headers['content-type'] !== 'application/json; charset=utf-8')
    return `its type is ${headers['content-type']}`;
  if (headers['odata-version'] !== '4.0') return 'it has no OData-Version';
  if (status === 405 && headers.allow === undefined) return 'it does not say what is allowed';
  if (headers.location !== undefined) return 'it has a Location';
  if (validate !== undefined && !validate(body))
    return `DMTF's schema refuses it: ${JSON.stringify(validate.errors)}`;
  // Passwords of these tests, the tokens of sessions, and what only a developer understands.
  if (/Quaint-Marmot|"[0-9a-f]{64}"|\bat .+\.[jt]s:\d+|node:internal/.test(text))
    return 'it gives something away';
  const { error } = body as { readonly error: { readonly '@Message.ExtendedInfo': readonly Message[] } };
  return error['@Message.ExtendedInfo'].map(faultOfMessage).find((fault) => fault !== undefined);
}

function faultOfMessage({
  MessageId,
  MessageArgs = [],
  RelatedProperties = [],
}: Message): string | undefined {
  const [, registry, key] = /^([A-Za-z]+)\.\d+\.\d+\.([A-Za-z]+)$/.exec(MessageId) ?? [];
  const name = `${registry}.${key}`;
  if (!isMessageKey(name)) return `no registry has ${MessageId}`;
  const { argTypes } = messageDefinition(name as MessageKey);
  if (argTypes.length !== MessageArgs.length) return `${MessageId} has ${MessageArgs.length} arguments`;
  const stray = RelatedProperties.find((pointer) => !/^#\//.test(pointer));
  return stray === undefined ? undefined : `${stray} is no pointer into the body`;
}
