/** Faults of a request body, and the messages that report them. */
import { type Message, message } from '../../../messages/messages.ts';
import { pointerOf } from './json.ts';

/** What can be wrong with a value or a name in a request body. */
export type FaultKind =
  | 'type'
  | 'format'
  | 'range'
  | 'list'
  | 'unknown'
  | 'notWritable'
  | 'notSupported'
  | 'missing';

/** The names and indexes that lead to a value in the body. */
export type Steps = readonly (string | number)[];

/** An answer names this many faults at most: a hostile body must not be answered with a larger one. */
const maxFaults = 32;
const maxEcho = 128;
/** A certificate can come with its key. */
const secret = /passw|passphrase|secret|token|privatekey|certificatestring/i;

/** The value as a message shows it: never a secret, never at length. */
function echo(steps: Steps, value: unknown, hidden: boolean): string {
  if (hidden || steps.some((step) => secret.test(String(step)))) return '******';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > maxEcho ? `${text.slice(0, maxEcho)}…` : text;
}

/** Collects the faults of one request, in the words that fit its kind. */
export abstract class Faults {
  readonly #messages: Message[] = [];

  /** All that was found; past the limit, a last message says so. */
  get messages(): readonly Message[] {
    if (this.#messages.length <= maxFaults) return this.#messages;
    return [...this.#messages.slice(0, maxFaults), message('Base.MaximumErrorsExceeded', [])];
  }

  /** @param hidden the value is write-only */
  add(kind: FaultKind, steps: Steps, value?: unknown, hidden = false): void {
    if (this.#messages.length > maxFaults) return;
    this.#messages.push(this.word(kind, steps, echo(steps, value ?? null, hidden)));
  }

  protected abstract word(kind: FaultKind, steps: Steps, value: string): Message;
}

/** The last name that leads to a value: of an array's element, the array's. */
const nameOf = (steps: Steps): string => String(steps.findLast((step) => typeof step === 'string') ?? '');

/** Faults of a body whose members are properties of a resource. */
export class PropertyFaults extends Faults {
  protected override word(kind: FaultKind, steps: Steps, value: string): Message {
    const name = nameOf(steps);
    const options = { relatedProperties: [pointerOf(steps)] };
    switch (kind) {
      case 'type':
        return message('Base.PropertyValueTypeError', [value, name], options);
      case 'format':
        return message('Base.PropertyValueFormatError', [value, name], options);
      case 'range':
        return message('Base.PropertyValueOutOfRange', [value, name], options);
      case 'list':
        return message('Base.PropertyValueNotInList', [value, name], options);
      case 'notWritable':
        return message('Base.PropertyNotWritable', [name], options);
      case 'missing':
        return message('Base.PropertyMissing', [name], options);
      case 'unknown':
      case 'notSupported':
        return message('Base.PropertyUnknown', [name], options);
    }
  }
}

/** Faults of a body whose members are parameters of an action. */
export class ActionFaults extends Faults {
  readonly #action: string;

  constructor(action: string) {
    super();
    this.#action = action;
  }

  protected override word(kind: FaultKind, steps: Steps, value: string): Message {
    const action = this.#action;
    const name = steps.join('/');
    const options = { relatedProperties: [pointerOf(steps)] };
    switch (kind) {
      case 'type':
        return message('Base.ActionParameterValueTypeError', [value, name, action], options);
      case 'format':
        return message('Base.ActionParameterValueFormatError', [value, name, action], options);
      case 'range':
        return message('Base.ActionParameterValueOutOfRange', [value, name, action], options);
      case 'list':
        return message('Base.ActionParameterValueNotInList', [value, name, action], options);
      case 'missing':
        return message('Base.ActionParameterMissing', [action, name], options);
      case 'notSupported':
        return message('Base.ActionParameterNotSupported', [name, action], options);
      case 'unknown':
      case 'notWritable':
        return message('Base.ActionParameterUnknown', [action, name], options);
    }
  }
}
