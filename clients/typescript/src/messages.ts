/** What a service says in words: `@Message.ExtendedInfo` of errors, of successful answers and of single properties. */
import { isObject } from './json.ts';

/** One message of a registry (DSP0266 "Extended information"). */
export interface Message {
  /** As sent: `Base.1.19.PropertyUnknown`. */
  readonly id: string;
  /** Registry and key without the version: `Base.PropertyUnknown`. Compare this one. */
  readonly key: string;
  readonly text: string;
  readonly args: readonly string[];
  readonly severity: string;
  readonly resolution: string;
  /** JSON pointers into the request's body. */
  readonly related: readonly string[];
}

/** `Base.1.19.PropertyUnknown` → `Base.PropertyUnknown`; without a registry the key alone. */
export function messageKey(id: string): string {
  const parts = id.split('.');
  const key = parts.at(-1) ?? id;
  return parts.length > 1 ? `${parts[0]}.${key}` : key;
}

const strings = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function messageOf(entry: unknown): Message[] {
  if (!isObject(entry)) return [];
  const id = text(entry.MessageId) || text(entry.code);
  return [
    {
      id,
      key: messageKey(id),
      text: text(entry.Message) || text(entry.message),
      args: strings(entry.MessageArgs),
      severity: text(entry.MessageSeverity) || text(entry.Severity),
      resolution: text(entry.Resolution),
      related: strings(entry.RelatedProperties),
    },
  ];
}

/** Some services send one object where the array belongs. */
const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** The messages of a body, those of its properties included. An error object without details is one message. */
export function messagesOf(body: unknown): Message[] {
  if (!isObject(body)) return [];
  const { error } = body;
  const found = Object.entries(body)
    .filter(([name]) => name.endsWith('@Message.ExtendedInfo'))
    .flatMap(([, value]) => list(value).flatMap(messageOf));
  if (isObject(error)) {
    const details = list(error['@Message.ExtendedInfo']).flatMap(messageOf);
    found.push(...(details.length ? details : messageOf(error)));
  } else if (typeof error === 'string') {
    found.push(...messageOf({ message: error }));
  }
  return found;
}

/** The messages as one line for a person: texts and resolutions. */
export function messageText(messages: readonly Message[]): string {
  return messages
    .map(({ text, resolution, key }) =>
      [text || key, resolution === 'None' ? '' : resolution].filter(Boolean).join(' '),
    )
    .filter(Boolean)
    .join(' ');
}
