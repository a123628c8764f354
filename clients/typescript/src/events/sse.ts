/** A parser of event streams (HTML Living Standard, 9.2.6). Pure: text in, events out. */

export interface StreamEvent {
  /** The last id that the stream gave, this event's own included; empty when there was none. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export class SseParser {
  #rest = '';
  #started = false;
  #data: string[] = [];
  #type = '';
  #id = '';
  #lastId = '';
  #retry: number | undefined;

  /** What to send as Last-Event-ID. An id counts also when its event had no data. */
  get lastId(): string {
    return this.#lastId;
  }

  /** Milliseconds to wait before coming again, as the stream wants it. */
  get retry(): number | undefined {
    return this.#retry;
  }

  /** Takes a piece of the stream, cut anywhere, and returns the events that it completes. */
  push(text: string): StreamEvent[] {
    let rest = this.#rest + text;
    if (!this.#started && rest !== '') {
      this.#started = true;
      if (rest.startsWith('\uFEFF')) rest = rest.slice(1);
    }
    const events: StreamEvent[] = [];
    let from = 0;
    const end = /\r\n|\n|\r/g;
    for (let match = end.exec(rest); match; match = end.exec(rest)) {
      // A carriage return at the end may be the first half of a line end.
      if (match[0] === '\r' && match.index === rest.length - 1) break;
      const event = this.#line(rest.slice(from, match.index));
      if (event) events.push(event);
      from = end.lastIndex;
    }
    this.#rest = rest.slice(from);
    return events;
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#dispatch();
    const at = line.indexOf(':');
    const field = at < 0 ? line : line.slice(0, at);
    const value = at < 0 ? '' : line.slice(at + (line[at + 1] === ' ' ? 2 : 1));
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#type = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    else if (field === 'retry' && /^\d+$/.test(value)) this.#retry = Number(value);
    return undefined;
  }

  #dispatch(): StreamEvent | undefined {
    this.#lastId = this.#id;
    const data = this.#data;
    const type = this.#type || 'message';
    this.#data = [];
    this.#type = '';
    return data.length ? { id: this.#lastId, type, data: data.join('\n') } : undefined;
  }
}
