/** Resources as they are shown: an object, and its text, which is made once and kept. */
import type { JsonObject } from '../json.ts';
import { type Selection, select } from '../query/select.ts';

/** A resource or a collection as it is shown. */
export interface Rendered {
  readonly object: JsonObject;
  /** What is sent: text, or its bytes in UTF-8. */
  readonly body: string | Buffer;
  readonly etag: string;
  /** Whether the ETag stands for all that is shown. */
  readonly exact: boolean;
  /** Methods that this very resource can be asked for. */
  readonly allow: string;
}

/** A text with its length in UTF-8. */
export interface Text {
  readonly text: string;
  readonly bytes: number;
}

export const textOf = (object: JsonObject): Text => {
  const text = JSON.stringify(object);
  return { text, bytes: Buffer.byteLength(text) };
};

/** An object whose text is made when it is first wanted. */
export class Shown implements Rendered {
  readonly object: JsonObject;
  readonly etag: string;
  readonly exact: boolean;
  readonly allow: string;
  #text: Text | undefined;
  /** The part of the last selection: clients that poll a collection repeat one query. */
  #part: { readonly of: Selection; readonly text: Text } | undefined;

  constructor(object: JsonObject, { etag, exact, allow }: Omit<Rendered, 'object' | 'body'>) {
    this.object = object;
    this.etag = etag;
    this.exact = exact;
    this.allow = allow;
  }

  get body(): string {
    return this.text.text;
  }

  get text(): Text {
    this.#text ??= textOf(this.object);
    return this.#text;
  }

  /** The text of the selected part. */
  selected(selection: Selection): Text {
    if (this.#part?.of !== selection)
      this.#part = { of: selection, text: textOf(select(this.object, selection)) };
    return this.#part.text;
  }
}

/** A collection of whole members: their texts are copied side by side, and none is written out again. */
export class Joined implements Rendered {
  readonly etag: string;
  readonly exact: boolean;
  readonly allow: string;
  readonly #around: (members: readonly JsonObject[]) => JsonObject;
  readonly #texts: readonly Text[];
  readonly #members: () => readonly JsonObject[];

  /**
   * @param around the collection with these members
   * @param texts of the members, in order
   * @param members the members themselves, for those that want no text
   */
  constructor(
    around: (members: readonly JsonObject[]) => JsonObject,
    texts: readonly Text[],
    members: () => readonly JsonObject[],
    { etag, exact, allow }: Omit<Rendered, 'object' | 'body'>,
  ) {
    this.etag = etag;
    this.exact = exact;
    this.allow = allow;
    this.#around = around;
    this.#texts = texts;
    this.#members = members;
  }

  get object(): JsonObject {
    return this.#around(this.#members());
  }

  get body(): Buffer {
    const [before = '', after = ''] = JSON.stringify(this.#around([])).split(emptyMembers);
    const head = Buffer.from(`${before}"Members":[`);
    const tail = Buffer.from(`]${after}`);
    let size = head.length + tail.length + Math.max(0, this.#texts.length - 1);
    for (const { bytes } of this.#texts) size += bytes;
    const out = Buffer.allocUnsafeSlow(size);
    let at = head.copy(out);
    let isFirst = true;
    for (const { text, bytes } of this.#texts) {
      if (!isFirst) out[at++] = comma;
      isFirst = false;
      // Text of ASCII only, which nearly all is, needs no conversion.
      at += out.write(text, at, bytes === text.length ? 'latin1' : 'utf8');
    }
    tail.copy(out, at);
    return out;
  }
}

const emptyMembers = '"Members":[]';
const comma = 0x2c;
