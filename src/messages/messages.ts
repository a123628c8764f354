/** Message objects (DSP2046 "Message"), and the refusals that carry them. */
import { base } from './base.ts';
import { environmental } from './environmental.ts';
import * as events from './events.ts';
import { messageType } from './generated/registries.ts';
import { type KeysOf, type MessageArgs, type MessageKey, type RegistryName, registries } from './keys.ts';
import { ownWordings } from './own.ts';
import { power } from './power.ts';
import { telemetry } from './telemetry.ts';
import type { Wording } from './wording.ts';

export type { MessageArgs, MessageCall, MessageKey, RegistryName } from './keys.ts';

export type Severity = 'OK' | 'Warning' | 'Critical';

/** A Message object (DSP2046 "Message"). */
export type Message = {
  readonly '@odata.type': string;
  readonly MessageId: string;
  readonly Message: string;
  readonly MessageArgs: readonly string[];
  readonly MessageSeverity: Severity;
  readonly Resolution: string;
  readonly RelatedProperties?: readonly string[];
};

/** What is known of one message of a registry, its own wording included. */
export interface MessageDefinition {
  /** `Base.1.22.PropertyUnknown`: without the errata number (DSP0266 "MessageId format"). */
  readonly id: string;
  readonly severity: Severity;
  readonly argTypes: readonly string[];
  readonly text: string;
  readonly resolution: string;
}

const wordings: Readonly<Record<RegistryName, Readonly<Record<string, Wording>>>> = {
  AccountSecurity: events.accountSecurity,
  Base: base,
  Environmental: environmental,
  HeartbeatEvent: events.heartbeatEvent,
  LogService: events.logService,
  ManagerEvent: events.managerEvent,
  Platform: events.platform,
  Power: power,
  Redfishd: ownWordings,
  ResourceEvent: events.resourceEvent,
  SensorEvent: events.sensorEvent,
  TaskEvent: events.taskEvent,
  Telemetry: telemetry,
  Update: events.update,
};

/** The registries whose messages this service sends. */
export const registryNames = Object.keys(wordings) as readonly RegistryName[];

type Facts = Readonly<Record<string, { readonly severity: Severity; readonly args: readonly string[] }>>;

/** `1.22`: the part of a registry's version that a MessageId carries. */
export function registryVersion(registry: RegistryName): string {
  return registries[registry].version.replace(/\.\d+$/, '');
}

/** Whether a text, from a store or a client, is the key of a message. */
export function isMessageKey(text: string): text is MessageKey {
  const [registry = '', key = ''] = text.split('.');
  return (
    Object.hasOwn(registries, registry) && Object.hasOwn(registries[registry as RegistryName].messages, key)
  );
}

/** The message behind a key. */
export function messageDefinition(key: MessageKey): MessageDefinition {
  const [registry, name] = key.split('.') as [RegistryName, string];
  const facts = (registries[registry].messages as Facts)[name];
  const wording = wordings[registry][name];
  if (!facts || !wording) throw new Error(`No registry defines the message ${key}`);
  return {
    id: `${registry}.${registryVersion(registry)}.${name}`,
    severity: facts.severity,
    argTypes: facts.args,
    text: wording[0],
    resolution: wording[1],
  };
}

/** Every message of a registry, by key without the registry's name. */
export function messagesOf(registry: RegistryName): ReadonlyMap<string, MessageDefinition> {
  const names = Object.keys(registries[registry].messages);
  return new Map(names.map((name) => [name, messageDefinition(`${registry}.${name}` as MessageKey)]));
}

function fill(text: string, args: readonly string[]): string {
  return text.replace(/%(\d+)/g, (whole, position: string) => args[Number(position) - 1] ?? whole);
}

/**
 * The Message object for `key`.
 * @param options.relatedProperties JSON pointers into the body: `#/Boot/BootSourceOverrideTarget`
 * @param options.resolution what to do in this very case, instead of the registry's advice
 */
export function message<K extends MessageKey>(
  key: K,
  args: MessageArgs<K>,
  options: { readonly relatedProperties?: readonly string[]; readonly resolution?: string } = {},
): Message {
  const { id, severity, text, resolution } = messageDefinition(key);
  const values = (args as readonly (string | number)[]).map(String);
  return {
    '@odata.type': messageType,
    MessageId: id,
    Message: fill(text, values),
    MessageArgs: values,
    MessageSeverity: severity,
    Resolution: options.resolution ?? fill(resolution, values),
    ...(options.relatedProperties ? { RelatedProperties: options.relatedProperties } : {}),
  };
}

