/** Messages in a body that is no error (DSP0266 clause 9.9, `@Message.ExtendedInfo`). */
import type { Message } from '../../../messages/messages.ts';
import type { Json, JsonObject } from '../json.ts';
import { isObject } from './values.ts';

const term = '@Message.ExtendedInfo';

/** A body with messages: all of them at its root, and each beside the property that it is about, if that has a place. */
export function withMessages(body: JsonObject, messages: readonly Message[]): JsonObject {
  let out: JsonObject = { ...body, [term]: messages.map((each) => ({ ...each })) };
  for (const each of messages) {
    for (const pointer of each.RelatedProperties ?? []) {
      const steps = pointer
        .slice(2)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
      out = beside(out, steps, each);
    }
  }
  return out;
}

function beside(object: JsonObject, [name = '', ...deeper]: readonly string[], message: Message): JsonObject {
  if (deeper.length > 0) {
    const inner = object[name];
    return isObject(inner) ? { ...object, [name]: beside(inner, deeper, message) } : object;
  }
  // Only what can be the name of a property can be annotated.
  if (!/^[A-Za-z_]\w*$/.test(name)) return object;
  const before = object[`${name}${term}`];
  const all: Json[] = [...(Array.isArray(before) ? before : []), { ...message }];
  return { ...object, [`${name}${term}`]: all };
}
