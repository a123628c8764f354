import { isUtf8 } from 'node:buffer';
import { type Message, message, RedfishError } from '../../../messages/messages.ts';
import type { JsonObject } from '../resource.ts';

/** No request body of Redfish nests deeper than a few objects; the limit bounds what later walks recurse. */
const maxDepth = 32;
const maxDuplicates = 16;

/**
 * Reads a request body: one JSON object in UTF-8 (RFC 8259) whose names are unique within each object.
 * A member called `__proto__` becomes a plain own property, as every other.
 * @throws RedfishError 400 with MalformedJSON, UnrecognizedRequestBody, or a PropertyDuplicate for each
 */
export function parseJson(raw: Buffer): JsonObject {
  const text = isUtf8(raw) ? raw.toString('utf8') : '';
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new RedfishError([message('Base.MalformedJSON', [])], 400);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw unrecognized();
  const duplicates = findDuplicates(text);
  if (duplicates.length > 0) throw new RedfishError(duplicates, 400);
  return value as JsonObject;
}

const unrecognized = () => new RedfishError([message('Base.UnrecognizedRequestBody', [])], 400);

/** An object or array that the scan is inside of. `step` leads to the member that it is at. */
interface Level {
  readonly names: Set<string> | null;
  step: string | number;
}

/**
 * Scans JSON that is known to be valid: all it must tell apart are strings, brackets and commas.
 * @throws RedfishError 400 where it nests too deep
 */
function findDuplicates(text: string): Message[] {
  const faults = new Map<string, Message>();
  const stack: Level[] = [];
  for (let at = 0; at < text.length; at++) {
    const level = stack.at(-1);
    switch (text.charCodeAt(at)) {
      case 0x22: {
        const end = endOfString(text, at);
        if (level?.names && isName(text, end)) {
          const name = JSON.parse(text.slice(at, end)) as string;
          level.step = name;
          if (level.names.has(name) && faults.size < maxDuplicates) {
            const pointer = pointerOf(stack.map((each) => each.step));
            faults.set(pointer, message('Base.PropertyDuplicate', [name], { relatedProperties: [pointer] }));
          }
          level.names.add(name);
        }
        at = end - 1;
        break;
      }
      case 0x2c: // ,
        if (level && typeof level.step === 'number') level.step++;
        break;
      case 0x7b: // {
        stack.push({ names: new Set(), step: '' });
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
  return [...faults.values()];
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
  while (/\s/.test(text[at] ?? '')) at++;
  return text[at] === ':';
}

/** The JSON pointer (RFC 6901, as a URI fragment) of a value in the body. */
export function pointerOf(steps: readonly (string | number)[]): string {
  const escaped = steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'));
  return `#/${escaped.join('/')}`;
}