export interface ErrorBody {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly '@Message.ExtendedInfo': readonly Message[];
  };
}

/** The body of a refusal (DSP0266 "Error responses"): a single message stands for itself, several under GeneralError. */
export function errorBody(messages: readonly Message[]): ErrorBody {
  const [single] = messages;
  const general = single && messages.length === 1 ? single : message('Base.GeneralError', []);
  return {
    error: {
      code: general.MessageId,
      message: general.Message,
      '@Message.ExtendedInfo': messages.length ? messages : [general],
    },
  };
}

/** HTTP status of the Base messages that do not mean 400 Bad Request (DSP0266 "Status codes"). */
const statuses: Readonly<Partial<Record<KeysOf<'Base'>, number>>> = {
  Success: 200,
  AccountModified: 200,
  AccountRemoved: 200,
  PropertyModified: 200,
  PropertyValueModified: 200,
  SessionTerminated: 200,
  SubscriptionTerminated: 200,
  Created: 201,
  AccessUnauthorized: 401,
  AccountForSessionNoLongerExists: 401,
  AuthenticationTokenRequired: 401,
  NoValidSession: 401,
  AccessForbidden: 403,
  GenerateSecretKeyRequired: 403,
  InsufficientPrivilege: 403,
  LicenseRequired: 403,
  PasswordChangeRequired: 403,
  InvalidURI: 404,
  ResourceMissingAtURI: 404,
  ResourceNotFound: 404,
  OperationNotAllowed: 405,
  ResourceCannotBeDeleted: 405,
  ChassisPowerStateOffRequired: 409,
  ChassisPowerStateOnRequired: 409,
  PropertyValueExternalConflict: 409,
  PropertyValueResourceConflict: 409,
  ResourceAlreadyExists: 409,
  ResourceCreationConflict: 409,
  ResourceInStandby: 409,
  ResourceInUse: 409,
  PreconditionFailed: 412,
  PayloadTooLarge: 413,
  PreconditionRequired: 428,
  InternalError: 500,
  OperationFailed: 500,
  PropertyNotUpdated: 500,
  UndeterminedFault: 500,
  QueryNotSupported: 501,
  QueryParameterUnsupported: 501,
  AccessDenied: 502,
  CouldNotEstablishConnection: 502,
  ResourceAtUriUnauthorized: 502,
  CreateLimitReachedForResource: 503,
  EventSubscriptionLimitExceeded: 503,
  ResourceExhaustion: 503,
  ServiceDisabled: 503,
  ServiceInUnknownState: 503,
  ServiceShuttingDown: 503,
  ServiceTemporarilyUnavailable: 503,
  SessionLimitExceeded: 503,
  OperationTimeout: 504,
  InsufficientStorage: 507,
};

/** HTTP status of an answer that the message explains, given its key or its MessageId. */
export function httpStatusOf(key: string): number {
  const name = key.slice(key.lastIndexOf('.') + 1);
  return statuses[name as keyof typeof statuses] ?? 400;
}

/** Messages of one refusal, and characters of them: an answer must not outgrow the request by much. */
const maxMessages = 33;
const maxCharacters = 32 * 1024;

/** The first messages, up to the bounds of an answer; past them, a last one that says so. */
function bounded(messages: readonly Message[]): readonly Message[] {
  const sizeOf = ({ Message: text, MessageArgs, RelatedProperties = [] }: Message) =>
    [text, ...MessageArgs, ...RelatedProperties].reduce((sum, each) => sum + each.length, 0);
  let characters = 0;
  const kept = messages.findIndex((each, index) => {
    characters += sizeOf(each);
    return index === maxMessages || characters > maxCharacters;
  });
  if (kept < 0) return messages;
  const last = messages.length === 1 ? 'Base.GeneralError' : 'Base.MaximumErrorsExceeded';
  return [...messages.slice(0, Math.min(kept, maxMessages - 1)), message(last, [])];
}

/** A refusal: what a handler throws and the service answers with. */
export class RedfishError extends Error {
  readonly messages: readonly Message[];
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param status by default that of the first message */
  constructor(
    given: readonly Message[],
    status = httpStatusOf(given[0]?.MessageId ?? 'Base.InternalError'),
    headers: Readonly<Record<string, string>> = {},
  ) {
    const messages = bounded(given);
    super(messages.map((each) => each.Message).join(' '));
    this.name = 'RedfishError';
    this.messages = messages;
    this.status = status;
    this.headers = headers;
  }
}
