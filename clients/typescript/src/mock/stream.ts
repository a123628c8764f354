/** The event stream of a mock: what was emitted is kept, so that a client that comes again gets what it missed. */
import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../json.ts';

/** Events kept for clients that come again. */
const kept = 1000;

export class MockStream {
  readonly #open = new Set<ServerResponse>();
  readonly #sent: { readonly id: number; readonly text: string }[] = [];
  #last = 0;

  /** Sends one event to every client and returns its id. */
  emit(record: JsonObject): string {
    this.#last += 1;
    const id = this.#last;
    const event = {
      '@odata.type': '#Event.v1_12_0.Event',
      Id: String(id),
      Name: 'Event',
      Events: [{ MemberId: '0', EventId: String(id), EventTimestamp: new Date().toISOString(), ...record }],
    };
    const text = `id: ${id}\ndata: ${JSON.stringify(event)}\n\n`;
    this.#sent.push({ id, text });
    if (this.#sent.length > kept) this.#sent.shift();
    for (const response of this.#open) response.write(text);
    return String(id);
  }

  /** @param lastEventId of the client's header */
  open(response: ServerResponse, lastEventId: string | undefined): void {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    const after = lastEventId === undefined ? this.#last : Number(lastEventId);
    response.write(`: open\nid: ${after}\n\n`);
    for (const { id, text } of this.#sent) if (id > after) response.write(text);
    this.#open.add(response);
    response.once('close', () => this.#open.delete(response));
  }

  /** Ends every stream, as a restart does. */
  cut(): void {
    for (const response of this.#open) response.destroy();
  }
}
