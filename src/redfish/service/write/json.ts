/** Parses request bodies in time linear in their length, whatever is in them. */
import { isUtf8 } from 'node:buffer';
import { type Message, message, RedfishError } from '../../../messages/messages.ts';
import type { JsonObject } from '../json.ts';

/** No request body of Redfish nests deeper than a few objects; the limit bounds what later walks recurse. */
const maxDepth = 32;
/** Duplicates after which the scan ends. */
const maxDuplicates = 16;
/** Characters of a name that a message repeats, and of the longest pointer into a body. */
const maxEcho = 64;
const maxPointer = 512;

/**
 * Reads a request body: one JSON object in UTF-8 (RFC 8259) whose names are unique within each object.
 * A member called `__proto__` becomes a plain own property, as every other.
 * @throws RedfishError 400 with MalformedJSON, UnrecognizedRequestBody, or a PropertyDuplicate for each
 */
export function parseJson(raw: Buffer): JsonObject {
  const text = isUtf8(raw) ? raw.toString('utf8') : '';
  let value: unknown;
  try {
    value = /\\u[dD][89a-fA-F]/.test(text) ? JSON.parse(text, requireWellFormed) : JSON.parse(text);
  } catch {
    throw new RedfishError([message('Base.MalformedJSON', [])], 400);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw unrecognized();
  const duplicates = findDuplicates(text);
  if (duplicates.length > 0) throw new RedfishError(duplicates, 400);
  return value as JsonObject;
}

/** A surrogate without its pair is no character (RFC 8259 clause 8.2): encoded, it would be another than was sent. */
function requireWellFormed(name: string, value: unknown): unknown {
  for (const text of [name, value])
    if (typeof text === 'string' && /\p{Surrogate}/u.test(text)) throw new SyntaxError('lone surrogate');
  return value;
}

const unrecognized = () => new RedfishError([message('Base.UnrecognizedRequestBody', [])], 400);

/** An object or array that encloses the position of the scan. `step` leads to its current member. */
interface Level {
  /** Names of an object so far, and whether each was found twice; null for an array. */
  readonly names: Map<string, boolean> | null;
  step: string | number;
}

/**
 * Scans valid JSON for names that occur twice in one object, and stops at the limit. Only strings, brackets and commas
 * matter. The work is linear in the length of the text: a path is written only for a duplicate that is reported.
 * @throws RedfishError 400 where the text nests too deep
 */
function findDuplicates(text: string): Message[] {
  const found = new Map<string, Message>();
  const stack: Level[] = [];
  let duplicates = 0;
  for (let at = 0; at < text.length && duplicates < maxDuplicates; at++) {
    const level = stack.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (level?.names && isName(text, end)) {
          const name = JSON.parse(text.slice(at, end)) as string;
          level.step = name;
          const twice = level.names.get(name);
          level.names.set(name, twice !== undefined);
          if (twice === false) {
            duplicates += 1;
            const pointer = pointerOf(stack.map((each) => each.step));
            found.set(pointer, duplicate(name, pointer));
          }
        }
        at = end - 1;
        break;
      }
      case 0x2c: // ,
        if (level && typeof level.step === 'number') level.step++;
        break;
      case 0x7b: // {
        stack.push({ names: new Map(), step: '' });
        break;
      case 0x5b: // [
        stack.push({ names: null, step: 0 });
        break;
      case 0x7d: // }
      case 0x5d: // ]
        stack.pop();
        break;
    }
    if (stack.length > maxDepth) throw unrecognized();
  }
  return [...found.values()];
}

/** The answer must not outgrow the body: a long name is cut, and a pointer beyond any real one left out. */
function duplicate(name: string, pointer: string): Message {
  const shown = name.length > maxEcho ? `${name.slice(0, maxEcho)}…` : name;
  // Measured as it is sent: a control character takes six.
  const options = JSON.stringify(pointer).length > maxPointer ? {} : { relatedProperties: [pointer] };
  return message('Base.PropertyDuplicate', [shown], options);
}

/** Offset behind the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charCodeAt(at) !== 0x22) at += text.charCodeAt(at) === 0x5c ? 2 : 1;
  return at + 1;
}

/** A string is a member's name when a colon follows it. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (isSpace(text.charCodeAt(at))) at++;
  return text.charCodeAt(at) === 0x3a;
}

/** RFC 8259 clause 2. */
const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The JSON pointer (RFC 6901, as a URI fragment) of a value in the body. */
export function pointerOf(steps: readonly (string | number)[]): string {
  const escaped = steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${escaped.join('/')}`;
}
